"""The flow bound holds, sees forced breaks and confined meetings, and never falls when limits are loosened."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.scheduling import bounds, read_problem, solve
from app.domain.scheduling.instance import Instance, build
from tests.scheduling.brute import every_score
from tests.scheduling.build import Json, problem, random_problem
from tests.scheduling.test_exact import event, fewest_breaks


def instance(data: Json) -> Instance:
    return build(read_problem(data))


def breaking(seed: int, **size: int) -> Json:
    data = random_problem(seed, **size)
    data["objective"] |= {"break": 1 + seed % 3, "idle": seed % 2, "max_break_spread": None}
    return data


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_with_breaks_it_holds_for_every_plan(seed: int) -> None:
    data = breaking(seed, people=4, slots=4, meetings=3)
    inst, every = instance(data), every_score(data)
    assert bounds.flow_bound(inst) >= max(points for _, _, points in every) - 1e-6
    for missing, short in {(-m, -s) for m, s, _ in every}:
        best = max(points for m, s, points in every if -m <= missing and -s <= short)
        assert bounds.flow_bound(inst, missing, short) >= best - 1e-6


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_where_everything_is_required_it_counts_no_more_breaks_than_there_must_be(seed: int) -> None:
    data = event(seed)
    data["objective"]["max_break_spread"] = None
    bound, fewest = bounds.flow_bound(instance(data), 0, 0), fewest_breaks(data)
    if fewest is not None:
        assert bound >= len(data["meetings"]) - fewest - 1e-6


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), more=st.sampled_from(["place", "slot", "hours", "maximum"]))
def test_loosening_a_limit_never_lowers_it(seed: int, more: str) -> None:
    data = breaking(seed, people=7, slots=4, meetings=12)
    data |= {"places": 1 + seed % 3}
    data["participants"] = [{**p, "place": None} for p in data["participants"]]
    data["meetings"] = [{**m, "place": None} for m in data["meetings"]]
    looser = {
        "place": {"places": data["places"] + 1},
        "slot": {"slots": [*data["slots"], {"id": "late"}]},
        "hours": {"participants": [{**p, "unavailable": []} for p in data["participants"]]},
        "maximum": {"participants": [{**p, "max_meetings": None} for p in data["participants"]], "groups": []},
    }[more]
    assert bounds.flow_bound(instance({**data, **looser})) >= bounds.flow_bound(instance(data)) - 1e-6


@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_one_slot_more_never_lowers_a_proven_optimum(seed: int) -> None:
    data = random_problem(seed, people=6, slots=4, meetings=8)
    data |= {"previous": None, "zone_gap": 0}
    few = solve(read_problem(data), time_limit=2.0)
    more = solve(read_problem({**data, "slots": [*data["slots"], {"id": "late"}]}), time_limit=2.0)
    if few.status == more.status == "optimal":
        known = (-few.missing_required, -few.shortfall, few.objective - 1e-6)
        assert (-more.missing_required, -more.shortfall, more.objective) >= known


def hub(**changes: Any) -> Json:
    """One person with four partners in five slots."""
    meetings = [{"id": p, "participants": ["a", p], "value": 10} for p in "bcde"]
    return problem(
        slots=[{"id": f"s{k}"} for k in range(5)],
        participants=[{"id": "a", **changes}, *({"id": p} for p in "bcde")],
        meetings=meetings,
    )


def test_it_sees_that_a_hole_in_the_day_forces_a_break() -> None:
    data = hub(unavailable=["s2"]) | {"objective": {"break": 8}}
    plan = solve(read_problem(data), time_limit=3.0)
    assert (plan.status, plan.objective) == ("optimal", 32)
    # two of the four meetings lie beyond the first stretch of two: one break, spread over two slots
    assert bounds.flow_bound(instance(data)) == 32
    assert bounds.stretches(instance(data), 0) == [2, 2]
    assert bounds.flow_bound(instance(hub(unavailable=["s2"]))) == 40


def test_it_sees_that_meetings_confined_to_few_slots_crowd_each_other_out() -> None:
    data = hub()
    for meeting in data["meetings"][:3]:
        meeting["slots"] = ["s0", "s1"]
    assert bounds.flow_bound(instance(data)) == 30
    assert bounds.confined(instance(data), 0) == [([0, 1, 2], 2)]
    for meeting in data["meetings"]:
        meeting["required"] = True
    assert bounds.flow_bound(instance(data), 0, 0) == -math.inf


@pytest.mark.parametrize("parallel", [1, 2])
def test_breaks_are_forced_only_on_people_in_one_meeting_at_a_time(parallel: int) -> None:
    data = hub(unavailable=["s2"], parallel=parallel) | {"objective": {"break": 8}}
    assert bounds.flow_bound(instance(data)) == (32 if parallel == 1 else 40)
