"""`solve` as a whole: every plan is legal, bounds hold, proofs are true, and the same steps give the same plan."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.scheduling import Plan, Progress, read_problem, solve, verify
from tests.scheduling.brute import every_score
from tests.scheduling.build import problem, random_problem

FEW = settings(max_examples=25, deadline=None, derandomize=True)


def solved(data: dict[str, Any], **options: Any) -> Plan:
    return solve(read_problem(data), **{"time_limit": 2.0, **options})


def score(plan: Plan) -> tuple[int, int, float]:
    return -plan.missing_required, -plan.shortfall, plan.objective


@FEW
@given(seed=st.integers(0, 10**6))
def test_any_problem_gets_a_legal_plan_and_a_reason_for_each_pair_left_out(seed: int) -> None:
    data = random_problem(seed, people=7, slots=5, meetings=10)
    plan = solved(data, steps=5_000)
    assert verify(data, plan.as_dict()).violations == ()
    assert plan.bound >= plan.objective
    names = [m.id for m in plan.meetings] + [u.id for u in plan.unscheduled]
    assert sorted(names) == sorted(m["id"] for m in data["meetings"])
    assert all(u.reason and u.code for u in plan.unscheduled)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_what_is_called_proven_agrees_with_trying_every_plan(seed: int) -> None:
    data = random_problem(seed, people=4, slots=3, meetings=3)
    plan, every = solved(data), every_score(data)
    best = max(every)
    if plan.status == "optimal":
        assert score(plan)[:2] == best[:2]
        assert plan.objective == pytest.approx(best[2])
    if plan.status == "infeasible":
        assert best[0] < 0
    assert plan.bound >= max(s[2] for s in every if s[:2] == score(plan)[:2]) - 1e-6


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_one_table_more_never_lowers_a_proven_optimum(seed: int) -> None:
    data = random_problem(seed, people=6, slots=4, meetings=8)
    data |= {"places": 2, "before": [], "previous": None, "zone_gap": 0}
    data["participants"] = [{**p, "place": None} for p in data["participants"]]
    data["meetings"] = [{**m, "place": None} for m in data["meetings"]]
    data["objective"] |= {"place_change": 0, "max_break_spread": None}
    few, more = solved(data), solved({**data, "places": 3})
    if few.status == more.status == "optimal":
        assert score(more) >= (*score(few)[:2], score(few)[2] - 1e-6)


def test_same_steps_and_seed_give_the_same_plan() -> None:
    data = random_problem(3, people=9, slots=6, meetings=20)
    one, two = (solved(data, steps=20_000, seed=5) for _ in range(2))
    assert one.meetings == two.meetings
    assert one.unscheduled == two.unscheduled


def test_a_break_weight_closes_the_gaps() -> None:
    meetings = [{"id": f"m{k}", "participants": ["a", name]} for k, name in enumerate("bxy")]
    plan = solved(problem(meetings=meetings, objective={"break": 0.5}, slots=[{"id": f"s{k}"} for k in range(6)]))
    assert (plan.status, plan.breaks, plan.objective) == ("optimal", 0, 3)


def test_required_meetings_come_before_value() -> None:
    data = problem(slots=[{"id": "s1"}], places=1)
    data["meetings"][3]["required"] = True
    plan = solved(data)
    assert [m.id for m in plan.meetings] == ["by"]
    assert plan.status == "optimal"


def test_minima_come_before_value() -> None:
    data = problem(slots=[{"id": "s1"}], places=1)
    data["participants"][1]["min_meetings"] = 1
    plan = solved(data)
    assert [m.id for m in plan.meetings] == ["bx"]
    assert (plan.status, plan.shortfall) == ("optimal", 0)


def test_minima_out_of_reach_are_missed_by_the_least() -> None:
    data = problem(slots=[{"id": "s1"}], places=2)
    data["participants"][0]["min_meetings"] = 2
    data["participants"][1]["min_meetings"] = 1
    plan = solved(data)
    assert (plan.status, plan.shortfall, plan.value) == ("optimal", 1, 7)


def test_previous_meetings_stay_where_moving_costs_more_than_it_wins() -> None:
    old = [{"meeting": "ax", "slot": "s2", "place": "T2"}, {"meeting": "by", "slot": "s2", "place": "T1"}]
    plan = solved(problem(objective={"move": 10}, previous=old))
    kept = {(m.id, m.slot, m.place) for m in plan.meetings}
    assert {("ax", "s2", "T2"), ("by", "s2", "T1")} <= kept


INFEASIBLE = [
    problem(slots=[{"id": "s1"}], meetings=[{"id": "ax", "participants": ["a", "x"], "required": True, "slots": []}]),
    problem(
        slots=[{"id": "s1"}],
        meetings=[{"id": m, "participants": ["a", m], "required": True} for m in ("x", "y")],
    ),
    problem(
        places=1,
        slots=[{"id": "s1"}, {"id": "s2"}],
        meetings=[
            {"id": "ax", "participants": ["a", "x"], "required": True},
            {"id": "by", "participants": ["b", "y"], "required": True, "fixed_slot": "s1"},
        ],
        before=[["ax", "by"]],
    ),
    problem(
        meetings=[{"id": m, "participants": list(m), "required": True, "length": 2} for m in ("ax", "ay", "bx")],
        objective={"max_break_spread": 0},
    ),
]


@pytest.mark.parametrize("data", INFEASIBLE)
def test_what_cannot_be_held_is_refuted_and_a_partial_plan_given(data: dict[str, Any]) -> None:
    plan = solved(data)
    assert plan.status == "infeasible"
    assert plan.missing_required > 0
    assert verify(data, plan).legal


def test_strictness_gives_no_partial_plan() -> None:
    plan = solved(INFEASIBLE[1], strict=True)
    assert (plan.status, plan.meetings, len(plan.unscheduled)) == ("infeasible", (), 2)
    assert verify(INFEASIBLE[1], plan).legal


@pytest.mark.parametrize(
    "data",
    [
        problem(meetings=[]),
        problem(slots=[]),
        problem(places=0),
        problem(places=[]),
        problem(participants=[], meetings=[]),
        problem(places=1_000_000),
    ],
)
def test_the_smallest_and_the_emptiest_problems_are_solved(data: dict[str, Any]) -> None:
    plan = solved(data)
    assert plan.status == "optimal"
    assert verify(data, plan).legal


def test_progress_reports_rising_objectives_and_holding_bounds() -> None:
    seen: list[Progress] = []
    plan = solved(random_problem(11, people=9, slots=6, meetings=20), progress=seen.append)
    assert seen
    assert all(step.bound >= step.objective for step in seen)
    ranks = [(-s.missing_required, -s.shortfall, s.objective) for s in seen]
    assert ranks == sorted(ranks)
    assert seen[-1].objective <= plan.objective + 1e-6 or plan.missing_required < seen[-1].missing_required


class StopError(Exception):
    pass


def test_what_the_progress_callback_raises_ends_the_run() -> None:
    def stop(seen: Progress) -> None:
        if seen.stage == "annealing":
            raise StopError

    data = random_problem(4, people=60, slots=20, meetings=400)
    data |= {"previous": None, "before": []}
    for meeting in data["meetings"]:
        meeting["required"] = False
    with pytest.raises(StopError):
        solved(data, time_limit=20.0, progress=stop)


@pytest.mark.parametrize("steps", [None, 2_000_000_000])
@pytest.mark.parametrize("small", [True, False])
def test_a_run_that_is_stopped_still_answers(steps: int | None, small: bool) -> None:
    data = random_problem(4, people=60, slots=20, meetings=120 if small else 3_500)
    for meeting in data["meetings"]:
        meeting["required"] = False
    data["objective"] |= {"break": 1, "max_break_spread": None}
    stop = threading.Event()
    seen: list[Progress] = []

    def heard(step: Progress) -> None:
        seen.append(step)
        if step.stage in ("annealing", "exact"):
            stop.set()

    begun = time.monotonic()
    plan = solved(data, time_limit=300.0, steps=steps, progress=heard, stop=stop)
    assert time.monotonic() - begun < 120
    assert verify(data, plan).legal
    assert score(plan) >= (-seen[0].missing_required, -seen[0].shortfall, seen[0].objective)


def test_the_time_limit_is_kept_and_the_answer_never_empty() -> None:
    data = random_problem(8, people=40, slots=16, meetings=250)
    plan = solved(data, time_limit=0.5)
    assert verify(data, plan).legal
    assert plan.meetings
