"""The exact route where everything is required: it agrees with trying every plan, symmetric problems included."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.scheduling import exact, implied, read_problem, solve, verify
from app.domain.scheduling.encoding import Encoding, Target
from app.domain.scheduling.instance import Instance, build
from tests.scheduling.build import Json


def event(seed: int, *, people: int = 7, slots: int = 5, meetings: int = 7) -> Json:
    """Everything required, breaks counted; often with people and meetings that can be exchanged."""
    rng = random.Random(seed)
    names = [f"s{k}" for k in range(slots)]
    pairs = [rng.sample(range(people), 2) for _ in range(meetings)]
    if rng.random() < 0.6:  # a hub with partners who are alike, one of them twice
        alike = rng.randint(2, 3)
        pairs = [[0, k] for k in range(1, alike + 1)] + [[0, 1]] * rng.randint(0, 1) + pairs[: meetings - alike - 1]
    away = rng.choice([0.0, 0.0, 0.1, 0.25])
    confined = rng.choice([0.0, 0.3])
    halves = [names[: slots // 2], names[slots // 2 :]]
    return {
        "format": "fairmatch/problem@1",
        "slots": [{"id": s} for s in names],
        "places": rng.randint(1, 3),
        "participants": [
            {"id": f"p{k}", "unavailable": [s for s in names if rng.random() < away]} for k in range(people)
        ],
        "meetings": [
            {
                "id": f"m{k}",
                "participants": [f"p{a}", f"p{b}"],
                "required": True,
                "slots": rng.choice(halves) if rng.random() < confined else None,
                "fixed_slot": rng.choice(names) if rng.random() < 0.05 else None,
            }
            for k, (a, b) in enumerate(pairs)
        ],
        "before": [rng.sample([f"m{k}" for k in range(len(pairs))], 2) for _ in range(rng.choice([0, 0, 1]))],
        "objective": {"break": 1, "max_break_spread": rng.choice([None, 0, 1, 2])},
    }


def fewest_breaks(data: Json) -> int | None:
    """The fewest breaks of any plan with every meeting, by trying them all; None where there is none."""
    slots = [s["id"] for s in data["slots"]]
    away = {p["id"]: set(p["unavailable"]) for p in data["participants"]}
    cap, best = data["objective"]["max_break_spread"], None
    meetings, order = data["meetings"], {m["id"]: k for k, m in enumerate(data["meetings"])}
    start: list[int] = []

    def breaks() -> list[int]:
        busy: dict[str, list[int]] = {p: [] for p in away}
        for m, t in zip(meetings, start, strict=True):
            for p in m["participants"]:
                busy[p].append(t)
        return [sum(b > a + 1 for a, b in pairwise(sorted(row))) for row in busy.values()]

    def fits(m: Json, t: int) -> bool:
        slot = slots[t]
        if m["slots"] is not None and slot not in m["slots"]:
            return False
        if m["fixed_slot"] not in (None, slot) or any(slot in away[p] for p in m["participants"]):
            return False
        same = [meetings[k] for k, u in enumerate(start) if u == t]
        if len(same) >= data["places"] or any(set(o["participants"]) & set(m["participants"]) for o in same):
            return False
        now = [*start, t]
        known = [(order[a], order[b]) for a, b in data["before"] if max(order[a], order[b]) < len(now)]
        return all(now[a] < now[b] for a, b in known)

    def extend() -> None:
        nonlocal best
        if len(start) == len(meetings):
            counts = breaks()
            if cap is None or max(counts) - min(counts) <= cap:
                best = sum(counts) if best is None else min(best, sum(counts))
            return
        for t in range(len(slots)):
            if fits(meetings[len(start)], t):
                start.append(t)
                extend()
                start.pop()

    extend()
    return best


def instance(data: Json) -> Instance:
    return build(read_problem(data))


@settings(max_examples=120, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), presolve=st.booleans())
def test_it_finds_the_fewest_breaks_or_refutes_as_trying_every_plan_does(seed: int, presolve: bool) -> None:
    data = event(seed)
    inst, fewest = instance(data), fewest_breaks(data)
    answer = exact.best(inst, 0, exact.Budget(work=10.0, presolve=presolve), None)
    assert answer.refuted == (fewest is None)
    if fewest is not None:
        assert answer.proven
        assert len(inst.meetings) - answer.bound == fewest


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_a_whole_run_agrees_too_and_its_plan_is_legal(seed: int) -> None:
    data = event(seed, people=6, slots=4, meetings=6)
    plan, fewest = solve(read_problem(data), time_limit=5.0), fewest_breaks(data)
    assert verify(data, plan).legal
    if fewest is None:
        assert plan.status == "infeasible"
    else:
        assert (plan.status, plan.breaks) == ("optimal", fewest)


def alike(count: int, **more: object) -> Json:
    """A hub and `count` partners who are alike."""
    data = event(0) | {"before": [], "places": 2}
    data["participants"] = [{"id": p, "unavailable": []} for p in ("hub", *(f"t{k}" for k in range(count)))]
    data["meetings"] = [
        {"id": f"m{k}", "participants": ["hub", f"t{k}"], "required": True, "slots": None, "fixed_slot": None}
        for k in range(count)
    ]
    return data | more


def solutions(inst: Instance) -> int:
    """How many plans the encoding leaves, counted by their starts."""
    from ortools.sat.python import cp_model

    code = Encoding(inst, Target(tuple(range(len(inst.meetings))), True, 0, with_objective=True))

    class Count(cp_model.CpSolverSolutionCallback):
        def __init__(self) -> None:
            super().__init__()
            self.seen: set[tuple[int, ...]] = set()

        def on_solution_callback(self) -> None:
            self.seen.add(tuple(t for m in code.x for t, lit in code.x[m].items() if self.boolean_value(lit)))

    solver, found = cp_model.CpSolver(), Count()
    solver.parameters.enumerate_all_solutions = True
    solver.parameters.num_workers = 1
    solver.solve(code.model, found)
    return len(found.seen)


def test_partners_who_are_alike_come_in_one_order() -> None:
    inst = instance(alike(3))
    assert implied.twins(inst) == [[1, 2, 3]]
    # 5 slots, the hub meets 3 people: 60 plans, 10 once the three are put in order
    assert solutions(inst) == 10


def test_a_meeting_held_twice_comes_in_one_order() -> None:
    data = alike(2)
    data["meetings"][1]["participants"] = ["hub", "t0"]
    data["participants"].pop()
    # 20 plans, 10 in order; nobody is left over to break the mirror image
    assert solutions(instance(data)) == 10


def test_the_mirror_image_is_forbidden_only_where_nothing_tells_early_from_late() -> None:
    data = event(0) | {"before": [], "places": 1}
    data["participants"] = [{"id": p, "unavailable": []} for p in "abcd"]
    pairs = ["ab", "cd"]
    data["meetings"] = [
        {"id": p, "participants": list(p), "required": True, "slots": None, "fixed_slot": None} for p in pairs
    ]
    # one in the first three of five slots, the other anywhere else: 12 of 20 plans
    data["meetings"][0]["value"] = 2
    data["meetings"][1]["value"] = 3
    assert solutions(instance(data)) == 12
    data["participants"][2]["unavailable"] = ["s0"]
    assert solutions(instance(data)) == 16


@pytest.mark.parametrize(
    ("domains", "run", "possible"),
    [
        (([0, 1], [1, 2], [0, 2]), range(3), True),
        (([0, 1], [0, 1], [2, 3]), range(3), True),
        (([0, 1], [0, 1], [0, 1]), range(3), False),
        (([0], [1], [3]), range(3), False),
    ],
)
def test_a_run_is_possible_only_if_the_meetings_can_fill_it(
    domains: tuple[list[int], ...], run: range, possible: bool
) -> None:
    data = alike(len(domains))
    for meeting, slots in zip(data["meetings"], domains, strict=True):
        meeting["slots"] = [f"s{t}" for t in slots]
    assert implied.fills(instance(data), list(range(len(domains))), run) is possible
