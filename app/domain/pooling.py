"""What the members of a delegation can do together: one profile of several, and who of them does what.

Lists are united, figures follow the rule of their field. A figure that the delegation states itself holds. Where
members' figures do not go together (other units, another currency, a capacity that is not the same for all products)
the pooled figure is unknown, and so left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Document = Mapping[str, Any]

_LISTS = (
    "products", "materials", "processes", "languages", "business_models", "cooperation", "markets", "incoterms",
    "transport", "customs_modes", "payment_terms", "compliance", "exports_to", "equipment",
)  # fmt: skip
#: the pooled figure of those that members state
_FIGURES: dict[str, Callable[[list[Any]], Any]] = {
    "sample_days": min,
    "lead_time_days": min,
    "transit_days": min,
    "gsm_from": min,
    "gsm_to": max,
    "gauge_from": min,
    "gauge_to": max,
    "width_from": min,
    "width_to": max,
    "employees": sum,
}
#: figures that mean nothing but with the same unit, or the same currency and unit
_BY_UNIT = ("moq", "capacity_per_month")
_BY_CURRENCY = ("price_from", "price_to")
#: from the weakest proof to the strongest
_EVIDENCE = ("expired", "declared", "documented", "verified")
#: what a request names that one member may do and another not
_ABLE = ("products", "processes", "materials", "certificates")


def pool(own: Document, members: Sequence[Document]) -> dict[str, Any]:
    """One profile for a delegation.

    Parameters
    ----------
    own
        What the delegation says of itself, words in codes; empty where it has no profile.
    members
        Likewise of each member.
    """
    said = [own, *members]
    pooled: dict[str, Any] = {name: list(dict.fromkeys(i for d in said for i in d.get(name, ()))) for name in _LISTS}
    pooled["certificates"] = _certificates(said)
    pooled["text"] = "\n".join(d["text"] for d in said if d.get("text"))
    pooled |= _figures(members)
    levels = {d.get("smart_level") for d in members}
    pooled["smart_level"] = levels.pop() if len(levels) == 1 else None
    if own.get("unit") not in (None, pooled.get("unit")):  # it counts in another unit than its members
        pooled = {name: value for name, value in pooled.items() if name not in (*_BY_UNIT, *_BY_CURRENCY)}
    if own.get("currency") not in (None, pooled.get("currency")):
        pooled = {name: value for name, value in pooled.items() if name not in _BY_CURRENCY}
    united = {*_LISTS, "certificates", "text"}
    pooled |= {name: value for name, value in own.items() if name not in united}
    return {name: value for name, value in pooled.items() if value not in (None, "", [])}


def able(demand: Document, members: Sequence[Document]) -> list[list[str]]:
    """For each member the codes of a request (products, processes, materials, certificates) that it has itself."""
    wanted = {name: [_code(one) for one in demand.get(name, ())] for name in _ABLE}
    has = [{name: {_code(one) for one in d.get(name, ())} for name in _ABLE} for d in members]
    return [[code for name in _ABLE for code in wanted[name] if code in own[name]] for own in has]


def _figures(members: Sequence[Document]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, rule in _FIGURES.items():
        stated = [d[name] for d in members if d.get(name) is not None]
        found[name] = rule(stated) if stated else None
    for low, high in (("gsm_from", "gsm_to"), ("gauge_from", "gauge_to"), ("width_from", "width_to")):
        if not all((low in d) == (high in d) for d in members):  # an open end is known of some only
            found[low] = found[high] = None
    units = {d.get("unit") for d in members if any(d.get(name) is not None for name in (*_BY_UNIT, *_BY_CURRENCY))}
    if len(units) == 1:
        found["unit"] = units.pop()
        found["moq"] = min((d["moq"] for d in members if d.get("moq") is not None), default=None)
        found["capacity_per_month"] = _capacity(members)
        found |= _prices(members)
    return found


def _capacity(members: Sequence[Document]) -> float | None:
    """What they make together a month of any of their products, if it is the same for each."""
    of: dict[str | None, float] = {}
    for d in members:
        if d.get("capacity_per_month") is not None:
            for product in d.get("products") or [None]:
                of[product] = of.get(product, 0.0) + d["capacity_per_month"]
    silent = {product for d in members for product in d.get("products", ())} - of.keys()
    return next(iter(of.values())) if len(set(of.values())) == 1 and not silent else None


def _prices(members: Sequence[Document]) -> dict[str, Any]:
    priced = [d for d in members if any(d.get(name) is not None for name in _BY_CURRENCY)]
    currencies = {d.get("currency") for d in priced}
    if len(currencies) != 1:
        return {}
    low, high = ([d[name] for d in priced if d.get(name) is not None] for name in _BY_CURRENCY)
    return {
        "currency": currencies.pop(),
        "price_from": min(low) if len(low) == len(priced) else None,
        "price_to": max(high) if len(high) == len(priced) else None,
    }


def _certificates(said: Sequence[Document]) -> list[Any]:
    """Each certificate once, with the strongest proof and of these the latest that any of them has."""
    best: dict[str, Any] = {}
    for one in (one for d in said for one in d.get("certificates", ())):
        code = _code(one)
        if code not in best or _proof(one) > _proof(best[code]):
            best[code] = one
    return list(best.values())


def _proof(one: Any) -> tuple[int, str]:
    if not isinstance(one, Mapping):
        return _EVIDENCE.index("declared"), ""
    return _EVIDENCE.index(one.get("evidence", "declared")), str(one.get("valid_to") or "9999")


def _code(one: Any) -> str:
    return str(one["code"]) if isinstance(one, Mapping) else str(one)
