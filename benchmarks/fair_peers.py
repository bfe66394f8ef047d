"""What other methods reach on whole fairs: a matching per slot, CP-SAT and HiGHS on the time-indexed model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse import csr_matrix

from app.domain.scheduling.deep import linear_program
from app.domain.scheduling.instance import Instance
from app.domain.scheduling.placing import board_from
from app.domain.scheduling.timed import timed


def slot_by_slot(inst: Instance) -> tuple[float, int]:
    """The heaviest matching of the pairs still open, slot after slot; over-full halls keep the most valuable."""
    chosen: dict[int, int] = {}
    met = np.zeros(len(inst.meetings), dtype=bool)
    value = np.array(inst.value, dtype=float)
    one, two = np.array(inst.one), np.array(inst.two)
    for t in range(inst.slots):
        usable = [m for m, starts in enumerate(inst.starts) if not met[m] and t in starts]
        gain = np.zeros((inst.people, inst.people))
        which = np.full((inst.people, inst.people), -1)
        gain[one[usable], two[usable]], which[one[usable], two[usable]] = value[usable], usable
        rows = np.unique(one[usable])
        columns = np.unique(two[usable])
        a, b = linear_sum_assignment(gain[np.ix_(rows, columns)], maximize=True)
        held = which[rows[a], columns[b]]
        held = held[held >= 0]
        for m in held[np.argsort(-value[held], kind="stable")][: inst.capacity[t]]:
            chosen[int(m)], met[m] = t, True
    board = board_from(inst, chosen, {})
    return board.score()[2], sum(board.breaks)


def cp_sat(inst: Instance, seconds: float) -> tuple[float, int] | None:
    """CP-SAT with its defaults on x[m, t]: a person once per slot, a pair once, the tables; breaks from busy slots."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = {(m, t): model.new_bool_var("") for m, starts in enumerate(inst.starts) for t in starts}
    for m, starts in enumerate(inst.starts):
        model.add_at_most_one(x[m, t] for t in starts)
    cost = []
    for mine in inst.of_person:
        before: Any = 0
        runs = []
        for t in range(inst.slots):
            here = [x[m, t] for m in mine if (m, t) in x]
            model.add_at_most_one(here)
            if inst.weights.break_:
                start = model.new_bool_var("")
                model.add(start >= sum(here) - before)
                before = sum(here)
                runs.append(start)
        if runs:
            breaks = model.new_int_var(0, inst.slots, "")
            model.add(breaks >= sum(runs) - 1)
            cost.append(inst.weights.break_ * breaks)
    for t in range(inst.slots):
        model.add(sum(x[key] for key in x if key[1] == t) <= inst.capacity[t])
    model.maximize(sum(inst.value[m] * var for (m, _), var in x.items()) - sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    board = board_from(inst, {m: t for (m, t), var in x.items() if solver.value(var)}, {})
    return board.score()[2], sum(board.breaks)


def highs(inst: Instance, seconds: float) -> tuple[float, int] | None:
    """HiGHS on the time-indexed integer program."""
    program = timed(inst, required_held=True)
    given = linear_program(program)
    shape = (len(given["right"]), len(given["cost"]))
    matrix = csr_matrix((given["factors"], (given["rows"], given["columns"])), shape=shape)
    result = milp(
        given["cost"],
        constraints=LinearConstraint(matrix, given["left"], given["right"]),
        bounds=Bounds(0, given["upper"]),
        integrality=np.ones(shape[1]),
        options={"time_limit": seconds},
    )
    if result.x is None:
        return None
    chosen = np.flatnonzero(result.x[: len(program.gain)] > 0.5)
    board = board_from(inst, {int(program.meeting[j]): int(program.start[j]) for j in chosen}, {})
    return board.score()[2], sum(board.breaks)


SOLVERS: dict[str, Callable[[Instance, float], tuple[float, int] | None]] = {
    "CP-SAT, defaults": cp_sat,
    "HiGHS, time-indexed": highs,
}
