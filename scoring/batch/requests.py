"""A block of requests as the scan takes it. Rows of terms are made once per distinct wish and kept."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
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

KEPT = 1 << 19  # entries of rows
PATTERNS = 1 << 14  # which terms requests state
ROUNDING = 2.0**-24  # of one float32 operation


class Entries:
    """Rows of columns and values, one after the other and numbered."""

    def __init__(self) -> None:
        self._starts = np.zeros(1024, dtype=np.int64)
        self._column = np.zeros(4096, dtype=np.int32)
        self._value = np.zeros(4096)
        self.rows = 0

    def __len__(self) -> int:
        return int(self._starts[self.rows])

    def add(self, sizes: np.ndarray, columns: np.ndarray, values: np.ndarray) -> int:
        """Add rows of so many entries each; returns the number of the first."""
        first, size = self.rows, len(self)
        self._starts = _roomy(self._starts, first + sizes.size + 1)
        self._column, self._value = (_roomy(one, size + columns.size) for one in (self._column, self._value))
        self._starts[first + 1 : first + 1 + sizes.size] = size + np.cumsum(sizes)
        self._column[size : size + columns.size] = columns
        self._value[size : size + columns.size] = values
        self.rows += sizes.size
        return first

    def of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The entries of some rows (-1: none), one after the other: where each begins, and their columns and values."""
        low = self._starts[rows]
        sizes = np.where(rows >= 0, self._starts[rows + 1] - low, 0)
        begin = np.concatenate(([0], np.cumsum(sizes)))
        at = np.repeat(low - begin[:-1], sizes) + np.arange(begin[-1])
        return begin, self._column[at], self._value[at]


def _roomy(array: np.ndarray, size: int) -> np.ndarray:
    """The array, or one at least twice as long that begins with it."""
    if size <= array.size:
        return array
    out = np.zeros(max(size, 2 * array.size), dtype=array.dtype)
    out[: array.size] = array
    return out


