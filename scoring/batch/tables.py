"""The fitted side as the scan takes it: distinct rows per term for exact scores, groups of columns for their bounds.

Most records share their row of a term with others (the same minimum, the same languages), so the rows are kept once.
The upper bound of a term is the sum of one number per group of its columns, read by the class of a record in that
group: with few distinct rows each is a class, and the bound is exact; the frequent codes of a term make groups in which
few patterns occur, exact too, and rare codes are added from postings; number grids are grouped by likeness and bounded
by the largest value in each column; lists with one thing in common by the largest value of a request over a class.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from scoring.batch.lanes import Bounds
from scoring.batch.scan import HEAD, Fitted
from scoring.space import Space
from scoring.terms.base import Term
from scoring.terms.certificates import CertificateTerm
from scoring.terms.coded import CodeTerm
from scoring.terms.distinct import distinct_rows
from scoring.terms.shared import SharedTerm
from scoring.text.compact import CompactSpace

CLASSES = 640  # distinct rows that are compared with one by one
PATTERNS = 512  # of the codes of one group
LIKE = 256  # groups of like rows
STEPS = 16  # values of codes are rounded up to whole ones of so many, so that fewer patterns occur
MANY = 1 / 16  # share of the records from which a code belongs to a group
_SAMPLE, _AT_A_TIME = 2000, 2048  # distinct rows: that likeness is learned from, that are looked at together


@dataclass(frozen=True)
class Group:
    """A class for each distinct row of a term, and what no row of a class exceeds: `most` of shape (n_columns,
    n_classes)."""

    classes: np.ndarray
    most: sp.csr_array


@dataclass
class TermTable:
    """How one term is bounded.

    `rows` are its distinct rows, `of` says which one each record has; `exact`: each is a class of its own. `rare` maps
    columns to postings (-1: none). `numbers` are those of its groups.
    """

    number: int
    name: str
    rows: sp.csr_array
    of: np.ndarray
    exact: bool = False
    groups: list[Group] = field(default_factory=list)
    rare: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    numbers: range = range(0)


class Tables:
    """Everything that is learned once from a fitted space.

    Attributes
    ----------
    terms : one `TermTable` per term of the space
    fitted : arrays of the bounds and of the exact scores
    bounds : what is in the table of bounds, by column of a term
    longest : of the rows of text, in steps
    order : the number of the record at each place of `fitted`
    """

    def __init__(self, space: Space) -> None:
        text: CompactSpace = space.text
        self.n = len(space.records)
        self.terms: list[TermTable] = []
        postings: list[tuple[np.ndarray, np.ndarray]] = []
        for number, term in enumerate(space.terms):
            known = sp.csr_array(space.distinct[number].rows)
            known.eliminate_zeros()
            known.sort_indices()
            rows, of = distinct_rows(known)
            table = TermTable(number, term.name, rows, of[space.distinct[number].of])
            postings += _grouped(table, term, len(postings))
            self.terms.append(table)
        packed, starts = _packed([table.rows for table in self.terms])
        sizes = [np.diff(table.rows.indptr) for table in self.terms]
        self.longest = float(np.linalg.norm(text.rows, axis=1).max(initial=0.0))
        code = self._lay_out()
        # in no order: how good the best so far are then tells how good the best of all will be
        self.order = order = np.random.default_rng(0).permutation(self.n)
        place = np.argsort(order)
        postings = [_sorted(place[records], values) for records, values in postings]
        self.fitted = Fitted(
            number=order.astype(np.int32),
            text=np.ascontiguousarray(text.rows[order], dtype=np.float32),
            rest=length(text.rows[order, HEAD:]),
            code=code[order],
            exact=np.asarray([table.numbers.start if table.exact else -1 for table in self.terms]),
            row=np.stack(
                [
                    np.stack([start[table.of], size[table.of]], axis=1)
                    for table, start, size in zip(self.terms, starts, sizes, strict=True)
                ],
                axis=1,
            )[order].astype(np.int32),
            column=packed.view(np.int32).reshape(-1),
            value=packed.reshape(-1),
            post_start=np.concatenate(([0], np.cumsum([len(one[0]) for one in postings]))).astype(np.int64),
            post_record=np.concatenate([np.zeros(0), *(one[0] for one in postings)]).astype(np.int32),
            post_value=np.concatenate([np.zeros(0), *(one[1] for one in postings)]).astype(np.float32),
        )

    def _lay_out(self) -> np.ndarray:
        """The row of the table of bounds for each record and group, exact terms first; the last row is of zeros."""
        codes: list[np.ndarray] = []
        starts = [0]
        columns: dict[int, sp.csr_array] = {}
        for table in sorted(self.terms, key=lambda one: not one.exact):
            table.numbers = range(len(codes), len(codes) + len(table.groups))
            columns[table.number] = sp.csr_array(
                sp.hstack(
                    [sp.csr_array((table.rows.shape[1], 0)), *(group.most for group in table.groups)], format="csr"
                )
            )
            columns[table.number].indices += starts[-1]
            for group in table.groups:
                codes.append(starts[-1] + group.classes[table.of])
                starts.append(starts[-1] + group.most.shape[1])
        ordered = [columns[table.number] for table in self.terms]
        entries = np.cumsum([0, *(one.nnz for one in ordered)])
        self.bounds = Bounds(
            group_start=np.asarray(starts),
            term_group=np.asarray([[t.numbers.start, t.numbers.stop] for t in self.terms]),
            known=np.asarray([starts[t.numbers.stop] for t in self.terms if t.exact]).max(initial=0, keepdims=True),
            term_column=np.cumsum([0, *(one.shape[0] for one in ordered)]),
            column_entry=np.concatenate(
                [*(one.indptr[:-1] + first for one, first in zip(ordered, entries, strict=False)), entries[-1:]]
            ).astype(np.int64),
            row=np.concatenate([one.indices for one in ordered]).astype(np.int32),
            value=np.concatenate([one.data for one in ordered]),
        )
        return np.stack([*codes, np.full(self.n, starts[-1])], axis=1).astype(np.int32)


def _sorted(records: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(records)
    return records[order], values[order]


def length(rows: np.ndarray) -> np.ndarray:
    """Of each row, in single precision and not below what it is."""
    found = np.linalg.norm(rows.astype(np.float64), axis=1) * (1.0 + 2.0**-20)
    return np.asarray(found, dtype=np.float32)


def _grouped(table: TermTable, term: Term, postings: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Decide how a term is bounded; the postings of its rare columns, numbered from `postings` on."""
    if table.rows.shape[0] <= CLASSES:
        table.exact = True
        table.groups = [Group(np.arange(table.rows.shape[0]), sp.csr_array(table.rows.T))]
    elif isinstance(term, SharedTerm):
        table.groups = [_frequent(table)]
    elif isinstance(term, (CodeTerm, CertificateTerm)):
        return _coded(table, postings)
    else:
        table.groups = [_like(table.rows)]
    return []


