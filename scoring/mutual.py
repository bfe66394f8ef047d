"""Two directions, one number."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoring.errors import RankingError

HOWS = ("harmonic", "minimum", "geometric", "arithmetic")


def combine_mutual(forward: Any, backward: Any, how: str = "harmonic") -> np.ndarray:
    """Fuse what one side thinks of a pair with what the other does.

    Parameters
    ----------
    forward, backward : array-like of one shape
        Scores of the same pairs in the two directions; `backward[i, j]` belongs to `forward[i, j]`. Scores below 0
        count as 0: nobody wants less than nothing, and a mean of the kind needs it.
    how : {"harmonic", "minimum", "geometric", "arithmetic"}
        Harmonic (default) and minimum measured best on real two-sided decisions.

    Returns
    -------
    ndarray of the same shape, NaN where either is NaN.

    Raises
    ------
    RankingError
        Shapes that differ, or an unknown `how`.
    """
    one = np.maximum(np.asarray(forward, dtype=np.float64), 0.0)
    two = np.maximum(np.asarray(backward, dtype=np.float64), 0.0)
    if one.shape != two.shape:
        raise RankingError(f"combine_mutual: shapes {one.shape} and {two.shape} differ; transpose one of them?")
    if how not in HOWS:
        raise RankingError(f"combine_mutual: how={how!r} is none of {', '.join(HOWS)}")
    if how == "minimum":
        return np.asarray(np.minimum(one, two))
    if how == "geometric":
        return np.asarray(np.sqrt(one * two))
    if how == "arithmetic":
        return np.asarray((one + two) / 2.0)
    total = one + two
    return np.asarray(2.0 * one * two / np.where(total == 0.0, 1.0, total))
