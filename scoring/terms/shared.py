"""Terms where one thing in common is enough: languages, trade terms, the country of origin."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from scoring.records import Record
from scoring.terms.base import Reason, Row, Term


class SharedTerm(Term):
    """Mean over the stated pairs of lists of: 1 if the two have an item in common, else 0.

    "At least one in common" is no inner product of items, but it is one of whole lists: the fitted side gets one column
    per distinct list it uses (there are few), and the asker is compared with each of them once.

    Parameters
    ----------
    pairs : of (demand field, supplier field)
    """

    def __init__(self, name: str, neutral: float, pairs: tuple[tuple[str, str], ...]) -> None:
        self.name = name
        self.neutral = neutral
        self.pairs = pairs
        self.demand_fields = tuple(pair[0] for pair in pairs)
        self.supplier_fields = tuple(pair[1] for pair in pairs)

    def _fields(self, record: Record) -> tuple[str, ...]:
        return self.demand_fields if record.side == "demand" else self.supplier_fields

    def learn_columns(self, records: Sequence[Record]) -> None:
        """One column per pair and distinct list of the fitted side."""
        seen = {
            (number, tuple(sorted(record.has(name))))
            for record in records
            for number, name in enumerate(self._fields(record))
            if record.has(name)
        }
        self.columns_ = {key: column for column, key in enumerate(sorted(seen), start=1)}
        self._of_pair: dict[int, list[int]] = {}
        self._holding: dict[tuple[int, str], list[int]] = {}  # places in the list of the pair
        for (number, items), column in self.columns_.items():
            places = self._of_pair.setdefault(number, [])
            for item in items:
                self._holding.setdefault((number, item), []).append(len(places))
            places.append(column)
        self._fitted_side = records[0].side if records else "supplier"

    @property
    def width(self) -> int:
        """The constant and one column per distinct list."""
        return len(self.columns_) + 1

    def states(self, record: Record) -> bool:
        """Whether any of the lists is given."""
        return any(map(record.codes.get, self._fields(record)))

    def _own(self, record: Record) -> list[int]:
        """The columns of a fitted record's lists."""
        own = [(number, tuple(sorted(record.has(name)))) for number, name in enumerate(self._fields(record))]
        return [self.columns_[key] for key in own if key in self.columns_]

    def _answers(self, record: Record) -> tuple[np.ndarray, np.ndarray]:
        """The columns of the pairs in which the record gives a list, and whether it shares anything with each."""
        columns: list[int] = []
        hits: list[np.ndarray] = [np.zeros(0)]
        for number, name in enumerate(self._fields(record)):
            if record.has(name) and number in self._of_pair:
                columns += self._of_pair[number]
                hits.append(np.zeros(len(self._of_pair[number])))
                for item in record.has(name):
                    hits[-1][self._holding.get((number, item), [])] = 1.0
        return np.asarray(columns, dtype=np.int64), np.concatenate(hits)

    def keys(self, demands: Sequence[Record]) -> list[Hashable]:
        """The lists."""
        fields = self.demand_fields
        if len(fields) == 1:
            return [demand.codes.get(fields[0]) for demand in demands]
        return [tuple(map(demand.codes.get, fields)) for demand in demands]

    def demand_row(self, record: Record) -> Row:
        """Share of each stated pair on the columns."""
        share = 1.0 / sum(bool(record.has(name)) for name in self.demand_fields)
        if record.side == self._fitted_side:
            own = self._own(record)
            return own, [share for _ in own]
        columns, hits = self._answers(record)
        return columns, share * (hits - self.neutral)

    def supplier_row(self, record: Record) -> Row:
        """Marks on the columns."""
        if record.side == self._fitted_side:
            own = self._own(record)
            return own, [1.0 for _ in own]
        columns, hits = self._answers(record)
        return columns, hits - self.neutral

    def reason(self, demand: Record, supplier: Record) -> Reason:
        """What the two share, and what they do not."""
        shared: list[str] = []
        wanted: list[str] = []
        found: list[str] = []
        fields: list[str] = []
        for ours, theirs in self.pairs:
            wants, has = demand.codes.get(ours), supplier.codes.get(theirs)
            if wants and has:
                both = [f"{ours}/{item}" for item in wants if item in has]
                shared += both
                if not both:
                    fields.append(ours)
                    wanted += [f"{ours}/{item}" for item in wants]
                    found += [f"{theirs}/{item}" for item in has]
        values = {"field": self.name, "shared": shared, "wanted": wanted, "found": found, "fields": fields}
        if not shared and not wanted:
            return Reason("unknown.supplier", {"fields": list(self.supplier_fields)})
        kind = "languages" if self.name == "languages" else "shared"
        return Reason(f"{kind}.{'yes' if not wanted else 'no'}", values)
