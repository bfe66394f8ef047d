"""What a term is, and how rows of one become a sparse matrix."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from scoring.records import Record

STEP = 2.0**-24  # of every value in a row: products and sums of whole steps are exact in double precision
Row = tuple[Sequence[int] | np.ndarray, Sequence[float] | np.ndarray]


def in_steps(values: np.ndarray) -> np.ndarray:
    """Values in whole steps: what is equal but for the order it was added up in becomes equal."""
    return np.asarray(np.rint(values / STEP) * STEP)


def _joined(parts: Sequence[Any], size: int, kind: np.dtype[Any]) -> np.ndarray:
    """Lists and arrays one after the other."""
    if any(type(part) is np.ndarray for part in parts):
        return np.concatenate([np.asarray(part, dtype=kind) for part in parts])
    return np.fromiter(chain.from_iterable(parts), dtype=kind, count=size)


def _listed(part: Any) -> list[Any]:
    return list(part.tolist() if isinstance(part, np.ndarray) else part)


@dataclass(frozen=True)
class Setting:
    """What holds for a whole ranker: the day everything is judged from, and money in euros."""

    as_of: dt.date
    rates: Mapping[str, float]

    def days(self, day: dt.date) -> int:
        """Days from `as_of` to `day`, negative for the past."""
        return (day - self.as_of).days


class Reason(NamedTuple):
    """Why a term has its value: a message key and what to put in it (codes stay codes until they are shown)."""

    key: str
    values: Mapping[str, Any]


class Term(ABC):
    """One named term.

    Column 0 is the constant: 1 on the demand's side, the neutral value on the supplier's. What a supplier states adds
    its
    difference from the neutral value, so that an unstated field gives exactly `neutral`. A demand that states nothing
    has its 1 in the last column instead, which always holds the neutral value.

    All values are whole steps of 2^-24, so that the inner product of two rows is exact: neither the order of summation
    nor the machine's way of adding products can change a bit of it.
    """

    name: str
    neutral: float
    demand_fields: tuple[str, ...]
    supplier_fields: tuple[str, ...]

    def fit(self, records: Sequence[Record], setting: Setting) -> None:
        """Learn columns and weights from the side that is ranked."""
        self.setting = setting
        self.learn_columns(records)

    def learn_columns(self, records: Sequence[Record]) -> None:  # noqa: B027 - most terms have fixed columns
        """Columns that depend on the fitted records."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Number of columns, without the last."""

    @abstractmethod
    def demand_row(self, record: Record) -> Row:
        """Columns and values of a demand, without column 0."""

    @abstractmethod
    def supplier_row(self, record: Record) -> Row:
        """Columns and differences from `neutral` of a supplier, without column 0."""

    @abstractmethod
    def states(self, record: Record) -> bool:
        """Whether the record says anything this term can compare."""

    @abstractmethod
    def reason(self, demand: Record, supplier: Record) -> Reason:
        """Why the pair has its value; called only where both sides state something."""

    def full_row(self, record: Record) -> Row:
        """Columns and values of a record, the constants included; a column may come twice, its values then add up."""
        (first, cols), (constant, vals) = self._parts(record)
        if isinstance(cols, (list, tuple)) and isinstance(vals, (list, tuple)):  # short ones: no arrays needed
            return [*first, *cols], [round(value / STEP) * STEP for value in (*constant, *vals)]
        return (
            np.concatenate((first, np.asarray(cols, dtype=np.int64))),
            in_steps(np.concatenate((constant, np.asarray(vals, dtype=np.float64)))),
        )

    def _parts(self, record: Record) -> tuple[tuple[Sequence[int], Any], tuple[Sequence[float], Any]]:
        """The constants and what the record states: columns, then values, not yet in whole steps."""
        says = self.states(record)
        if record.side == "demand":
            cols, vals = self.demand_row(record) if says else ((), ())
            return ((0 if says else self.width,), cols), ((1.0,), vals)
        cols, vals = self.supplier_row(record) if says else ((), ())
        return ((0, self.width), cols), ((self.neutral, self.neutral), vals)

    @abstractmethod
    def keys(self, demands: Sequence[Record]) -> list[Hashable]:
        """All that each demand's row depends on: equal keys have equal rows."""

    def matrix(self, records: Sequence[Record]) -> sp.csr_array:
        """Rows of one side, shape (n_records, width + 1)."""
        if not records:
            return sp.csr_array((0, self.width + 1))
        columns, values, ends = [], [], [0]
        for record in records:
            (first, cols), (constant, vals) = self._parts(record)
            columns += [first, cols]
            values += [constant, vals]
            ends.append(ends[-1] + len(first) + len(cols))
        at = _joined(columns, ends[-1], np.dtype(np.int32))
        numbers = in_steps(_joined(values, ends[-1], np.dtype(np.float64)))
        out = sp.csr_array((numbers, at, np.asarray(ends, dtype=np.int32)), shape=(len(records), self.width + 1))
        out.sum_duplicates()
        return out

    def value(self, demand: Record, supplier: Record) -> float:
        """The term of one pair, 0 to 1: the inner product of its two rows."""
        asked: dict[int, float] = {}
        for column, number in zip(*map(_listed, self.full_row(demand)), strict=True):
            asked[column] = asked.get(column, 0.0) + number
        row = zip(*map(_listed, self.full_row(supplier)), strict=True)
        return float(sum([asked[column] * number for column, number in row if column in asked]))
