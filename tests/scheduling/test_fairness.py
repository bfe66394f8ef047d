"""The fairness dial: a higher floor never gains, on two sides each point is proven, and the figures are the plans'."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.scheduling import fairness_curve, read_problem, verify
from app.domain.scheduling.fairness import gini, with_floor
from tests.scheduling.brute import every_score
from tests.scheduling.build import problem, random_problem
from tests.scheduling.test_routes import fair


def test_each_point_of_a_two_sided_fair_is_proven_and_costs_what_it_says() -> None:
    data = fair(4)
    data["participants"] = [{"id": p["id"]} for p in data["participants"]]
    for meeting in data["meetings"]:
        meeting["required"] = False
    curve = fairness_curve(read_problem(data), floors=[0, 1, 2, 3])
    assert [point.floor for point in curve] == [0, 1, 2, 3]
    objectives = [point.plan.objective for point in curve if point.missed == 0]
    assert objectives == sorted(objectives, reverse=True)
    assert all(point.plan.status == "optimal" for point in curve)
    for point in curve:
        assert point.given_up == curve[0].plan.objective - point.plan.objective
        assert verify(point.problem, point.plan).legal
        if point.missed == 0:
            assert min(point.first.least, point.second.least) >= point.floor
    assert curve[-1].first.gini <= curve[0].first.gini


def test_the_floor_is_put_under_one_side_only_if_asked() -> None:
    read = read_problem(problem(slots=[{"id": "s1"}, {"id": "s2"}], places=1))
    (free, floor) = fairness_curve(read, side="first", floors=[1])
    assert {m.id for m in free.plan.meetings} == {"ax", "ay"}
    assert floor.first.least == 1
    assert floor.given_up == 9 - 8  # ax and bx, or ay and by with less
    both = fairness_curve(read, side="both", floors=[1])[-1]
    assert (both.first.least, both.second.least) == (1, 1)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_any_problem_has_a_curve_that_no_plan_beats_where_it_is_proven(seed: int) -> None:
    data = random_problem(seed, people=4, slots=3, meetings=3)
    read = read_problem(data)
    for point in fairness_curve(read, floors=[1, 2], steps=3_000):
        assert verify(point.problem, point.plan).legal
        if point.plan.status == "optimal":
            asked = point.problem.model_dump(by_alias=True, mode="json")
            missing, short, most = max(every_score(asked))
            assert (-point.plan.missing_required, -point.missed) == (missing, short)
            assert point.plan.objective == pytest.approx(most)


def test_a_floor_asks_nobody_for_more_than_they_could_have() -> None:
    read = read_problem(problem(meetings=[{"id": "ax", "participants": ["a", "x"]}]))
    minima = {p.id: p.min_meetings for p in with_floor(read, 3).participants}
    assert minima == {"a": 1, "b": 0, "x": 1, "y": 0}


@pytest.mark.parametrize(("counts", "expected"), [([2, 2, 2], 0.0), ([0, 0, 3], 2 / 3), ([1, 3], 0.25), ([0], 0.0)])
def test_gini(counts: list[int], expected: float) -> None:
    assert gini(counts) == pytest.approx(expected)
