"""The fields a record may hold, and how each is read. `docs/ranking.md` has the same table with what each does."""

from __future__ import annotations

import difflib
from typing import Final, Literal

Side = Literal["supplier", "demand"]

# Word lists and the vocabulary their words are looked up in.
CODED: Final = {
    "products": "products",
    "materials": "materials",
    "processes": "processes",
    "business_models": "business_models",
    "cooperation": "cooperation",
    "incoterms": "incoterms",
    "transport": "transport",
    "customs_modes": "customs_modes",
    "payment_terms": "payment_terms",
    "compliance": "compliance",
    "kind": "kinds",
}
# `country` first: "domestic" among the markets means it.
PLACES: Final = ("country", "markets", "exports_to", "delivery_country", "sourcing_countries")
BOTH_NUMBERS: Final = ("smart_level", "founded", "employees", "lead_time_days")
# A demand wants one figure of these, a supplier has a range: g/m², needles an inch, cm.
RANGES: Final = ("gsm", "gauge", "width")
ENDS: Final = {name: (f"{name}_from", f"{name}_to") for name in RANGES}
SUPPLIER_NUMBERS: Final = (
    "moq",
    "capacity_per_month",
    "sample_days",
    "price_from",
    "price_to",
    *(end for ends in ENDS.values() for end in ends),
)
DEMAND_NUMBERS: Final = ("quantity", "target_price", *RANGES)
DATES: Final = ("ship_by", "in_store_by")

_BOTH: Final = (
    "id",
    "name",
    "text",
    *CODED,
    "certificates",
    "languages",
    "markets",
    "country",
    *BOTH_NUMBERS,
    "unit",
    "currency",
)
SUPPLIER_FIELDS: Final = (*_BOTH, *SUPPLIER_NUMBERS, "exports_to", "transit_days", "equipment")
DEMAND_FIELDS: Final = (
    *_BOTH,
    *DEMAND_NUMBERS,
    *DATES,
    "delivery_country",
    "must",
    "info",
    "exclude",
    "partners",
    "met",
    "sourcing_countries",
)
# Lists of suppliers by id that a demand rules out, each a gate of its own.
RULED_OUT: Final = ("exclude", "partners")
# Lists put together while reading, and the field they are named by.
DERIVED: Final = {"sells_to": "exports_to", "goes_to": "delivery_country"}
# What `must` and `info` may name beyond the demand's own fields: the supplier's word for the same thing.
SAME_AS: Final = {
    "moq": "quantity",
    "capacity": "capacity_per_month",
    "price": "target_price",
    "price_from": "target_price",
    "price_to": "target_price",
    "lead_time": "lead_time_days",
    **{end: name for name, ends in ENDS.items() for end in ends},
    "exports_to": "delivery_country",
    "country": "sourcing_countries",
}


KNOWN: Final = {"supplier": frozenset(SUPPLIER_FIELDS), "demand": frozenset(DEMAND_FIELDS)}


def allowed(side: Side) -> tuple[str, ...]:
    """Every field name of one side."""
    return SUPPLIER_FIELDS if side == "supplier" else DEMAND_FIELDS


def suggestion(name: str, known: tuple[str, ...]) -> str:
    """A closing sentence for an unknown name: the nearest known one, or nothing."""
    near = difflib.get_close_matches(name.strip().lower().replace(" ", "_").replace("-", "_"), known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
