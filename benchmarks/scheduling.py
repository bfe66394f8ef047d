"""The timetabling engine on problem files: value, bound, gap, breaks and time, each plan checked by the verifier.

usage: python benchmarks/scheduling.py DATA_FOLDER [--time-limit 20] [--breaks W]

DATA_FOLDER holds `fairmatch/problem@1` files (*.json, looked for in subfolders too). Beside the engine runs the greedy
plan alone, as the peer that every fair tool has.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

from app.domain.scheduling import read_problem, solve, verify
from app.domain.scheduling.greedy import greedy
from app.domain.scheduling.instance import build
from app.domain.scheduling.problem import Problem


def problems(folder: Path, breaks: float | None) -> list[tuple[str, Problem]]:
    found = []
    for path in sorted(folder.rglob("*.json")):
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict) and data.get("format") == "fairmatch/problem@1":
            if breaks is not None:
                data["objective"] = {**(data.get("objective") or {}), "break": breaks}
            found.append((path.stem, read_problem(data)))
    return found


def row(name: str, problem: Problem, time_limit: float) -> str:
    begun = time.perf_counter()
    first = greedy(build(problem)).score()[2]
    greedy_seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    plan = solve(problem, time_limit=time_limit)
    seconds = time.perf_counter() - begun
    legal = verify(problem, plan).legal
    return (
        f"{name:28} {plan.status:10} {plan.objective:>12,} {plan.bound:>12,} {plan.gap:>8.3%} {plan.breaks:>7} "
        f"{plan.missing_required:>7} {seconds:>7.2f} {plan.route:10} {legal!s:5} {first:>12,.6g} {greedy_seconds:>6.2f}"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--time-limit", type=float, default=20.0)
    arguments.add_argument("--breaks", type=float, default=None, help="overrides the weight of a break")
    options = arguments.parse_args()
    found = problems(options.folder, options.breaks)
    if not found:
        arguments.error(f"{options.folder} holds no fairmatch/problem@1 file")
    print(
        f"{'problem':28} {'status':10} {'objective':>12} {'bound':>12} {'gap':>8} {'breaks':>7} {'missing':>7} "
        f"{'seconds':>7} {'route':10} {'legal':5} {'greedy':>12} {'s':>6}"
    )
    for name, problem in found:
        print(row(name, problem, options.time_limit), flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB (macOS: KiB)")


if __name__ == "__main__":
    main()
