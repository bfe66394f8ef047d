"""The state of the annealing: `hold` and `drop` are the only two ways to change it, and they keep every count.

Energy = −value + weighted breaks, idle slots, place changes and moves + penalties for required meetings missing,
shortfall of minima and spread over its cap.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from app.domain.scheduling.compiling import FLOAT, GRID, INT, NOTHING, WORLD, jit
from app.domain.scheduling.layout import (
    BREAKS,
    CHANGES,
    CHANGES_OF,
    COUNT,
    DEGREE,
    FLOOR,
    FREE,
    HELD_N,
    HIST,
    IDLE,
    IDLE_OF,
    LENGTH,
    LINE,
    LINE_AT,
    LISTED_AT,
    LISTED_N,
    MINE,
    MINE_N,
    MISSING,
    MOVED,
    OLD_PLACE,
    OLD_SLOT,
    ONE,
    OVER,
    PAIR,
    PAIRS,
    PLACE,
    REQUIRED,
    RNG,
    RUNS,
    SHORT,
    SLOT,
    SPREAD,
    STAFF,
    TOTAL,
    VALUE,
    VALUES,
)


@jit(INT, WORLD, INT)
def below(w: Any, n: int) -> int:
    """A number from 0 to n − 1 (xorshift64*)."""
    x = np.uint64(w.knobs[RNG])
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    w.knobs[RNG] = np.int64(x)
    return int(np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33)) % n)


@jit(NOTHING, WORLD, INT)
def _extras(w: Any, p: int) -> None:
    """Counts idle slots and place changes of p anew; only where they have a weight."""
    slots = w.busy.shape[1]
    if w.floats[IDLE] > 0:
        first, last, n = -1, -1, 0
        for t in range(slots):
            if w.busy[p, t] > 0:
                first = t if first < 0 else first
                last = t
                n += 1
        now = last - first + 1 - n if n > 0 else 0
        w.floats[TOTAL + IDLE] += now - w.people[p, IDLE_OF]
        w.people[p, IDLE_OF] = now
    if w.floats[CHANGES] > 0:
        now, before = 0, -1
        for t in range(slots):
            if w.busy[p, t] > 0:
                for k in range(w.people[p, MINE], w.people[p, MINE] + w.people[p, MINE_N]):
                    m = w.lists[k]
                    if w.meetings[m, SLOT] == t:
                        now += before >= 0 and before != w.meetings[m, PLACE]
                        before = w.meetings[m, PLACE]
        w.floats[TOTAL + CHANGES] += now - w.people[p, CHANGES_OF]
        w.people[p, CHANGES_OF] = now


@jit(NOTHING, WORLD, INT, INT, INT)
def _person(w: Any, m: int, p: int, step: int) -> None:
    """Adds (step 1) or removes (−1) the slots of m in the day of p."""
    slots, t = w.busy.shape[1], w.meetings[m, SLOT]
    breaks = max(0, w.people[p, RUNS] - 1)
    for u in range(t, t + w.meetings[m, LENGTH]):
        if step > 0:
            w.busy[p, u] += 1
        if w.busy[p, u] == 1:
            beside = (u > 0 and w.busy[p, u - 1] > 0) + (u + 1 < slots and w.busy[p, u + 1] > 0)
            w.people[p, RUNS] += step * (1 - beside)
        if step < 0:
            w.busy[p, u] -= 1
        w.at[p, u] = m if step > 0 else FREE
    after = max(0, w.people[p, RUNS] - 1)
    w.slots[breaks, HIST] -= 1
    w.slots[after, HIST] += 1
    w.floats[TOTAL + BREAKS] += after - breaks
    low = w.people[p, FLOOR]
    w.floats[TOTAL + SHORT] -= max(0, low - w.people[p, DEGREE])
    w.people[p, DEGREE] += step
    w.floats[TOTAL + SHORT] += max(0, low - w.people[p, DEGREE])
    if w.floats[IDLE] > 0 or w.floats[CHANGES] > 0:
        _extras(w, p)


@jit(NOTHING, WORLD, INT, INT)
def _move_in_line(w: Any, m: int, k: int) -> None:
    other, j = w.meetings[k, LINE], w.meetings[m, LINE_AT]
    w.meetings[k, LINE], w.meetings[j, LINE] = m, other
    w.meetings[m, LINE_AT], w.meetings[other, LINE_AT] = k, j


@jit(NOTHING, WORLD, INT, INT)
def _tally(w: Any, m: int, step: int) -> None:
    """Marks slots, place, interpreter and organisation pair of m as taken or free, and counts its worth."""
    t, r, i = w.meetings[m, SLOT], w.meetings[m, PLACE], w.meetings[m, STAFF]
    mark = m if step > 0 else FREE
    for u in range(t, t + w.meetings[m, LENGTH]):
        w.slots[u, COUNT] += step
        if r >= 0:
            w.room[r, u] = mark
        if i >= 0:
            w.desk[i, u] = mark
    if w.meetings[m, PAIR] >= 0:
        w.lists[w.knobs[PAIRS] + w.meetings[m, PAIR]] = mark
    w.floats[TOTAL + VALUE] += step * w.floats[VALUES + m]
    w.floats[TOTAL + MISSING] -= step * w.meetings[m, REQUIRED]
    if w.meetings[m, OLD_SLOT] == t and (w.meetings[m, OLD_PLACE] < 0 or w.meetings[m, OLD_PLACE] == r):
        w.floats[TOTAL + MOVED] -= step


@jit(NOTHING, WORLD, INT, INT, INT, INT)
def hold(w: Any, m: int, t: int, r: int, i: int) -> None:
    w.meetings[m, SLOT], w.meetings[m, PLACE], w.meetings[m, STAFF] = t, r, i
    for side in range(2):
        _person(w, m, w.meetings[m, ONE + side], 1)
    _tally(w, m, 1)
    w.listed[t, w.slots[t, LISTED_N]] = m
    w.meetings[m, LISTED_AT] = w.slots[t, LISTED_N]
    w.slots[t, LISTED_N] += 1
    _move_in_line(w, m, w.knobs[HELD_N])
    w.knobs[HELD_N] += 1


@jit(NOTHING, WORLD, INT)
def drop(w: Any, m: int) -> None:
    t = w.meetings[m, SLOT]
    w.knobs[HELD_N] -= 1
    _move_in_line(w, m, w.knobs[HELD_N])
    w.slots[t, LISTED_N] -= 1
    last = w.listed[t, w.slots[t, LISTED_N]]
    w.listed[t, w.meetings[m, LISTED_AT]] = last
    w.meetings[last, LISTED_AT] = w.meetings[m, LISTED_AT]
    _tally(w, m, -1)
    w.meetings[m, PLACE] = FREE
    for side in range(2):
        _person(w, m, w.meetings[m, ONE + side], -1)
    w.meetings[m, SLOT] = w.meetings[m, STAFF] = FREE


@jit(FLOAT, WORLD, inner=False)
def energy(w: Any) -> float:
    if w.knobs[SPREAD] >= 0:
        least, size = 0, w.slots.shape[0]
        while w.slots[least, HIST] == 0 and least < size - 1:
            least += 1
        over = 0
        for n in range(least + w.knobs[SPREAD] + 1, size):
            over += w.slots[n, HIST] * (n - least - w.knobs[SPREAD])
        w.floats[TOTAL + OVER] = over
    e = 0.0
    for k in range(8):
        e += w.floats[k] * w.floats[TOTAL + k]
    return e


@jit(FLOAT, WORLD, GRID, inner=False)
def place_all(w: Any, plan: Any) -> float:
    """Puts the state to a given legal plan (rows as in `best`); its energy."""
    for m in range(plan.shape[1]):
        if w.meetings[m, SLOT] >= 0:
            drop(w, m)
    for m in range(plan.shape[1]):
        if plan[0, m] >= 0:
            hold(w, m, plan[0, m], plan[1, m], plan[2, m])
    return energy(w)
