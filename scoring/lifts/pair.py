"""What would lift one pair: every change tried, each scored and checked against the gates; two at once where one alone
does not open them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from operator import itemgetter
from typing import Any, NamedTuple

from scoring.gates import FAILED, GateBook, supplier_fields
from scoring.lifts.candidates import changes, changes_for
from scoring.lifts.change import EFFORTS, Change, Effort, fields_of
from scoring.lifts.values import NEAR, value
from scoring.messages import date, field_name, number, sentence
from scoring.records import Record
from scoring.terms.base import Setting, Term
from scoring.wording import item, items, range_told, with_unit

LIFTS, LEAST_LIFT = 3, 0.05
#: single changes that are tried two by two
PAIRED = 8
# Terms that read a field beyond the ones they are named for.
_ALSO_READS: dict[str, tuple[str, ...]] = {
    "quantity": ("unit",),
    "capacity": ("unit",),
    "price": ("unit", "currency"),
    "lead_time": ("country",),
}


class Found(NamedTuple):
    """Changes made together: the supplier with them, the points they bring, the gates that fail all the same."""

    changes: tuple[Change, ...]
    supplier: Record
    gain: float
    failing: frozenset[str]

    @property
    def effort(self) -> Effort:
        """That of the hardest of the changes."""
        return max([change.effort for change in self.changes], key=EFFORTS.index)


@dataclass(frozen=True, slots=True)
class Pair:
    """A demand and a fitted supplier; `terms` are those the demand states, `most` their points."""

    demand: Record
    supplier: Record
    terms: dict[str, Term]
    most: dict[str, float]
    setting: Setting
    # worked out when needed: the terms that read some fields (the same for every supplier), and values of terms
    reading: dict[Collection[str], list[str]] = field(default_factory=dict, compare=False)
    before: dict[str, float] = field(default_factory=dict, compare=False)

    def tried(self, made: Sequence[Change], failing: frozenset[str]) -> Found:
        """The pair with changes made, and the gates it fails then: a field left open may pass by the benefit of the
        doubt, and fail once it lists some of what is asked and not all."""
        after, touched = made[0].apply(self.supplier), made[0].touched
        for change in made[1:]:
            after, touched = change.apply(after), touched | change.touched
        gain = 0.0
        for name in self._reading(touched):
            term = self.terms[name]
            gain += self.most[name] * (
                _value_of(type(term))(term, self.demand, after, self.supplier) - self._now(name, term)
            )
        gates = [name for name in self.demand.must if not touched.isdisjoint(supplier_fields(name))]
        if gates:
            failing = (failing - {*gates}) | failing_gates(self.demand.changed(must=gates), after, self.setting)
        return Found(tuple(made), after, gain, failing)

    def at_most(self) -> dict[str, float]:
        """Points that the changes for each term cannot bring more than: all that is missing of the terms they touch."""
        missing = {name: self.most[name] * (1.0 - self._now(name, term)) for name, term in self.terms.items()}
        measured = self.supplier.unit is not None and self.supplier.currency is not None
        out: dict[str, float] = {}
        for name, term in self.terms.items():
            fields = term.supplier_fields
            if not measured:  # a unit or a currency may be stated along with them
                fields += _ALSO_READS.get(name, ())
            out[name] = sum([missing[one] for one in self._reading(fields)])
        return out

    def _reading(self, touched: Collection[str]) -> list[str]:
        if touched not in self.reading:
            self.reading[touched] = touched_terms(self.terms, frozenset(touched))
        return self.reading[touched]

    def _now(self, name: str, term: Term) -> float:
        if name not in self.before:
            self.before[name] = _value_of(type(term))(term, self.demand, self.supplier, self.supplier)
        return self.before[name]


@cache
def _value_of(kind: type[Term]) -> Callable[[Term, Record, Record, Record], float]:
    return value.dispatch(kind)


def touched_terms(terms: Mapping[str, Term], fields: frozenset[str]) -> list[str]:
    """The terms that read any of these supplier fields."""
    return [name for name, term in terms.items() if not fields.isdisjoint(_read_by(name, term.supplier_fields))]


@cache
def _read_by(name: str, fields: tuple[str, ...]) -> frozenset[str]:
    return frozenset((*fields, *_ALSO_READS.get(name, ())))


def failing_gates(demand: Record, supplier: Record, setting: Setting) -> frozenset[str]:
    """Names of the gates that a pair fails."""
    names, states = GateBook([supplier], setting).check(demand)
    return frozenset(name for name, now in zip(names, states[:, 0], strict=True) if now == FAILED)


def found_for(pair: Pair, failing: frozenset[str], enough: int | None = None) -> list[Found]:
    """Every change that brings points or opens a gate, and twos that open the gates where no single one does.

    `failing` are the gates the pair fails as it is. Those that leave no gate failing come first, then the most points.
    With `enough`, a pair that fails no gate is told so many of the first for certain: what cannot be one of them is
    not tried.
    """
    singles: list[Found] = []
    for change in _promising(pair, singles, enough if not failing else None):
        found = pair.tried((change,), failing)
        if found.failing - failing:
            continue  # what was open is now stated, and falls short: a list that names some of what must be there
        if found.gain >= LEAST_LIFT or failing - found.failing:
            singles.append(found)
    both: list[Found] = []
    if failing and all(found.failing for found in singles):
        helping = [found for found in singles if failing - found.failing]
        both = [
            together
            for one, two in _twos(helping)
            if not (one.failing & two.failing)
            and not (together := pair.tried((*one.changes, *two.changes), failing)).failing
        ]
    return sorted([*singles, *both], key=_best_first)


def _promising(pair: Pair, singles: list[Found], enough: int | None) -> Iterator[Change]:
    """The changes to try: all, or those for terms that could bring most first, until `enough` of `singles` bring more
    than any of the others can."""
    if enough is None:
        yield from changes(pair.demand, pair.supplier, pair.terms)
        return
    for name, limit in sorted(pair.at_most().items(), key=itemgetter(1), reverse=True):
        if limit < LEAST_LIFT - NEAR:
            return
        if len(singles) >= enough and limit < sorted([found.gain for found in singles])[-enough] - NEAR:
            return
        yield from changes_for(pair.terms[name], pair.demand, pair.supplier)


def reaching(
    pair: Pair, found: Sequence[Found], failing: frozenset[str], rank: Callable[[float], int], top: int
) -> list[Found]:
    """Those that bring the pair into the first `top`; twos of them where no single one (or opening pair) does.

    `rank` gives the place of a pair with so many points more. The least effort comes first, then the fewest changes,
    then the least gain: the smallest change that suffices.
    """

    def there(one: Found) -> bool:
        return not one.failing and rank(one.gain) <= top

    good = [one for one in found if there(one)]
    if not good:
        twos = _twos([one for one in found if len(one.changes) == 1][:PAIRED])
        good = [both for one, two in twos if there(both := pair.tried((*one.changes, *two.changes), failing))]
    return sorted(good, key=lambda one: (EFFORTS.index(one.effort), len(one.changes), one.gain))


def _twos(found: Sequence[Found]) -> list[tuple[Found, Found]]:
    best = sorted(found, key=lambda one: -one.gain)[:PAIRED]
    return [(a, b) for a, b in combinations(best, 2) if _subjects(a).isdisjoint(_subjects(b))]


def _subjects(found: Found) -> set[str]:
    return {name for change in found.changes for name in change.touched} - {"unit", "currency"}


def _best_first(found: Found) -> tuple[Any, ...]:
    return bool(found.failing), -found.gain, [change.subject for change in found.changes]


def shown(found: Sequence[Found], most: int = LIFTS) -> list[Found]:
    """The few worth telling, in the order a supplier would go about them: what opens the gates first, then fields to
    fill in, then paperwork, then production."""
    return sorted(found[:most], key=lambda one: (bool(one.failing), EFFORTS.index(one.effort), -one.gain))


def told(found: Found, lang: str) -> str:
    """The changes in words."""
    parts = [_said(change, lang) for change in found.changes]
    return parts[0] if len(parts) == 1 else sentence("lift.both", lang, {"first": parts[0], "second": parts[1]})


def record_fields(found: Found, before: Record) -> dict[str, Any]:
    """What the supplier's record would say in the changed fields."""
    return fields_of(found.changes, before, found.supplier)


def _said(change: Change, lang: str) -> str:
    values: dict[str, Any] = {}
    field = change.values.get("field", "")
    for name, found in change.values.items():
        if name == "certificate":
            values[name] = items("certificates", found, lang)
        elif name == "language":
            values[name] = item("languages", found, lang)
        elif name == "country":
            values[name] = items("country", found, lang)
        elif name == "item":
            values[name] = item(field, found, lang)
        elif name == "items":
            values[name] = items(field, found, lang)
        elif name == "field":
            values[name] = field_name(found, lang)
        elif isinstance(found, dt.date):
            values[name] = date(found, lang)
        else:
            values[name] = number(found, lang) if isinstance(found, (int, float)) else found
    if (unit := values.pop("unit", None)) is not None:
        named = ("currency",) if "currency" in values else ("new", "old", "value")
        values.update({name: with_unit(values[name], unit, lang) for name in named if name in values})
    if change.key == "lift.range":
        values["now"] = range_told(values.get("low"), values.get("high"))
    return sentence(change.key, lang, values)
