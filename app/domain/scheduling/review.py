"""A plan that is there already, looked at by the engine: checks, reasons, what would free pairs, what contradicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.scheduling.advice import advice
from app.domain.scheduling.board import Board, Fit
from app.domain.scheduling.checks import impossible, scarce
from app.domain.scheduling.conflicts import conflict
from app.domain.scheduling.instance import FREE, Instance, build
from app.domain.scheduling.plan import Plan, PlanFile, Unscheduled
from app.domain.scheduling.problem import Problem
from app.domain.scheduling.reading import ScheduleFileError, read_plan, read_problem
from app.domain.scheduling.reasons import reasons
from app.domain.scheduling.verify import verify
from app.domain.scheduling.words import Said


@dataclass(frozen=True)
class Review:
    """What can be said about a plan: what was scarce from the start, why each pair is left out, what would help."""

    checks: tuple[Said, ...]
    reasons: tuple[Unscheduled, ...]
    advice: tuple[Said, ...]
    conflict: tuple[Said, ...]


def review(problem: Problem | Mapping[str, Any], plan: Plan | Mapping[str, Any], seconds: float = 10.0) -> Review:
    """Explains a plan and looks for what would improve it.

    Parameters
    ----------
    problem, plan
        The models, or what `json.load` gave for the two files.
    seconds
        At most, for the search for contradicting requirements; only where required meetings are missing.

    Raises
    ------
    ScheduleFileError
        If one of the two has not the shape of its format, or the plan breaks a rule of the problem.
    """
    known = problem if isinstance(problem, Problem) else read_problem(problem)
    said = read_plan(plan.as_dict() if isinstance(plan, Plan) else plan)
    verdict = verify(known, plan)
    if not verdict.legal:
        raise ScheduleFileError("plan file", [(v.rule, v.message) for v in verdict.violations])
    inst = build(known)
    board = _board(inst, said)
    why = reasons(board)
    missing = any(must and t == FREE for must, t in zip(inst.required, board.slot, strict=True))
    return Review(
        checks=(*impossible(inst), *scarce(inst)),
        reasons=why,
        advice=advice(board, why),
        conflict=conflict(inst, seconds) if missing else (),
    )


def _board(inst: Instance, plan: PlanFile) -> Board:
    """The plan's meetings where they are; a place counts only where the instance is explicit or fixes it."""
    meeting = {m.id: k for k, m in enumerate(inst.meetings)}
    slot = {s.id: t for t, s in enumerate(inst.problem.slots)}
    place = {name: r for r, name in enumerate(inst.places)}
    staff = {i.id: k for k, i in enumerate(inst.problem.interpreters)}
    board = Board(inst)
    for entry in plan.meetings:
        m = meeting[entry.id]
        r = place.get(entry.place or "", FREE) if inst.explicit else inst.fixed_place[m]
        helper = staff.get(entry.interpreter or "", FREE) if inst.klass[m] >= 0 else FREE
        board.hold(m, slot[entry.slot], Fit(r, helper))
    return board
