"""Fields the demand asks about and the supplier leaves open, filled with the least that would fit."""

from __future__ import annotations

import math
from typing import Any

from scoring.fields import RANGES
from scoring.lifts.change import Change
from scoring.lifts.quantities import in_units_of, price_down, rounded_down, rounded_up, unit_told
from scoring.records import Record
from scoring.terms.base import Term
from scoring.terms.numbers import CapacityTerm, PriceTerm
from scoring.terms.timing import LeadTimeTerm, months_available

_UNITED = ("moq", "capacity_per_month", "price_from", "price_to")


def unstated(term: Term, demand: Record, supplier: Record) -> Change | None:
    """What would fill in a term the supplier says nothing of (no certificates: these one does not just fill in)."""
    return _NUMBERS.get(term.name, _list)(term, demand, supplier)


def _list(term: Term, demand: Record, supplier: Record) -> Change:  # noqa: ARG001
    pairs = zip(term.demand_fields, term.supplier_fields, strict=True)
    filled = {"exports_to" if theirs == "sells_to" else theirs: demand.has(ours) for ours, theirs in pairs}
    filled = {field: wanted for field, wanted in filled.items() if wanted}
    if "country" in filled:  # a supplier sits in one
        filled["country"] = filled["country"][:1]
    field, wanted = next(iter(filled.items()))
    return _state("list", field, {"items": wanted}, f"{'+'.join(sorted(wanted))}", codes=filled)


def _state(how: str, field: str, values: dict[str, Any], subject: str = "", **more: Any) -> Change:
    return Change(f"lift.state.{how}", {"field": field, **values}, "state", f"{field}?{subject}", **more)


def _unit(demand: Record, supplier: Record) -> dict[str, Any]:
    """The demand's unit, for a supplier that states none and no number that would change its meaning by it."""
    free = supplier.unit is None and not any(name in supplier.numbers for name in _UNITED)
    return {"unit": demand.unit} if free and demand.unit is not None else {}


def _with(supplier: Record, more: dict[str, Any]) -> Record:
    return supplier.changed(**more) if more else supplier


def _moq(term: Term, demand: Record, supplier: Record) -> Change | None:  # noqa: ARG001
    unit = _unit(demand, supplier)
    as_if = _with(supplier, unit)
    most = demand.number("quantity") * in_units_of(as_if, demand)
    if math.isnan(most):
        return None
    new = rounded_down(most)
    return _state("most", "moq", {"value": new, **unit_told(as_if, demand)}, level=-new, numbers={"moq": new}, **unit)


def _capacity(term: Term, demand: Record, supplier: Record) -> Change | None:
    assert isinstance(term, CapacityTerm)
    unit = _unit(demand, supplier)
    months = months_available(demand, term.setting)
    as_if = _with(supplier, unit)
    least = demand.number("quantity") * in_units_of(as_if, demand) / months
    if math.isnan(least):
        return None
    new = rounded_up(least)
    field = "capacity_per_month"
    values = {"value": new, **unit_told(as_if, demand)}
    return _state("least", field, values, level=new, numbers={field: new}, **unit)


def _price(term: Term, demand: Record, supplier: Record) -> Change | None:
    assert isinstance(term, PriceTerm)
    more = _unit(demand, supplier)
    if supplier.currency is None and demand.currency is not None:
        more["currency"] = demand.currency
    as_if = _with(supplier, more)
    if not term.comparable(demand, as_if):
        return None
    one = term.euros(as_if.changed(numbers={"price_from": 1.0}), "price_from")  # euros for a price of 1
    most = term.euros(demand, "target_price") / one
    if math.isnan(most):
        return None
    new = price_down(most)
    values = {"value": new, "currency": as_if.currency or "EUR", **unit_told(as_if, demand)}
    return _state("price", "price_from", values, level=-new, numbers={"price_from": new}, **more)


def _lead_time(term: Term, demand: Record, supplier: Record) -> Change | None:
    assert isinstance(term, LeadTimeTerm)
    at_once = supplier.changed(numbers={**supplier.numbers, "lead_time_days": 0.0})
    most = min((there - needed for _, needed, there in term.slack(demand, at_once)), default=math.nan)
    if not most >= 1:
        return None
    new = float(math.floor(most))
    return _state("days", "lead_time_days", {"value": new}, level=-new, numbers={"lead_time_days": new})


def _range(term: Term, demand: Record, supplier: Record) -> Change:  # noqa: ARG001
    wanted = demand.number(term.name)
    return _state("is", f"{term.name}_from", {"value": wanted}, f"{wanted}", numbers={f"{term.name}_from": wanted})


def _level(term: Term, demand: Record, supplier: Record) -> Change:  # noqa: ARG001
    wanted = float(math.ceil(demand.number("smart_level")))
    return _state("least", "smart_level", {"value": wanted}, level=wanted, numbers={"smart_level": wanted})


_NUMBERS = {
    "quantity": _moq,
    "capacity": _capacity,
    "price": _price,
    "lead_time": _lead_time,
    **dict.fromkeys(RANGES, _range),
    "smart_level": _level,
}
