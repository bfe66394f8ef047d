"""Runs the chain annealing on an instance that keeps to its limits: arrays in, the slots of the best plan out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.domain.scheduling import chain_layout as layout
from app.domain.scheduling import chains
from app.domain.scheduling.board import Board
from app.domain.scheduling.cooling import cool, heats, penalties
from app.domain.scheduling.instance import Instance
from app.domain.scheduling.placing import board_from


def state(inst: Instance, seed: int, missing: float, short: float) -> Any:
    """The arrays for an empty plan; `missing` and `short` are the points a required meeting and a minimum weigh."""
    count, slots, w = len(inst.meetings), inst.slots, inst.weights
    meetings = np.zeros((count, layout.OLD + 1), dtype=np.int64)
    meetings[:, layout.ONE], meetings[:, layout.TWO], meetings[:, layout.SLOT] = inst.one, inst.two, layout.FREE
    meetings[:, layout.MAY] = [sum(1 << t for t in row) for row in inst.starts]
    meetings[:, layout.LINE] = meetings[:, layout.LINE_AT] = range(count)
    meetings[:, layout.OLD] = [t if t >= 0 else -2 for t in inst.old_slot]
    people = np.full((inst.people, layout.AT + slots), layout.FREE, dtype=np.int64)
    people[:, : layout.AT] = 0
    people[:, layout.TOP], people[:, layout.FLOOR] = inst.top, inst.floor
    table = np.zeros((slots, layout.LISTED + max(inst.capacity, default=0) + 1), dtype=np.int64)
    table[:, layout.CAPACITY] = inst.capacity
    draws = np.round(-np.log((np.arange(layout.DRAW_N) + 0.5) / layout.DRAW_N), 9)
    gain = np.array(inst.value, dtype=float) + missing * np.array(inst.required, dtype=float)
    knobs = np.zeros(layout.SHARE + 1, dtype=np.int64)
    mixed = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) & 0x7FFFFFFFFFFFFFFF
    knobs[layout.RNG], knobs[layout.STAMP] = mixed or 1, 3
    knobs[layout.GUIDED], knobs[layout.SHARE] = w.break_ > 0 or w.idle > 0, 50
    return layout.State(
        meetings=meetings,
        people=people,
        slots=table,
        trial=np.zeros((4 * count + 64, layout.EJECTED + 1), dtype=np.int64),
        floats=np.concatenate([[w.break_, w.idle, short, w.move], draws, gain]),
        knobs=knobs,
    )


@dataclass
class ChainAnnealer:
    """As `Annealer`, some three to ten times faster and stronger in full halls, for the instances it applies to."""

    inst: Instance
    seed: int
    state: Any = field(init=False)
    best: np.ndarray = field(init=False)
    energy: float = field(init=False, default=float("inf"))
    steps: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        missing, short, _ = penalties(self.inst)
        self.state = state(self.inst, self.seed, missing, short)
        self.offset = missing * sum(self.inst.required) + self.inst.weights.move * sum(
            t >= 0 for t in self.inst.old_slot
        )
        self.best = np.full(len(self.inst.meetings), -1, dtype=np.int8)

    def start_from(self, board: Board) -> None:
        """Takes over a legal plan as the present and, if it is better, as the best state."""
        plan = np.array(board.slot, dtype=np.int8)
        energy = chains.place_all(self.state, plan) + self.offset
        if energy < self.energy:
            self.best, self.energy = plan, float(energy)

    def board(self) -> Board:
        """The best plan."""
        return board_from(self.inst, {m: int(t) for m, t in enumerate(self.best) if t >= 0}, {})

    def run(self, steps: int, done: Callable[[], float], goal: float, seen: Callable[[], None]) -> None:
        """Anneals until `done` says 1 (the share of the run that is over) or the goal is reached."""
        hot, cold = heats(self.inst, many_moves=True)

        def slice_at(heat: float) -> float:
            energy = chains.anneal(self.state, self.best, self.energy - self.offset, heat, steps)
            self.energy = energy + self.offset
            self.steps += steps
            return self.energy

        cool(slice_at, hot, cold, done, goal, seen)
