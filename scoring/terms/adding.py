# mypy: disable-error-code="no-untyped-def"
"""Sums over all fitted records of a long list, in machine code: one pass, and no array made on the way.

`products` adds up columns of distinct rows, `add` what each record's row has. What is added is the same as numpy adds,
in whole steps or in the same order, so that neither changes a bit.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from scoring.batch.results import can_compile

MANY = 4096  # records; from so many on machine code is worth having


def worth_it(size: int) -> bool:
    """Whether a list of `size` records is added up in machine code."""
    return size >= MANY and can_compile()


def products(rows: sp.csc_array, columns: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The inner products of `rows` (n, m), of 32-bit indices, with one row of `numbers` in `columns`; shape (n,)."""
    found = np.zeros(rows.shape[0])
    _kernels()[0](rows.indptr, rows.indices.view(np.uint32), rows.data, columns, numbers, found)
    return found


def add(total: np.ndarray, rows: np.ndarray, of: np.ndarray) -> None:
    """Add to each record, shape (n,), the number of its row."""
    _kernels()[1](total, rows, of.view(np.uint64))  # what is never negative is not looked at for being so


@cache
def _kernels() -> tuple[Any, Any]:
    from numba import types

    from scoring.machine_code import cache_directory, compiled

    kinds = (types.int32, types.uint32, types.int64, types.uint64, types.float64)
    starts, short, columns, long, wide = (types.Array(kind, 1, "C") for kind in kinds)

    def by_column(starts, indices, data, columns, numbers, found):
        for number in range(columns.size):
            column, times = columns[number], numbers[number]
            for entry in range(starts[column], starts[column + 1]):
                found[indices[entry]] += times * data[entry]

    def by_record(total, rows, of):
        for record in range(total.size):
            total[record] += rows[of[record]]

    directory = cache_directory(Path(__file__).parent, ("adding.py",))
    of_columns = compiled(types.void(starts, short, wide, columns, wide, wide), directory)(by_column)
    return of_columns, compiled(types.void(wide, wide, long), directory)(by_record)
