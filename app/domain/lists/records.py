"""One row of a list as values by field, parted by what they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.domain.lists.fields import Kind, fields_of

#: where the fields go that one cell gives to several, and that have no column of their own
_PARTS = {"qualifier": "fact"}
#: what a buyer's row says of itself that its one sourcing request shares
_SHARED = (
    "text", "products", "materials", "processes", "certificates", "languages", "business_models", "cooperation",
    "markets", "incoterms", "transport", "customs_modes", "payment_terms", "compliance", "unit", "currency",
    "smart_level",
)  # fmt: skip


@dataclass
class Record:
    """A row: `values` by field name, `extra` by header for what fits no field, `row` as the spreadsheet numbers it.

    Lists are lists of words or codes, dates are `date`, times local without zone; certificates are dictionaries. The
    values of the parts "profile" and "request" are what `app.domain.profiles` takes.
    """

    kind: Kind
    row: int
    values: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    #: whether the id was made from the name
    made_id: bool = False

    def keep(self, header: str, text: str) -> None:
        """Keep a cell that fits no field under its header."""
        name, number = header, 2
        while name in self.extra and self.extra[name] != text:
            name, number = f"{header} ({number})", number + 1
        self.extra[name] = text

    def of(self, part: str) -> dict[str, Any]:
        """Return the values that belong to a part: organisation, representative, participation, profile, request …

        A buyer's row carries a request if it fills any field that only requests have; the request then also has the
        products and the like that the row names. Without one, the part "request" is empty.
        """
        own = {name: value for name, value in self.values.items() if self.part_of(name) == part}
        if self.kind == "buyers" and part == "request" and own:
            return {**{name: self.values[name] for name in _SHARED if name in self.values}, **own}
        return own

    def part_of(self, name: str) -> str:
        """Return the part that a field belongs to."""
        fields = fields_of(self.kind)
        if name in fields:
            return fields[name].part
        stem = name.removesuffix("_from").removesuffix("_to")
        return _PARTS.get(name) or (fields[stem].part if stem in fields else "extra")
