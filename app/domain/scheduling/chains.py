"""Moves along Kempe chains, with ejection where a chain cannot go on.

Two slots of a timetable form paths and cycles: each person has at most one meeting in either. If a meeting changes from
one slot to the other, the one in its way changes too, and so on to the end of the path, where only the last person's
busy slots change. A meeting that may not change is ejected and ends the chain. A meeting that is not held comes in the
same way: what stands in its way moves along a chain to a second slot (König's argument), or is ejected.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from app.domain.scheduling.chain_layout import (
    AT,
    BUSY,
    CAPACITY,
    CHANGE,
    COUNT,
    DEGREE,
    DRAW_N,
    DRAWS,
    EJECTED_N,
    FREE,
    GAIN,
    GUARD_ONE,
    GUARD_TWO,
    GUIDED,
    HELD_N,
    LINE,
    LISTED,
    MAY,
    MET,
    MOVED_N,
    ONE,
    SHARE,
    SIDE,
    SLOT,
    TOGGLED_N,
    TOP,
    TWO,
)
from app.domain.scheduling.chain_state import (
    begin,
    below,
    commit,
    eject,
    energy,
    mark_of,
    move,
    nth,
    ones,
    toggle,
    undo,
)
from app.domain.scheduling.compiling import BITS, BOOL, BYTES, FLOAT, INT, STATE, jit

NEVER = np.inf
MOST_MOVED = 500
TRIES = 4


@jit(INT, STATE, INT, INT)
def _other(s: Any, m: int, p: int) -> int:
    return int(s.meetings[m, ONE] + s.meetings[m, TWO] - p)


@jit(BOOL, STATE, INT, INT)
def _may(s: Any, m: int, t: int) -> bool:
    return bool((np.uint64(s.meetings[m, MAY]) >> np.uint64(t)) & np.uint64(1))


@jit(FLOAT, STATE, INT)
def _out(s: Any, m: int) -> float:
    """Ejects m and frees both its people; the points lost."""
    t = s.meetings[m, SLOT]
    return float(eject(s, m) + toggle(s, s.meetings[m, ONE], t) + toggle(s, s.meetings[m, TWO], t))


@jit(FLOAT, STATE, INT, INT)
def _guarded(s: Any, x: int, to: int) -> float:
    """A chain meets the other person of the meeting coming in, whose slot for it stays free of others."""
    e = s.people[x, AT + to]
    if e < 0:
        return float(toggle(s, x, to))
    if mark_of(s, e) != 0:
        return NEVER
    return float(eject(s, e) + toggle(s, _other(s, e, x), to))


@jit(FLOAT, STATE, INT, INT, INT, INT, INT)
def _walk(s: Any, x: int, to: int, back: int, fresh: int, most: int) -> float:
    """Makes room in slot `to` for a meeting of x that comes from slot `back`, or (fresh) from nowhere; the points lost.

    `most` is how many meetings may move in all; a chain that would be longer ends by ejection.
    """
    lost, first = 0.0, True
    while True:
        if not first and (x == s.knobs[GUARD_ONE] or x == s.knobs[GUARD_TWO]):
            if to != s.knobs[SIDE] or s.knobs[MET] == 1:
                return NEVER
            s.knobs[MET] = 1
            return lost + _guarded(s, x, to)
        first = False
        e = s.people[x, AT + to]
        state = mark_of(s, e) if e >= 0 else 2
        if state == 1:
            return lost
        if state == 2:
            lost += toggle(s, x, to)
            return lost + toggle(s, x, back) if fresh == 0 else lost
        stuck = back < 0 or s.knobs[MOVED_N] >= most or not _may(s, e, back)
        if stuck or (fresh == 1 and s.people[x, AT + back] >= 0):
            lost += eject(s, e) + toggle(s, _other(s, e, x), to)
            return lost + toggle(s, x, back) if fresh == 0 else lost
        lost += move(s, e, back)
        if fresh == 1:
            lost += toggle(s, x, back)
        fresh = 0
        x = _other(s, e, x)
        to, back = back, to


@jit(FLOAT, STATE, INT, INT)
def _change(s: Any, m: int, to: int) -> float:
    """Moves m, which is held, to another slot and what is in its way back along its chain; the points lost."""
    back = s.meetings[m, SLOT]
    lost = move(s, m, to)
    for k in range(2):
        lost += _walk(s, s.meetings[m, ONE + k], to, back, 0, MOST_MOVED)
    return float(lost)


@jit(INT, STATE, INT)
def _over(s: Any, t: int) -> int:
    return int(s.slots[t, COUNT] + s.slots[t, CHANGE] - s.slots[t, CAPACITY])


@jit(FLOAT, STATE, INT, INT)
def _aside(s: Any, t: int, to: int) -> float:
    """Moves one meeting more out of slot t than into it, into a slot with room; the points lost."""
    for _ in range(TRIES):
        c = s.slots[t, LISTED + below(s, s.slots[t, COUNT])]
        if mark_of(s, c) != 0 or not _may(s, c, to):
            continue
        toggled, moved, ejected, over = s.knobs[TOGGLED_N], s.knobs[MOVED_N], s.knobs[EJECTED_N], _over(s, t)
        lost = _change(s, c, to)
        if lost < NEVER and _over(s, t) < over and _over(s, to) <= 0:
            return lost
        undo(s, toggled, moved, ejected)
    return NEVER


@jit(FLOAT, STATE, INT)
def _least(s: Any, t: int) -> float:
    """Ejects one of a few meetings in slot t, the one worth least; the points lost."""
    found = FREE
    for _ in range(TRIES):
        c = s.slots[t, LISTED + below(s, s.slots[t, COUNT])]
        if mark_of(s, c) == 0 and (found < 0 or s.floats[GAIN + c] < s.floats[GAIN + found]):
            found = c
    return float(_out(s, found)) if found >= 0 else NEVER


@jit(FLOAT, STATE, INT)
def _lighten(s: Any, p: int) -> float:
    """Ejects a meeting of p, who would have too many; the points lost."""
    mask = np.uint64(0)
    for t in range(s.slots.shape[0]):
        m = s.people[p, AT + t]
        if m >= 0 and mark_of(s, m) == 0:
            mask |= np.uint64(1) << np.uint64(t)
    if mask == np.uint64(0):
        return NEVER
    return _out(s, s.people[p, AT + nth(mask, below(s, ones(mask)))])


@jit(FLOAT, STATE, INT, INT, INT)
def _bring_in(s: Any, m: int, to: int, side: int) -> float:
    """Holds m in slot `to`; what is in its way moves to slot `side` or, where that is none, is ejected."""
    s.knobs[GUARD_ONE], s.knobs[GUARD_TWO] = s.meetings[m, ONE], s.meetings[m, TWO]
    s.knobs[SIDE], s.knobs[MET] = side, 0
    lost = move(s, m, to)
    for k in range(2):
        if k == 0 or (lost < NEVER and s.knobs[MET] == 0):
            s.knobs[MET] = k
            lost += _walk(s, s.meetings[m, ONE + k], to, side, 1, MOST_MOVED)
    s.knobs[MET] = 1
    for k in range(2):
        if lost < NEVER and s.people[s.meetings[m, ONE + k], DEGREE] > s.people[s.meetings[m, ONE + k], TOP]:
            lost += _lighten(s, s.meetings[m, ONE + k])
    for k in range(3):  # two chains may end in the second slot, one in the first
        full = to if k == 0 else side
        if lost < NEVER and full >= 0 and _over(s, full) > 0:
            lost += _least(s, full)
    return float(lost)


@jit(FLOAT, STATE, INT, INT)
def _swap(s: Any, m: int, to: int) -> float:
    """Moves m, which is held, along its chain; a slot that would be over-full gives another chain back."""
    back = s.meetings[m, SLOT]
    lost = _change(s, m, to)
    for k in range(2):
        full, other = (to, back) if k == 0 else (back, to)
        if lost < NEVER and _over(s, full) > 0:
            lost += _aside(s, full, other)
    return float(lost)


@jit(INT, STATE, BITS)
def _any(s: Any, mask: Any) -> int:
    return nth(mask, below(s, ones(mask)))


@jit(BITS, STATE, INT, INT)
def _beside(s: Any, p: int, t: int) -> Any:
    """Free slots next to the other meetings of p than that in slot t."""
    busy = np.uint64(s.people[p, BUSY])
    if t >= 0:
        busy &= ~(np.uint64(1) << np.uint64(t))
    return np.uint64((busy << np.uint64(1) | busy >> np.uint64(1)) & ~busy)


@jit(BITS, STATE, INT, BITS)
def _likely(s: Any, m: int, slots: Any) -> Any:
    """The part of these slots where m would make or mend few breaks."""
    slots = np.uint64(slots)
    t = s.meetings[m, SLOT]
    if below(s, 4) == 0:
        return slots
    near = slots & _beside(s, s.meetings[m, ONE + below(s, 2)], t)
    return near if near != np.uint64(0) else slots


@jit(FLOAT, STATE, INT)
def _held(s: Any, m: int) -> float:
    here = np.uint64(1) << np.uint64(s.meetings[m, SLOT])
    slots = np.uint64(s.meetings[m, MAY]) & ~here
    if slots == np.uint64(0):
        return NEVER
    if s.knobs[GUIDED] == 1:
        slots = _likely(s, m, slots)
    s.knobs[GUARD_ONE] = s.knobs[GUARD_TWO] = FREE
    return float(_swap(s, m, _any(s, slots)))


@jit(FLOAT, STATE, INT)
def _left_out(s: Any, m: int) -> float:
    slots = np.uint64(s.meetings[m, MAY])
    if slots == np.uint64(0):
        return NEVER
    if s.knobs[GUIDED] == 1:
        slots = _likely(s, m, slots)
    elif below(s, 2) == 0:
        free = slots & ~np.uint64(s.people[s.meetings[m, ONE], BUSY] | s.people[s.meetings[m, TWO], BUSY])
        slots = free if free != np.uint64(0) else slots
    to = _any(s, slots)
    side, free = FREE, (np.uint64(1) << np.uint64(s.slots.shape[0])) - np.uint64(1)
    for k in range(2):
        p = s.meetings[m, ONE + k]
        e = s.people[p, AT + to]
        if e >= 0:
            free &= np.uint64(s.meetings[e, MAY] & ~s.people[p, BUSY])
            side = 0
    if side == 0:
        side = _any(s, free) if free != np.uint64(0) and below(s, 8) > 0 else FREE
    return float(_bring_in(s, m, to, side))


@jit(FLOAT, STATE, FLOAT)
def _step(s: Any, heat: float) -> float:
    """One random move; the points lost by it, 0 where it was refused."""
    count, held = s.meetings.shape[0], s.knobs[HELD_N]
    begin(s)
    if held == count or (held > 0 and below(s, 100) < s.knobs[SHARE]):
        lost = _held(s, s.meetings[below(s, held), LINE])
    else:
        lost = _left_out(s, s.meetings[held + below(s, count - held), LINE])
    if lost <= 1e-9 or lost <= heat * s.floats[DRAWS + below(s, DRAW_N)]:
        commit(s)
        return float(lost)
    undo(s, 0, 0, 0)
    return 0.0


@jit(FLOAT, STATE, BYTES, FLOAT, FLOAT, INT, inner=False)
def anneal(s: Any, best: Any, best_e: float, heat: float, steps: int) -> float:
    """Takes so many random moves at one heat; `best` takes the slots of the best state seen, its energy is returned."""
    e = energy(s)
    for k in range(steps):
        e += _step(s, heat)
        if (k & 63) == 0 and e < best_e - 1e-9:
            best_e = e
            for m in range(s.meetings.shape[0]):
                best[m] = s.meetings[m, SLOT]
    return best_e


@jit(FLOAT, STATE, BYTES, inner=False)
def place_all(s: Any, plan: Any) -> float:
    """Puts the state to a legal plan, a slot or −1 for each meeting; its energy."""
    begin(s)
    for m in range(s.meetings.shape[0]):
        if s.meetings[m, SLOT] >= 0 and s.meetings[m, SLOT] != plan[m]:
            _out(s, m)
    commit(s)
    begin(s)
    for m in range(s.meetings.shape[0]):
        if plan[m] >= 0 and s.meetings[m, SLOT] < 0:
            move(s, m, plan[m])
            toggle(s, s.meetings[m, ONE], plan[m])
            toggle(s, s.meetings[m, TWO], plan[m])
    commit(s)
    return float(energy(s))
