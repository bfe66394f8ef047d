"""What both annealings share: penalties, first and last heat, and how heat falls with time or with steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from app.domain.scheduling.board import Board
from app.domain.scheduling.instance import Instance

SLICE = 20_000


class Cooled(Protocol):
    """An annealing run that can be continued slice by slice; `energy` is that of its best plan."""

    energy: float
    steps: int

    def start_from(self, board: Board) -> None: ...
    def board(self) -> Board: ...
    def run(self, steps: int, done: Callable[[], float], goal: float, seen: Callable[[], None]) -> None: ...


def penalties(inst: Instance) -> tuple[float, float, float]:
    """What the search pays for a required meeting missing, a minimum missed, a break over the spread."""
    w = inst.weights
    swing = max((abs(v) for v in inst.value), default=0.0) + 2 * (w.break_ + w.change + w.move) + w.idle
    unit = max(swing, 1.0)
    return 8 * unit, 3 * unit, 2 * unit


def heats(inst: Instance, many_moves: bool = False) -> tuple[float, float]:
    """First and last heat, from what a typical move costs; with many moves to make, values are searched hotter."""
    w = inst.weights
    values = sorted(abs(v) for v in inst.value if v)
    middle = values[len(values) // 2] if values and values[0] != values[-1] else 0.0
    points = max(w.break_, w.idle, w.change, w.move)
    if many_moves and middle and not points:
        return 0.06 * middle, 0.003 * middle
    hot = max(0.015 * middle, 0.8 * points, 1e-3)
    return hot, hot / 10


def cool(
    slice_at: Callable[[float], float],
    hot: float,
    cold: float,
    done: Callable[[], float],
    goal: float,
    seen: Callable[[], None],
) -> None:
    """Runs slices at falling heat until `done` says 1, the share of the run that is over, or the goal is reached.

    With a step budget `done` counts, with a time budget it looks at the clock.
    """
    share, energy = done(), float("inf")
    while share < 1.0 and energy > goal + 1e-9:
        energy = slice_at(hot * (cold / hot) ** share)
        share = done()
        seen()


def by_steps(annealer: Cooled, budget: int) -> Callable[[], float]:
    """The share of a step budget that is used."""
    first = annealer.steps
    return lambda: (annealer.steps - first) / max(1, budget)


def by_clock(seconds: float) -> Callable[[], float]:
    """The share of a time budget that is used."""
    begun = time.monotonic()
    return lambda: 1.0 if seconds <= 0 else (time.monotonic() - begun) / seconds
