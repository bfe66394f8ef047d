"""From the best board to a plan: places, figures, reasons, status, and the verifier's word."""

from __future__ import annotations

import math
from dataclasses import replace

from app.domain.scheduling import advice, bounds, conflicts, reasons, routes, settling
from app.domain.scheduling.board import Board
from app.domain.scheduling.instance import Instance, build
from app.domain.scheduling.placing import name_places
from app.domain.scheduling.plan import BoundKind, Plan, PlannedMeeting, Status, Unscheduled, gap_between
from app.domain.scheduling.problem import Problem
from app.domain.scheduling.search import Search
from app.domain.scheduling.verify import verify
from app.domain.scheduling.words import Said

SECONDS_FOR_CONFLICT = 3.0
SMALL = 40_000  # meetings × slots up to which advice takes well under a second; beyond, `review` gives it on request


class VerifierRefusedError(RuntimeError):
    """The engine made a plan that its own verifier refuses: a fault of the engine, never of the input."""


def finished(run: Search, seed: int, strict: bool, deeply: bool = False) -> Plan:
    """The plan of a run that has ended; a plan the verifier refuses is never returned."""
    routes.fill_up(run.best)
    run.best = board = settling.settle(run.best)
    run.score = board.score()
    missing = -run.score[0]
    if missing and strict:
        return _checked(run.inst, _named(run, _empty(run, seed), deeply))
    why = reasons.reasons(board)
    tips = advice.advice(board, why) if len(run.inst.meetings) * run.inst.slots <= SMALL else ()
    if not run.inst.explicit:
        board.place = settling.settled_places(board)
    plan = _plan(run, board, seed, why, tips)
    return _checked(run.inst, _named(run, plan, deeply))


def _named(run: Search, plan: Plan, deeply: bool) -> Plan:
    """The plan with the origin of its bound, where the deep one was asked for."""
    if not deeply:
        return plan
    kind: BoundKind = "flow"
    if plan.missing_required == 0 and run.deep <= plan.bound + 1e-6:
        kind = "time_indexed"
    elif plan.missing_required == 0 and plan.shortfall <= run.least_short and run.found_by == "exact":
        kind = "exact"
    return replace(plan, bound_kind=kind)


def repaired(inst: Instance, board: Board, seed: int, begun: float) -> Plan:
    """The plan of a board that was mended rather than searched for, as it is: nothing is added."""
    run = Search(inst, begun, 0.0, None)
    run.best, run.score, run.route = board, board.score(), "repair"
    run.relaxed = min(run.relaxed, bounds.flow_bound(inst))
    run.bound = run.relaxed
    run.refuted = any(must and not starts for must, starts in zip(inst.required, inst.starts, strict=True))
    why = reasons.reasons(board)
    return _checked(inst, _plan(run, board, seed, why, ()))


def for_problem(problem: Problem, plan: Plan, known: Plan) -> Plan:
    """A plan with the figures it has for a like problem, of which another plan and its bound are known."""
    written = plan.as_dict()
    counted = verify(problem, {"format": written["format"], "meetings": written["meetings"]}).counts
    objective = _tidy(counted["objective"])
    bound = max(known.bound, objective)
    complete = counted["missing_required"] == 0
    moved = replace(
        plan,
        status="feasible" if complete else "unknown",
        missing_required=int(counted["missing_required"]),
        shortfall=int(counted["shortfall"]),
        objective=objective,
        bound=bound,
        gap=round(gap_between(bound, objective), 9),
    )
    return _checked(build(problem), moved)


def _checked(inst: Instance, plan: Plan) -> Plan:
    verdict = verify(inst.problem, plan)
    if not verdict.legal:
        raise VerifierRefusedError("; ".join(v.message for v in verdict.violations[:5]))
    return plan


def _tidy(number: float) -> float | int:
    """Whole numbers as such, others without the dust of binary fractions."""
    rounded = round(number, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _status(run: Search) -> Status:
    if run.score[0] < 0:
        return "infeasible" if run.refuted else "unknown"
    return "optimal" if run.proven() else "feasible"


def _bound(run: Search) -> float:
    """The best bound known at the levels the plan reached, never below its objective."""
    missing, short, points = -run.score[0], -run.score[1], run.score[2]
    at_best = missing == 0 and short <= run.least_short
    bound = run.bound if at_best else min(run.relaxed, bounds.flow_bound(run.inst, missing, short))
    bound = min(bound, run.deep) if missing == 0 else bound
    return max(points, bound) if math.isfinite(bound) else max(points, run.relaxed)


def _conflict(run: Search) -> tuple[Said, ...]:
    """Which required meetings contradict each other, where that is proven and there is time to find out."""
    if not run.refuted:
        return ()
    return conflicts.conflict(run.inst, min(SECONDS_FOR_CONFLICT, run.spare() - 1.0))


def _plan(run: Search, board: Board, seed: int, why: tuple[Unscheduled, ...], tips: tuple[Said, ...]) -> Plan:
    inst, (missing, short, points) = run.inst, run.score
    status, places = _status(run), name_places(board)
    bound = points if status == "optimal" else _bound(run)
    staff = [i.id for i in inst.problem.interpreters]
    held = sorted(board.held(), key=lambda m: (board.slot[m], m))
    said, most = _tidy(points), _tidy(bound)
    return Plan(
        status=status,
        missing_required=-missing,
        shortfall=-short,
        value=_tidy(math.fsum(inst.value[m] for m in held)),
        breaks=sum(board.breaks),
        objective=said,
        bound=most,
        gap=round(gap_between(most, said), 9),
        seed=seed,
        seconds=round(run.elapsed(), 3),
        meetings=tuple(
            PlannedMeeting(
                inst.meetings[m].id,
                inst.problem.slots[board.slot[m]].id,
                inst.places[places[m]],
                staff[board.interpreter[m]] if board.interpreter[m] >= 0 else None,
            )
            for m in held
        ),
        unscheduled=why,
        advice=tips,
        conflict=_conflict(run),
        route=run.route,
    )


def _empty(run: Search, seed: int) -> Plan:
    """What strictness gives where a required meeting is missing: the status and no meetings."""
    inst = run.inst
    status: Status = "infeasible" if run.refuted else "unknown"
    why = Said("strict_refuted" if run.refuted else "strict_open")
    bare = Board(inst)
    missing, short, points = bare.score()
    bound = max(points, run.relaxed)
    return Plan(
        status=status,
        missing_required=-missing,
        shortfall=-short,
        value=0,
        breaks=0,
        objective=_tidy(points),
        bound=_tidy(bound),
        gap=round(gap_between(bound, points), 9),
        seed=seed,
        seconds=round(run.elapsed(), 3),
        meetings=(),
        unscheduled=reasons.nothing_written(inst, why),
        conflict=_conflict(run),
        route=run.route,
    )
