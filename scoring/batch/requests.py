"""A block of requests as the scan takes it. Rows of terms are made once per distinct wish and kept."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from scoring.batch.lanes import Wishes
from scoring.batch.masks import Masks
from scoring.batch.scan import Asked
from scoring.batch.tables import Tables, TermTable
from scoring.gates import GateBook
from scoring.records import Record
from scoring.space import Space
from scoring.terms.base import Term
from scoring.text.documents import body

KEPT = 4096  # rows per term
ROUNDING = 2.0**-24  # of one float32 operation


class TermRows:
    """The request rows of one term, each distinct one made once: entries, and those of rare columns."""

    def __init__(self, term: Term, table: TermTable) -> None:
        self.term = term
        self.table = table
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.number: dict[Hashable, int] = {}
        self.columns: list[np.ndarray] = []
        self.values: list[np.ndarray] = []
        self.rare: list[tuple[np.ndarray, np.ndarray]] = []

    def of(self, records: list[Record]) -> np.ndarray:
        """The number of each request's row, -1 where it does not state the term."""
        if len(self.number) > KEPT:
            self.forget()
        number, term = self.number, self.term
        keys = [term.key(record) for record in records]
        new: dict[Hashable, Record] = {}
        for key, record in zip(keys, records, strict=True):
            if key not in number and key not in new:
                new[key] = record
        self._add(new)
        return np.asarray([number[key] for key in keys], dtype=np.int64)

    def _add(self, new: dict[Hashable, Record]) -> None:
        stating = {key: record for key, record in new.items() if self.term.states(record)}
        self.number.update(dict.fromkeys(new, -1))
        if not stating:
            return
        rows = self.term.matrix(list(stating.values()))
        rows.sort_indices()
        first = len(self.columns)
        for at, key in enumerate(stating):
            part = slice(rows.indptr[at], rows.indptr[at + 1])
            columns, weights = rows.indices[part].astype(np.int32), rows.data[part]
            self.number[key] = first + at
            self.columns.append(columns)
            self.values.append(weights)
            rare = self.table.rare[columns] if self.table.rare.size else np.full(columns.size, -1)
            self.rare.append((rare[rare >= 0].astype(np.int32), weights[rare >= 0]))


@dataclass
class Block:
    """Some requests, ready: `wishes`, `asked` and gates for the scan; `gate[gates[i] : gates[i + 1]]` number the
    `masks` that request i's records must pass. `stated` has shape (n_terms, n_requests).
    """

    wishes: Wishes
    asked: Asked
    masks: np.ndarray
    gates: np.ndarray
    gate: np.ndarray
    stated: np.ndarray

    @property
    def empty(self) -> np.ndarray:
        """Which requests ask for nothing."""
        return np.asarray(np.diff(self.wishes.terms) == 0)


