"""Compiles the annealing, once per machine, and names the types it works on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from numba import types

from app.domain.scheduling.chain_layout import State
from app.domain.scheduling.layout import World
from scoring.machine_code import cache_directory, compiled

_F = TypeVar("_F")
SOURCES = ("layout.py", "compiling.py", "kernel.py", "moves.py", "chain_layout.py", "chain_state.py", "chains.py")
_DIRECTORY = cache_directory(Path(__file__).parent, SOURCES)

_named_tuple: Any = types.NamedTuple
INT, FLOAT, BOOL, NOTHING = types.int64, types.float64, types.boolean, types.void
ROW, GRID = types.Array(INT, 1, "C"), types.Array(INT, 2, "C")
BITS, BYTES = types.uint64, types.Array(types.int8, 1, "C")
STATE = _named_tuple((GRID,) * 4 + (types.Array(FLOAT, 1, "C"), ROW), State)
WORLD = _named_tuple((GRID,) * 8 + (ROW, types.Array(FLOAT, 1, "C"), ROW), World)


def jit(result: Any, *arguments: Any, inner: bool = True) -> Callable[[_F], _F]:
    """Compiles for exactly these types.

    Inner functions get no doorway from Python (calling them from there would crash), which saves a quarter of the
    first compilation.
    """
    # Without numba's runtime nothing can be allocated, but neither are references counted: atomic additions at each use
    # of an array took nine tenths of the time.
    return compiled(result(*arguments), _DIRECTORY, _nrt=False, no_cpython_wrapper=inner)
