"""Compiles the scan, once per machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from scoring.machine_code import cache_directory, compiled

_F = TypeVar("_F")
SOURCES = ("compiling.py", "lanes.py", "scan.py")
_DIRECTORY = cache_directory(Path(__file__).parent, SOURCES)


def jit(result: Any, *arguments: Any, **options: Any) -> Callable[[_F], _F]:
    """Compiles for exactly these types."""
    return compiled(result(*arguments), _DIRECTORY, **options)
