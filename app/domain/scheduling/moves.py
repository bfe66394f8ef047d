"""The moves of the annealing: insert with ejection, and Kempe swaps of two slots.

Each move is applied with `hold` and `drop` and taken back if it is refused, so there is one place where a rule can be
wrong. No logarithm is taken here: acceptance draws its thresholds from a table, so the same seed takes the same way
on every machine.
"""

from __future__ import annotations

from typing import Any

from app.domain.scheduling.compiling import BOOL, FLOAT, GRID, INT, ROW, WORLD, jit
from app.domain.scheduling.kernel import below, drop, energy, hold
from app.domain.scheduling.layout import (
    ABLE,
    ABLE_N,
    CAPACITY,
    CAREFUL,
    CHAIN,
    COUNT,
    DEGREE,
    DRAW_N,
    DRAWS,
    EXPLICIT,
    FIXED,
    FREE,
    GAP,
    HELD_N,
    KLASS,
    LENGTH,
    LINE,
    LISTED_N,
    MARK,
    MAY,
    MINE,
    MINE_N,
    MOST_EJECTED,
    OLD_PLACE,
    OLD_SLOT,
    ONE,
    OVER,
    PAIR,
    PAIRS,
    PARALLEL,
    PLACE,
    RULES,
    RULES_N,
    SHUT,
    SLOT,
    STAFF,
    STAMP,
    STARTS,
    STARTS_N,
    TOP,
    TOTAL,
    TWO,
)


@jit(BOOL, WORLD, INT, INT)
def _covers(w: Any, m: int, u: int) -> bool:
    t = w.meetings[m, SLOT]
    return bool(t >= 0 and t <= u and u < t + w.meetings[m, LENGTH])


@jit(INT, ROW, INT, INT)
def _note(out: Any, n: int, m: int) -> int:
    """Adds m to the meetings in the way; −1 once there are too many."""
    for k in range(n):
        if out[k] == m:
            return n
    if n >= MOST_EJECTED or m < 0:
        return -1
    out[n] = m
    return n + 1


@jit(INT, WORLD, INT, INT, ROW, INT)
def _one_of(w: Any, p: int, u: int, out: Any, n: int) -> int:
    """Some meeting of p (in slot u, or in any if u < 0) that is not yet in the way."""
    low, size = w.people[p, MINE], w.people[p, MINE_N]
    first = below(w, size)
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


@jit(BOOL, WORLD, INT, INT)
def _is_of(w: Any, m: int, p: int) -> bool:
    return bool(w.meetings[m, ONE] == p or w.meetings[m, TWO] == p)


@jit(INT, WORLD, INT, INT, ROW, INT)
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


@jit(INT, WORLD, INT, INT, ROW, INT)
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


@jit(INT, WORLD, INT, INT, ROW, INT)
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
            n = _note(out, n, w.listed[u, below(w, w.slots[u, LISTED_N])])
    return n


@jit(INT, WORLD, INT, INT, ROW, INT)
def _staff_in_way(w: Any, m: int, t: int, out: Any, n: int) -> int:
    """Frees an interpreter: one whose only other meeting can go, looked for from a random start."""
    low, size, busy_with = w.meetings[m, ABLE], w.meetings[m, ABLE_N], -1
    first = below(w, max(1, size))
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


@jit(INT, WORLD, INT, INT, ROW)
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


@jit(INT, WORLD, INT, INT)
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


@jit(INT, WORLD, INT, INT, INT)
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


@jit(INT, WORLD, INT, INT)
def _place(w: Any, m: int, t: int) -> int:
    """The free place with the fewest changes; −1 where places are only counted, −2 where none is free."""
    fixed = w.meetings[m, FIXED]
    if w.knobs[EXPLICIT] == 0:
        return int(fixed)
    best, fewest, size = -2, 1000.0, w.room.shape[0]
    first = below(w, size)
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


@jit(BOOL, WORLD, FLOAT, FLOAT)
def _accepts(w: Any, lost: float, heat: float) -> bool:
    return lost <= 1e-9 or lost <= heat * w.floats[DRAWS + below(w, DRAW_N)]


