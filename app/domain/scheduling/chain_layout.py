"""The arrays of the chain annealing, and what each column means.

They hold the common case only: people in one meeting at a time, meetings of one slot, at most 63 slots, places that are
merely counted. A person's busy slots are then one machine word, and what a move does to breaks, idle slots and minima
is known from a few bits before anything is changed.
"""

from __future__ import annotations

from collections import namedtuple

# meetings[m, …] has the columns below; its column LINE, read as a list, has the meetings held first. people[p, …] has
# the columns below and from AT on the meeting in each slot; BUSY is a bit mask of slots, as MAY is. slots[t, …] lists
# its meetings from LISTED on. trial is the log of a move on probation; floats are weights, thresholds of acceptance and
# the gain of each meeting, knobs the scalars. Few arrays, because each is handed to every function by value.
State = namedtuple("State", "meetings people slots trial floats knobs")
ONE, TWO, SLOT, MAY, LINE, LINE_AT, LISTED_AT, MARK, OLD = range(9)
DEGREE, TOP, FLOOR, BUSY, AT = range(5)
CAPACITY, COUNT, CHANGE, LISTED = range(4)
TOGGLED, BIT, MOVED, TARGET, EJECTED = range(5)
BREAK, IDLE, SHORT, MOVE, DRAWS = range(5)
DRAW_N = 4096
GAIN = DRAWS + DRAW_N
(
    HELD_N, TOGGLED_N, MOVED_N, EJECTED_N, STAMP, RNG, GUARD_ONE, GUARD_TWO, MET, SIDE, GUIDED, SHARE,
) = range(12)  # fmt: skip
FREE = -1
MOST_SLOTS = 63
