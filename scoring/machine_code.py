"""Compiles functions with numba, once per machine.

The machine code is kept in a directory named after the sources: a change in any of them, or an upgrade, can never meet
the code of the old ones (numba itself looks only at the file a function stands in), and it makes no difference whether
the package's own directory can be written. `NUMBA_CACHE_DIR` moves it. Where neither that nor the user's cache
directory can be written, as in many containers, a private directory among the temporary files serves, and takes over
what an image brought along.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core import config

_F = TypeVar("_F")
settings: Any = config
_njit: Any = njit
# Without Python's lock, and without a doorway for C, which nobody uses.
_ALWAYS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}


def cache_directory(folder: Path, sources: Sequence[str]) -> str:
    """Where the machine code of these files of a folder is kept: the first place that this user alone can write to.

    Empty where there is none.
    """
    files = (Path(__file__), *(folder / name for name in sources))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    wished = [base / "fairmatch" / digest for base in _bases()]
    for directory in wished:
        if _ours(directory):
            return str(directory)
    return _temporary(digest, wished)


def compiled(signature: Any, directory: str, **options: Any) -> Callable[[_F], _F]:
    """A decorator that compiles for exactly these types; where nothing can be written, for this process only."""

    def compile_it(function: _F) -> _F:
        before = settings.CACHE_DIR
        try:
            settings.CACHE_DIR = directory
            return cast("_F", _njit(signature, cache=bool(directory), **_ALWAYS, **options)(function))
        except (RuntimeError, OSError):
            return cast("_F", _njit(signature, **_ALWAYS, **options)(function))
        finally:
            settings.CACHE_DIR = before

    return compile_it


def _bases() -> Iterator[Path]:
    """What the environment says, else the user's cache directory, if the user has one at all."""
    told = settings.CACHE_DIR or os.environ.get("XDG_CACHE_HOME")
    if told:
        yield Path(told)
        return
    try:
        home = Path.home()
    except RuntimeError:  # a user without a name and a home
        return
    yield home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"


def _ours(directory: Path) -> bool:
    """Whether the directory is there, or can be made, and can be written to."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return True
    except OSError:
        return False


def _temporary(digest: str, brought: list[Path]) -> str:
    """A directory among the temporary files that nobody else can write to, filled with what an image brought along."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    try:
        base = Path(tempfile.gettempdir()) / f"fairmatch-{user}"
        base.mkdir(mode=0o700, exist_ok=True)
        seen = base.lstat()
        if hasattr(os, "getuid") and (seen.st_uid != user or seen.st_mode & 0o077):
            return ""  # somebody else's: each process compiles for itself
        directory = base / digest
        for known in (known for known in brought if known.is_dir() and not directory.exists()):
            copy = Path(tempfile.mkdtemp(dir=base))
            shutil.copytree(known, copy, dirs_exist_ok=True)
            copy.rename(directory)
        return str(directory)
    except OSError:
        return ""