class Requests:
    """Makes blocks for one fitted ranker."""

    def __init__(self, space: Space, book: GateBook, tables: Tables) -> None:
        self.space = space
        self.tables = tables
        self.masks = Masks(book)
        self.rows = {table.name: TermRows(term, table) for term, table in zip(space.terms, tables.terms, strict=True)}

    def block(self, records: list[Record]) -> Block:
        """Requests as the scan takes them; one that asks for nothing has no terms."""
        numbers = {name: rows.of(records) for name, rows in self.rows.items()}
        worded = np.asarray([bool(body(record)) for record in records])
        most = self._most(numbers, worded)
        places, shift, slope = self._text(records, worded)
        points = np.empty((len(records), places.shape[1] + 1), dtype=np.float32)
        points[:, :-1] = places * (most["text"] * slope)[:, None]
        points[:, -1] = most["text"] * shift
        rare, rare_column, rare_weight = self._rare(numbers, most)
        length = np.linalg.norm(points[:, :-1].astype(np.float64), axis=1) * self.tables.longest
        steps = points.shape[1] + np.diff(rare) + 16
        asked = Asked(
            text=places,
            shift=shift,
            slope=slope,
            points=points,
            rare=rare,
            rare_column=rare_column,
            rare_from=self.tables.fitted.post_start[rare_column],
            rare_weight=rare_weight,
            allowance=(1.1 * steps * ROUNDING * (length + 128.0) + 1e-4).astype(np.float32),
        )
        gates = self.masks.of(records)
        return Block(
            wishes=self._wishes(numbers, worded, most),
            asked=asked,
            masks=self.masks.bits,
            gates=np.cumsum([0, *map(len, gates)]).astype(np.int64),
            gate=np.asarray([one for own in gates for one in own], dtype=np.int32),
            stated=np.stack([rows >= 0 for rows in numbers.values()]),
        )

    def _most(self, numbers: dict[str, np.ndarray], worded: np.ndarray) -> dict[str, np.ndarray]:
        """Points each term could have, per request."""
        terms = [term.name for term in self.space.terms]
        stated = np.stack([*(numbers[name] >= 0 for name in terms), worded], axis=1)
        patterns, which = np.unique(stated, axis=0, return_inverse=True)
        points = np.zeros((len(patterns), len(self.space.weights)))
        names = list(self.space.weights)
        for row, pattern in zip(points, patterns, strict=True):
            asked = [name for name, says in zip([*terms, "text"], pattern, strict=True) if says]
            for name, value in self.space.shared_out({one: self.space.weights[one] for one in asked}).items():
                row[names.index(name)] = value
        return {name: points[which, column] for column, name in enumerate(names)}

    def _text(self, records: list[Record], worded: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        places = np.zeros((len(records), self.tables.fitted.text.shape[1]))
        shift, slope = np.zeros(len(records)), np.zeros(len(records))
        stated = np.flatnonzero(worded)
        for at, place in zip(stated, self.space.text.places([records[i] for i in stated]), strict=True):
            places[at], shift[at], slope[at] = place.q, place.start, place.slope
        return places, shift, slope

    def _wishes(self, numbers: dict[str, np.ndarray], worded: np.ndarray, most: dict[str, np.ndarray]) -> Wishes:
        """Which terms each request has, in the order of the weights, and where their rows lie."""
        n = len(worded)
        owner, term, points, low, high = [], [], [], [], []
        columns: list[np.ndarray] = []
        values: list[np.ndarray] = []
        filled = 0
        for name in self.space.weights:
            if name == "text":
                at = np.flatnonzero(worded)
                number, start, end = -1, np.zeros(at.size, dtype=np.int64), np.zeros(at.size, dtype=np.int64)
            elif name in numbers:
                rows = self.rows[name]
                at = np.flatnonzero(numbers[name] >= 0)
                used, inverse = np.unique(numbers[name][at], return_inverse=True)
                sizes = np.asarray([rows.values[one].size for one in used], dtype=np.int64)
                ends = filled + np.cumsum(sizes)
                columns += [rows.columns[one] for one in used]
                values += [rows.values[one] for one in used]
                number, start, end = rows.table.number, (ends - sizes)[inverse], ends[inverse]
                filled += int(sizes.sum())
            else:
                continue
            owner.append(at)
            term.append(np.full(at.size, number, dtype=np.int32))
            points.append(most[name][at])
            low.append(start)
            high.append(end)
        owners = np.concatenate(owner)
        order = np.argsort(owners, kind="stable")
        return Wishes(
            terms=np.searchsorted(owners[order], np.arange(n + 1)).astype(np.int64),
            term=np.concatenate(term)[order],
            most=np.concatenate(points)[order],
            low=np.concatenate(low)[order],
            high=np.concatenate(high)[order],
            column=np.concatenate([np.zeros(0, dtype=np.int32), *columns]),
            value=np.concatenate([np.zeros(0), *values]),
        )

    def _rare(
        self, numbers: dict[str, np.ndarray], most: dict[str, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        n = len(next(iter(numbers.values())))
        coded = [(rows, numbers[name], most[name]) for name, rows in self.rows.items() if rows.table.rare.size]
        counts = np.zeros(n, dtype=np.int64)
        columns: list[np.ndarray] = [np.zeros(0, dtype=np.int32)]
        weights: list[np.ndarray] = [np.zeros(0)]
        for i in range(n):
            for rows, own, points in coded:
                if own[i] >= 0:
                    column, value = rows.rare[own[i]]
                    if column.size:
                        counts[i] += column.size
                        columns.append(column)
                        weights.append(value * points[i])
        starts = np.concatenate(([0], np.cumsum(counts)))
        return starts, np.concatenate(columns), np.concatenate(weights).astype(np.float32)
