"""The fitted side as the scan takes it: distinct rows per term for exact scores, dense columns for their upper bounds.

Most records share their row of a term with others (the same minimum, the same languages), so the rows are kept once.
An upper bound of a term is a number per class of rows: with few distinct rows each is a class and the bound is exact;
number grids are grouped by likeness and bounded by the largest value in each column of a group; lists with one thing
in common by the largest value of a request over the rows of a class. Codes have a column each where many records hold
them, and postings where few do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from scoring.batch.scan import Fitted
from scoring.space import Space
from scoring.terms.base import Term
from scoring.terms.certificates import CertificateTerm
from scoring.terms.coded import CodeTerm
from scoring.terms.distinct import distinct_rows
from scoring.terms.shared import SharedTerm
from scoring.text.compact import BITS, CompactSpace

CLASSES = 16  # per term
MANY = 1 / 64  # share of the records from which a code has a column of its own
OWN_COLUMNS = 96  # codes with a column of their own, over all terms
_SAMPLE = 2000  # distinct rows the groups are learned from


@dataclass
class TermTable:
    """How one term is bounded.

    `rows` are its distinct rows, `of` says which one each record has. `classes` groups the distinct rows (None: the
    term has code columns), `envelope` is the largest value per class and column (None: a request is compared with all
    distinct rows). `columns` maps code columns to dense ones, `rare` to postings.
    """

    number: int
    name: str
    rows: sp.csr_array
    of: np.ndarray
    start: int = 0
    classes: np.ndarray | None = None
    envelope: np.ndarray | None = None
    columns: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    rare: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def width(self) -> int:
        """Dense columns of the term."""
        if self.classes is not None:
            return int(self.classes.max(initial=-1)) + 1
        return int(self.columns.max(initial=-1)) + 1


class Tables:
    """Everything that is learned once from a fitted space.

    Attributes
    ----------
    terms : one `TermTable` per term of the space
    fitted : arrays of the exact scores
    dense : float32 of shape (n_fitted, n_columns), text first, then a constant; a row times the request's is the bound
    """

    def __init__(self, space: Space) -> None:
        text: CompactSpace = space.text
        self.n = len(space.records)
        self.text_width = text.rows.shape[1]
        self.terms: list[TermTable] = []
        for number, term in enumerate(space.terms):
            known = sp.csr_array(space.distinct[number].rows)
            known.eliminate_zeros()
            known.sort_indices()
            rows, of = distinct_rows(known)
            of = of[space.distinct[number].of]
            self.terms.append(TermTable(number, term.name, rows, of))
        postings = self._choose(space.terms)
        self._lay_out()
        packed, starts = _packed([table.rows for table in self.terms])
        sizes = [np.diff(table.rows.indptr) for table in self.terms]
        self.fitted = Fitted(
            text=np.ascontiguousarray(text.rows, dtype=np.float32),
            row=np.stack(
                [
                    np.stack([start[table.of], size[table.of]], axis=1)
                    for table, start, size in zip(self.terms, starts, sizes, strict=True)
                ],
                axis=1,
            ).astype(np.int32),
            column=packed.view(np.int32).reshape(-1),
            value=packed.reshape(-1),
            post_start=np.concatenate(([0], np.cumsum([len(one[0]) for one in postings]))).astype(np.int64),
            post_record=np.concatenate([np.zeros(0), *(one[0] for one in postings)]).astype(np.int32),
            post_value=np.concatenate([np.zeros(0), *(one[1] for one in postings)]).astype(np.float32),
        )
        self.dense = self._dense(text)
        # longest row over all columns: for the rounding allowance
        self.longest = float(np.sqrt((self.dense.astype(np.float64) ** 2).sum(axis=1).max(initial=0.0)))

    def _choose(self, terms: tuple[Term, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Decide how each term is bounded; the postings of rare code columns."""
        postings: list[tuple[np.ndarray, np.ndarray]] = []
        coded: list[tuple[TermTable, sp.csr_array]] = []
        for table, term in zip(self.terms, terms, strict=True):
            if table.rows.shape[0] <= CLASSES:
                table.classes = np.arange(table.rows.shape[0])
            elif isinstance(term, (CodeTerm, CertificateTerm)):
                coded.append((table, sp.csr_array(table.rows[table.of].T)))
            elif isinstance(term, SharedTerm):
                table.classes = _by_frequency(table.of)
            else:
                self._group(table)
        own = _own_columns([flipped for _, flipped in coded], MANY * self.n)
        for n, (table, flipped) in enumerate(coded):
            table.columns = np.full(flipped.shape[0], -1)
            table.rare = np.full(flipped.shape[0], -1)
            for column in range(flipped.shape[0]):
                part = slice(flipped.indptr[column], flipped.indptr[column + 1])
                records, values = flipped.indices[part], flipped.data[part]
                if (n, column) in own:
                    table.columns[column] = table.width
                elif (values > 0).any():  # what only takes away is left out of an upper bound
                    table.rare[column] = len(postings)
                    postings.append((records[values > 0], values[values > 0]))
        return postings

    def _group(self, table: TermTable) -> None:
        """Group like rows, and bound each group by its largest values."""
        used = np.unique(table.rows.indices)
        wide = sp.csr_array(table.rows[:, used]).toarray()
        draw = np.random.default_rng(0)
        sample = wide if len(wide) <= _SAMPLE else wide[np.sort(draw.choice(len(wide), _SAMPLE, replace=False))]
        with threadpool_limits(limits=1):
            groups = KMeans(CLASSES, n_init=1, max_iter=20, random_state=0).fit(sample)
            table.classes = groups.predict(wide)
        present, table.classes = np.unique(table.classes, return_inverse=True)
        table.envelope = np.zeros((len(present), table.rows.shape[1]))
        for one in range(len(present)):
            table.envelope[one, used] = wide[table.classes == one].max(axis=0)

    def _lay_out(self) -> None:
        start = self.text_width + 1
        for table in self.terms:
            table.start = start
            start += table.width
        self.width = start

    def _dense(self, text: CompactSpace) -> np.ndarray:
        out = np.zeros((self.n, self.width), dtype=np.float32)
        out[:, : self.text_width] = text.rows * 2.0**-BITS
        out[:, self.text_width] = 1.0  # for what every record gets
        everyone = np.arange(self.n)
        for table in self.terms:
            if table.classes is not None:
                out[everyone, table.start + table.classes[table.of]] = 1.0
            else:
                chosen = np.flatnonzero(table.columns >= 0)
                out[:, table.start + table.columns[chosen]] = table.rows[:, chosen].toarray()[table.of]
        return out

    def request_columns(self, table: TermTable, rows: sp.csr_array) -> np.ndarray:
        """A block of request rows of one term against its dense columns, shape (n_requests, width)."""
        if table.classes is None:
            chosen = np.flatnonzero(table.columns >= 0)
            out = np.zeros((rows.shape[0], table.width))
            out[:, table.columns[chosen]] = rows[:, chosen].toarray()
            return out
        if table.envelope is not None:
            return np.asarray(rows @ table.envelope.T)
        values = (rows @ sp.csr_array(table.rows.T)).toarray()
        out = np.full((rows.shape[0], table.width), -np.inf)
        order = np.argsort(table.classes, kind="stable")
        starts = np.searchsorted(table.classes[order], np.arange(table.width))
        out[:] = np.maximum.reduceat(values[:, order], starts, axis=1)
        return out