class Rows:
    """The request rows of all terms, each distinct one made once: `entries`, and with the same number those of its rare
    columns."""

    def __init__(self, terms: Sequence[Term], tables: Sequence[TermTable]) -> None:
        self.terms = tuple(zip(terms, tables, strict=True))
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.entries, self.rare = Entries(), Entries()
        self._number: list[dict[Hashable, int]] = [{} for _ in self.terms]

    def of(self, records: list[Record]) -> np.ndarray:
        """The number of each request's row, shape (n_terms, n_requests), -1 where it does not state the term."""
        if len(self.entries) > KEPT:
            self.forget()
        out = np.empty((len(self.terms), len(records)), dtype=np.int64)
        for own, number, (term, table) in zip(out, self._number, self.terms, strict=True):
            keys = term.keys(records)
            known = list(map(number.get, keys))
            if None in known:
                found = zip(keys, records, known, strict=True)
                self._add({key: record for key, record, at in found if at is None}, number, term, table)
                known = [number[key] for key in keys]
            own[:] = np.asarray(known)
        return out

    def _add(self, new: dict[Hashable, Record], number: dict[Hashable, int], term: Term, table: TermTable) -> None:
        stating = {key: record for key, record in new.items() if term.states(record)}
        found = dict.fromkeys(new, -1)
        if stating:
            rows = term.matrix(list(stating.values()))
            rows.sort_indices()
            rare = table.rare[rows.indices] if table.rare.size else np.full(rows.nnz, -1)
            known = np.concatenate(([0], np.cumsum(rare >= 0)))[rows.indptr]
            first = self.entries.add(np.diff(rows.indptr), rows.indices, rows.data)
            self.rare.add(np.diff(known), rare[rare >= 0], rows.data[rare >= 0])
            found.update(zip(stating, range(first, first + len(stating)), strict=True))
        number.update(found)  # when the rows are there: an interruption leaves nobody without a wish


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
        self.masks = Masks(book, tables.order)
        self.rows = Rows(space.terms, tables.terms)
        self.names = [name for name in space.weights if name == "text" or name in {one.name for one in space.terms}]
        number = {table.name: table.number for table in tables.terms} | {"text": -1}
        self._term = np.asarray([number[name] for name in self.names], dtype=np.int32)
        self._points: dict[int, np.ndarray] = {}

    def block(self, records: list[Record]) -> Block:
        """Requests as the scan takes them; one that asks for nothing has no terms."""
        rows = self.rows.of(records)
        worded = np.asarray([bool(record.description or record.words) for record in records])
        stated = rows >= 0
        # a place for each term in the order of the weights; the text, which has no row, is there too
        said = np.concatenate([stated, worded[None]])[self._term].T
        most = self._most(said)
        places, shift, slope = self._text(records, worded)
        text_most = most[:, self.names.index("text")]
        points = np.empty((len(records), places.shape[1] + 1), dtype=np.float32)
        points[:, :-1] = places * (text_most * slope)[:, None]
        points[:, -1] = text_most * shift
        rare, rare_column, rare_weight = self._rare(rows, most)
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
            wishes=self._wishes(rows, said, most),
            asked=asked,
            masks=self.masks.bits,
            gates=np.cumsum([0, *map(len, gates)]).astype(np.int64),
            gate=np.asarray([one for own in gates for one in own], dtype=np.int32),
            stated=stated,
        )

    def _most(self, said: np.ndarray) -> np.ndarray:
        """Points each term could have, shape (n_requests, n_terms), terms in the order of the weights."""
        patterns, which = np.unique(said @ (1 << np.arange(said.shape[1])), return_inverse=True)
        if len(self._points) > PATTERNS:
            self._points.clear()
        known = self._points
        rows = [known[one] if one in known else self._shared(one) for one in patterns.tolist()]
        return np.asarray(rows).reshape(-1, said.shape[1])[which]

    def _shared(self, pattern: int) -> np.ndarray:
        weights = self.space.weights
        asked = {name for at, name in enumerate(self.names) if pattern >> at & 1}
        base = {name: weights[name] for name in (*(one.name for one in self.space.terms), "text") if name in asked}
        shared = self.space.shared_out(base)
        out = self._points[pattern] = np.asarray([shared.get(name, 0.0) for name in self.names])
        return out

    def _text(self, records: list[Record], worded: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        places = np.zeros((len(records), self.tables.fitted.text.shape[1]))
        shift, slope = np.zeros(len(records)), np.zeros(len(records))
        stated = np.flatnonzero(worded)
        for at, place in zip(stated, self.space.text.places([records[i] for i in stated]), strict=True):
            places[at], shift[at], slope[at] = place.q, place.start, place.slope
        return places, shift, slope

    def _wishes(self, rows: np.ndarray, said: np.ndarray, most: np.ndarray) -> Wishes:
        """Which terms each request has, in the order of the weights, and where their rows lie."""
        request, place = np.nonzero(said)
        term = self._term[place]
        begin, column, value = self.rows.entries.of(np.where(term >= 0, rows[term, request], -1))
        return Wishes(
            terms=np.concatenate(([0], np.cumsum(said.sum(axis=1)))).astype(np.int64),
            term=term,
            most=most[request, place],
            low=begin[:-1],
            high=begin[1:],
            column=column,
            value=value,
        )

    def _rare(self, rows: np.ndarray, most: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rare columns of each request, term after term: where they begin, which they are, and the points of each."""
        coded = [table for table in self.tables.terms if table.rare.size]
        if not coded:
            return np.zeros(len(most) + 1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        places = [self.names.index(table.name) for table in coded]
        begin, column, value = self.rows.rare.of(rows[[table.number for table in coded]].T.reshape(-1))
        points = np.repeat(most[:, places].reshape(-1), np.diff(begin))
        return np.ascontiguousarray(begin[:: len(coded)]), column, (value * points).astype(np.float32)
