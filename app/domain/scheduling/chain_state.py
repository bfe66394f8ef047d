"""The state of the chain annealing: what a person's day costs, moves on probation, and how they are made good.

A move first changes only the bit masks and degrees and writes a log (`trial`). If it is refused, `undo` plays the log
backwards; if it is accepted, `commit` brings the tables after.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from app.domain.scheduling.chain_layout import (
    AT,
    BIT,
    BREAK,
    BUSY,
    CHANGE,
    COUNT,
    DEGREE,
    EJECTED,
    EJECTED_N,
    FLOOR,
    FREE,
    GAIN,
    HELD_N,
    IDLE,
    LINE,
    LINE_AT,
    LISTED,
    LISTED_AT,
    MARK,
    MOVE,
    MOVED,
    MOVED_N,
    OLD,
    ONE,
    RNG,
    SHORT,
    SLOT,
    STAMP,
    TARGET,
    TOGGLED,
    TOGGLED_N,
    TWO,
)
from app.domain.scheduling.compiling import BITS, FLOAT, INT, NOTHING, STATE, jit


@jit(INT, STATE, INT)
def below(s: Any, n: int) -> int:
    """A number from 0 to n − 1 (xorshift64*)."""
    x = np.uint64(s.knobs[RNG])
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    s.knobs[RNG] = np.int64(x)
    high = (x * np.uint64(2685821657736338717)) >> np.uint64(32)
    return int(np.int64((high * np.uint64(n)) >> np.uint64(32)))


@jit(INT, BITS)
def ones(x: Any) -> int:
    """How many bits are set."""
    x = np.uint64(x)
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int(np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56)))


@jit(INT, BITS, INT)
def nth(mask: Any, n: int) -> int:
    """The position of the bit that has n set bits below it."""
    mask = np.uint64(mask)
    for _ in range(n):
        mask &= mask - np.uint64(1)
    low = mask & (~mask + np.uint64(1))
    return ones(low - np.uint64(1))


@jit(FLOAT, STATE, BITS)
def cost(s: Any, mask: Any) -> float:
    """What the breaks and idle slots of a day cost."""
    mask = np.uint64(mask)
    if mask == np.uint64(0):
        return 0.0
    points = 0.0
    if s.floats[BREAK] > 0:
        points += s.floats[BREAK] * (ones(mask & ~(mask << np.uint64(1))) - 1)
    if s.floats[IDLE] > 0:
        low = mask & (~mask + np.uint64(1))
        wide = mask
        for k in range(6):
            wide |= wide >> np.uint64(1 << k)
        points += s.floats[IDLE] * (ones(wide) - ones(low - np.uint64(1)) - ones(mask))
    return points


@jit(FLOAT, STATE, INT, INT)
def toggle(s: Any, p: int, t: int) -> float:
    """Makes p busy in slot t, or free if busy; the points lost."""
    old = np.uint64(s.people[p, BUSY])
    new = old ^ (np.uint64(1) << np.uint64(t))
    s.people[p, BUSY] = np.int64(new)
    n = s.knobs[TOGGLED_N]
    s.trial[n, TOGGLED], s.trial[n, BIT] = p, t
    s.knobs[TOGGLED_N] = n + 1
    return float(cost(s, new) - cost(s, old))


@jit(FLOAT, STATE, INT, INT)
def count(s: Any, p: int, step: int) -> float:
    """One meeting more or fewer for p; the points lost by its minimum."""
    before = max(0, s.people[p, FLOOR] - s.people[p, DEGREE])
    s.people[p, DEGREE] += step
    return float(s.floats[SHORT] * (max(0, s.people[p, FLOOR] - s.people[p, DEGREE]) - before))


@jit(FLOAT, STATE, INT, INT)
def stays(s: Any, m: int, t: int) -> float:
    """Points for holding m where the previous plan had it."""
    return float(s.floats[MOVE]) if t == s.meetings[m, OLD] else 0.0


@jit(INT, STATE, INT)
def mark_of(s: Any, m: int) -> int:
    """0 for untouched by this move, 1 for moved, 2 for ejected."""
    return int(max(0, s.meetings[m, MARK] - s.knobs[STAMP]))


@jit(FLOAT, STATE, INT)
def eject(s: Any, m: int) -> float:
    """Notes m as ejected, the masks of its people aside; the points lost."""
    n, t = s.knobs[EJECTED_N], s.meetings[m, SLOT]
    s.trial[n, EJECTED] = m
    s.knobs[EJECTED_N] = n + 1
    s.meetings[m, MARK] = s.knobs[STAMP] + 2
    s.slots[t, CHANGE] -= 1
    lost = count(s, s.meetings[m, ONE], -1) + count(s, s.meetings[m, TWO], -1)
    return float(lost + s.floats[GAIN + m] + stays(s, m, t))


@jit(FLOAT, STATE, INT, INT)
def move(s: Any, m: int, to: int) -> float:
    """Notes m (held or not) as moved to a slot, the masks of its people aside; the points lost."""
    n, t = s.knobs[MOVED_N], s.meetings[m, SLOT]
    s.trial[n, MOVED], s.trial[n, TARGET] = m, to
    s.knobs[MOVED_N] = n + 1
    s.meetings[m, MARK] = s.knobs[STAMP] + 1
    s.slots[to, CHANGE] += 1
    if t == FREE:
        lost = count(s, s.meetings[m, ONE], 1) + count(s, s.meetings[m, TWO], 1)
        return float(lost - s.floats[GAIN + m] - stays(s, m, to))
    s.slots[t, CHANGE] -= 1
    return float(stays(s, m, t) - stays(s, m, to))


@jit(NOTHING, STATE)
def begin(s: Any) -> None:
    s.knobs[STAMP] += 3
    s.knobs[TOGGLED_N] = s.knobs[MOVED_N] = s.knobs[EJECTED_N] = 0


@jit(NOTHING, STATE, INT, INT, INT)
def undo(s: Any, toggled: int, moved: int, ejected: int) -> None:
    """Takes back what came after these lengths of the three logs."""
    for k in range(toggled, s.knobs[TOGGLED_N]):
        s.people[s.trial[k, TOGGLED], BUSY] ^= np.int64(1) << s.trial[k, BIT]
    for k in range(moved, s.knobs[MOVED_N]):
        m = s.trial[k, MOVED]
        t = s.meetings[m, SLOT]
        s.meetings[m, MARK] = 0
        s.slots[s.trial[k, TARGET], CHANGE] -= 1
        if t >= 0:
            s.slots[t, CHANGE] += 1
        else:
            s.people[s.meetings[m, ONE], DEGREE] -= 1
            s.people[s.meetings[m, TWO], DEGREE] -= 1
    for k in range(ejected, s.knobs[EJECTED_N]):
        m = s.trial[k, EJECTED]
        s.meetings[m, MARK] = 0
        s.slots[s.meetings[m, SLOT], CHANGE] += 1
        s.people[s.meetings[m, ONE], DEGREE] += 1
        s.people[s.meetings[m, TWO], DEGREE] += 1
    s.knobs[TOGGLED_N], s.knobs[MOVED_N], s.knobs[EJECTED_N] = toggled, moved, ejected


@jit(NOTHING, STATE, INT, INT)
def _line_up(s: Any, m: int, k: int) -> None:
    other, j = s.meetings[k, LINE], s.meetings[m, LINE_AT]
    s.meetings[k, LINE], s.meetings[j, LINE] = m, other
    s.meetings[m, LINE_AT], s.meetings[other, LINE_AT] = k, j


@jit(NOTHING, STATE, INT)
def _leave(s: Any, m: int) -> None:
    t = s.meetings[m, SLOT]
    s.people[s.meetings[m, ONE], AT + t] = FREE
    s.people[s.meetings[m, TWO], AT + t] = FREE
    s.slots[t, COUNT] -= 1
    last = s.slots[t, LISTED + s.slots[t, COUNT]]
    s.slots[t, LISTED + s.meetings[m, LISTED_AT]] = last
    s.meetings[last, LISTED_AT] = s.meetings[m, LISTED_AT]
    s.slots[t, CHANGE] += 1


@jit(NOTHING, STATE, INT, INT)
def _enter(s: Any, m: int, t: int) -> None:
    s.people[s.meetings[m, ONE], AT + t] = m
    s.people[s.meetings[m, TWO], AT + t] = m
    s.slots[t, LISTED + s.slots[t, COUNT]] = m
    s.meetings[m, LISTED_AT] = s.slots[t, COUNT]
    s.slots[t, COUNT] += 1
    s.slots[t, CHANGE] -= 1
    s.meetings[m, SLOT] = t


@jit(NOTHING, STATE)
def commit(s: Any) -> None:
    """Makes the logged move good in all tables."""
    for k in range(s.knobs[EJECTED_N]):
        m = s.trial[k, EJECTED]
        _leave(s, m)
        s.meetings[m, SLOT] = FREE
        s.knobs[HELD_N] -= 1
        _line_up(s, m, s.knobs[HELD_N])
    for k in range(s.knobs[MOVED_N]):
        m = s.trial[k, MOVED]
        if s.meetings[m, SLOT] >= 0:
            _leave(s, m)
        else:
            _line_up(s, m, s.knobs[HELD_N])
            s.knobs[HELD_N] += 1
    for k in range(s.knobs[MOVED_N]):
        _enter(s, s.trial[k, MOVED], s.trial[k, TARGET])


@jit(FLOAT, STATE, inner=False)
def energy(s: Any) -> float:
    """−gains + costs of the whole state."""
    e = 0.0
    for m in range(s.meetings.shape[0]):
        t = s.meetings[m, SLOT]
        if t >= 0:
            e -= s.floats[GAIN + m] + stays(s, m, t)
    for p in range(s.people.shape[0]):
        e += cost(s, np.uint64(s.people[p, BUSY])) + s.floats[SHORT] * max(0, s.people[p, FLOOR] - s.people[p, DEGREE])
    return e
