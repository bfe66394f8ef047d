"""Worker processes for tests: started, waited for, killed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.processes import PATIENCE, Process


@contextmanager
def worker(url: str, *more: str) -> Iterator[Process]:
    """A process that works on the jobs of a database (see `tests.services.worker`); ended in the end, killed or not."""
    with Process("tests.services.worker:main", url, *more, stderr=2) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def until(true: Callable[[], bool]) -> None:
    """Wait for something to be so."""
    limit = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < limit, "it does not come"
        time.sleep(0.02)
