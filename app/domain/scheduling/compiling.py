"""Compiles the annealing with numba, once per machine.

The results are kept in a directory of their own, named after the sources: a change in any of them, or an upgrade, can
never meet machine code of the old ones (numba itself looks only at the file a function stands in), and it makes no
difference whether the package's own directory can be written. `NUMBA_CACHE_DIR` moves it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
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
    """Where the machine code of these sources is kept."""
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in SOURCES)).hexdigest()[:16]
    home = Path.home()
    usual = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    base = settings.CACHE_DIR or os.environ.get("XDG_CACHE_HOME") or usual
    return str(Path(base) / "fairmatch" / digest)


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
            return cast("_F", _njit(result(*arguments), cache=True, **options)(function))
        except (RuntimeError, OSError):
            return cast("_F", _njit(result(*arguments), **options)(function))
        finally:
            settings.CACHE_DIR = before

    return compiled


_DIRECTORY = cache_directory()