def _packed(matrices: list[sp.csr_array]) -> tuple[np.ndarray, list[np.ndarray]]:
    """All entries, shape (n, 2): the bits of the column and the value; and where each row of each matrix begins."""
    packed = np.zeros((sum(m.nnz for m in matrices), 2), dtype=np.float32)
    packed.view(np.int32)[:, 0] = np.concatenate([m.indices for m in matrices])
    packed[:, 1] = values = np.concatenate([m.data for m in matrices])
    assert np.array_equal(packed[:, 1], values), "values of a fitted row are whole steps up to 1"
    ends = np.cumsum([0, *(m.nnz for m in matrices)])
    return packed, [m.indptr[:-1] + first for m, first in zip(matrices, ends, strict=False)]


def _own_columns(matrices: list[sp.csr_array], least: float) -> set[tuple[int, int]]:
    """(matrix, row) of the fullest rows, those that add something before those that only take away."""
    sizes = [
        (bool((m.data[m.indptr[row] : m.indptr[row + 1]] > 0).any()), int(size), number, row)
        for number, m in enumerate(matrices)
        for row, size in enumerate(np.diff(m.indptr))
        if size >= least
    ]
    return {(number, row) for _, _, number, row in sorted(sizes, reverse=True)[:OWN_COLUMNS]}


def _by_frequency(of: np.ndarray) -> np.ndarray:
    """A class for each of the most frequent rows, and one for all others."""
    counts = np.bincount(of)
    order = np.argsort(-counts, kind="stable")
    classes = np.full(len(counts), CLASSES - 1)
    classes[order[: CLASSES - 1]] = np.arange(CLASSES - 1)
    return classes
