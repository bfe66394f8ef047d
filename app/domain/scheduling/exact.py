"""The exact route for small and middle problems: CP-SAT, core-guided where breaks are all that counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

from app.domain.scheduling.board import Board
from app.domain.scheduling.encoding import Encoding, Target
from app.domain.scheduling.instance import Instance

LARGEST = 60_000


@dataclass(frozen=True)
class Budget:
    """Wall-clock seconds, or a deterministic amount of work that is the same on every machine.

    `presolve` is for core-guided search, which mostly does better without.
    """

    seconds: float | None = None
    work: float | None = None
    seed: int = 0
    workers: int = 1
    presolve: bool = False


@dataclass(frozen=True)
class Answer:
    """What CP-SAT found: a start per meeting (None if nothing), a bound on the objective, and whether it refuted."""

    refuted: bool
    proven: bool
    slot: dict[int, int] | None
    staff: dict[int, int]
    bound: float


def size(inst: Instance) -> int:
    """Literals the encoding would need."""
    return sum(len(starts) for starts in inst.starts)


def fits(inst: Instance) -> bool:
    """Whether the problem is small enough, and its values and weights are whole numbers after scaling."""
    return size(inst) <= LARGEST and inst.scale() is not None


def core_guided(inst: Instance) -> bool:
    """Whether every meeting has to be held, so that what is left to win is small and bounds close fast."""
    return all(inst.required[m] for m in _everything(inst))


def _solver(budget: Budget, core: bool) -> Any:
    solver = cp_model.CpSolver()
    p = solver.parameters
    p.num_workers = budget.workers
    p.catch_sigint_signal = False  # whoever calls `solve` decides what an interruption means
    p.random_seed = budget.seed % 2**31
    if budget.seconds is not None:
        p.max_time_in_seconds = max(0.01, budget.seconds)
    if budget.work is not None:
        p.max_deterministic_time = budget.work
    if core:
        p.optimize_with_core = True
        p.linearization_level = 0
        p.cp_model_presolve = budget.presolve
    return solver


def _objective(code: Encoding, scale: int) -> Any:
    """The objective times `scale`, as a whole-number expression; a relaxation where places matter."""
    inst, w = code.inst, code.inst.weights
    terms: list[Any] = []
    constant = 0
    for m, starts in code.x.items():
        value, moved = round(inst.value[m] * scale), round(w.move * scale)
        if code.must(m):
            constant += value
        for t, literal in starts.items():
            keeps = moved if moved and inst.old_slot[m] == t else 0
            points = keeps + (0 if code.must(m) else value)
            if points:
                terms.append(points * literal)
    constant -= round(w.move * scale) * sum(t >= 0 for t in inst.old_slot)
    if w.break_:
        terms += [-round(w.break_ * scale) * lit for p in range(inst.people) for lit in code.breaks(p)]
    if w.idle:
        terms += [-round(w.idle * scale) * lit for p in range(inst.people) for lit in _idle(code, p)]
    return sum(terms) + constant


def _idle(code: Encoding, p: int) -> list[Any]:
    """Literals for the free slots of p between the first and the last busy one."""
    model, busy = code.model, code.busy[p]
    if len(busy) < 2:
        return []
    slots = range(min(busy), max(busy) + 1)
    before: dict[int, Any] = {}
    after: dict[int, Any] = {}
    out = []
    for order, seen in ((slots, before), (reversed(slots), after)):
        last = None
        for t in order:
            literal = model.new_bool_var("")
            if t in busy:
                model.add_implication(busy[t], literal)
            if last is not None:
                model.add_implication(last, literal)
            seen[t] = last = literal
    for t in slots:
        gap = model.new_bool_var("")
        taken = [busy[t]] if t in busy else []
        model.add_bool_or([gap, before[t].negated(), after[t].negated(), *taken])
        out.append(gap)
    return out


def _hint(code: Encoding, board: Board) -> None:
    """Hints every literal, the auxiliary ones too, from a plan."""
    for m, starts in code.x.items():
        for t, literal in starts.items():
            code.model.add_hint(literal, board.slot[m] == t)
    for literal, kind, (p, k) in code.hints:
        busy = [t for t, held in enumerate(board.at[p]) if held]
        if kind == "busy":
            true = k in busy
        elif kind == "start":
            true = k in busy and k - 1 not in busy
        elif kind == "runs":
            true = sum(t - 1 not in busy for t in busy) >= k
        else:
            true = bool(busy) and busy[0] == k and busy[-1] - k + 1 == len(busy)
        code.model.add_hint(literal, true)


def refutes(inst: Instance, budget: Budget) -> Answer:
    """Whether all required meetings can be held, nothing else being asked."""
    needed = tuple(m for m, must in enumerate(inst.required) if must)
    code = Encoding(inst, Target(needed, required_held=True, shortfall=None, with_objective=False))
    return _run(code, _solver(budget, core=False), 0, None)


def _run(code: Encoding, solver: Any, scale: int, stop: Callable[[Any], None] | None) -> Answer:
    if stop is not None:
        stop(solver)
    status = solver.solve(code.model)
    found, staff = None, {}
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found = {m: t for m, starts in code.x.items() for t, lit in starts.items() if solver.boolean_value(lit)}
        staff = {m: i for (m, t, i), lit in code.helped.items() if found.get(m) == t and solver.boolean_value(lit)}
    bound = math.inf
    if scale and status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
        bound = rounded(solver.best_objective_bound, scale)
        known = status != cp_model.UNKNOWN or abs(solver.best_objective_bound) > 1e-9
        bound = bound if known else math.inf
    return Answer(status == cp_model.INFEASIBLE, status == cp_model.OPTIMAL, found, staff, bound)


def rounded(bound: float, scale: int) -> float:
    """A bound of CP-SAT, which counts in whole numbers, in points."""
    return math.floor(bound + 1e-6) / scale if math.isfinite(bound) else math.inf


def least_shortfall(inst: Instance, budget: Budget) -> Answer:
    """The plan with every required meeting that misses the minima by least; the bound is minus that shortfall."""
    code = Encoding(inst, Target(_everything(inst), True, sum(inst.floor), with_objective=False))
    code.model.maximize(-sum(code.lacking))
    return _run(code, _solver(budget, core=False), 1, None)


def _everything(inst: Instance) -> tuple[int, ...]:
    return tuple(m for m, starts in enumerate(inst.starts) if starts or inst.required[m])


def best(
    inst: Instance,
    shortfall: int,
    budget: Budget,
    start: Board | None,
    watch: Callable[[Any], None] | None = None,
) -> Answer:
    """The best plan with every required meeting and at most this shortfall.

    `refuted` means that no plan reaches these levels. `watch` is given the CP-SAT solver before it starts, to stop it
    or to follow its bound.
    """
    scale = inst.scale() or 1
    everything = _everything(inst)
    code = Encoding(inst, Target(everything, required_held=True, shortfall=shortfall, with_objective=True))
    code.model.maximize(_objective(code, scale))
    core = core_guided(inst)
    if start is not None and not core:  # measured: hints slow the core-guided search down
        _hint(code, start)
    return _run(code, _solver(budget, core), scale, watch)
