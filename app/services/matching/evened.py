"""The order of a match run's lists: by score, or with the dial turned so that they show suppliers more evenly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from app.services.matching.field import Field
from scoring import SupplierRanker
from scoring.exposure import exposure_curve

#: places of a list that buyers look at, for what is said of a run's lists as a whole
SEEN = 10


@dataclass(frozen=True)
class Evened:
    """Codes of each request's suppliers as they are listed, each one's place by score alone, and what that gave up."""

    codes: list[list[str]]
    by_score: list[list[int]]
    given_up: dict[str, Any] = field(default_factory=dict)

    def moved_from(self, number: int, place: int) -> int | None:
        """The place by score alone of the supplier that is listed at `place`; None where that is this place."""
        plain = self.by_score[number][place - 1]
        return None if plain == place else plain


def evened(
    participants: Field,
    ranker: SupplierRanker,
    evenness: float,
    depth: int,
    progress: Callable[[int, int], None] | None = None,
) -> Evened:
    """Lists of up to `depth` suppliers, ordered by score less the price that the dial puts on each supplier.

    Scores are not touched. Pairs that fail a gate are on no list. `progress` is called with the requests scored.
    """
    board = ranker.board([demand.record for demand in participants.demands], progress)
    scores = np.where(board.passing, board.totals, np.nan)
    plain, even = exposure_curve(scores, SEEN, [0.0, evenness])
    codes = [str(code) for code in ranker.ids_]
    lists, places = [], []
    for row in scores:
        listed = _order(row - even.prices)[: min(depth, int(np.isfinite(row).sum()))]
        by_score = np.empty(len(row), dtype=int)
        by_score[_order(row)] = np.arange(1, len(row) + 1)
        lists.append([codes[at] for at in listed])
        places.append(by_score[listed].tolist())
    given_up = {
        "k": SEEN,
        "gini": even.gini,
        "gini_by_score": plain.gini,
        "kept": even.kept,
        "moved": len(_listed(even.places) - _listed(plain.places)),
    }
    return Evened(lists, places, given_up)


def _order(values: np.ndarray) -> np.ndarray:
    """Columns, highest value first, equal ones by id; missing ones last."""
    return np.argsort(-np.where(np.isfinite(values), values, -np.inf), kind="stable")


def _listed(places: np.ndarray) -> set[tuple[int, int]]:
    rows, columns = np.nonzero(places >= 0)
    return {(int(row), int(places[row, column])) for row, column in zip(rows, columns, strict=True)}
