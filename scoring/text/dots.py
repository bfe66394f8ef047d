# mypy: disable-error-code="no-untyped-def"
"""Inner products of a request with rows of whole steps: kept in single precision, multiplied and added in double.

Steps fit into single precision and their sums into double, so the products are exact in any order; reading half as much
is what makes them quicker than a double product.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from scoring.batch.results import can_compile

_AT_A_TIME, MANY = 2048, 4096  # rows; from so many on machine code is worth having


def dots(rows: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """`rows` (n, m) in single precision times `asked` (m,) in double, both whole steps; shape (n,)."""
    out = np.empty(len(rows))
    if len(rows) >= MANY and can_compile():
        _kernel()(rows, asked, out)
        return out
    for start in range(0, len(rows), _AT_A_TIME):
        out[start : start + _AT_A_TIME] = rows[start : start + _AT_A_TIME].astype(np.float64) @ asked
    return out


@cache
def _kernel() -> Any:
    from numba import types

    from scoring.machine_code import cache_directory, compiled

    narrow, wide = types.Array(types.float32, 2, "C"), types.Array(types.float64, 1, "C")

    def times(rows, asked, out):
        for at in range(rows.shape[0]):
            total, row = 0.0, rows[at]
            for column in range(asked.size):
                total += row[column] * asked[column]
            out[at] = total

    directory = cache_directory(Path(__file__).parent, ("dots.py",))
    return compiled(types.void(narrow, wide, wide), directory, fastmath={"reassoc", "contract", "nsz"})(times)
