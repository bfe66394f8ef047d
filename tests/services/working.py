"""Worker processes for tests: started, waited for, killed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 240.0
_ROOT = Path(__file__).parents[2]


@contextmanager
def worker(url: str, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A process that works on the jobs of a database (see `tests.services.worker`); ended in the end, killed or not."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.services.worker", url, *more], cwd=_ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=PATIENCE)
        process.stdout.close()


def until(true: Callable[[], bool]) -> None:
    """Wait for something to be so."""
    limit = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < limit, "it does not come"
        time.sleep(0.02)
