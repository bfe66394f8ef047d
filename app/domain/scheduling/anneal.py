"""Runs the compiled annealing on an instance: arrays in, the best legal plan out, in slices that keep to the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.domain.scheduling import kernel, layout, moves
from app.domain.scheduling.board import Board
from app.domain.scheduling.cooling import cool, heats, penalties
from app.domain.scheduling.instance import Instance
from app.domain.scheduling.placing import board_of_rows


class _Lists:
    """Rows of different lengths in one array: `add` gives where each row begins and how long it is."""

    def __init__(self) -> None:
        self.flat: list[int] = []

    def add(self, rows: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
        begins = []
        for row in rows:
            begins.append(len(self.flat))
            self.flat += row
        return begins, [len(row) for row in rows]


def _meetings(inst: Instance, lists: _Lists) -> np.ndarray:
    count = len(inst.meetings)
    table = np.full((count, layout.MAY + inst.slots), layout.FREE, dtype=np.int64)
    table[:, layout.MAY :] = 0
    table[:, layout.MARK] = 0
    for m, row in enumerate(inst.starts):
        table[m, [layout.MAY + t for t in row]] = 1
    rules = [[*early, *(-1 - k for k in late)] for early, late in zip(inst.earlier, inst.later, strict=True)]
    starts, starts_n = lists.add(inst.starts)
    begins, begins_n = lists.add(rules)
    able, able_n = lists.add(inst.eligible)
    columns: dict[int, Sequence[int]] = {
        layout.ONE: inst.one,
        layout.TWO: inst.two,
        layout.LENGTH: inst.length,
        layout.REQUIRED: inst.required,
        layout.FIXED: inst.fixed_place,
        layout.KLASS: inst.klass,
        layout.PAIR: inst.pair,
        layout.OLD_SLOT: inst.old_slot,
        layout.OLD_PLACE: inst.old_place,
        layout.LINE: range(count),
        layout.LINE_AT: range(count),
        layout.STARTS: starts,
        layout.STARTS_N: starts_n,
        layout.RULES: begins,
        layout.RULES_N: begins_n,
        layout.ABLE: [able[k] if k >= 0 else 0 for k in inst.klass],
        layout.ABLE_N: [able_n[k] if k >= 0 else 0 for k in inst.klass],
    }
    for column, numbers in columns.items():
        table[:, column] = numbers
    return table


def _people(inst: Instance, lists: _Lists) -> np.ndarray:
    table = np.zeros((inst.people, layout.MINE_N + 1), dtype=np.int64)
    mine, mine_n = lists.add(inst.of_person)
    table[:, layout.PARALLEL], table[:, layout.TOP], table[:, layout.FLOOR] = inst.parallel, inst.top, inst.floor
    table[:, layout.MINE], table[:, layout.MINE_N] = mine, mine_n
    return table


def _floats(inst: Instance) -> np.ndarray:
    """Weights of the eight counts, the counts of an empty plan, acceptance thresholds, values of the meetings."""
    w, (missing, short, over) = inst.weights, penalties(inst)
    total = np.zeros(8)
    total[layout.MISSING] = sum(inst.required)
    total[layout.SHORT] = sum(inst.floor)
    total[layout.MOVED] = sum(t >= 0 for t in inst.old_slot)
    # Rounded, so that a last-digit difference between C libraries cannot change a run.
    draws = np.round(-np.log((np.arange(layout.DRAW_N) + 0.5) / layout.DRAW_N), 9)
    weights = [-1.0, missing, short, w.break_, w.idle, w.change, w.move, over]
    return np.concatenate([weights, total, draws, np.array(inst.value, dtype=float)])


def _taken(open_in: Sequence[Sequence[bool]], slots: int) -> np.ndarray:
    shape = np.array(open_in, dtype=bool).reshape(len(open_in), slots)
    return np.where(shape, layout.FREE, layout.SHUT).astype(np.int64)


def world(inst: Instance, seed: int) -> Any:
    """The arrays of `layout.World` for an empty plan."""
    lists, slots = _Lists(), inst.slots
    meetings, people = _meetings(inst, lists), _people(inst, lists)
    careful = inst.explicit or any(k >= 0 for k in inst.klass) or any(inst.earlier) or any(q > 1 for q in inst.parallel)
    mixed = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) & 0x7FFFFFFFFFFFFFFF
    knobs = np.zeros(layout.RNG + 1, dtype=np.int64)
    knobs[layout.EXPLICIT], knobs[layout.GAP], knobs[layout.CAREFUL] = inst.explicit, inst.zone_gap, careful
    knobs[layout.SPREAD] = -1 if inst.spread is None else inst.spread
    knobs[layout.PAIRS], knobs[layout.RNG] = len(lists.flat), mixed or 1
    table = np.zeros((slots + 2, layout.HIST + 1), dtype=np.int64)
    table[:slots, layout.CAPACITY] = inst.capacity
    table[0, layout.HIST] = inst.people
    zone = np.array(inst.zone, dtype=np.int64).reshape(-1, 1)
    return layout.World(
        meetings=meetings,
        people=people,
        slots=table,
        busy=np.zeros((inst.people, slots), dtype=np.int64),
        at=np.full((inst.people, slots), layout.FREE, dtype=np.int64),
        listed=np.full((slots, max(inst.capacity, default=0) + 1), layout.FREE, dtype=np.int64),
        room=np.hstack([_taken(inst.place_open, slots), zone]),
        desk=_taken(inst.staff_free, slots),
        lists=np.array(lists.flat + [layout.FREE] * inst.pairs, dtype=np.int64),
        floats=_floats(inst),
        knobs=knobs,
    )


@dataclass
class Annealer:
    """An annealing run that can be continued slice by slice.

    `best` holds slot, place and interpreter per meeting of the best legal plan so far, `energy` its energy.
    """

    inst: Instance
    seed: int
    world: Any = field(init=False)
    best: np.ndarray = field(init=False)
    room: tuple[np.ndarray, np.ndarray] = field(init=False)
    energy: float = field(init=False, default=float("inf"))
    steps: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.world = world(self.inst, self.seed)
        self.best = np.full((3, len(self.inst.meetings)), -1, dtype=np.int64)
        self.room = np.empty((layout.CHAIN, 4), np.int64), np.empty(layout.MOST_EJECTED, np.int64)

    def start_from(self, board: Board) -> None:
        """Takes over a legal plan as the present and, if it is better, as the best state."""
        plan = np.array([board.slot, board.place, board.interpreter], dtype=np.int64)
        energy = kernel.place_all(self.world, plan)
        if energy < self.energy:
            self.best, self.energy = plan, float(energy)

    def board(self) -> Board:
        """The best plan."""
        return board_of_rows(self.inst, self.best.tolist())

    def run(self, steps: int, done: Callable[[], float], goal: float, seen: Callable[[], None]) -> None:
        """Anneals until `done` says 1 (the share of the run that is over) or the goal is reached."""
        hot, cold = heats(self.inst)

        def slice_at(heat: float) -> float:
            self.energy = moves.anneal(self.world, self.best, self.energy, heat, steps, goal, *self.room)
            self.steps += steps
            return self.energy

        cool(slice_at, hot, cold, done, goal, seen)
