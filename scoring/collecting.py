"""Python's collector of cycles, held while many records are made: none of them is part of a cycle, and looking through
all that are there again and again takes more time than reading them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held() -> Iterator[None]:
    """Collect nothing in the meantime; it goes on as it was before."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
