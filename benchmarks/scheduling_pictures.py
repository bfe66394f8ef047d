"""Draws the pictures of `docs/scheduling.md`: a plan as a grid, value and bound over time, the fairness curve.

usage: python -m benchmarks.scheduling_pictures [FOLDER]      FOLDER is docs/images where it is left out
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

from app.domain.scheduling import Plan, Problem, Progress, fairness_curve, read_problem, solve
from benchmarks.fairs import fair

BLUE, ORANGE, GREY = "#1f5f99", "#c8641e", "#b8bec6"


def grid(problem: Problem, plan: Plan, path: Path) -> None:
    """Slots across, suppliers down: a meeting, a free slot, a slot in which the supplier is away."""
    slots = {s.id: k for k, s in enumerate(problem.slots)}
    people = [p for p in problem.participants if p.id.startswith("S")]
    row = {p.id: k for k, p in enumerate(people)}
    cells = [["white"] * len(slots) for _ in people]
    for p in people:
        for name in p.unavailable:
            cells[row[p.id]][slots[name]] = GREY
    pair = {m.id: m.participants for m in problem.meetings}
    figure, axes = plt.subplots(figsize=(9, 5.2))
    for m in plan.meetings:
        supplier, buyer = pair[m.id]
        cells[row[supplier]][slots[m.slot]] = BLUE
        where = (slots[m.slot] + 0.5, row[supplier] + 0.5)
        axes.text(*where, buyer, ha="center", va="center", color="white", fontsize=7)
    for y, line in enumerate(cells):
        for x, colour in enumerate(line):
            axes.add_patch(plt.Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="#dde1e6", linewidth=0.6))
    axes.set(xlim=(0, len(slots)), ylim=(len(people), 0))
    axes.set_xticks([k + 0.5 for k in range(len(slots))], list(slots), fontsize=8)
    axes.set_yticks([k + 0.5 for k in range(len(people))], list(row), fontsize=8)
    axes.tick_params(length=0)
    axes.set_title(f"{len(plan.meetings)} meetings, {plan.breaks} breaks (grey: away; white: free)", fontsize=10)
    _save(figure, path)


def over_time(seen: list[Progress], path: Path) -> None:
    """The objective of the best plan and the bound, second by second."""
    figure, axes = plt.subplots(figsize=(7, 3.6))
    seconds = [step.seconds for step in seen]
    axes.step(seconds, [step.bound for step in seen], where="post", color=ORANGE, label="bound")
    axes.step(seconds, [step.objective for step in seen], where="post", color=BLUE, label="best plan")
    least, most = seen[0].objective, seen[-1].bound  # the first bound is far outside
    axes.set(xlabel="seconds", ylabel="points", ylim=(least - 0.1 * (most - least), most + 0.3 * (most - least)))
    axes.legend(frameon=False, loc="center right")
    axes.set_title(f"gap at the end {seen[-1].gap:.2%}", fontsize=10)
    _save(figure, path)


def fairness(problem: Problem, path: Path) -> None:
    """Points given up for a floor under everybody's meetings, with the spread of meetings."""
    curve = fairness_curve(problem, time_limit=5.0)
    figure, axes = plt.subplots(figsize=(7, 3.6))
    axes.plot([p.floor for p in curve], [p.plan.objective for p in curve], "o-", color=BLUE)
    axes.set(xlabel="meetings that everybody has at least, where possible", ylabel="points")
    other = axes.twinx()
    other.plot([p.floor for p in curve], [p.first.gini for p in curve], "s--", color=ORANGE)
    other.set_ylabel("Gini of suppliers' meetings", color=ORANGE)
    axes.set_xticks([p.floor for p in curve])
    _save(figure, path)


def _save(figure: plt.Figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/images")
    folder.mkdir(parents=True, exist_ok=True)
    small = read_problem(fair(5, 14, 18, 16, 150, 9, break_weight=5))
    grid(small, solve(small, time_limit=10.0), folder / "schedule-grid.png")
    seen: list[Progress] = []
    large = read_problem(fair(3, 300, 400, 24, 6_000, 120, break_weight=5))
    solve(large, time_limit=20.0, progress=seen.append)
    over_time(seen, folder / "schedule-gap.png")
    everybody = fair(3, 60, 80, 24, 1_200, 24)
    everybody["participants"] = [{"id": p["id"]} for p in everybody["participants"]]
    fairness(read_problem(everybody), folder / "schedule-fairness.png")


if __name__ == "__main__":
    main()
