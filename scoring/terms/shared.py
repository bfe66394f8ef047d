"""Terms where one thing in common is enough: languages, trade terms, the country of origin."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

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
        self._fitted_side = records[0].side if records else "supplier"

    @property
    def width(self) -> int:
        """The constant and one column per distinct list."""
        return len(self.columns_) + 1

    def states(self, record: Record) -> bool:
        """Whether any of the lists is given."""
        return any(record.has(name) for name in self._fields(record))

    def _responses(self, record: Record) -> list[tuple[int, int, float]]:
        """(column, pair, 1 or 0): the record's own lists if fitted, else its answer to every fitted list."""
        lists = [record.has(name) for name in self._fields(record)]
        if record.side == self._fitted_side:
            own = [(number, tuple(sorted(items))) for number, items in enumerate(lists) if items]
            return [(self.columns_[key], key[0], 1.0) for key in own if key in self.columns_]
        return [
            (column, number, float(bool(set(items) & set(lists[number]))))
            for (number, items), column in self.columns_.items()
            if lists[number]
        ]

    def key(self, demand: Record) -> Hashable:
        """The lists."""
        return tuple(map(demand.codes.get, self.demand_fields))

    def demand_row(self, record: Record) -> Row:
        """Share of each stated pair on the columns."""
        share = 1.0 / sum(bool(record.has(name)) for name in self.demand_fields)
        found = self._responses(record)
        if record.side == self._fitted_side:
            return [c for c, _, _ in found], [share for _ in found]
        return [c for c, _, _ in found], [share * (hit - self.neutral) for _, _, hit in found]

    def supplier_row(self, record: Record) -> Row:
        """Marks on the columns."""
        found = self._responses(record)
        if record.side == self._fitted_side:
            return [c for c, _, _ in found], [1.0 for _ in found]
        return [c for c, _, _ in found], [hit - self.neutral for _, _, hit in found]

    def reason(self, demand: Record, supplier: Record) -> Reason:
        """What the two share, and what they do not."""
        shared: list[str] = []
        wanted: list[str] = []
        found: list[str] = []
        fields: list[str] = []
        for ours, theirs in self.pairs:
            if demand.has(ours) and supplier.has(theirs):
                both = [item for item in demand.has(ours) if item in supplier.has(theirs)]
                shared.extend(f"{ours}/{item}" for item in both)
                if not both:
                    fields.append(ours)
                    wanted.extend(f"{ours}/{item}" for item in demand.has(ours)[:6])
                    found.extend(f"{theirs}/{item}" for item in supplier.has(theirs)[:6])
        values = {"field": self.name, "shared": shared, "wanted": wanted, "found": found, "fields": fields}
        if not shared and not wanted:
            return Reason("unknown.supplier", {"fields": list(self.supplier_fields)})
        kind = "languages" if self.name == "languages" else "shared"
        return Reason(f"{kind}.{'yes' if not wanted else 'no'}", values)
