"""What would lift a supplier over all requests of an event."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.db.models import Event, Organisation
from app.db.queries.scoped import fetch
from app.services import runs
from app.services.access import Actor
from app.services.delegations import met_as
from app.services.explanations import LANGUAGES, in_every, language
from app.services.matching.event_board import Scored, scored_event
from scoring.lifts.event import EventLift, EventLifts, RequestLift

#: requests shown with a change, those that gain most
SHOWN = 20


def supplier_lifts(
    session: Session,
    actor: Actor,
    event: Event,
    organisation_id: UUID,
    *,
    k: int = 10,
    limit: int = 10,
    lang: str = "en",
    report: runs.Progress = runs.silent,
) -> dict[str, Any]:
    """How a supplier stands at an event as things are now, and the changes that would lift it, best first.

    An organiser may ask for everybody and sees the requests; an enterprise asks for itself and sees the sums only,
    because requests are their buyers'.

    Raises
    ------
    NotFoundError
        There is no such organisation for this caller, or it supplies nothing at this event.
    """
    scored, owner = _of(session, actor, event, organisation_id, report)
    told = scored.ranker.lifts_told(owner.code, scored.board, k, limit)
    return _shown(scored, owner, told(language(lang)), actor.is_staff)


def supplier_lifts_kept(
    session: Session, actor: Actor, event: Event, *, organisation_id: UUID, report: runs.Progress
) -> Any:
    """The sums worked out once for readers of every language (see `explanations.in_every`), without the requests."""
    scored, owner = _of(session, actor, event, organisation_id, report)
    told = scored.ranker.lifts_told(owner.code, scored.board)
    return in_every({lang: _shown(scored, owner, told(lang), with_requests=False) for lang in LANGUAGES})


def _of(
    session: Session, actor: Actor, event: Event, organisation_id: UUID, report: runs.Progress
) -> tuple[Scored, Organisation]:
    actor.must_act_for(organisation_id)
    owner = fetch(session, Organisation, organisation_id, actor.tenant_id)
    scored = scored_event(session, event, report)
    part = met_as(session, event.id, owner.id)
    if part is not None and part.organisation_id != owner.id:  # a member stands as its delegation does
        owner = session.get_one(Organisation, part.organisation_id)
    if owner.code not in scored.field.suppliers:
        raise NotFoundError(f"{owner.name} supplies nothing at the event {event.code!r}.")
    return scored, owner


def _shown(scored: Scored, owner: Organisation, found: EventLifts, with_requests: bool) -> dict[str, Any]:
    return {
        "supplier": scored.supplier(owner.code),
        "k": found.k,
        "requests": found.requests,
        "passes": found.passes,
        "listed": found.listed,
        "meetings": found.meetings,
        "lifts": [_lift(scored, lift, with_requests) for lift in found.lifts],
    }


def _lift(scored: Scored, lift: EventLift, with_requests: bool) -> dict[str, Any]:
    return {
        "change": lift.change,
        "effort": lift.effort,
        "meetings": lift.meetings,
        "opens": lift.opens,
        "enters": lift.enters,
        "ranks": lift.ranks,
        "concerns": len(lift.requests),
        "requests": [_request(scored, one) for one in lift.requests[:SHOWN]] if with_requests else [],
    }


def _request(scored: Scored, one: RequestLift) -> dict[str, Any]:
    return scored.request(one.demand) | {
        "rank": one.rank,
        "rank_after": one.rank_after,
        "score": one.score,
        "score_after": one.score_after,
        "probability": one.probability,
        "probability_after": one.probability_after,
    }
