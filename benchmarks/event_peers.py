"""What others do with an event in which every meeting is required: default CP-SAT, HiGHS, slot by slot.

Each model is written as a user of that solver would write it, without the implied constraints of the engine. Only
CP-SAT with its defaults on the engine's own model differs: it shows what the model does and what the way of searching.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from app.domain.scheduling import read_problem
from app.domain.scheduling.encoding import Encoding, Target
from app.domain.scheduling.instance import build

Json = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """`breaks` of the best complete plan (None: none found), whether it is proven or all plans are refuted."""

    breaks: int | None
    proven: bool
    refuted: bool
    seconds: float


class _Sheet:
    """An event in numbers: starts of each meeting, meetings of each person, who must come before whom."""

    def __init__(self, event: Json) -> None:
        slot = {s["id"]: t for t, s in enumerate(event["slots"])}
        self.slots, self.places = len(slot), int(event["places"])
        self.people = [p["id"] for p in event["participants"]]
        self.spread = event["objective"]["max_break_spread"]
        away = {p["id"]: {slot[s] for s in p["unavailable"]} for p in event["participants"]}
        self.starts, self.of = [], {p: list[int]() for p in self.people}
        for m, spec in enumerate(event["meetings"]):
            allowed = set(range(self.slots)) if spec["slots"] is None else {slot[s] for s in spec["slots"]}
            if spec["fixed_slot"] is not None:
                allowed &= {slot[spec["fixed_slot"]]}
            self.starts.append(sorted(allowed - set().union(*(away[p] for p in spec["participants"]))))
            for p in spec["participants"]:
                self.of[p].append(m)
        number = {spec["id"]: m for m, spec in enumerate(event["meetings"])}
        self.before = [(number[a], number[b]) for a, b in event["before"]]

    def breaks(self, at: list[int]) -> int:
        rows = (sorted(at[m] for m in mine) for mine in self.of.values())
        return sum(b > a + 1 for row in rows for a, b in pairwise(row))


def default_cp_sat(event: Json, seconds: float) -> Outcome:
    """CP-SAT with two workers and its own defaults."""
    sheet, model, begun = _Sheet(event), cp_model.CpModel(), time.perf_counter()
    x = [{t: model.new_bool_var("") for t in starts} for starts in sheet.starts]
    for row in x:
        model.add_exactly_one(row.values())
    for t in range(sheet.slots):
        model.add(sum(row[t] for row in x if t in row) <= sheet.places)
    start = [sum(t * lit for t, lit in row.items()) for row in x]
    for a, b in sheet.before:
        model.add(start[a] < start[b])
    low, high = model.new_int_var(0, sheet.slots, ""), model.new_int_var(0, sheet.slots, "")
    total: Any = 0
    for mine in sheet.of.values():
        busy = [model.new_bool_var("") for _ in range(sheet.slots)]
        for t, now in enumerate(busy):
            model.add(sum(x[m][t] for m in mine if t in x[m]) == now)
        begins = [busy[0], *(model.new_bool_var("") for _ in busy[1:])]
        for t in range(1, sheet.slots):
            model.add(begins[t] >= busy[t] - busy[t - 1])
        runs = sum(begins) - (1 if mine else 0)
        total += runs
        model.add(runs >= low)
        model.add(runs <= high)
    if sheet.spread is not None:
        model.add(high - low <= sheet.spread)
    model.minimize(total)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 2
    status = solver.solve(model)
    breaks = None
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        breaks = sheet.breaks([next(t for t, lit in row.items() if solver.boolean_value(lit)) for row in x])
    spent = time.perf_counter() - begun
    return Outcome(breaks, status == cp_model.OPTIMAL, status == cp_model.INFEASIBLE, spent)


def encoded_cp_sat(event: Json, seconds: float) -> Outcome:
    """The engine's model, implied constraints and all, in CP-SAT with two workers and its own defaults."""
    begun, inst = time.perf_counter(), build(read_problem(event))
    code = Encoding(inst, Target(tuple(range(len(inst.meetings))), True, 0, with_objective=True))
    code.model.minimize(sum(literal for p in range(inst.people) for literal in code.breaks(p)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 2
    status = solver.solve(code.model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return Outcome(
        breaks=round(solver.objective_value) if found else None,
        proven=status == cp_model.OPTIMAL,
        refuted=status == cp_model.INFEASIBLE,
        seconds=time.perf_counter() - begun,
    )


def _rows(sheet: _Sheet, column: dict[tuple[int, int], int]) -> Iterator[tuple[list[tuple[int, float]], float, float]]:
    """The time-indexed program, row by row: columns with factors, lower and upper side."""
    first = len(column)
    low, high = first + len(sheet.people) * sheet.slots, first + len(sheet.people) * sheet.slots + 1
    for m, starts in enumerate(sheet.starts):
        yield [(column[m, t], 1) for t in starts], 1, 1
    for t in range(sheet.slots):
        yield [(c, 1) for (_, u), c in column.items() if u == t], -np.inf, sheet.places
    for a, b in sheet.before:
        late = [(column[b, t], t) for t in sheet.starts[b]]
        yield [*late, *((column[a, t], -t) for t in sheet.starts[a])], 1, np.inf
    for k, mine in enumerate(sheet.of.values()):
        here = [[column[m, t] for m in mine if t in sheet.starts[m]] for t in range(sheet.slots)]
        begins = [first + k * sheet.slots + t for t in range(sheet.slots)]
        for t, now in enumerate(here):
            yield [(c, 1) for c in now], -np.inf, 1
            last = here[t - 1] if t else []
            yield [(begins[t], 1), *((c, -1) for c in now), *((c, 1) for c in last)], 0, np.inf
        held = 1 if mine else 0
        if sheet.spread is not None:
            yield [*((c, 1) for c in begins), (low, -1)], held, np.inf
            yield [*((c, 1) for c in begins), (high, -1)], -np.inf, held
    if sheet.spread is not None:
        yield [(high, 1), (low, -1)], -np.inf, sheet.spread


def highs(event: Json, seconds: float) -> Outcome:
    """HiGHS on the time-indexed integer program."""
    sheet, begun = _Sheet(event), time.perf_counter()
    column = {(m, t): 0 for m, starts in enumerate(sheet.starts) for t in starts}
    column = {key: k for k, key in enumerate(column)}
    rows = list(_rows(sheet, column))
    begins = len(sheet.people) * sheet.slots
    size = len(column) + begins + 2
    entries = [(r, c, f) for r, (row, _, _) in enumerate(rows) for c, f in row]
    at, cols, factors = zip(*entries, strict=True)
    matrix = csr_matrix((factors, (at, cols)), shape=(len(rows), size))
    cost = np.concatenate([np.zeros(len(column)), np.ones(begins), np.zeros(2)])
    top = np.concatenate([np.ones(len(column) + begins), np.full(2, sheet.slots)])
    result = milp(
        cost,
        constraints=LinearConstraint(matrix, [low for _, low, _ in rows], [high for _, _, high in rows]),
        bounds=Bounds(0, top),
        integrality=np.ones(size),
        options={"time_limit": seconds},
    )
    spent = time.perf_counter() - begun
    if result.x is None:
        return Outcome(None, proven=False, refuted=result.status == 2, seconds=spent)
    at_slot = [max(starts, key=lambda t, m=m: result.x[column[m, t]]) for m, starts in enumerate(sheet.starts)]
    return Outcome(sheet.breaks(at_slot), result.status == 0, refuted=False, seconds=spent)


def slot_by_slot(event: Json, seconds: float) -> Outcome:  # noqa: ARG001
    """Slot after slot, the people with most meetings left first: what a spreadsheet does."""
    sheet, begun = _Sheet(event), time.perf_counter()
    who = [[p for p, mine in sheet.of.items() if m in mine] for m in range(len(sheet.starts))]
    at = [-1] * len(sheet.starts)
    for t in range(sheet.slots):
        busy: set[str] = set()
        count = {p: sum(at[m] < 0 for m in mine) for p, mine in sheet.of.items()}
        open_ = [m for m, starts in enumerate(sheet.starts) if at[m] < 0 and t in starts]
        open_ = [m for m in open_ if all(0 <= at[a] < t for a, b in sheet.before if b == m)]
        room = sheet.places
        for m in sorted(open_, key=lambda m: (-max(count[p] for p in who[m]), len(sheet.starts[m]), m)):
            if room and not busy.intersection(who[m]):
                at[m], room = t, room - 1
                busy.update(who[m])
    whole = all(t >= 0 for t in at)
    return Outcome(
        sheet.breaks(at) if whole else None, proven=False, refuted=False, seconds=time.perf_counter() - begun
    )


PEERS = {
    "default CP-SAT, 2 workers": default_cp_sat,
    "the same on our model": encoded_cp_sat,
    "HiGHS, time-indexed": highs,
    "slot by slot": slot_by_slot,
}
