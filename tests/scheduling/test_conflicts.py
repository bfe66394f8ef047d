"""What cannot be held: each contradiction named is one, and nothing in it is too much."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.scheduling import read_problem, solve
from app.domain.scheduling.checks import impossible, scarce
from app.domain.scheduling.conflicts import conflict
from app.domain.scheduling.instance import Instance, build
from app.domain.scheduling.words import Said
from tests.scheduling.build import Json, problem
from tests.scheduling.test_exact import event, fewest_breaks


def instance(data: Json) -> Instance:
    return build(read_problem(data))


def must(*names: str, **changes: Any) -> list[Json]:
    return [{"id": n, "participants": list(n), "required": True, **changes} for n in names]


def away(**hours: list[str]) -> list[Json]:
    return [{"id": p, "unavailable": hours.get(p, [])} for p in ("a", "b", "x", "y")]


COUNTED = [
    ("check.person", problem(slots=[{"id": "s1"}], meetings=must("ax", "ay"))),
    ("check.person_part", problem(meetings=[*must("ax", "ay", slots=["s1"]), *must("ab")])),
    ("check.maximum", problem(participants=[*away()[1:], {"id": "a", "max_meetings": 1}], meetings=must("ax", "ay"))),
    ("check.places", problem(places=1, slots=[{"id": "s1"}], meetings=must("ax", "by"))),
    ("check.no_start", problem(participants=away(a=["s1", "s2", "s3"]), meetings=must("ax"))),
]


@pytest.mark.parametrize(("key", "data"), COUNTED)
def test_counting_finds_the_contradiction_and_says_it(key: str, data: Json) -> None:
    found = impossible(instance(data))
    assert [said.key for said in found] == [key]
    plan = solve(read_problem(data), time_limit=3.0)
    assert (plan.status, plan.conflict) == ("infeasible", found)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_what_counting_calls_impossible_is(seed: int) -> None:
    data = event(seed)
    if impossible(instance(data)):
        assert fewest_breaks(data) is None


def test_minima_and_places_that_will_run_short_are_named_beforehand() -> None:
    people = [{"id": "a", "min_meetings": 3}, *away()[1:]]
    keys = {said.key for said in scarce(instance(problem(participants=people, places=0)))}
    assert keys == {"check.minimum", "check.density"}
    assert scarce(instance(problem())) == ()


def only(data: Json, names: set[str]) -> Json:
    meetings = [m for m in data["meetings"] if m["id"] in names]
    return {**data, "meetings": meetings, "before": [b for b in data["before"] if names.issuperset(b)]}


def beyond_counting() -> list[Json]:
    """Problems that cannot be held, though no count shows it."""
    found = []
    for seed in range(1_000):
        data = event(seed, people=5, slots=3, meetings=6)
        data["objective"]["max_break_spread"] = None
        rng = random.Random(seed)
        for meeting in data["meetings"]:
            meeting["slots"] = sorted(rng.sample(["s0", "s1", "s2"], rng.choice([2, 2, 3])))
        if not impossible(instance(data)) and fewest_breaks(data) is None:
            found.append(data)
    return found[:25]


BEYOND = beyond_counting()


@pytest.mark.parametrize("data", BEYOND)
def test_no_meeting_of_a_conflict_can_be_left_out_of_it(data: Json) -> None:
    assert len(BEYOND) > 15
    found = conflict(instance(data), 20.0)
    assert found[0].key in ("conflict.meetings", "conflict.one")
    listed = found[0].values["meetings"]
    assert isinstance(listed, tuple)
    names = set(listed)
    assert fewest_breaks(only(data, names)) is None
    for name in names:
        assert fewest_breaks(only(data, names - {name})) is not None


def keys(found: tuple[Said, ...]) -> list[str]:
    return [said.key for said in found]


def test_rules_that_play_no_part_are_not_named() -> None:
    # a has two meetings, b comes first, and only s1 and s2 are open to both: the order closes it
    data = problem(
        slots=[{"id": "s1"}, {"id": "s2"}],
        participants=away(y=["s2"]),
        meetings=[*must("ax", "ay"), {"id": "bx", "participants": ["b", "x"], "required": True}],
        before=[["ax", "ay"]],
    )
    found = conflict(instance(data), 10.0)
    assert keys(found) == ["conflict.meetings", "conflict.before", "conflict.hours"]
    assert found[0].values["meetings"] == ("ax", "ay")
    assert found[2].words("en") == "y is not available in s2."
    assert found[1].words("fr") == "ax doit finir avant le début de ay."


def test_the_spread_of_breaks_is_named_where_nothing_else_stands_in_the_way() -> None:
    data = problem(
        participants=away(a=["s2"]), meetings=must("ax", "ay"), objective={"break": 1, "max_break_spread": 0}
    )
    assert keys(conflict(instance(data), 10.0)) == ["conflict.spread"]


RULES = [
    ("conflict.lock", problem(places=1, meetings=[*must("ax", fixed_slot="s1"), *must("by", fixed_slot="s1")])),
    ("conflict.places", problem(places=1, meetings=[*must("ax", fixed_slot="s1"), *must("by", fixed_slot="s1")])),
    ("conflict.fixed", problem(meetings=must("ax", "by", place="T1", slots=["s1"]))),
    (
        "conflict.once",
        problem(
            participants=[{"id": p, "organisation": o} for p, o in zip("abxy", "oorr", strict=True)],
            one_meeting_per_organisation_pair=True,
            meetings=must("ax", "by"),
        ),
    ),
    (
        "conflict.interpreters",
        problem(
            participants=[{"id": p, "languages": ["zh" if p in "ab" else "fr"]} for p in "abxy"],
            interpreters=[{"id": "i", "languages": ["zh", "fr"]}],
            meetings=must("ax", "by", slots=["s1"]),
        ),
    ),
    ("conflict.parallel", problem(slots=[{"id": "s1"}, {"id": "s2"}], meetings=must("ab", "ax", "bx"))),
    ("conflict.slots", problem(meetings=must("ab", "ax", "bx", slots=["s1", "s2"]))),
]


@pytest.mark.parametrize(("key", "data"), RULES)
def test_the_rule_that_closes_it_is_named(key: str, data: Json) -> None:
    found = conflict(instance(data), 10.0)
    assert key in keys(found)
    assert all(said.words("zh") and "{" not in said.words("de") for said in found)


def test_without_time_only_counting_is_done() -> None:
    assert conflict(instance(RULES[0][1]), 0.0) == ()
