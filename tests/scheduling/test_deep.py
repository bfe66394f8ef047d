"""The deep bound holds for any prices, is never looser than the flow bound, and sees what that cannot."""

from __future__ import annotations

import itertools
import json
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.scheduling import Progress, bounds, deep, read_problem, solve, verify
from app.domain.scheduling.instance import build
from app.domain.scheduling.schema import plan_schema
from app.domain.scheduling.search import Search
from app.domain.scheduling.timed import best_days, timed
from tests.scheduling.brute import every_score
from tests.scheduling.build import Json, problem, random_problem
from tests.scheduling.test_bounds import hub
from tests.scheduling.test_command_line import run, saved
from tests.scheduling.test_schema import valid


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_it_holds_for_every_plan_whatever_the_prices(seed: int) -> None:
    data = random_problem(seed, people=4, slots=4, meetings=3)
    inst, every = build(read_problem(data)), every_score(data)
    if not any(inst.starts):
        return
    rng = np.random.default_rng(seed)
    best = max(points for _, _, points in every)
    whole = [points for missing, _, points in every if missing == 0]
    for spread in (0.0, 0.5, 2.0, 5.0):
        free, held = timed(inst, required_held=False), timed(inst, required_held=True)
        prices = rng.normal(0.5, 1.0, len(free.right)) * spread
        assert free.bound(prices) >= best - 1e-9
        if whole and all(starts or not must for starts, must in zip(inst.starts, inst.required, strict=True)):
            assert held.bound(prices) >= max(whole) - 1e-9
        assert free.bound(prices) >= held.bound(prices)


def _worth(row: np.ndarray, reach: np.ndarray, break_: float, idle: float) -> float:
    """The best pattern of busy slots by trying them all."""
    best = 0.0
    for pattern in itertools.product((0, 1), repeat=len(row)):
        busy = [t for t, on in enumerate(pattern) if on]
        if not busy or not all(reach[t] for t in busy):
            continue
        runs = sum(t - 1 not in busy for t in busy)
        free = busy[-1] - busy[0] + 1 - len(busy)
        best = max(best, sum(row[t] for t in busy) - break_ * (runs - 1) - idle * free)
    return best


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_the_best_day_of_each_person_is_the_best_of_all_patterns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ask, reach = rng.normal(0.2, 1.0, (4, 6)), rng.random((4, 6)) < 0.8
    break_, idle = rng.choice([0.0, 0.7, 2.0]), rng.choice([0.0, 0.3])
    found = best_days(ask, reach, break_, idle)
    assert found == pytest.approx([_worth(row, can, break_, idle) for row, can in zip(ask, reach, strict=True)])


@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_a_solved_program_lies_between_the_best_plan_and_the_flow_bound(seed: int) -> None:
    data = random_problem(seed, people=4, slots=4, meetings=4)
    data["objective"]["max_break_spread"] = None
    for meeting in data["meetings"]:
        meeting["required"] = False
    every = every_score(data)
    plan = solve(read_problem(data), steps=50, bound="deep")
    best = max(points for _, short, points in every if -short <= plan.shortfall)
    assert plan.bound >= best - 1e-6
    flow = bounds.flow_bound(build(read_problem(data)), 0, plan.shortfall)
    assert plan.bound <= max(flow, float(plan.objective)) + 1e-6
    assert verify(data, json.loads(json.dumps(plan.as_dict()))).legal


def crowded(count: int = 60) -> Json:
    """Everybody is there in the first slot only, where there is one table; too large to be searched exactly."""
    away = [f"s{t}" for t in range(1, 40)]
    people = [{"id": f"{side}{k}", "unavailable": away} for side in "ab" for k in range(count)]
    late = [{"id": name} for name in ("x", "y")]
    held = [{"id": f"m{k}", "participants": [f"a{k}", f"b{k}"], "value": 10 + k} for k in range(count)]
    apart = [{"id": f"n{k}", "participants": ["x", "y"], "value": 1} for k in range(1_600)]
    slots = [{"id": f"s{t}"} for t in range(40)]
    return problem(slots=slots, places=1, participants=[*people, *late], meetings=[*held, *apart])


def test_it_sees_that_many_want_the_same_slot() -> None:
    data = crowded()
    assert bounds.flow_bound(build(read_problem(data))) == sum(range(30, 70))  # forty tables in all
    plan = solve(read_problem(data), steps=20_000, bound="deep")
    assert (plan.objective, plan.bound, plan.bound_kind) == (69 + 39, 69 + 39, "time_indexed")
    assert plan.status == "optimal"  # the bound has proven it


def test_it_sees_breaks_that_only_the_other_meetings_limits_force() -> None:
    data = hub() | {"objective": {"break": 8}}
    data["participants"][3]["max_meetings"] = data["participants"][4]["max_meetings"] = 0
    data["meetings"][0]["slots"], data["meetings"][1]["slots"] = ["s0"], ["s2"]
    inst = build(read_problem(data))
    assert bounds.flow_bound(inst) == 20
    run_ = Search(inst, time.monotonic(), 60.0)
    deep.afterwards(run_)
    assert run_.deep == 12


def test_the_plan_of_a_step_budget_is_the_same_with_and_without_it() -> None:
    data = random_problem(3, people=40, slots=12, meetings=200)
    for meeting in data["meetings"]:
        meeting["required"] = False
        meeting["value"] += 0.1234567  # more digits than the exact search takes
    plain, asked = (solve(read_problem(data), steps=2_000, seed=5, bound=kind) for kind in ("flow", "deep"))
    assert plain.meetings == asked.meetings
    assert asked.bound <= plain.bound
    assert plain.bound_kind is None
    assert asked.bound_kind is not None


def test_a_run_that_is_stopped_keeps_the_bound_it_has() -> None:
    data = crowded()
    data["objective"] = {"break": 1}
    stop, heard = threading.Event(), list[Progress]()

    def told(seen: Progress) -> None:
        heard.append(seen)
        if seen.stage == deep.STAGE:
            stop.set()

    begun = time.monotonic()
    plan = solve(read_problem(data), time_limit=300.0, bound="deep", progress=told, stop=stop)
    assert time.monotonic() - begun < 100
    assert plan.bound <= min(seen.bound for seen in heard if seen.stage == deep.STAGE)
    assert not [thread for thread in threading.enumerate() if thread.name == "deep bound"]


def test_a_process_that_gives_nothing_leaves_the_flow_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deep, "PRICING", tmp_path / "absent.py")
    data = crowded()
    plan = solve(read_problem(data), steps=20_000, bound="deep")
    assert (plan.bound, plan.bound_kind) == (sum(range(30, 70)), "flow")


def test_the_command_says_where_the_bound_is_from(tmp_path: Path) -> None:
    path, out = saved(tmp_path, crowded()), tmp_path / "plan.json"
    result = run("solve", path, "-o", out, "--steps", 20_000, "--bound", "deep")
    assert result.exit_code == 0, result.output
    assert "objective 108   bound 108 (time-indexed)   gap 0%" in result.stdout
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["bound_kind"] == "time_indexed"
    assert valid(plan_schema(), written)
    assert not valid(plan_schema(), {**written, "bound_kind": "guess"})
    assert run("verify", path, out).exit_code == 0
