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
        self._listed: list[float] = self.total[self._at].tolist()  # bisected in a tenth of the time

    def rank(self, score: float, at: int, near: float = 0.0) -> int:
        """The place of a score, that the record at position `at` has or would have, among the others that fail no gate;
        equal scores (`near` apart) in order of position."""
        if score - near < self._floor:
            self._sort(score - near - BELOW)
        low = bisect_left(self._listed, score - near)
        high = bisect_right(self._listed, score + near, low)
        better = len(self._listed) - high
        if self.total.item(at) > score + near and self.passing[at]:
            better -= 1  # its own present score is no other's
        return 1 + better + (int(np.count_nonzero(self._at[low:high] < at)) if low < high else 0)
