"""The routes by themselves: each must agree with the others, and a bound must hold against every plan."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.scheduling import (
    anneal,
    bounds,
    cooling,
    exact,
    kernel,
    layout,
    read_problem,
    solve,
    twosided,
    verify,
)
from app.domain.scheduling.board import Board, Fit
from app.domain.scheduling.greedy import greedy
from app.domain.scheduling.instance import Instance, build
from tests.scheduling.build import Json, problem, random_problem


def fair(seed: int, *, suppliers: int = 6, buyers: int = 7, slots: int = 4, places: int = 3, pairs: int = 25) -> Json:
    """Two sides, everybody there all day: the case of the exact route."""
    rng = random.Random(seed)
    people = [f"S{k}" for k in range(suppliers)] + [f"B{k}" for k in range(buyers)]
    every = [(f"S{a}", f"B{b}") for a in range(suppliers) for b in range(buyers)]
    return {
        "format": "fairmatch/problem@1",
        "slots": [{"id": f"s{k}"} for k in range(slots)],
        "places": places,
        "participants": [
            {
                "id": p,
                "parallel": rng.choice([1, 1, 2]),
                "max_meetings": rng.choice([None, 2, 3]),
                "min_meetings": rng.choice([0, 0, 1]),
            }
            for p in people
        ],
        "meetings": [
            {"id": f"m{k}", "participants": list(pair), "value": rng.randint(1, 9), "required": rng.random() < 0.05}
            for k, pair in enumerate(rng.sample(every, pairs))
        ],
    }


def instance(data: Json) -> Instance:
    return build(read_problem(data))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_the_two_sided_route_proves_the_same_optimum_as_the_encoding(seed: int) -> None:
    data = fair(seed)
    inst = instance(data)
    assert twosided.applies(inst)
    plan = solve(read_problem(data))
    assert verify(data, plan).legal
    assert plan.route == "two-sided"
    assert plan.status == ("infeasible" if plan.missing_required else "optimal")
    if plan.missing_required == 0:
        answer = exact.best(inst, plan.shortfall, exact.Budget(work=5.0), None)
        assert answer.proven
        assert answer.bound == plan.objective
        if plan.shortfall:
            assert exact.best(inst, plan.shortfall - 1, exact.Budget(work=5.0), None).refuted


@pytest.mark.parametrize("seed", range(8))
def test_the_colouring_is_balanced_to_the_last_table(seed: int) -> None:
    data = fair(seed, suppliers=9, buyers=9, slots=5, places=4, pairs=60)
    data["participants"] = [{"id": p["id"]} for p in data["participants"]]
    plan = solve(read_problem(data))
    assert (plan.status, len(plan.meetings)) == ("optimal", 20)


@pytest.mark.parametrize(
    "change",
    [
        {"before": [["m0", "m1"]]},
        {"objective": {"break": 1}},
        {"objective": {"max_break_spread": 1}},
        {"places": [{"id": "T1", "slots": ["s0"]}, {"id": "T2"}]},
    ],
)
def test_the_two_sided_route_keeps_away_from_what_it_cannot_prove(change: Json) -> None:
    assert not twosided.applies(instance({**fair(1), **change}))


def test_a_triangle_has_no_two_sides() -> None:
    pairs = [["a", "b"], ["b", "x"], ["x", "a"]]
    assert (
        twosided.sides(instance(problem(meetings=[{"id": f"m{k}", "participants": p} for k, p in enumerate(pairs)])))
        is None
    )


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_annealing_keeps_every_count_and_its_best_plan_is_legal(seed: int) -> None:
    data = random_problem(seed, people=8, slots=6, meetings=16)
    inst = instance(data)
    annealer = anneal.Annealer(inst, seed)
    annealer.start_from(greedy(inst))
    annealer.run(4_000, cooling.by_steps(annealer, 4_000), -1e18, lambda: None)
    kernel.energy(annealer.world)
    counted = annealer.world.floats[layout.TOTAL : layout.TOTAL + 8].copy()
    plan = np.array([annealer.world.meetings[:, layout.SLOT + k] for k in range(3)])
    fresh = anneal.world(inst, 0)
    kernel.place_all(fresh, plan)
    assert counted == pytest.approx(fresh.floats[layout.TOTAL : layout.TOTAL + 8], abs=1e-9)
    board = Board(inst)
    for m in np.argsort(annealer.best[0]):
        t, r, i = (int(row[m]) for row in annealer.best)
        if t >= 0:
            assert isinstance(board.seat(m, t), Fit)
            board.hold(int(m), t, Fit(r, i))
    assert board.evenly()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_the_flow_bound_holds_for_the_proven_optimum(seed: int) -> None:
    data = random_problem(seed, people=6, slots=4, meetings=8)
    plan = solve(read_problem(data), time_limit=1.0)
    inst = instance(data)
    assert bounds.flow_bound(inst) >= plan.objective - 1e-6
    assert bounds.flow_bound(inst, plan.missing_required, plan.shortfall) >= plan.objective - 1e-6
    assert bounds.simple_bound(inst) >= bounds.flow_bound(inst) - 1e-6


def required(slots: int, pairs: list[str], **more: Any) -> Json:
    meetings = [{"id": p, "participants": list(p), "required": True} for p in pairs]
    return problem(slots=[{"id": f"s{k}"} for k in range(slots)], meetings=meetings, **more)


def test_the_encoding_proves_the_fewest_breaks() -> None:
    # b meets a and x in slots 0 and 2 only: one break, whatever is done.
    data = required(3, ["ab", "bx", "xy"], objective={"break": 1, "max_break_spread": 2})
    data["participants"][1]["unavailable"] = ["s1"]
    plan = solve(read_problem(data))
    assert (plan.status, plan.breaks) == ("optimal", 1)
