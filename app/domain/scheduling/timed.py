"""The time-indexed program: a column for each meeting and start, so that the bound sees who is there when.

Its prices are judged by Lagrange's argument: whatever a slot of a person, of the hall, of a place or of an interpreter
is said to cost, no plan is worth more than what is left to the meetings, each at its best start, and to the people,
each with the best pattern of busy slots, plus what the resources are paid. That sum is computed here from any prices,
so a bound holds however roughly a solver has worked. `before`, walking time, minima, the spread of breaks and place
changes are left out, which only raises it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix

from app.domain.scheduling.instance import FREE, NO_LIMIT, Instance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEVER = -1e30
DUST = 1e-10  # of the sum of all terms: far more than rounding in their addition can amount to


@dataclass
class Timed:
    """`matrix @ x <= right` with a row for each resource and slot; the first people × slots rows are the people's.

    Column j is the start `start[j]` of meeting `meeting[j]` and wins `gain[j]`; the columns of one meeting lie side by
    side. `minded` are the people whose breaks or idle slots cost points, `reach[p, t]` says where p could be busy.
    """

    meeting: Ints
    start: Ints
    gain: Floats
    must: NDArray[np.bool_]
    matrix: csr_matrix
    right: Floats
    minded: NDArray[np.bool_]
    reach: NDArray[np.bool_]
    break_: float
    idle: float
    offset: float

    def __post_init__(self) -> None:
        self.turned = self.matrix.T.tocsr()
        self.first = np.flatnonzero(np.diff(self.meeting, prepend=-1))

    def bound(self, prices: Floats) -> float:
        """No plan that holds every meeting of `must` is worth more than this; prices below 0 count as 0.

        Only the slots of people in `minded` may have negative prices: points for being busy there.
        """
        people, slots = self.reach.shape
        free = np.zeros(len(prices), dtype=bool)
        free[: people * slots] = np.repeat(self.minded, slots)
        y = np.where(free, prices, np.maximum(prices, 0.0))
        best = np.maximum.reduceat(self.gain - self.turned @ y, self.first)
        meetings = np.where(self.must[self.meeting[self.first]], best, np.maximum(best, 0.0))
        paid = np.where(free, 0.0, y) * self.right
        ask = y[: people * slots].reshape(people, slots)[self.minded]
        days = best_days(ask, self.reach[self.minded], self.break_, self.idle)
        terms = np.concatenate([meetings, paid, days])
        return float(terms.sum() + DUST * np.abs(terms).sum() + self.offset)


def best_days(ask: Floats, reach: NDArray[np.bool_], break_: float, idle: float) -> Floats:
    """For each row the most a pattern of busy slots can win: its slots' points less its breaks and idle slots.

    Not yet busy, busy, in a break, home again: O(slots) steps over all rows at once.
    """
    before = np.zeros(len(ask))
    busy, gap, home = (np.full(len(ask), NEVER) for _ in range(3))
    for t in range(ask.shape[1]):
        here = np.where(reach[:, t], np.maximum(np.maximum(before, busy), gap) + ask[:, t], NEVER)
        gap, home = np.maximum(busy - break_, gap) - idle, np.maximum(busy, home)
        busy = here
    best: Floats = np.maximum(np.maximum(before, busy), home)
    return best


class _Rows:
    """Entries of the matrix, row block by row block."""

    def __init__(self) -> None:
        self.rows: list[Ints] = []
        self.columns: list[Ints] = []
        self.right: list[Floats] = []
        self.height = 0

    def add(self, rows: Ints, columns: Ints, right: Floats) -> None:
        self.rows.append(rows + self.height)
        self.columns.append(columns)
        self.right.append(right)
        self.height += len(right)

    def matrix(self, width: int) -> csr_matrix:
        at = (np.concatenate(self.rows), np.concatenate(self.columns))
        return coo_matrix((np.ones(len(at[0])), at), shape=(self.height, width)).tocsr()


def timed(inst: Instance, required_held: bool) -> Timed:
    """The program of an instance; with `required_held` for plans that hold every required meeting only."""
    meeting = np.array([m for m, starts in enumerate(inst.starts) for _ in starts], dtype=np.int64)
    start = np.array([t for starts in inst.starts for t in starts], dtype=np.int64)
    length = np.array(inst.length, dtype=np.int64)[meeting]
    column = np.repeat(np.arange(len(meeting)), length)  # once for each slot taken
    slot = np.repeat(start, length) + np.arange(len(column)) - np.repeat(np.cumsum(length) - length, length)
    rows, w = _Rows(), inst.weights
    who = np.concatenate([np.array(side, dtype=np.int64)[meeting[column]] for side in (inst.one, inst.two)])
    where = who * inst.slots + np.tile(slot, 2)
    rows.add(where, np.tile(column, 2), np.repeat(np.array(inst.parallel, dtype=float), inst.slots))
    rows.add(slot, column, np.array(inst.capacity, dtype=float))
    for kind, right in _pools(inst):
        mine = np.array(kind, dtype=np.int64)[meeting[column]]
        rows.add((mine * inst.slots + slot)[mine >= 0], column[mine >= 0], right)
    _limits(inst, rows, meeting)
    reach = np.zeros(inst.people * inst.slots, dtype=bool)
    reach[where] = True
    gain = np.array(inst.value, dtype=float)[meeting]
    gain += w.move * (np.array(inst.old_slot, dtype=np.int64)[meeting] == start)
    return Timed(
        meeting=meeting,
        start=start,
        gain=gain,
        must=np.array(inst.required, dtype=bool) & required_held,
        matrix=rows.matrix(len(meeting)),
        right=np.concatenate(rows.right),
        minded=np.array([n == 1 and w.break_ + w.idle > 0 for n in inst.parallel], dtype=bool),
        reach=reach.reshape(inst.people, inst.slots),
        break_=w.break_,
        idle=w.idle,
        offset=-w.move * sum(t >= 0 for t in inst.old_slot),
    )


def _pools(inst: Instance) -> Iterator[tuple[list[int], Floats]]:
    """What else is taken slot by slot: for each meeting the number in its pool (or -1), and the room by slot."""
    yield list(inst.fixed_place), np.ones(len(inst.places) * inst.slots)
    staff = np.array(inst.staff_free, dtype=float).reshape(-1, inst.slots)
    by_class = [staff[list(able)].sum(axis=0) for able in inst.eligible]
    yield list(inst.klass), np.concatenate([np.zeros(0), *by_class])
    yield [FREE if k == FREE else 0 for k in inst.klass], staff.sum(axis=0)


def _limits(inst: Instance, rows: _Rows, meeting: Ints) -> None:
    """One meeting for each pair of organisations, and the maxima of people."""
    pair = np.array(inst.pair, dtype=np.int64)[meeting]
    every = np.arange(len(meeting))
    rows.add(pair[pair >= 0], every[pair >= 0], np.ones(inst.pairs))
    who = np.concatenate([np.array(side, dtype=np.int64)[meeting] for side in (inst.one, inst.two)])
    bound = np.array(inst.top, dtype=float)
    held = np.array([len(mine) for mine in inst.of_person])
    binds = (bound < NO_LIMIT) & (held > bound)
    rows.add(who[binds[who]], np.tile(every, 2)[binds[who]], np.where(binds, bound, 0.0))
