"""Compiles the scan with numba, once per machine.

The machine code is kept in a directory named after the sources, so that a change in any of them or an upgrade can never
meet the old one, and it makes no difference whether the package's own directory can be written. `NUMBA_CACHE_DIR` moves
it; where nothing can be written, each process compiles for itself.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core import config

_F = TypeVar("_F")
SOURCES = ("compiling.py", "lanes.py", "scan.py")
settings: Any = config
_njit: Any = njit


def cache_directory() -> str:
    """Where the machine code of these sources is kept."""
    here = Path(__file__).parent
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in SOURCES)).hexdigest()[:16]
    home = Path.home()
    usual = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    base = settings.CACHE_DIR or os.environ.get("XDG_CACHE_HOME") or usual
    return str(Path(base) / "fairmatch" / digest)


def jit(result: Any, *arguments: Any, **options: Any) -> Callable[[_F], _F]:
    """Compiles for exactly these types, without Python's lock."""
    options = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True, **options}

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
