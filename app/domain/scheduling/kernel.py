"""The compiled annealing: insert with ejection, and Kempe swaps of two slots, on arrays.

Energy = −value + weighted breaks, idle slots, place changes and moves + penalties for required meetings missing,
shortfall of minima and spread over its cap. Each move is applied through `_drop` and `_hold`, which keep every count,
and taken back if refused; so there is one place where a rule can be wrong. No logarithm is taken here: acceptance
draws its thresholds from a table, so the same seed takes the same way on every machine.

Everything lies in the few arrays of `World`, because what numba passes between functions it passes by value.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit, types

_F = TypeVar("_F")

# meetings[m, …] and people[p, …] have the columns below; slots[t, …] as well. busy[p, t] counts meetings, at[p, t] is
# one of them. room[r, t] and desk[i, t] hold the meeting there, FREE or SHUT; room[r, -1] is the zone. lists holds
# the ragged rows; floats the weights, totals, thresholds and values; knobs the scalars.
World = namedtuple("World", "meetings people slots busy at listed room desk lists floats knobs")
(
    ONE, TWO, LENGTH, REQUIRED, FIXED, KLASS, PAIR, OLD_SLOT, OLD_PLACE, SLOT, PLACE, STAFF, LINE, LINE_AT, LISTED_AT,
    MARK, STARTS, STARTS_N, RULES, RULES_N, ABLE, ABLE_N, MAY,
) = range(23)  # fmt: skip
PARALLEL, TOP, FLOOR, DEGREE, RUNS, IDLE_OF, CHANGES_OF, MINE, MINE_N = range(9)
CAPACITY, COUNT, LISTED_N, HIST = range(4)
VALUE, MISSING, SHORT, BREAKS, IDLE, CHANGES, MOVED, OVER = range(8)
TOTAL, DRAWS, VALUES, DRAW_N = 8, 16, 16 + 4096, 4096
EXPLICIT, GAP, SPREAD, CAREFUL, PAIRS, HELD_N, STAMP, RNG = range(8)
FREE, SHUT = -1, -2
MOST_EJECTED = 3
CHAIN = 256


_I, _X, _B = types.int64, types.float64, types.boolean
_ROW, _GRID = types.Array(_I, 1, "C"), types.Array(_I, 2, "C")
_njit: Any = njit
_named_tuple: Any = types.NamedTuple
_W = _named_tuple((_GRID,) * 8 + (_ROW, types.Array(_X, 1, "C"), _ROW), World)


def _jit(result: Any, *arguments: Any, inner: bool = True) -> Callable[[_F], _F]:
    """Compiles for exactly these types and keeps the result on disk; without a writable cache only in memory.

    Inner functions get no doorway from Python, which halves the time the first compilation takes.
    """
    options: dict[str, Any] = {
        "nogil": True,
        "error_model": "numpy",
        "no_cfunc_wrapper": True,
        "no_cpython_wrapper": inner,
    }

    def compiled(function: _F) -> _F:
        try:
            return cast("_F", _njit(result(*arguments), cache=True, **options)(function))
        except RuntimeError:
            return cast("_F", _njit(result(*arguments), **options)(function))

    return compiled


@_jit(_I, _W, _I)
def _below(w: Any, n: int) -> int:
    """A number from 0 to n − 1 (xorshift64*)."""
    x = np.uint64(w.knobs[RNG])
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    w.knobs[RNG] = np.int64(x)
    return int(np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33)) % n)


@_jit(types.void, _W, _I)
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


@_jit(types.void, _W, _I, _I, _I)
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


@_jit(types.void, _W, _I, _I)
def _move_in_line(w: Any, m: int, k: int) -> None:
    other, j = w.meetings[k, LINE], w.meetings[m, LINE_AT]
    w.meetings[k, LINE], w.meetings[j, LINE] = m, other
    w.meetings[m, LINE_AT], w.meetings[other, LINE_AT] = k, j


@_jit(types.void, _W, _I, _I)
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


@_jit(types.void, _W, _I, _I, _I, _I)
def _hold(w: Any, m: int, t: int, r: int, i: int) -> None:
    w.meetings[m, SLOT], w.meetings[m, PLACE], w.meetings[m, STAFF] = t, r, i
    for side in range(2):
        _person(w, m, w.meetings[m, ONE + side], 1)
    _tally(w, m, 1)
    w.listed[t, w.slots[t, LISTED_N]] = m
    w.meetings[m, LISTED_AT] = w.slots[t, LISTED_N]
    w.slots[t, LISTED_N] += 1
    _move_in_line(w, m, w.knobs[HELD_N])
    w.knobs[HELD_N] += 1


@_jit(types.void, _W, _I)
def _drop(w: Any, m: int) -> None:
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


@_jit(_X, _W)
def _energy(w: Any) -> float:
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


@_jit(_B, _W, _I, _I)
def _covers(w: Any, m: int, u: int) -> bool:
    t = w.meetings[m, SLOT]
    return bool(t >= 0 and t <= u and u < t + w.meetings[m, LENGTH])


@_jit(_I, _ROW, _I, _I)
def _note(out: Any, n: int, m: int) -> int:
    """Adds m to the meetings in the way; −1 once there are too many."""
    for k in range(n):
        if out[k] == m:
            return n
    if n >= MOST_EJECTED or m < 0:
        return -1
    out[n] = m
    return n + 1


@_jit(_I, _W, _I, _I, _ROW, _I)
def _one_of(w: Any, p: int, u: int, out: Any, n: int) -> int:
    """Some meeting of p (in slot u, or in any if u < 0) that is not yet in the way."""
    low, size = w.people[p, MINE], w.people[p, MINE_N]
    first = _below(w, size)
    for k in range(size):
        m = w.lists[low + (first + k) % size]
        if w.meetings[m, SLOT] < 0 or (u >= 0 and not _covers(w, m, u)):
            continue
        new = True
        for j in range(n):
            new = new and out[j] != m
        if new:
            return int(m)
    return -1


@_jit(_B, _W, _I, _I)
def _is_of(w: Any, m: int, p: int) -> bool:
    return bool(w.meetings[m, ONE] == p or w.meetings[m, TWO] == p)


@_jit(_I, _W, _I, _I, _ROW, _I)
def _people_in_way(w: Any, m: int, t: int, out: Any, n: int) -> int:
    for side in range(2):
        p = w.meetings[m, ONE + side]
        for u in range(t, t + w.meetings[m, LENGTH]):
            left = w.busy[p, u]
            for k in range(n):
                left -= _is_of(w, out[k], p) and _covers(w, out[k], u)
            if left >= w.people[p, PARALLEL]:
                n = _note(out, n, w.at[p, u] if w.people[p, PARALLEL] == 1 else _one_of(w, p, u, out, n))
                if n < 0:
                    return -1
        left = w.people[p, DEGREE]
        for k in range(n):
            left -= _is_of(w, out[k], p)
        if left >= w.people[p, TOP]:
            n = _note(out, n, _one_of(w, p, -1, out, n))
            if n < 0:
                return -1
    return n


@_jit(_I, _W, _I, _I, _ROW, _I)
def _rules_in_way(w: Any, m: int, t: int, out: Any, n: int) -> int:
    g = w.meetings[m, PAIR]
    if g >= 0 and w.lists[w.knobs[PAIRS] + g] >= 0:
        n = _note(out, n, w.lists[w.knobs[PAIRS] + g])
    for k in range(w.meetings[m, RULES], w.meetings[m, RULES] + w.meetings[m, RULES_N]):
        later = w.lists[k] < 0  # the other comes later: stored as −1 − number
        other = -1 - w.lists[k] if later else w.lists[k]
        start = w.meetings[other, SLOT]
        if n < 0 or start < 0:
            continue
        if (later and t + w.meetings[m, LENGTH] > start) or (not later and start + w.meetings[other, LENGTH] > t):
            n = _note(out, n, other)
    return n


@_jit(_I, _W, _I, _I, _ROW, _I)
def _rooms_in_way(w: Any, m: int, t: int, out: Any, n: int) -> int:
    r, end = w.meetings[m, FIXED], t + w.meetings[m, LENGTH]
    for u in range(t, end):
        if n >= 0 and r >= 0 and w.room[r, u] >= 0:
            n = _note(out, n, w.room[r, u])
    for u in range(t, end):
        if n < 0:
            return -1
        left = w.slots[u, COUNT]
        for k in range(n):
            left -= _covers(w, out[k], u)
        if left >= w.slots[u, CAPACITY]:
            if w.slots[u, LISTED_N] == 0:
                return -1
            n = _note(out, n, w.listed[u, _below(w, w.slots[u, LISTED_N])])
    return n


@_jit(_I, _W, _I, _I, _ROW, _I)
def _staff_in_way(w: Any, m: int, t: int, out: Any, n: int) -> int:
    """Frees an interpreter: one whose only other meeting can go, looked for from a random start."""
    low, size, busy_with = w.meetings[m, ABLE], w.meetings[m, ABLE_N], -1
    first = _below(w, max(1, size))
    for k in range(size):
        i, away, one = w.lists[low + (first + k) % size], False, -1
        for u in range(t, t + w.meetings[m, LENGTH]):
            other = w.desk[i, u]
            away = away or other == SHUT
            for j in range(n):
                if out[j] == other:
                    other = -1
            if other >= 0:
                away = away or (one >= 0 and one != other)
                one = other
        if not away and one < 0:
            return n
        if not away:
            busy_with = one
    return _note(out, n, busy_with)


@_jit(_I, _W, _I, _I, _ROW)
def _in_way(w: Any, m: int, t: int, out: Any) -> int:
    """How many meetings must go so that m fits in slot t (they are in `out`); −1 for too many or never."""
    n = _people_in_way(w, m, t, out, 0)
    if n >= 0:
        n = _rules_in_way(w, m, t, out, n)
    if n >= 0:
        n = _rooms_in_way(w, m, t, out, n)
    if n >= 0 and w.meetings[m, KLASS] >= 0:
        n = _staff_in_way(w, m, t, out, n)
    return n


@_jit(_I, _W, _I, _I)
def _interpreter(w: Any, m: int, t: int) -> int:
    """A free interpreter, −1 where none is needed, −2 where none is free."""
    if w.meetings[m, KLASS] < 0:
        return -1
    for k in range(w.meetings[m, ABLE], w.meetings[m, ABLE] + w.meetings[m, ABLE_N]):
        free = True
        for u in range(t, t + w.meetings[m, LENGTH]):
            free = free and w.desk[w.lists[k], u] == FREE
        if free:
            return int(w.lists[k])
    return -2


@_jit(_I, _W, _I, _I, _I)
def _walk(w: Any, m: int, t: int, r: int) -> int:
    """Changes that place r brings the two people; −1 where one could not walk there in time."""
    cost, slots = 0, w.busy.shape[1]
    for side in range(2):
        p = w.meetings[m, ONE + side]
        if w.people[p, PARALLEL] > 1:
            continue
        back, ahead = t - 1, t + w.meetings[m, LENGTH]
        while back >= 0 and w.at[p, back] < 0:
            back -= 1
        while ahead < slots and w.at[p, ahead] < 0:
            ahead += 1
        for k in range(2):
            other = back if k == 0 else ahead
            gap = t - back - 1 if k == 0 else ahead - t - w.meetings[m, LENGTH]
            if 0 <= other < slots:
                there = w.meetings[w.at[p, other], PLACE]
                if gap < w.knobs[GAP] and w.room[there, slots] != w.room[r, slots]:
                    return -1
                cost += there != r
    return cost


@_jit(_I, _W, _I, _I)
def _place(w: Any, m: int, t: int) -> int:
    """The free place with the fewest changes; −1 where places are only counted, −2 where none is free."""
    fixed = w.meetings[m, FIXED]
    if w.knobs[EXPLICIT] == 0:
        return int(fixed)
    best, fewest, size = -2, 1000.0, w.room.shape[0]
    first = _below(w, size)
    for k in range(size):
        r = (first + k) % size
        free = fixed < 0 or r == fixed
        for u in range(t, t + w.meetings[m, LENGTH]):
            free = free and w.room[r, u] == FREE
        steps = _walk(w, m, t, r) if free else -1
        if steps < 0:
            continue
        cost = steps - 0.5 * (w.meetings[m, OLD_PLACE] == r and w.meetings[m, OLD_SLOT] == t)
        if cost < fewest:
            best, fewest = r, cost
        if fewest <= 0:
            break
    return best


@_jit(_B, _W, _X, _X)
def _accepts(w: Any, lost: float, heat: float) -> bool:
    return lost <= 1e-9 or lost <= heat * w.floats[DRAWS + _below(w, DRAW_N)]


@_jit(_X, _W, _I, _I, _X, _X, _GRID, _ROW)
def _insert(w: Any, m: int, t: int, heat: float, before: float, saved: Any, out: Any) -> float:
    """Holds m in slot t and lets go what is in the way; the energy after it, or as before where refused."""
    old_t, old_r, old_i = w.meetings[m, SLOT], w.meetings[m, PLACE], w.meetings[m, STAFF]
    if old_t >= 0:
        _drop(w, m)
    n = _in_way(w, m, t, out)
    if n >= 0:
        for k in range(n):
            c = out[k]
            for column in range(3):
                saved[k, column] = w.meetings[c, SLOT + column]
            _drop(w, c)
        r, i = _place(w, m, t), _interpreter(w, m, t)
        if r != -2 and i != -2:
            _hold(w, m, t, r, i)
            after = _energy(w)
            if _accepts(w, after - before, heat):
                return after
            _drop(w, m)
        for k in range(n):
            _hold(w, out[k], saved[k, 0], saved[k, 1], saved[k, 2])
    if old_t >= 0:
        _hold(w, m, old_t, old_r, old_i)
    return before


@_jit(_I, _W, _I, _I, _GRID, _I)
def _join(w: Any, m: int, slot: int, saved: Any, n: int) -> int:
    """Adds m to the chain once; −1 where it cannot swap."""
    if n < 0 or m < 0 or w.meetings[m, MARK] == w.knobs[STAMP]:
        return n
    if n >= CHAIN or w.meetings[m, LENGTH] != 1 or w.meetings[m, SLOT] != slot:
        return -1
    w.meetings[m, MARK] = w.knobs[STAMP]
    for column in range(3):
        saved[n, column] = w.meetings[m, SLOT + column]
    saved[n, 3] = m
    return n + 1


@_jit(_I, _W, _I, _I, _GRID, _ROW)
def _chain(w: Any, m: int, t2: int, saved: Any, out: Any) -> int:
    """All meetings that must change places between two slots if m does; −1 where one of them cannot."""
    t1 = w.meetings[m, SLOT]
    w.knobs[STAMP] += 1
    n, k, net = _join(w, m, t1, saved, 0), 0, 0
    while k < n:
        c = saved[k, 3]
        to = t1 + t2 - saved[k, 0]
        if w.meetings[c, MAY + to] == 0:
            return -1
        net += 1 if to == t2 else -1
        for side in range(2):
            p = w.meetings[c, ONE + side]
            if w.people[p, PARALLEL] == 1:
                n = _join(w, w.at[p, to], to, saved, n)
            elif w.busy[p, to] >= w.people[p, PARALLEL]:
                n = _join(w, _one_of(w, p, to, out, 0), to, saved, n)
        if w.meetings[c, FIXED] >= 0:
            n = _join(w, w.room[w.meetings[c, FIXED], to], to, saved, n)
        k += 1
    if n < 0 or w.slots[t2, COUNT] + net > w.slots[t2, CAPACITY] or w.slots[t1, COUNT] - net > w.slots[t1, CAPACITY]:
        return -1
    return n


@_jit(_X, _W, _I, _I, _X, _X, _GRID, _ROW)
def _swap(w: Any, m: int, t2: int, heat: float, before: float, saved: Any, out: Any) -> float:
    """A Kempe swap of the slot of m with t2; the energy after it, or as before where refused."""
    t1 = w.meetings[m, SLOT]
    n = _chain(w, m, t2, saved, out)
    if n < 0:
        return before
    for k in range(n):
        _drop(w, saved[k, 3])
    done = 0
    for k in range(n):
        c, to = saved[k, 3], t1 + t2 - saved[k, 0]
        if w.knobs[CAREFUL] and _in_way(w, c, to, out) != 0:
            break
        r, i = _place(w, c, to), _interpreter(w, c, to)
        if r == -2 or i == -2:
            break
        _hold(w, c, to, r, i)
        done += 1
    if done == n:
        after = _energy(w)
        if _accepts(w, after - before, heat):
            return after
    for k in range(done):
        _drop(w, saved[k, 3])
    for k in range(n):
        _hold(w, saved[k, 3], saved[k, 0], saved[k, 1], saved[k, 2])
    return before


@_jit(_X, _W, _X, _X, _GRID, _ROW)
def _step(w: Any, heat: float, e: float, saved: Any, out: Any) -> float:
    """One random move."""
    count, held = w.meetings.shape[0], w.knobs[HELD_N]
    dice = _below(w, 100)
    if held == count or (dice < 50 and held > 0):
        m = w.meetings[_below(w, held), LINE]
    else:
        m = w.meetings[held + _below(w, count - held), LINE]
    size = w.meetings[m, STARTS_N]
    if size == 0:
        return e
    t = w.lists[w.meetings[m, STARTS] + _below(w, size)]
    now = w.meetings[m, SLOT]
    if now == t:
        return e
    if now >= 0 and w.meetings[m, LENGTH] == 1 and dice % 10 > 0:
        return _swap(w, m, t, heat, e, saved, out)
    return _insert(w, m, t, heat, e, saved, out)


@_jit(_X, _W, _GRID, _X, _X, _I, _X, inner=False)
def anneal(w: Any, best: Any, best_e: float, heat: float, steps: int, goal: float) -> float:
    """Takes so many random moves at one heat; stops early at `goal`.

    `best` (three rows: slot, place, interpreter) takes the best legal state seen; its energy is returned.
    """
    saved, out = np.empty((CHAIN, 4), np.int64), np.empty(MOST_EJECTED, np.int64)
    e = _energy(w)
    count = w.meetings.shape[0]
    look = 0 if count < 1500 else 63
    for k in range(steps):
        e = _step(w, heat, e, saved, out)
        if e < best_e - 1e-9 and (k & look) == 0 and w.floats[TOTAL + OVER] == 0:
            best_e = e
            for m in range(count):
                for column in range(3):
                    best[column, m] = w.meetings[m, SLOT + column]
            if e <= goal + 1e-9:
                break
    return best_e


@_jit(_X, _W, _GRID, inner=False)
def place_all(w: Any, plan: Any) -> float:
    """Puts the state to a given legal plan (rows as in `best`); its energy."""
    for m in range(plan.shape[1]):
        if w.meetings[m, SLOT] >= 0:
            _drop(w, m)
    for m in range(plan.shape[1]):
        if plan[0, m] >= 0:
            _hold(w, m, plan[0, m], plan[1, m], plan[2, m])
    return _energy(w)
