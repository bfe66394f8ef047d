"""Unmet demand of an event, for its organiser."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.db.models import Event
from app.services import runs
from app.services.access import Actor
from app.services.explanations import LANGUAGES, in_every, language
from app.services.matching.event_board import Scored, scored_event
from scoring.unmet import GOOD_PROBABILITY, Nearest, Unmet, UnmetRequest


def unmet_demand(
    session: Session,
    actor: Actor,
    event: Event,
    *,
    probability: float = GOOD_PROBABILITY,
    k: int = 10,
    lang: str = "en",
    report: runs.Progress = runs.silent,
) -> dict[str, Any]:
    """The requests that nobody serves well as things are now, by product, and what is offered without being asked for.

    Raises
    ------
    NotAllowedError
        The caller is no organiser.
    InvalidInputError
        Nobody supplies or nobody asks.
    """
    actor.must_be_staff()
    scored = scored_event(session, event, report)
    return _shown(scored, scored.ranker.unmet_told(scored.board, probability, k)(language(lang)))


def unmet_demand_kept(session: Session, actor: Actor, event: Event, *, report: runs.Progress) -> Any:
    """The same worked out once for readers of every language (see `explanations.in_every`)."""
    actor.must_be_staff()
    scored = scored_event(session, event, report)
    told = scored.ranker.unmet_told(scored.board)
    return in_every({lang: _shown(scored, told(lang)) for lang in LANGUAGES})


def _shown(scored: Scored, found: Unmet) -> dict[str, Any]:
    return {
        "requests": found.requests,
        "unmet": found.unmet,
        "probability": found.probability,
        "k": found.k,
        "products": [
            {
                "code": product.code,
                "label": product.label,
                "asked": product.asked,
                "suppliers": product.suppliers,
                "requests": [_request(scored, one) for one in product.requests],
            }
            for product in found.products
        ],
        "unasked": [
            {"code": one.code, "label": one.label, "suppliers": [scored.supplier(code) for code in one.suppliers]}
            for one in found.unasked
        ],
        "idle": [scored.supplier(code) for code in found.idle],
    }


def _request(scored: Scored, one: UnmetRequest) -> dict[str, Any]:
    return scored.request(one.demand) | {
        "why": one.why,
        "because": one.because,
        "suppliers": one.suppliers,
        "passing": one.passing,
        "gates": one.gates,
        "nearest": None if one.nearest is None else _nearest(scored, one.nearest),
    }


def _nearest(scored: Scored, one: Nearest) -> dict[str, Any]:
    return {
        "supplier": scored.supplier(one.supplier),
        "score": one.score,
        "probability": one.probability,
        "failing": list(one.failing),
        "lifts": [{"change": lift.change, "score": lift.score, "rank": lift.rank} for lift in one.lifts],
    }
