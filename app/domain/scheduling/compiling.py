"""Compiles the annealing with numba, once per machine.

The results are kept in a directory of their own, named after the sources: a change in any of them, or an upgrade, can
never meet machine code of the old ones (numba itself looks only at the file a function stands in), and it makes no
difference whether the package's own directory can be written. `NUMBA_CACHE_DIR` moves it. Where neither that nor the
user's cache directory can be written, as in many containers, a private directory among the temporary files serves, and
takes over what an image brought along.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit, types
from numba.core import config

from app.domain.scheduling.chain_layout import State
from app.domain.scheduling.layout import World

_F = TypeVar("_F")
SOURCES = ("layout.py", "compiling.py", "kernel.py", "moves.py", "chain_layout.py", "chain_state.py", "chains.py")

settings: Any = config
_njit: Any = njit
_named_tuple: Any = types.NamedTuple
INT, FLOAT, BOOL, NOTHING = types.int64, types.float64, types.boolean, types.void
ROW, GRID = types.Array(INT, 1, "C"), types.Array(INT, 2, "C")
BITS, BYTES = types.uint64, types.Array(types.int8, 1, "C")
STATE = _named_tuple((GRID,) * 4 + (types.Array(FLOAT, 1, "C"), ROW), State)
WORLD = _named_tuple((GRID,) * 8 + (ROW, types.Array(FLOAT, 1, "C"), ROW), World)


def cache_directory() -> str:
    """Where the machine code of these sources is kept: the first place that this user alone can write to."""
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in SOURCES)).hexdigest()[:16]
    wished = [base / "fairmatch" / digest for base in _bases()]
    for directory in wished:
        if _ours(directory):
            return str(directory)
    return _temporary(digest, wished)


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


def jit(result: Any, *arguments: Any, inner: bool = True) -> Callable[[_F], _F]:
    """Compiles for exactly these types; where nothing can be written, for this process only.

    Inner functions get no doorway from Python (calling them from there would crash), which saves a quarter of the
    first compilation.
    """
    # Without numba's runtime nothing can be allocated, but neither are references counted: atomic additions at each use
    # of an array took nine tenths of the time.
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, "_nrt": False}
    options["no_cpython_wrapper"] = inner

    def compiled(function: _F) -> _F:
        before = settings.CACHE_DIR
        try:
            settings.CACHE_DIR = _DIRECTORY
            return cast("_F", _njit(result(*arguments), cache=bool(_DIRECTORY), **options)(function))
        except (RuntimeError, OSError):
            return cast("_F", _njit(result(*arguments), **options)(function))
        finally:
            settings.CACHE_DIR = before

    return compiled


_DIRECTORY = cache_directory()
