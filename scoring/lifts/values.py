"""What a term gives a changed supplier: the value it would have once the ranker was fitted with the changed record.

The fitted columns know only what the fitted records hold, and a change may bring what none of them has (a certificate
nobody holds, a new set of languages). So the value is worked out from the two records; where both sides are as they
were fitted it is the inner product of their rows (a property test holds the two against each other).
"""

from __future__ import annotations

import math
from functools import singledispatch

import numpy as np

from scoring.records import EVIDENCE, Record
from scoring.terms.base import Term
from scoring.terms.certificates import LAPSED, MUST_RENEW, CertificateTerm, asked, holdings, needed_day, state
from scoring.terms.coded import CodeTerm
from scoring.terms.numbers import NumberTerm
from scoring.terms.shared import SharedTerm
from scoring.terms.timing import LeadTimeTerm, modes_of, own_transit, production_days, transit_days

NEAR = 1e-5  # points within which two scores count as equal: rows are rounded to steps, what is worked out here is not


@singledispatch
def value(term: Term, demand: Record, supplier: Record, _fitted: Record) -> float:
    """The term of a pair, 0 to 1.

    Parameters
    ----------
    term : a fitted term the demand states
    demand, supplier : the pair, the supplier as it would be
    _fitted : the supplier as it was fitted; terms that count who has what need it
    """
    return term.value(demand, supplier)


@value.register
def _(term: NumberTerm, demand: Record, supplier: Record, _fitted: Record) -> float:
    curves = dict(term.curves(supplier))
    total = term.neutral
    for segment, number, weight in term.points(demand):
        curve = curves.get(segment)
        if curve is not None:
            nodes, shares = zip(*term.grid.spread(number), strict=True)
            met = curve(term.grid.nodes[list(nodes)])
            total += weight * float(np.dot(shares, met - term.neutral))
    return total


@value.register
def _(term: LeadTimeTerm, demand: Record, supplier: Record, _fitted: Record) -> float:
    limits = ("lead_time_days" in demand.numbers) + len(demand.dates)
    total = sum(_fit(term, needed, there) - term.neutral for needed, there in _limits(term, demand, supplier))
    return term.neutral + total / limits


def _limits(term: LeadTimeTerm, demand: Record, supplier: Record) -> list[tuple[float, float]]:
    """(days needed, days there are) of each limit that can be checked; planning days count on the buyer's side."""
    made, days = production_days(supplier), term.setting.days
    if math.isnan(made):
        return []
    out: list[tuple[float, float]] = []
    if "lead_time_days" in demand.numbers:
        out.append((supplier.number("lead_time_days"), demand.number("lead_time_days")))
    if "ship_by" in demand.dates:
        out.append((made, float(days(demand.dates["ship_by"]))))
    if "in_store_by" in demand.dates:
        there = float(days(demand.dates["in_store_by"]))
        if supplier.transit:
            out.append((made + own_transit(supplier, modes_of(demand)), there))
        elif not math.isnan(way := transit_days(demand, supplier)):
            out.append((made, there - way))
    return out


def _fit(term: LeadTimeTerm, needed: float, there: float) -> float:
    step = term.grid.step
    return sum(
        share * min(max((1.0 - math.log2(max(needed, 1.0) / term.grid.nodes[node])) / (1.0 - step), 0.0), 1.0)
        for node, share in term.grid.spread(there)
    )


@value.register
def _(term: SharedTerm, demand: Record, supplier: Record, _fitted: Record) -> float:
    asked_for = [(demand.has(ours), supplier.has(theirs)) for ours, theirs in term.pairs if demand.has(ours)]
    met = [term.neutral if not has else float(not set(wants).isdisjoint(has)) for wants, has in asked_for]
    return sum(met) / len(met)


@value.register
def _(term: CertificateTerm, demand: Record, supplier: Record, _fitted: Record) -> float:
    if not supplier.certificates:
        return term.neutral
    held, day = holdings(supplier), needed_day(demand, term.setting)
    levels = {"renew": MUST_RENEW, "lapsed": LAPSED}
    found = [(held[code], state(held[code], day, term.setting)) for code in asked(demand) if code in held]
    return sum(levels.get(now, EVIDENCE[one.evidence]) for one, now in found) / len(asked(demand))


@value.register
def _(term: CodeTerm, demand: Record, supplier: Record, fitted: Record) -> float:
    """With the idf that a fit with the changed record would give: one more record has each code that is new to it."""
    before = term.held(fitted)
    held = before if supplier is fitted else term.would_hold(supplier)
    if not held:
        return term.neutral
    new = held.keys() - before.keys()
    asked_for = term.asked(demand)
    total = 0.0
    for wanted in asked_for:
        chain, weights = term.weighted(wanted)
        if new and not new.isdisjoint(chain):
            weights = [
                term.idf_once_more(code) * term.closeness**depth if code in new else weights[depth]
                for depth, code in enumerate(chain)
            ]
        total += sum([w * held.get(code, 0.0) for w, code in zip(weights, chain, strict=True)]) / sum(weights)
    return total / len(asked_for)
