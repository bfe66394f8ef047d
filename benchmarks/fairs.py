"""Timetables of whole fairs: value, breaks, bound and time, beside what simpler tools reach on the same files.

usage: python -m benchmarks.fairs DATA_FOLDER [--time-limit 20] [--no-peers]

DATA_FOLDER holds `meetings/*.json`, files of the format fairmatch/problem@1. Each is solved as it is and with a weight
of five points per break; a larger fair and a day of repairs are generated here. Peers: a greedy plan, one matching per
slot, and for as many seconds CP-SAT with its defaults and HiGHS, both on the time-indexed model, up to 300 × 400.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.domain.scheduling import Plan, read_problem, repair, solve, verify
from app.domain.scheduling.greedy import greedy
from app.domain.scheduling.instance import build
from app.domain.scheduling.problem import Problem
from benchmarks.fair_peers import SOLVERS, slot_by_slot
from benchmarks.tables import Table

COMMAND = "python -m benchmarks.fairs DATA_FOLDER"
LARGE = 20_000  # meetings
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


def rows(name: str, problem: Problem, time_limit: float, with_peers: bool) -> Iterator[tuple[object, ...]]:
    inst = build(problem)
    large = len(inst.meetings) > LARGE
    limit = 3 * time_limit if large else time_limit
    begun = time.perf_counter()
    board = greedy(inst)
    yield name, "greedy", board.score()[2], sum(board.breaks), "", "", time.perf_counter() - begun
    begun = time.perf_counter()
    yield name, "a matching per slot", *slot_by_slot(inst), "", "", time.perf_counter() - begun
    for peer, solver in SOLVERS.items() if with_peers and not large else ():
        begun = time.perf_counter()
        found = solver(inst, limit) or ("no plan", "")
        yield name, peer, *found, "", "", time.perf_counter() - begun
    away = any(p.unavailable for p in problem.participants)
    for bound in ("flow", "deep") if away and not large else ("flow",):
        begun = time.perf_counter()
        plan = solve(problem, time_limit=limit, bound=bound)
        spent = time.perf_counter() - begun
        assert verify(problem, plan).legal
        method = f"fairmatch ({plan.status}{', deep bound' if bound == 'deep' else ''})"
        yield name, method, plan.objective, plan.breaks, plan.bound, 100 * plan.gap, spent


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


def tables(data: Path, time_limit: float = 20.0, with_peers: bool = True) -> Iterator[Table]:
    """Fairs against peers, then repairs."""
    lines: list[tuple[object, ...]] = []
    for name, problem in problems(data):
        lines += rows(name, read_problem(problem), time_limit, with_peers)
    note = (
        f"Two threads, {time_limit:g} s for each plan of 300 × 400, three times that for the larger fair, where CP-SAT "
        "and HiGHS are left out."
    )
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
    arguments.add_argument("--no-peers", action="store_true", help="without CP-SAT and HiGHS")
    options = arguments.parse_args()
    for table in tables(options.folder, options.time_limit, not options.no_peers):
        print(table.markdown(), flush=True)


if __name__ == "__main__":
    main()
