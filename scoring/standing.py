"""The place of a score among all of one asker, by bisection: explanations and lifts ask for many of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np

BELOW = 10.0  # points: how far below a score places are sorted with it


class Standing:
    """Scores of shape (n_fitted,) and which of them fail no gate, sorted once, as far down as places are asked for."""

    def __init__(self, total: np.ndarray, passing: np.ndarray) -> None:
        self.total = total
        self.passing = passing
        self._floor = np.inf

    def _sort(self, floor: float) -> None:
        among = np.flatnonzero(self.passing & (self.total >= floor))
        order = np.argsort(self.total[among])
        self._floor = floor
        self._at = among[order]
        self._sorted = self.total[self._at]
        self._listed = self._sorted.tolist()  # bisected in a tenth of the time

    def rank(self, score: float, at: int, near: float = 0.0) -> int:
        """The place of a score, that the record at position `at` has or would have, among the others that fail no gate;
        equal scores (`near` apart) in order of position."""
        if score - 2.0 * near < self._floor:
            self._sort(score - 2.0 * near - BELOW)
        low = bisect_left(self._listed, score - 2.0 * near)
        high = bisect_right(self._listed, score + 2.0 * near, low)
        above = len(self._listed) - high
        if self.passing[at] and self.total[at] > score + 2.0 * near:
            above -= 1  # its own present score is no other's
        if low == high:
            return 1 + above
        close, where = self._sorted[low:high], self._at[low:high]
        better = (close > score + near) | ((where < at) & (np.abs(close - score) <= near))
        return 1 + above + int(np.count_nonzero(better & (where != at)))
