"""The rows of a term, each distinct one once: most records share theirs with others (the same minimum, the same
languages), so a list of tens of thousands has a few thousand rows to keep and to compare a request with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from scoring.records import Record
from scoring.terms import adding
from scoring.terms.base import Term

AT_A_TIME = 2048  # records whose rows are made together
# Taking a column of a request by itself costs as much as so many entries, all rows at once as much as so many columns.
COLUMN, ROWS = 2048, 2


@dataclass(frozen=True)
class Distinct:
    """`rows` of shape (n_distinct, n_columns); record i has row `of[i]`."""

    rows: sp.csc_array
    of: np.ndarray

    @classmethod
    def of_matrix(cls, matrix: sp.csr_array) -> Distinct:
        """From the rows of all records, columns in order within a row."""
        rows, of = distinct_rows(matrix)
        return cls(sp.csc_array(rows), of)

    @classmethod
    def of_records(cls, term: Term, records: Sequence[Record]) -> Distinct:
        """The rows of a term, made for some records at a time: all at once would take many times the room."""
        parts = [
            distinct_rows(term.matrix(records[start : start + AT_A_TIME]))
            for start in range(0, max(len(records), 1), AT_A_TIME)
        ]
        rows, of = distinct_rows(sp.csr_array(sp.vstack([rows for rows, _ in parts], format="csr")))
        starts = np.cumsum([0, *(rows.shape[0] for rows, _ in parts)])
        places = np.concatenate([of[first + part] for first, (_, part) in zip(starts, parts, strict=False)])
        return cls(sp.csc_array(rows), places)

    def matrix(self) -> sp.csr_array:
        """The rows of all records again."""
        return sp.csr_array(sp.csr_array(self.rows)[self.of])

    def products(self, columns: Sequence[int] | np.ndarray, numbers: Sequence[float] | np.ndarray) -> np.ndarray:
        """The inner products of one row (a column may come twice) with the distinct rows, shape (n_distinct,): rows are
        whole steps, so the products are exact in any order."""
        if adding.worth_it(len(self.of)):
            return adding.products(self.rows, np.asarray(columns, dtype=np.int64), np.asarray(numbers, dtype=float))
        size, starts = self.rows.shape[0], self.rows.indptr
        indices, data = self.rows.indices, self.rows.data
        if (len(columns) - ROWS) * COLUMN > data.size:
            return np.asarray(self.rows @ np.bincount(columns, numbers, self.rows.shape[1]))
        found = np.zeros(size)
        for column, value in zip(np.asarray(columns).tolist(), np.asarray(numbers).tolist(), strict=True):
            part = slice(starts[column], starts[column + 1])
            if part.stop - part.start == size:  # all rows have it
                found += value * data[part]
            else:
                np.add.at(found, indices[part], value * data[part])
        return found

    def values(self, columns: Sequence[int] | np.ndarray, numbers: Sequence[float] | np.ndarray) -> np.ndarray:
        """`products` with all records, shape (n_records,)."""
        return np.asarray(self.products(columns, numbers).take(self.of))


def distinct_rows(matrix: sp.csr_array) -> tuple[sp.csr_array, np.ndarray]:
    """The distinct rows of a matrix, and which of them each row is."""
    known: dict[tuple[bytes, bytes], int] = {}
    first: list[int] = []
    of = np.empty(matrix.shape[0], dtype=np.intp)
    starts = matrix.indptr.tolist()
    for i in range(matrix.shape[0]):
        part = slice(starts[i], starts[i + 1])
        key = (matrix.indices[part].tobytes(), matrix.data[part].tobytes())
        at = known.setdefault(key, len(first))
        if at == len(first):
            first.append(i)
        of[i] = at
    return sp.csr_array(matrix[first]), of