def _coded(table: TermTable, postings: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Frequent columns in groups of few patterns, each column in the first group that still has few with it."""
    by_record = sp.csc_array(table.rows[table.of])
    by_row = sp.csc_array(table.rows)
    by_row.data = np.ceil(by_row.data * STEPS) / STEPS
    sizes = np.diff(by_record.indptr)
    least = MANY * len(table.of)
    table.rare = np.full(by_row.shape[1], -1)
    out: list[tuple[np.ndarray, np.ndarray]] = []
    patterns: list[np.ndarray] = []
    members: list[list[int]] = []
    for column in np.argsort(-sizes, kind="stable"):
        part = slice(by_record.indptr[column], by_record.indptr[column + 1])
        records, values = by_record.indices[part], by_record.data[part]
        if sizes[column] < least:
            if (values > 0).any():  # what only takes away is left out of an upper bound
                table.rare[column] = postings + len(out)
                out.append((records[values > 0], values[values > 0]))
            continue
        own = np.unique(by_row[:, [column]].toarray(), return_inverse=True)[1].reshape(-1)
        for at, pattern in enumerate(patterns):
            joined = np.unique(pattern * (own.max() + 1) + own, return_inverse=True)[1]
            if joined.max() < PATTERNS:
                patterns[at] = joined
                members[at].append(column)
                break
        else:
            patterns.append(own)
            members.append([column])
    for pattern, columns in zip(patterns, members, strict=True):
        first = np.unique(pattern, return_index=True)[1]
        kept = sp.diags_array(np.isin(np.arange(by_row.shape[1]), columns).astype(np.float64))
        table.groups.append(Group(pattern, sp.csr_array((sp.csr_array(by_row)[first] @ kept).T)))
    return out


def _like(rows: sp.csr_array) -> Group:
    """Group like rows, and bound each group by its largest values."""
    used = np.unique(rows.indices)
    narrow = sp.csr_array(rows[:, used]).astype(np.float32)  # whole steps up to 1: the same in single precision
    draw = np.random.default_rng(0)
    size = narrow.shape[0]
    some = np.arange(size) if size <= _SAMPLE else np.sort(draw.choice(size, _SAMPLE, replace=False))
    classes = np.empty(size, dtype=np.int64)
    most = np.full((min(LIKE, len(some)), len(used)), -np.inf)
    with threadpool_limits(limits=1):
        groups = KMeans(len(most), n_init=1, max_iter=20, random_state=0).fit(narrow[some].toarray())
        for start in range(0, size, _AT_A_TIME):
            wide = narrow[start : start + _AT_A_TIME].toarray()
            own = classes[start : start + _AT_A_TIME] = groups.predict(wide)
            np.maximum.at(most, own, wide)
    present, classes = np.unique(classes, return_inverse=True)
    whole = sp.lil_array((rows.shape[1], len(present)))
    whole[used] = most[present].T
    return Group(classes, sp.csr_array(whole))


def _packed(matrices: list[sp.csr_array]) -> tuple[np.ndarray, list[np.ndarray]]:
    """All entries, shape (n, 2): the bits of the column and the value; and where each row of each matrix begins."""
    packed = np.zeros((sum(m.nnz for m in matrices), 2), dtype=np.float32)
    packed.view(np.int32)[:, 0] = np.concatenate([m.indices for m in matrices])
    packed[:, 1] = values = np.concatenate([m.data for m in matrices])
    assert np.array_equal(packed[:, 1], values), "values of a fitted row are whole steps up to 1"
    ends = np.cumsum([0, *(m.nnz for m in matrices)])
    return packed, [m.indptr[:-1] + first for m, first in zip(matrices, ends, strict=False)]


def _frequent(table: TermTable) -> Group:
    """A class for each of the most frequent rows; all others have one whose value is bounded by 1, as any value is."""
    order = np.argsort(-np.bincount(table.of), kind="stable")
    classes = np.full(len(order), CLASSES - 1)
    classes[order[: CLASSES - 1]] = np.arange(CLASSES - 1)
    top = sp.csr_array(([1.0 + 1e-6], ([0], [0])), shape=(1, table.rows.shape[1]))
    return Group(classes, sp.csr_array(sp.vstack([table.rows[order[: CLASSES - 1]], top]).T))
