"""Numbers as columns: values spread over a logarithmic grid, and day ranges as dyadic intervals.

`LogGrid`: an asker's number becomes weights on its two nearest nodes, a supplier's response curve is sampled at the
nodes;
the inner product is the curve, linearly interpolated between nodes. `DayTree`: a step function of the day ("valid
until")
is the sum of at most log2(days) intervals, and a day lies in exactly one interval of each size, so the inner product is
the step function itself, exactly.
"""

from __future__ import annotations

import math

import numpy as np


class LogGrid:
    """Nodes from `low` to `high`, `per_octave` of them for each doubling."""

    def __init__(self, low: float, high: float, per_octave: int) -> None:
        self.low = low
        self.per_octave = per_octave
        self.step = 1.0 / per_octave
        count = math.ceil(math.log2(high / low) * per_octave) + 1
        self.nodes = low * 2.0 ** (np.arange(count) / per_octave)

    def __len__(self) -> int:
        return len(self.nodes)

    def spread(self, x: float) -> tuple[tuple[int, float], ...]:
        """Node numbers and weights (they add up to 1) of a value; values outside count as the end nodes."""
        last = len(self.nodes) - 1
        place = min(max(math.log2(max(x, 1e-12) / self.low) * self.per_octave, 0.0), float(last))
        below = min(int(place), last)
        rest = place - below
        if rest < 1e-9 or below == last:
            return ((below, 1.0),)
        return ((below, 1.0 - rest), (below + 1, rest))


DAYS = 2048
DAY_COLUMNS = 2 * DAYS


def day_columns(day: int) -> list[int]:
    """The interval of each size that holds a day (0 to DAYS - 1; days outside count as the nearest end)."""
    node = DAYS + min(max(day, 0), DAYS - 1)
    out = []
    while node:
        out.append(node)
        node >>= 1
    return out


def range_columns(first: int) -> list[int]:
    """The fewest intervals that together are the days `first` to the end."""
    out = []
    low, high = DAYS + min(max(first, 0), DAYS), 2 * DAYS
    while low < high:
        if low & 1:
            out.append(low)
            low += 1
        low >>= 1
        high >>= 1
    return out
