"""An event scored once: every demand against every fitted supplier, for what is asked of the event as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.fields import RULED_OUT
from scoring.gates import FAILED
from scoring.records import Record
from scoring.space import Space

Gates = tuple[tuple[str, ...], np.ndarray]


@dataclass(frozen=True)
class Board:
    """Scores of shape (n_demands, n_suppliers), columns in the order of the ranker's `ids_`.

    `most` are the points each term could have, per demand; `gates` the names and states of its gates; `passing` whether
    a pair fails none. It belongs to the ranker that made it: it does not change when the ranker learns more.
    """

    demands: tuple[Record, ...]
    most: tuple[dict[str, float], ...]
    totals: np.ndarray
    gates: tuple[Gates, ...]
    passing: np.ndarray

    def failing(self, row: int, column: int) -> frozenset[str]:
        """The gates that a pair fails."""
        names, states = self.gates[row]
        return frozenset(name for name, now in zip(names, states[:, column], strict=True) if now == FAILED)

    def barred(self, row: int) -> np.ndarray:
        """Which suppliers the demand rules out by id: no change of theirs would help."""
        names, states = self.gates[row]
        ruling = [name in RULED_OUT for name in names]
        return np.asarray((states[ruling] == FAILED).any(axis=0))


def scored_once(
    demands: Sequence[Record],
    space: Space,
    gates_of: Callable[[Record], Gates],
    progress: Callable[[int, int], None] | None = None,
) -> Board:
    """Score every demand, one after the other; what is kept takes 9 bytes a pair and one for each gate."""
    totals = np.empty((len(demands), len(space.records)))
    passing = np.empty(totals.shape, dtype=bool)
    most: list[dict[str, float]] = []
    gates: list[Gates] = []
    for row, demand in enumerate(demands):
        if progress is not None:
            progress(row, len(demands))
        scored = space.score(demand)
        totals[row] = scored.total
        most.append(scored.most)
        gates.append(gates_of(demand))
        passing[row] = ~(gates[row][1] == FAILED).any(axis=0)
    return Board(tuple(demands), tuple(most), totals, tuple(gates), passing)
