"""The changes worth trying for a pair: what its supplier could do, within reason, that this demand would notice.

Each is the smallest one that meets the demand in full: the highest minimum order that passes, the longest lead time
that fits. How far a supplier is taken to go is a choice of ours (the constants), not a measured one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from scoring.fields import RANGES
from scoring.lifts.change import Change
from scoring.lifts.quantities import capacity, lead_time, moq, price
from scoring.lifts.unstated import unstated
from scoring.records import Certificate, Record
from scoring.terms.base import Term
from scoring.terms.certificates import asked, holdings, needed_day, state
from scoring.terms.coded import CodeTerm
from scoring.terms.numbers import RangeTerm
from scoring.terms.shared import SharedTerm
from scoring.wording import is_region

ONE_LEVEL, WIDER = 1.0, 1.25


def changes(demand: Record, supplier: Record, terms: Mapping[str, Term]) -> Iterator[Change]:
    """The changes worth trying for a pair. `terms` are those the demand states."""
    for term in terms.values():
        yield from changes_for(term, demand, supplier)


def changes_for(term: Term, demand: Record, supplier: Record) -> Iterable[Change]:
    """Those that could bring a pair points of one term."""
    if term.states(supplier) or term.name == "certificates":
        make = _OF.get(term.name)
        return make(term, demand, supplier) if make is not None else ()
    found = unstated(term, demand, supplier)
    return (found,) if found is not None else ()


def _certificates(term: Term, demand: Record, supplier: Record) -> Iterator[Change]:
    if not supplier.certificates:
        # all of them at once: a supplier that lists some, but not all, fails a gate that was open before
        new = tuple(Certificate(code, None, "documented") for code in asked(demand))
        wanted = [one.code for one in new]
        subject = "certificates:" + "+".join(sorted(wanted))
        yield Change("lift.certificate", {"certificate": wanted}, "paperwork", subject, certificates=new)
        return
    held, setting = holdings(supplier), term.setting
    day = needed_day(demand, setting)
    for code in asked(demand):
        if code not in held:
            new = (Certificate(code, None, "documented"),)
            yield Change(
                "lift.certificate", {"certificate": [code]}, "paperwork", f"certificates:{code}", certificates=new
            )
            continue
        old = held[code]
        now = state(old, day, setting)
        key = {"renew": "lift.renew", "lapsed": "lift.renew_now"}.get(now, "lift.prove")
        if now == "valid" and old.evidence != "declared":
            continue
        # a proof leaves the end as it is, a renewal has none yet
        until = old.valid_to if now == "valid" else None
        new = (replace(old, valid_to=until, evidence="documented"),)
        values = {"certificate": [code], "until": old.valid_to}
        yield Change(key, values, "paperwork", f"{key}:{old.code}", certificates=new, instead=old)


def _taken_up(term: Term, demand: Record, supplier: Record) -> Iterator[Change]:
    """What is asked of a list the supplier states, and is not in it."""
    assert isinstance(term, CodeTerm)
    name, held = term.name, term.held(supplier)
    for code in term.asked(demand) if supplier.has(name) else ():
        if code not in held:
            yield _added(name, code, "lift.add", "production" if name == "processes" else "paperwork")


def _made(term: Term, demand: Record, supplier: Record) -> Iterator[Change]:
    """Products and materials near to what the supplier has: named in its text, below or beside what it lists."""
    assert isinstance(term, CodeTerm)
    name, held = term.name, term.held(supplier)
    stated = {member for code in supplier.has(name) for member in term.chain(code)}
    for code in term.asked(demand):
        if code in stated:
            continue
        above = term.chain(code)[1:]
        if code in held or any(member in supplier.has(name) for member in above):
            yield _added(name, code, "lift.list", "state")
        elif stated and (name == "materials" or (above and above[0] in stated)):
            yield _added(name, code, "lift.add", "production")


def _added(name: str, code: str, key: str, effort: Any) -> Change:
    return Change(key, {"item": code, "field": name}, effort, f"{name}:{code}", codes={name: (code,)})


def _shared(term: Term, demand: Record, supplier: Record) -> Iterator[Change]:
    """One thing in common is enough: the first one asked for, English where it is among the languages."""
    assert isinstance(term, SharedTerm)
    for ours, theirs in term.pairs:
        wants, has = demand.has(ours), supplier.has(theirs)
        if not wants or not set(wants).isdisjoint(has):
            continue
        if not has:  # the other lists of the term are stated
            values = {"field": theirs, "items": wants}
            yield Change("lift.state.list", values, "state", f"{theirs}:?", codes={theirs: wants})
        elif term.name == "languages":
            code = "en" if "en" in wants else wants[0]
            yield Change("lift.language", {"language": code}, "paperwork", f"languages:{code}", codes={theirs: (code,)})
        elif term.name == "markets":
            # who asks for a whole region is offered that, not the first of its countries
            new = wants if is_region(wants) else wants[:1]
            added = {"exports_to": new}
            yield Change("lift.deliver", {"country": new}, "paperwork", f"exports_to:{'+'.join(new)}", codes=added)
        else:
            yield _added(theirs, wants[0], "lift.add", "paperwork")


def _level(term: Term, demand: Record, supplier: Record) -> Iterator[Change]:
    """One smart-factory level more."""
    level, wanted = supplier.number(term.name), demand.number(term.name)
    if level < wanted <= level + ONE_LEVEL:
        new = float(math.ceil(wanted))
        values: dict[str, Any] = {"old": level, "new": new}
        yield Change("lift.smart_level", values, "production", "smart_level", new, numbers={"smart_level": new})


def _range(term: Term, demand: Record, supplier: Record) -> Iterator[Change]:
    """A range of weights, gauges or widths a quarter wider."""
    assert isinstance(term, RangeTerm)
    name, (low, high), wanted = term.name, term.ends(supplier), demand.number(term.name)
    ends = {"low": low, "high": high}
    values = {"field": name, "new": wanted, **{end: found for end, found in ends.items() if not math.isnan(found)}}
    if high < wanted <= high * WIDER:
        yield Change("lift.range", values, "production", f"{name}_to", wanted, numbers={f"{name}_to": wanted})
    elif low / WIDER <= wanted < low:
        yield Change("lift.range", values, "production", f"{name}_from", -wanted, numbers={f"{name}_from": wanted})


# what can be done about a term of which the supplier says something
_OF: dict[str, Callable[[Term, Record, Record], Iterable[Change]]] = {
    "certificates": _certificates,
    **dict.fromkeys(("compliance", "cooperation", "business_models", "processes"), _taken_up),
    **dict.fromkeys(("products", "materials"), _made),
    **dict.fromkeys(("languages", "markets", "trade_terms"), _shared),
    "quantity": moq,
    "capacity": capacity,
    "lead_time": lead_time,
    "price": price,
    "smart_level": _level,
    **dict.fromkeys(RANGES, _range),
}
