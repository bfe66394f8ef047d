"""Python's collector of cycles, held while very many rows are read: none of them is part of a cycle, and looking
through all that are there again and again takes as long as the work itself. (The ranking engine has its own.)"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held() -> Iterator[None]:
    """Collect nothing in the meantime; whoever turned it off turns it on again."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
