"""The arrays the compiled annealing works on, and what each column means."""

from __future__ import annotations

from collections import namedtuple

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
