"""What a block of requests comes back as, and whether there can be blocks: nothing here needs the compiler."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

MOST_AT_ONCE = 200  # a larger k is ranked request by request


@dataclass(frozen=True)
class Best:
    """Positions (-1: none) and scores of shape (n_requests, k), best first, and how many were scored exactly."""

    records: np.ndarray
    scores: np.ndarray
    scored: np.ndarray


@cache
def can_compile() -> bool:
    """Whether numba is there and may compile (`NUMBA_DISABLE_JIT` forbids it)."""
    try:
        from numba.core import config
    except ImportError:
        return False
    settings: Any = config
    return not settings.DISABLE_JIT
