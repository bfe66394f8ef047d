"""The second phase: hosts stay at one table and with one interpreter as far as can be, the timetable standing.

Slot by slot the meetings are assigned anew to the free places (or interpreters), so that most of them have the one that
their people have in the meetings before and after: a linear assignment problem (Jonker and Volgenant 1987). Each step
is an optimum for its slot and never loses, so passes over the day end in a plan that no single slot can better.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment

from app.domain.scheduling.board import Board, Fit
from app.domain.scheduling.instance import FREE, Instance
from app.domain.scheduling.placing import name_places

PASSES = 6
MOST_WORK = 300_000_000  # slots × meetings² × places: some seconds; larger halls get fewer passes
NEVER = -1e6
VISITOR, STAY = (
    0.25,
    5.0,
)  # where changes have no weight: a visitor's change, and keeping the published place, in hosts'


@dataclass
class _Assignment:
    """Meetings by slot and what each has; `free(r, t)` says whether resource r is open and not held by a fixed one."""

    inst: Instance
    has: list[int]
    movable: list[list[int]]
    resources: int
    free: Callable[[int, int], bool]
    able: Callable[[int, int], bool]
    stays: Sequence[int]
    change: Sequence[float]
    stay: float

    def neighbours(self, held: list[list[int]]) -> dict[int, list[tuple[int, float]]]:
        """For each meeting those before and after it in the days of its two people, and what a change costs each."""
        out: dict[int, list[tuple[int, float]]] = {m: [] for row in self.movable for m in row}
        for p, day in enumerate(held):
            if self.inst.parallel[p] == 1:
                for one, two in pairwise(day):
                    for m, k in ((one, two), (two, one)):
                        if m in out:
                            out[m].append((k, self.change[p]))
        return out

    def descend(self, held: list[list[int]]) -> list[int]:
        """Reassigns slot by slot until no slot gains, or the work is done."""
        near = self.neighbours(held)
        widest = max((len(row) for row in self.movable), default=0)
        work = max(1, len(self.movable) * widest * widest * self.resources)
        for _ in range(max(1, min(PASSES, MOST_WORK // work))):
            gained = [self._slot(t, row, near) for t, row in enumerate(self.movable) if row]
            if not any(gained):
                break
        return self.has

    def _slot(self, t: int, row: list[int], near: dict[int, list[tuple[int, float]]]) -> bool:
        open_ones = [r for r in range(self.resources) if self.free(r, t)]
        column = {r: k for k, r in enumerate(open_ones)}
        gain = np.zeros((len(row), len(open_ones)))
        for k, m in enumerate(row):
            for j, cost in near[m]:
                if self.has[j] in column:
                    gain[k, column[self.has[j]]] += cost
            if self.stays[m] in column:
                gain[k, column[self.stays[m]]] += self.stay
            gain[k, [j for j, r in enumerate(open_ones) if not self.able(m, r)]] = NEVER
        now = sum(gain[k, column[self.has[m]]] for k, m in enumerate(row))
        rows, columns = linear_sum_assignment(gain, maximize=True)
        if len(rows) < len(row) or gain[rows, columns].sum() <= now + 1e-9:
            return False
        for k, j in zip(rows, columns, strict=True):
            self.has[row[k]] = open_ones[j]
        return True


def _days(board: Board, counts: Callable[[int], bool]) -> list[list[int]]:
    mine = ({m for held in day for m in held if counts(m)} for day in board.at)
    return [sorted(ms, key=lambda m: board.slot[m]) for ms in mine]


def _by_slot(board: Board, moves: Callable[[int], bool]) -> list[list[int]]:
    rows: list[list[int]] = [[] for _ in range(board.inst.slots)]
    for m in board.held():
        if board.inst.length[m] == 1 and moves(m):
            rows[board.slot[m]].append(m)
    return rows


def settled_places(board: Board) -> list[int]:
    """A place for each meeting held, with the fewest changes that the passes find; fixed ones stay."""
    inst, place = board.inst, name_places(board)
    rows = _by_slot(board, lambda m: inst.fixed_place[m] == FREE)
    moving = {m for row in rows for m in row}
    taken = {(place[m], u) for m in board.held() if m not in moving for u in board.span(m, board.slot[m])}
    w, hosts = inst.weights, set(inst.one) if inst.oriented else set(range(inst.people))
    old = [r if t == u else FREE for r, t, u in zip(inst.old_place, inst.old_slot, board.slot, strict=True)]
    change = [w.change] * inst.people if inst.explicit else [1.0 if p in hosts else VISITOR for p in range(inst.people)]
    job = _Assignment(
        inst, place, rows, len(inst.places),
        free=lambda r, t: inst.place_open[r][t] and (r, t) not in taken,
        able=lambda _m, _r: True,
        stays=old, change=change, stay=w.move if inst.explicit else STAY,
    )  # fmt: skip
    return job.descend(_days(board, lambda _: True))


def settled_interpreters(board: Board) -> list[int]:
    """An interpreter for each meeting that needs one, with the fewest hand-overs that the passes find."""
    inst = board.inst
    rows = _by_slot(board, lambda m: inst.klass[m] != FREE)
    moving = {m for row in rows for m in row}
    speaking = [m for m in board.held() if inst.klass[m] != FREE]
    taken = {(board.interpreter[m], u) for m in speaking if m not in moving for u in board.span(m, board.slot[m])}
    eligible = [set(row) for row in inst.eligible]
    job = _Assignment(
        inst, list(board.interpreter), rows, len(inst.staff_free),
        free=lambda i, t: inst.staff_free[i][t] and (i, t) not in taken,
        able=lambda m, i: i in eligible[inst.klass[m]],
        stays=[FREE] * len(inst.meetings), change=[1.0] * inst.people, stay=0.0,
    )  # fmt: skip
    return job.descend(_days(board, lambda m: inst.klass[m] != FREE))


def settle(board: Board) -> Board:
    """The board with places (where the instance is explicit about them) and interpreters settled, if that is better."""
    inst = board.inst
    walking = inst.zone_gap > 0 and len(set(inst.zone)) > 1
    place = settled_places(board) if inst.explicit and not walking else board.place
    staff = settled_interpreters(board) if any(k != FREE for k in inst.klass) else board.interpreter
    if list(place) == board.place and list(staff) == board.interpreter:
        return board
    other = Board(inst)
    for m in board.held():
        other.hold(m, board.slot[m], Fit(place[m], staff[m]))
    return other if other.score() >= board.score() else board
