"""What the processes of one run of the tests share: a folder, and things that the first to need them makes for all."""

from __future__ import annotations

import atexit
import fcntl
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

_Made = TypeVar("_Made")
_FOLDER = "FOLDER_OF_THIS_TEST_RUN"
_MEMORY, _ROOM = Path("/dev/shm"), 4 << 30


def _place() -> str | None:
    """In memory where there is plenty: thousands of databases come and go, and none outlives the run."""
    return str(_MEMORY) if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM else None


if _FOLDER not in os.environ:  # this is the first process: those that it starts find its folder, and it clears it away
    # a short name: the address of PostgreSQL's socket in it has a limit of about 100 bytes
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix="fm-", dir=_place())
    atexit.register(shutil.rmtree, os.environ[_FOLDER], ignore_errors=True)

FOLDER = Path(os.environ[_FOLDER])
_known: dict[str, object] = {}


def once(name: str, make: Callable[[], _Made]) -> _Made:
    """What `make` gives: made by the first process of the run that asks for it by this name, told to the others."""
    if name not in _known:
        kept = FOLDER / f"{name}.pickle"
        with (FOLDER / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                whole = pickle.dumps(make())
                kept.write_bytes(whole)
        _known[name] = pickle.loads(kept.read_bytes())
    return _known[name]  # type: ignore[return-value]
