"""Each reason is true in the plan it comes with."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.scheduling import Plan, Problem, read_problem, solve
from app.domain.scheduling.words import Said
from tests.scheduling.build import problem, random_problem


class Facts:
    """The plan looked at from outside: who is busy when, what is free."""

    def __init__(self, data: Problem, plan: Plan) -> None:
        self.data, self.plan = data, plan
        self.order = [s.id for s in data.slots]
        self.spec = {m.id: m for m in data.meetings}
        self.people = {p.id: p for p in data.participants}
        self.taken = {
            m.id: self.order[self.order.index(m.slot) : self.order.index(m.slot) + self.spec[m.id].length]
            for m in plan.meetings
        }

    def busy(self, who: str, slot: str) -> int:
        return sum(slot in slots for m, slots in self.taken.items() if who in self.spec[m].participants)

    def free(self, who: str) -> set[str]:
        person = self.people[who]
        return {s for s in self.order if s not in person.unavailable and self.busy(who, s) < person.parallel}

    def full(self, who: str) -> bool:
        return not self.free(who)

    def meetings(self, who: str) -> int:
        return sum(who in self.spec[m].participants for m in self.taken)

    def top(self, who: str) -> float:
        tops = [self.people[who].max_meetings, *(g.max_meetings for g in self.data.groups if who in g.participants)]
        return min((t for t in tops if t is not None), default=float("inf"))

    def both_there(self, name: str) -> bool:
        """A run of slots long enough in which both are available, whatever is planned."""
        length = self.spec[name].length
        away = {s for p in self.spec[name].participants for s in self.people[p].unavailable}
        return any(not away & set(run) for run in self.runs(length))

    def runs(self, length: int) -> list[list[str]]:
        return [self.order[k : k + length] for k in range(len(self.order) - length + 1)]

    def held(self, slot: str) -> int:
        return sum(slot in slots for slots in self.taken.values())


def check(facts: Facts, name: str, code: str, reason: str) -> None:
    spec, (one, two) = facts.spec[name], facts.spec[name].participants
    if code == "supplier_full":
        assert facts.full(one)
    elif code == "buyer_full":
        assert facts.full(two)
    elif code == "participant_full":
        assert facts.full(one) or facts.full(two)
    elif code == "maximum_reached":
        assert any(facts.meetings(p) >= facts.top(p) for p in (one, two))
    elif code == "no_common_slot":
        assert spec.slots is not None or not facts.both_there(name)
    elif code == "blocked":
        assert spec.slots == ()
    elif code == "lock":
        assert spec.fixed_slot is not None
    elif code == "displaced":
        runs = [set(run) for run in facts.runs(spec.length)]
        bound_elsewhere = spec.place or spec.fixed_slot or any(facts.people[p].place for p in (one, two))
        tongues = [set(facts.people[p].languages) for p in (one, two)]
        needs_help = all(tongues) and not tongues[0] & tongues[1]
        if not bound_elsewhere and not needs_help:
            possible = [run for run in runs if run <= facts.free(one) & facts.free(two)]
            assert not any(spec.slots is None or min(run) in spec.slots for run in possible)
        assert any(other in reason for other in facts.taken)
    elif code == "organisation_pair":
        homes = sorted(str(facts.people[p].organisation) for p in (one, two))
        same = [
            m
            for m in facts.taken
            if homes == sorted(str(facts.people[p].organisation) for p in facts.spec[m].participants)
        ]
        assert same
    elif code == "before":
        assert any(name in pair and set(pair) & set(facts.taken) for pair in facts.data.before)
    elif code == "no_interpreter":
        a, b = (set(facts.people[p].languages) for p in (one, two))
        assert a
        assert b
        assert not a & b
    else:
        assert code in {"places_full", "place_closed", "place_conflict", "walking_time", "break_spread", "not_worth"}


@settings(max_examples=30, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_every_reason_is_true_in_its_plan(seed: int) -> None:
    data = read_problem(random_problem(seed, people=6, slots=4, meetings=12))
    plan = solve(data, steps=2_000)
    facts = Facts(data, plan)
    for left_out in plan.unscheduled:
        check(facts, left_out.id, left_out.code, left_out.reason)


def people(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": p, **changes.get(p, {})} for p in ("a", "b", "x", "y")]


def only(**changes: Any) -> list[dict[str, Any]]:
    return [{"id": "ax", "participants": ["a", "x"], **changes}]


NAMED = [{"id": "T1", "slots": ["s1"]}, {"id": "T2"}]
ONE_SLOT = [{"id": "s1"}]

EXPECTED = [
    ("blocked", problem(meetings=only(slots=[]))),
    ("no_common_slot", problem(meetings=only(), participants=people(a={"unavailable": ["s1", "s2", "s3"]}))),
    ("no_common_slot", problem(meetings=only(slots=["s1"]), participants=people(a={"unavailable": ["s1"]}))),
    ("no_common_slot", problem(meetings=only(length=3), participants=people(a={"unavailable": ["s2"]}))),
    ("lock", problem(meetings=only(fixed_slot="s1"), participants=people(a={"unavailable": ["s1"]}))),
    ("lock", problem(meetings=only(fixed_slot="s1", slots=["s2"]))),
    ("place_conflict", problem(meetings=only(place="T1"), participants=people(a={"place": "T2"}))),
    ("place_closed", problem(places=NAMED, meetings=only(place="T1"), participants=people(a={"unavailable": ["s1"]}))),
    ("no_interpreter", problem(meetings=only(), participants=people(a={"languages": ["zh"]}, x={"languages": ["fr"]}))),
    ("maximum_reached", problem(meetings=only(), participants=people(a={"max_meetings": 0}))),
    ("places_full", problem(meetings=only(), places=0)),
    ("not_worth", problem(meetings=only(value=-1))),
    (
        "supplier_full",
        problem(meetings=[*only(), {"id": "ay", "participants": ["a", "y"], "value": 2}], slots=ONE_SLOT),
    ),
    ("buyer_full", problem(meetings=[*only(), {"id": "bx", "participants": ["b", "x"], "value": 2}], slots=ONE_SLOT)),
]


@pytest.mark.parametrize(("code", "data"), EXPECTED)
def test_the_binding_constraint_is_named(code: str, data: dict[str, Any]) -> None:
    plan = solve(read_problem(data), time_limit=2.0)
    assert [u.code for u in plan.unscheduled if u.id == "ax"] == [code]


@pytest.mark.parametrize(
    ("lang", "value"), [("en", "(14.5)"), ("zh", "(14.5)"), ("fr", "(14,5)"), ("de", "(14,5)"), ("it", "(14,5)")]
)
def test_what_displaced_meetings_are_worth_has_the_decimal_mark_of_the_language(lang: str, value: str) -> None:
    said = Said("displaced", {"one": "A", "two": "B", "meeting": "p", "others": ("p1 (14.5)", "p2 (v1.2) (45.1)")})
    told = said.words(lang, lambda one: one.replace("p1", "Alpha Co. × Beta S.r.l."))
    assert f"Alpha Co. × Beta S.r.l. {value}" in told
    assert "p2 (v1.2)" in told
