"""How evenly an event's lists show its suppliers, and what a more even hand would cost, for its organiser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.db.models import Event
from app.services import runs
from app.services.access import Actor
from app.services.matching.event_board import scored_event
from scoring.exposure import DIALS, exposure_curve


def evenness_curve(
    session: Session,
    actor: Actor,
    event: Event,
    *,
    k: int = 10,
    dials: Sequence[float] = DIALS,
    report: runs.Progress = runs.silent,
) -> dict[str, Any]:
    """The first `k` suppliers of every request at each setting of the dial, as things are now; nothing is changed.

    Per setting: the Gini coefficient of how often suppliers are listed, the share of the scores kept, how many
    suppliers are on no list, and how many places of lists went to somebody else. Pairs that fail a gate have none.

    Raises
    ------
    NotAllowedError
        The caller is no organiser.
    InvalidInputError
        Nobody supplies or nobody asks.
    """
    actor.must_be_staff()
    board = scored_event(session, event, report).board
    scores = np.where(board.passing, board.totals, np.nan)
    by_score, *curve = exposure_curve(scores, k, [0.0, *dials])
    plain = _listed(by_score.places)
    settings = []
    for lists in curve:
        listed = _listed(lists.places)
        settings.append(
            {
                "evenness": lists.evenness,
                "gini": lists.gini,
                "kept": lists.kept,
                "idle": scores.shape[1] - len({supplier for _, supplier in listed}),
                "moved": len(listed - plain),
            }
        )
    return {"requests": scores.shape[0], "suppliers": scores.shape[1], "k": k, "places": len(plain), "dial": settings}


def _listed(places: np.ndarray) -> set[tuple[int, int]]:
    """(request, supplier) of every place of the lists."""
    rows, columns = np.nonzero(places >= 0)
    return {(int(row), int(places[row, column])) for row, column in zip(rows, columns, strict=True)}
