"""The fairness dial: how much value each floor under everybody's meetings costs, as a curve to choose from.

A floor of k asks for min(k, what is possible) meetings for each person of a side. Plans that keep a higher floor keep
the lower ones as well, so the curve never rises; on the two-sided route each point is an optimum with its certificate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.domain.scheduling.instance import Instance, build
from app.domain.scheduling.plan import Plan
from app.domain.scheduling.portfolio import solve
from app.domain.scheduling.problem import Problem

Side = Literal["first", "second", "both"]
FAIRNESS_FORMAT = "fairmatch/fairness@1"
MOST_POINTS = 8


@dataclass(frozen=True)
class Spread:
    """Meetings per person of one side, those who could have none aside; `gini` is 0 where all have as many."""

    least: int
    most: int
    mean: float
    gini: float

    def as_dict(self) -> dict[str, float | int]:
        return {"least": self.least, "most": self.most, "mean": round(self.mean, 3), "gini": round(self.gini, 4)}


@dataclass(frozen=True)
class FairnessPoint:
    """One setting of the dial: the floor, its plan, and what it costs.

    `given_up` is the objective lost against no floor, `given_up_at_most` the same against the bound without a floor;
    `missed` counts the meetings that people still lack of their minima. `problem` has the floor in it.
    """

    floor: int
    plan: Plan
    problem: Problem
    given_up: float
    given_up_at_most: float
    missed: int
    first: Spread
    second: Spread

    def as_dict(self) -> dict[str, Any]:
        return {
            "floor": self.floor,
            "status": self.plan.status,
            "value": self.plan.value,
            "objective": self.plan.objective,
            "bound": self.plan.bound,
            "given_up": round(self.given_up, 6),
            "given_up_at_most": round(self.given_up_at_most, 6),
            "missed": self.missed,
            "meetings": len(self.plan.meetings),
            "first": self.first.as_dict(),
            "second": self.second.as_dict(),
        }


def people_of(problem: Problem, side: Side) -> tuple[str, ...]:
    """Who is first or second in some meeting (suppliers and buyers, where the file has two sides), or everybody."""
    wanted = {"first": (0,), "second": (1,), "both": (0, 1)}[side]
    named = {m.participants[k] for m in problem.meetings for k in wanted}
    return tuple(p.id for p in problem.participants if p.id in named)


def _possible(inst: Instance, p: int) -> int:
    """The most meetings a person could have alone: usable ones, slots, maximum."""
    usable = sum(bool(inst.starts[m]) for m in inst.of_person[p])
    return min(usable, sum(inst.free[p]) * inst.parallel[p], inst.top[p])


def with_floor(problem: Problem, floor: int, side: Side = "both") -> Problem:
    """The problem with a minimum of so many meetings for each person of a side, as far as each could have them."""
    chosen, inst = set(people_of(problem, side)), build(problem)
    people = tuple(
        p.model_copy(update={"min_meetings": max(p.min_meetings, min(floor, _possible(inst, k)))})
        if p.id in chosen
        else p
        for k, p in enumerate(problem.participants)
    )
    return problem.model_copy(update={"participants": people})


def gini(counts: Sequence[int]) -> float:
    """Gini (1912): Σᵢⱼ |xᵢ − xⱼ| / (2 n Σ x), from the sorted counts in O(n log n)."""
    total, n = sum(counts), len(counts)
    if total == 0:
        return 0.0
    weighted = sum((2 * k - n + 1) * x for k, x in enumerate(sorted(counts)))
    return weighted / (n * total)


def _spread(problem: Problem, plan: Plan, side: Side) -> Spread:
    could = {who for m in problem.meetings if m.slots != () for who in m.participants}
    counts = dict.fromkeys((who for who in people_of(problem, side) if who in could), 0)
    pair = {m.id: m.participants for m in problem.meetings}
    for held in plan.meetings:
        for who in pair[held.id]:
            if who in counts:
                counts[who] += 1
    many = list(counts.values()) or [0]
    return Spread(min(many), max(many), sum(many) / len(many), gini(many))


def floors_for(problem: Problem, plan: Plan, side: Side) -> list[int]:
    """Floors worth asking for: from 0 to the mean of the side, at most a handful."""
    people = len(people_of(problem, side))
    seats = len(plan.meetings) * (2 if side == "both" else 1)
    mean = math.floor(seats / people) if people else 0
    step = max(1, math.ceil(mean / (MOST_POINTS - 1)))
    return sorted({*range(0, mean + 1, step), mean})


def fairness_curve(
    problem: Problem,
    *,
    side: Side = "both",
    floors: Sequence[int] | None = None,
    time_limit: float = 10.0,
    steps: int | None = None,
    seed: int = 0,
    seen: Callable[[int, Plan], None] | None = None,
) -> tuple[FairnessPoint, ...]:
    """Value against a floor under the meetings of each person.

    Parameters
    ----------
    problem
        From `read_problem`; its own minima hold at every point.
    side
        Whose meetings get the floor: those named first in the meetings, those named second, or both.
    floors
        The settings; where absent, up to eight from 0 to the mean number of meetings.
    time_limit, steps, seed
        For each plan, as in `solve`.
    seen
        Called with each floor and its plan.

    Returns
    -------
    tuple of FairnessPoint
        By rising floor. Each plan is verified, and none is worth less than that of a higher floor that misses no more.
    """
    free = solve(problem, time_limit=time_limit, steps=steps, seed=seed)
    wanted = sorted({0, *(floors_for(problem, free, side) if floors is None else floors)})
    plans: dict[int, tuple[Problem, Plan]] = {0: (problem, free)}
    for k in wanted:
        if k:
            asked = with_floor(problem, k, side)
            plans[k] = asked, solve(asked, time_limit=time_limit, steps=steps, seed=seed)
        if seen is not None:
            seen(k, plans[k][1])
    _lift(plans)
    top, bound = plans[0][1].objective, plans[0][1].bound
    return tuple(
        FairnessPoint(
            floor=k,
            plan=plan,
            problem=asked,
            given_up=max(0.0, float(top - plan.objective)),
            given_up_at_most=max(0.0, float(bound - plan.objective)),
            missed=plan.shortfall,
            first=_spread(problem, plan, "first"),
            second=_spread(problem, plan, "second"),
        )
        for k, (asked, plan) in sorted(plans.items())
    )


def _lift(plans: dict[int, tuple[Problem, Plan]]) -> None:
    """Gives a lower floor the plan of a higher one where that is better, with figures of its own problem."""
    from app.domain.scheduling.finish import for_problem

    above: Plan | None = None
    for k in sorted(plans, reverse=True):
        asked, plan = plans[k]
        if above is not None:
            other = for_problem(asked, above, plan)
            if _rank(other) < _rank(plan):
                plans[k] = asked, other
        above = plans[k][1]


def _rank(plan: Plan) -> tuple[int, int, float]:
    return plan.missing_required, plan.shortfall, -plan.objective
