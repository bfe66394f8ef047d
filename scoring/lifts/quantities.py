"""Changes of stated numbers: minimum order, capacity, lead time, price; in the supplier's unit and currency."""

from __future__ import annotations

import math
from collections.abc import Iterator

from scoring.lifts.change import Change
from scoring.measures import FAMILIES
from scoring.records import Record
from scoring.terms.base import Term
from scoring.terms.numbers import PriceTerm, told_units
from scoring.terms.timing import LeadTimeTerm, months_available

# A tenth of the minimum order, half of the lead time, twice the capacity, three quarters of the price: no further.
LEAST_MOQ, LEAST_LEAD_TIME, MOST_CAPACITY, LEAST_PRICE = 0.1, 0.5, 2.0, 0.75


def in_units_of(supplier: Record, demand: Record) -> float:
    """How many of the supplier's units one of the demand's is; NaN when they cannot be compared.

    A side that states no unit is taken to count in the other's base unit (as the terms do).
    """
    mine, theirs = demand.unit, supplier.unit
    if mine is not None and theirs is not None and (mine[0] != theirs[0] or mine[0] not in FAMILIES):
        return math.nan
    return (mine[1] if mine else 1.0) / (theirs[1] if theirs else 1.0)


def unit_told(supplier: Record, demand: Record) -> dict[str, str]:
    """The supplier's unit, for a change that must name it: where the demand counts in another."""
    units = told_units(demand, supplier)
    return {} if units is None else {"unit": units[1]}


def rounded_down(value: float) -> float:
    """A number one would write: whole from ten on, two decimals from one on, three digits below."""
    if value <= 0:
        return 0.0
    digits = 0 if value >= 10 else 2 if value >= 1 else 2 - math.floor(math.log10(value))
    down = math.floor(value * 10.0**digits * (1 + 1e-12)) / 10.0**digits
    return float(down)


def rounded_up(value: float) -> float:
    """As `rounded_down`, upwards."""
    down = rounded_down(value)
    if down >= value:
        return down
    digits = 0 if value >= 10 else 2 if value >= 1 else 2 - math.floor(math.log10(value))
    return float(round(down + 10.0**-digits, digits))


def moq(_term: Term, demand: Record, supplier: Record) -> Iterator[Change]:
    """The minimum order that passes."""
    quantity, least = demand.number("quantity") * in_units_of(supplier, demand), supplier.number("moq")
    if least * LEAST_MOQ <= quantity < least:
        new = rounded_down(quantity)
        values = {"new": new, "old": least, **unit_told(supplier, demand)}
        yield Change("lift.moq", values, "production", "moq", -new, numbers={"moq": new})


def capacity(term: Term, demand: Record, supplier: Record) -> Iterator[Change]:
    """The capacity that makes the quantity in time."""
    most = supplier.number("capacity_per_month")
    needed = demand.number("quantity") * in_units_of(supplier, demand) / months_available(demand, term.setting)
    if most < needed <= most * MOST_CAPACITY:
        new = rounded_up(needed)
        values = {"old": most, "new": new, **unit_told(supplier, demand)}
        yield Change("lift.capacity", values, "production", "capacity", new, numbers={"capacity_per_month": new})


def lead_time(term: Term, demand: Record, supplier: Record) -> Iterator[Change]:
    """The days that fit the tightest limit."""
    assert isinstance(term, LeadTimeTerm)
    days = supplier.number("lead_time_days")
    short = max((needed - there for _, needed, there in term.slack(demand, supplier)), default=0.0)
    if 0 < short <= days * (1.0 - LEAST_LEAD_TIME):
        new = math.floor(days - short) if days - short >= 1 else rounded_down(days - short)
        if new > 0:
            values = {"old": days, "new": new}
            yield Change("lift.lead_time", values, "production", "lead_time", -new, numbers={"lead_time_days": new})


def price(term: Term, demand: Record, supplier: Record) -> Iterator[Change]:
    """The price that meets the target."""
    assert isinstance(term, PriceTerm)
    if "price_from" not in supplier.numbers or not term.comparable(demand, supplier):
        return
    target, low = term.euros(demand, "target_price"), term.band(supplier)[0]
    if LEAST_PRICE * low <= target < low:
        old = supplier.number("price_from")
        new = price_down(old * target / low)
        values = {"new": new, "old": old, "currency": supplier.currency or "EUR", **unit_told(supplier, demand)}
        yield Change("lift.price", values, "production", "price", -new, numbers={"price_from": new})


def price_down(value: float) -> float:
    """A price at or a little below `value`, in hundredths or three digits."""
    return math.floor(value * 100.0 * (1 + 1e-12)) / 100.0 if value >= 1 else rounded_down(value)
