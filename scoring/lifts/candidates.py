"""The changes worth trying for a pair: what its supplier could do, within reason, that this demand would notice.

Each is the smallest one that meets the demand in full: the highest minimum order that passes, the longest lead time
that fits. How far a supplier is taken to go is a choice of ours (the constants), not a measured one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from scoring.fields import RANGES
from scoring.lifts.change import Change
from scoring.lifts.quantities import numbers
from scoring.lifts.unstated import unstated
from scoring.records import Certificate, Record
from scoring.terms.base import Setting, Term
from scoring.terms.certificates import asked, holdings, needed_day, state
from scoring.terms.coded import CodeTerm
from scoring.terms.numbers import RangeTerm
from scoring.terms.shared import SharedTerm

ONE_LEVEL, WIDER = 1.0, 1.25
_TAKEN_UP = ("compliance", "cooperation", "business_models", "processes")
_SHARED = ("languages", "markets", "trade_terms")


def changes(demand: Record, supplier: Record, terms: dict[str, Term], setting: Setting) -> Iterator[Change]:
    """The changes worth trying for a pair. `terms` are those the demand states."""
    yield from unstated(demand, supplier, terms)
    yield from numbers(demand, supplier, terms, setting)
    if "certificates" in terms:
        yield from _certificates(demand, supplier, setting)
    for name in _TAKEN_UP:
        if name in terms and supplier.has(name):
            yield from _taken_up(name, demand, supplier, terms[name])
    for name in ("products", "materials"):
        if name in terms:
            yield from _made(name, demand, supplier, terms[name])
    for name in _SHARED:
        term = terms.get(name)
        if isinstance(term, SharedTerm) and term.states(supplier):
            yield from _shared(demand, supplier, term)
    yield from _levels(demand, supplier, terms)


def _certificates(demand: Record, supplier: Record, setting: Setting) -> Iterator[Change]:
    if not supplier.certificates:
        # all of them at once: a supplier that lists some, but not all, fails a gate that was open before
        new = tuple(Certificate(code, None, "documented") for code in asked(demand))
        wanted = [one.code for one in new]
        subject = "certificates:" + "+".join(sorted(wanted))
        yield Change("lift.certificate", {"certificate": wanted}, "paperwork", subject, certificates=new)
        return
    held, day = holdings(supplier), needed_day(demand, setting)
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


def _taken_up(name: str, demand: Record, supplier: Record, term: Term) -> Iterator[Change]:
    """What is asked of a list the supplier states, and is not in it."""
    assert isinstance(term, CodeTerm)
    held = term.held(supplier)
    for code in term.asked(demand):
        if code not in held:
            yield _added(name, code, "lift.add", "production" if name == "processes" else "paperwork")


def _made(name: str, demand: Record, supplier: Record, term: Term) -> Iterator[Change]:
    """Products and materials near to what the supplier has: named in its text, below or beside what it lists."""
    assert isinstance(term, CodeTerm)
    stated = {member for code in supplier.has(name) for member in term.chain(code)}
    if not stated and not term.held(supplier):
        return
    held = term.held(supplier)
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


def _shared(demand: Record, supplier: Record, term: SharedTerm) -> Iterator[Change]:
    """One thing in common is enough: the first one asked for, English where it is among the languages."""
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
            added = {"exports_to": (wants[0],)}
            yield Change("lift.deliver", {"country": wants[0]}, "paperwork", f"exports_to:{wants[0]}", codes=added)
        else:
            yield _added(theirs, wants[0], "lift.add", "paperwork")


def _levels(demand: Record, supplier: Record, terms: dict[str, Term]) -> Iterator[Change]:
    """One smart-factory level more; a range of weights, gauges or widths a quarter wider."""
    level, wanted = supplier.number("smart_level"), demand.number("smart_level")
    if "smart_level" in terms and level < wanted <= level + ONE_LEVEL:
        new = float(math.ceil(wanted))
        values: dict[str, Any] = {"old": level, "new": new}
        yield Change("lift.smart_level", values, "production", "smart_level", new, numbers={"smart_level": new})
    for name in RANGES:
        term = terms.get(name)
        if not isinstance(term, RangeTerm) or not term.states(supplier):
            continue
        (low, high), number_wanted = term.ends(supplier), demand.number(name)
        values = {"field": name, "low": low, "high": high, "new": number_wanted}
        if high < number_wanted <= high * WIDER:
            ends = {f"{name}_from": low, f"{name}_to": number_wanted}
            yield Change("lift.range", values, "production", f"{name}_to", number_wanted, numbers=ends)
        elif low / WIDER <= number_wanted < low:
            ends = {f"{name}_from": number_wanted, f"{name}_to": high}
            yield Change("lift.range", values, "production", f"{name}_from", -number_wanted, numbers=ends)
