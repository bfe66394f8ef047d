"""Timetables of whole fairs: value, breaks, bound and time, beside what simpler tools reach on the same files.

usage: python -m benchmarks.fairs DATA_FOLDER [--time-limit 20] [--cp-sat]

DATA_FOLDER holds `meetings/*.json`, files of the format fairmatch/problem@1. Each is solved as it is and with a weight
of five points per break; a larger fair and a day of repairs are generated here. Peers: a greedy plan, one matching per
slot, and on request CP-SAT with its defaults on the plain model, for as many seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from app.domain.scheduling import Plan, read_problem, repair, solve, verify
from app.domain.scheduling.greedy import greedy
from app.domain.scheduling.instance import Instance, build
from app.domain.scheduling.placing import board_from
from app.domain.scheduling.problem import Problem
from benchmarks.tables import Table

COMMAND = "python -m benchmarks.fairs DATA_FOLDER"
COLUMNS = ("problem", "method", "objective", "breaks", "bound", "gap %", "seconds")


def fair(
    seed: int, suppliers: int, buyers: int, slots: int, pairs: int, places: int, break_weight: float = 0
) -> dict[str, Any]:
    """A fair in which some come for half a day, some are away for an hour, and values are 30 to 95."""
    rng = random.Random(seed)
    names = [f"s{t + 1:02d}" for t in range(slots)]
    half = slots // 2

    def away() -> list[str]:
        kind, out = rng.random(), set[int]()
        if kind < 0.12:
            out |= set(range(half))
        elif kind < 0.27:
            out |= set(range(half, slots))
        for _ in range(rng.randrange(3)):
            first = rng.randrange(slots - 2)
            out |= set(range(first, first + rng.randint(1, 3)))
        return [names[t] for t in sorted(out | {half - rng.randrange(2)})]

    draw = {
        side: rng.choices(range(n), [rng.lognormvariate(0, 0.6) for _ in range(n)], k=4 * pairs)
        for side, n in (("S", suppliers), ("B", buyers))
    }
    chosen = list(dict.fromkeys(zip(draw["S"], draw["B"], strict=True)))[:pairs]
    people = [f"S{k}" for k in range(suppliers)] + [f"B{k}" for k in range(buyers)]
    return {
        "format": "fairmatch/problem@1",
        "slots": [{"id": name} for name in names],
        "places": places,
        "participants": [{"id": name, "unavailable": away()} for name in people],
        "meetings": [
            {"id": f"m{k}", "participants": [f"S{s}", f"B{b}"], "value": rng.choice((30, 55)) + rng.randrange(41)}
            for k, (s, b) in enumerate(chosen)
        ],
        "objective": {"break": break_weight},
    }


def problems(data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The files of the folder and a larger fair, each without and with a weight on breaks."""
    files = sorted((data / "meetings").glob("*.json")) or sorted(data.glob("*.json"))
    found = [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in files]
    found.append(("1,000 × 1,500", fair(7, 1000, 1500, 40, 30_000, 400)))
    for name, problem in found:
        for weight in (0, 5):
            objective = {**(problem.get("objective") or {}), "break": weight}
            yield name + (f", breaks × {weight}" if weight else ""), {**problem, "objective": objective}


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


def cp_sat(inst: Instance, seconds: float) -> tuple[float, int]:
    """CP-SAT with its defaults on x[m, t]: a person once per slot, a pair once, the tables; breaks from busy slots."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    x = {(m, t): model.new_bool_var("") for m, starts in enumerate(inst.starts) for t in starts}
    for m, starts in enumerate(inst.starts):
        model.add_at_most_one(x[m, t] for t in starts)
    cost = []
    for p, mine in enumerate(inst.of_person):
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
        del p
    for t in range(inst.slots):
        model.add(sum(x[key] for key in x if key[1] == t) <= inst.capacity[t])
    model.maximize(sum(inst.value[m] * var for (m, _), var in x.items()) - sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return float("nan"), 0
    board = board_from(inst, {m: t for (m, t), var in x.items() if solver.value(var)}, {})
    return board.score()[2], sum(board.breaks)


def rows(name: str, problem: Problem, time_limit: float, with_cp_sat: bool) -> Iterator[tuple[object, ...]]:
    inst = build(problem)
    limit = 3 * time_limit if len(inst.meetings) > 20_000 else time_limit
    begun = time.perf_counter()
    board = greedy(inst)
    yield name, "greedy", board.score()[2], sum(board.breaks), "", "", time.perf_counter() - begun
    begun = time.perf_counter()
    yield name, "a matching per slot", *slot_by_slot(inst), "", "", time.perf_counter() - begun
    if with_cp_sat:
        begun = time.perf_counter()
        yield name, "CP-SAT, defaults", *cp_sat(inst, limit), "", "", time.perf_counter() - begun
    begun = time.perf_counter()
    plan = solve(problem, time_limit=limit)
    spent = time.perf_counter() - begun
    assert verify(problem, plan).legal
    yield name, f"fairmatch ({plan.status})", plan.objective, plan.breaks, plan.bound, 100 * plan.gap, spent


def repairs(problem: Problem, plan: Plan, seed: int = 0, count: int = 12) -> Iterator[tuple[object, ...]]:
    """What single events of a day cost: meetings moved, cancelled, added, and seconds."""
    rng = random.Random(seed)
    slots = [s.id for s in problem.slots]
    for k in range(count):
        who = rng.choice(problem.participants).id
        happened: dict[str, Any] = [
            {"kind": "no_show", "participant": who},
            {"kind": "late", "participant": who, "slot": rng.choice(slots[4:])},
            {"kind": "leaves", "participant": who, "slot": rng.choice(slots[:-4])},
            {"kind": "place_lost", "place": rng.choice(problem.place_ids), "slots": slots[-4:]},
        ][k % 4]
        begun = time.perf_counter()
        mended = repair(problem, plan, {"format": "fairmatch/events@1", "events": [happened]})
        spent = time.perf_counter() - begun
        lost = float(plan.objective - mended.plan.objective)
        yield happened["kind"], len(mended.moved), len(mended.cancelled), len(mended.added), lost, spent


def tables(data: Path, time_limit: float = 20.0, with_cp_sat: bool = False) -> Iterator[Table]:
    """Fairs against peers, then repairs."""
    lines: list[tuple[object, ...]] = []
    for name, problem in problems(data):
        lines += rows(name, read_problem(problem), time_limit, with_cp_sat)
    note = f"Two threads, {time_limit:g} s for each plan of 300 × 400 and three times that for the larger fair."
    yield Table("Timetables of whole fairs", COMMAND, COLUMNS, lines, note)
    day = read_problem(fair(3, 300, 400, 24, 6_000, 120, break_weight=5))
    plan = solve(day, time_limit=time_limit)
    yield Table(
        "Repairs of a fair of 300 × 400",
        COMMAND,
        ("event", "moved", "cancelled", "added", "points lost", "seconds"),
        list(repairs(day, plan)),
        "Each event alone, on the plan of the day before; cancelled meetings are those of the person or table lost.",
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--time-limit", type=float, default=20.0)
    arguments.add_argument("--cp-sat", action="store_true", help="also CP-SAT with its defaults")
    options = arguments.parse_args()
    for table in tables(options.folder, options.time_limit, options.cp_sat):
        print(table.markdown(), flush=True)


if __name__ == "__main__":
    main()
