"""What would lift a supplier for a request: the smallest changes of its own record, tried one by one.

Each is an actual change of the record, scored again in the terms it touches and checked against the gates again;
nothing is estimated. Only changes a supplier can make are tried, and only within reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scoring.measures import FAMILIES
from scoring.records import Certificate, Record
from scoring.terms.base import Setting, Term
from scoring.terms.certificates import asked, holdings, needed_day, state
from scoring.terms.coded import CodeTerm
from scoring.terms.numbers import PriceTerm
from scoring.terms.timing import LeadTimeTerm, months_available

LEAST_LEAD_TIME, MOST_CAPACITY, LEAST_PRICE = 0.5, 2.0, 0.75


@dataclass(frozen=True)
class Change:
    """A changed supplier, the message that says what changed, and the terms it touches."""

    key: str
    values: dict[str, Any]
    supplier: Record
    terms: tuple[str, ...]


def changes(demand: Record, supplier: Record, terms: dict[str, Term], setting: Setting) -> Iterator[Change]:
    """The changes worth trying for a pair. `terms` are those the demand states."""
    yield from _numbers(demand, supplier, terms, setting)
    if "certificates" in terms:
        yield from _certificates(demand, supplier, setting)
    spoken = supplier.has("languages")
    if "languages" in terms and spoken and not set(demand.has("languages")) & set(spoken):
        language = demand.has("languages")[0]
        changed = _with_code(supplier, "languages", language)
        yield Change("lift.language", {"language": language}, changed, ("languages",))
    for name in ("compliance", "cooperation", "business_models", "processes"):
        term = terms.get(name)
        if isinstance(term, CodeTerm) and supplier.has(name):
            held = term.held(supplier)
            for code in term.asked(demand):
                if code not in held:
                    yield Change("lift.add", {"item": code, "field": name}, _with_code(supplier, name, code), (name,))
    yield from _unstated(demand, supplier, terms)


def _with_code(supplier: Record, name: str, code: str) -> Record:
    return replace(supplier, codes={**supplier.codes, name: (*supplier.has(name), code)})


def _with_number(supplier: Record, name: str, value: float) -> Record:
    return replace(supplier, numbers={**supplier.numbers, name: value})


def _in_units_of(supplier: Record, demand: Record) -> float:
    """How many of the supplier's units one of the demand's is; NaN when they cannot be compared."""
    if demand.unit is None or supplier.unit is None:
        return 1.0
    if demand.unit[0] != supplier.unit[0] or demand.unit[0] not in FAMILIES:
        return math.nan
    return demand.unit[1] / supplier.unit[1]


def _numbers(demand: Record, supplier: Record, terms: dict[str, Term], setting: Setting) -> Iterator[Change]:
    factor = _in_units_of(supplier, demand)
    quantity = demand.number("quantity") * factor
    moq, capacity = supplier.number("moq"), supplier.number("capacity_per_month")
    if "quantity" in terms and moq > quantity:
        values = {"quantity": quantity, "moq": moq}
        yield Change("lift.moq", values, _with_number(supplier, "moq", quantity), ("quantity",))
    if "capacity" in terms and capacity < quantity / months_available(demand, setting) <= capacity * MOST_CAPACITY:
        new = float(math.ceil(quantity / months_available(demand, setting)))
        values = {"capacity": capacity, "new": new}
        yield Change("lift.capacity", values, _with_number(supplier, "capacity_per_month", new), ("capacity",))
    lead = terms.get("lead_time")
    if isinstance(lead, LeadTimeTerm) and "lead_time_days" in supplier.numbers:
        short = max((needed - there for _, needed, there in lead.slack(demand, supplier)), default=0.0)
        days = supplier.number("lead_time_days")
        if 0 < short <= days * (1.0 - LEAST_LEAD_TIME):
            new = float(math.floor(days - short))
            yield Change(
                "lift.lead_time",
                {"days": days, "new": new},
                _with_number(supplier, "lead_time_days", new),
                ("lead_time",),
            )
    price = terms.get("price")
    if isinstance(price, PriceTerm) and "price_from" in supplier.numbers and price.comparable(demand, supplier):
        target, low = price.euros(demand, "target_price"), price.band(supplier)[0]
        if LEAST_PRICE * low <= target < low:
            old = supplier.number("price_from")
            new = math.floor(old * target / low * 100) / 100
            price_values: dict[str, Any] = {"new": new, "low": old, "currency": supplier.currency or "EUR"}
            yield Change("lift.price", price_values, _with_number(supplier, "price_from", new), ("price",))


def _certificates(demand: Record, supplier: Record, setting: Setting) -> Iterator[Change]:
    held, day = holdings(supplier), needed_day(demand, setting)
    for code in asked(demand):
        if code not in held:
            rest, key = supplier.certificates, "lift.certificate"
            values: dict[str, Any] = {"certificate": code}
        else:
            old = held[code]
            now = state(old, day, setting)
            if now == "valid":
                continue
            rest = tuple(c for c in supplier.certificates if c != old)
            key = "lift.renew" if now == "renew" else "lift.renew_now"
            values = {"certificate": code, "until": old.valid_to}
        new = Certificate(code, None, "documented")
        yield Change(key, values, replace(supplier, certificates=(*rest, new)), ("certificates",))


def _unstated(demand: Record, supplier: Record, terms: dict[str, Term]) -> Iterator[Change]:
    """Fields the demand asks about and the supplier leaves open, filled with what would fit."""
    fitting: dict[str, tuple[str, float]] = {
        "quantity": ("moq", demand.number("quantity")),
        "capacity": ("capacity_per_month", demand.number("quantity")),
        "price": ("price_from", demand.number("target_price")),
        "gsm": ("gsm_from", demand.number("gsm")),
        "gauge": ("gauge_from", demand.number("gauge")),
        "smart_level": ("smart_level", demand.number("smart_level")),
        "lead_time": ("lead_time_days", 1.0),
    }
    for name, term in terms.items():
        if term.states(supplier) or name == "certificates":
            continue
        if name in fitting:
            field, value = fitting[name]
            changed = _with_number(supplier, field, value)
            if name in ("quantity", "capacity", "price"):
                changed = replace(changed, unit=demand.unit, currency=demand.currency)
            yield Change("lift.state", {"field": field}, changed, (name,))
        else:
            added = {
                theirs: demand.has(ours) or supplier.has(theirs)
                for ours, theirs in zip(term.demand_fields, term.supplier_fields, strict=True)
            }
            filled = {field: found for field, found in added.items() if found}
            field = next(iter(filled))
            yield Change("lift.state", {"field": field}, replace(supplier, codes={**supplier.codes, **filled}), (name,))