@jit(FLOAT, WORLD, INT, INT, FLOAT, FLOAT, GRID, ROW)
def _insert(w: Any, m: int, t: int, heat: float, before: float, saved: Any, out: Any) -> float:
    """Holds m in slot t and lets go what is in the way; the energy after it, or as before where refused."""
    old_t, old_r, old_i = w.meetings[m, SLOT], w.meetings[m, PLACE], w.meetings[m, STAFF]
    if old_t >= 0:
        drop(w, m)
    n = _in_way(w, m, t, out)
    if n >= 0:
        for k in range(n):
            c = out[k]
            for column in range(3):
                saved[k, column] = w.meetings[c, SLOT + column]
            drop(w, c)
        r, i = _place(w, m, t), _interpreter(w, m, t)
        if r != -2 and i != -2:
            hold(w, m, t, r, i)
            after = energy(w)
            if _accepts(w, after - before, heat):
                return after
            drop(w, m)
        for k in range(n):
            hold(w, out[k], saved[k, 0], saved[k, 1], saved[k, 2])
    if old_t >= 0:
        hold(w, m, old_t, old_r, old_i)
    return before


@jit(INT, WORLD, INT, INT, GRID, INT)
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


@jit(INT, WORLD, INT, INT, GRID, ROW)
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


@jit(FLOAT, WORLD, INT, INT, FLOAT, FLOAT, GRID, ROW)
def _swap(w: Any, m: int, t2: int, heat: float, before: float, saved: Any, out: Any) -> float:
    """A Kempe swap of the slot of m with t2; the energy after it, or as before where refused."""
    t1 = w.meetings[m, SLOT]
    n = _chain(w, m, t2, saved, out)
    if n < 0:
        return before
    for k in range(n):
        drop(w, saved[k, 3])
    done = 0
    for k in range(n):
        c, to = saved[k, 3], t1 + t2 - saved[k, 0]
        if w.knobs[CAREFUL] and _in_way(w, c, to, out) != 0:
            break
        r, i = _place(w, c, to), _interpreter(w, c, to)
        if r == -2 or i == -2:
            break
        hold(w, c, to, r, i)
        done += 1
    if done == n:
        after = energy(w)
        if _accepts(w, after - before, heat):
            return after
    for k in range(done):
        drop(w, saved[k, 3])
    for k in range(n):
        hold(w, saved[k, 3], saved[k, 0], saved[k, 1], saved[k, 2])
    return before


@jit(FLOAT, WORLD, FLOAT, FLOAT, GRID, ROW)
def _step(w: Any, heat: float, e: float, saved: Any, out: Any) -> float:
    """One random move."""
    count, held = w.meetings.shape[0], w.knobs[HELD_N]
    dice = below(w, 100)
    if held == count or (dice < 50 and held > 0):
        m = w.meetings[below(w, held), LINE]
    else:
        m = w.meetings[held + below(w, count - held), LINE]
    size = w.meetings[m, STARTS_N]
    if size == 0:
        return e
    t = w.lists[w.meetings[m, STARTS] + below(w, size)]
    now = w.meetings[m, SLOT]
    if now == t:
        return e
    if now >= 0 and w.meetings[m, LENGTH] == 1 and dice % 10 > 0:
        return _swap(w, m, t, heat, e, saved, out)
    return _insert(w, m, t, heat, e, saved, out)


@jit(FLOAT, WORLD, GRID, FLOAT, FLOAT, INT, FLOAT, GRID, ROW, inner=False)
def anneal(w: Any, best: Any, best_e: float, heat: float, steps: int, goal: float, saved: Any, out: Any) -> float:
    """Takes so many random moves at one heat; stops early at `goal`.

    `best` (three rows: slot, place, interpreter) takes the best legal state seen; its energy is returned. `saved`
    (CHAIN × 4) and `out` (MOST_EJECTED) are room to work in, since nothing can be allocated here.
    """
    e = energy(w)
    count = w.meetings.shape[0]
    look = 0 if count < 1500 else 63
    for k in range(steps):
        e = _step(w, heat, e, saved, out)
        if e >= best_e - 1e-9 or (k & look) != 0:
            continue
        e = energy(w)  # a refused move has left the count of the spread behind
        if w.floats[TOTAL + OVER] == 0:
            best_e = e
            for m in range(count):
                for column in range(3):
                    best[column, m] = w.meetings[m, SLOT + column]
            if e <= goal + 1e-9:
                break
    return best_e
