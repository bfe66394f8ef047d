"""Pairs of match runs, and the requests that fit a supplier."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from app.api import idempotency
from app.api.deps import Caller, Cursor, EventName, Lang, Limit, Reading
from app.api.schemas.matches import FittingRequests, MatchList
from app.api.schemas.ranking import MOST
from app.services import matching
from app.services.events import find_event

router = idempotency.router("ranking")


@router.get(
    "/events/{event_id}/suppliers/{organisation_id}/requests",
    summary="Requests that fit a supplier",
    response_model=FittingRequests,
)
def requests(
    event_id: EventName,
    organisation_id: UUID,
    actor: Caller,
    session: Reading,
    limit: Annotated[int, Query(ge=1, le=MOST, description="most requests in the list")] = 20,
    lang: Lang = "en",
) -> Any:
    """The requests of an event that fit a supplier best, by the last match run, with the reasons of both sides."""
    event = find_event(session, actor, event_id)
    return {"items": matching.requests_for(session, actor, event, organisation_id, limit=limit, lang=lang)}


@router.get("/match-runs/{run_id}/matches", summary="Pairs of a match run", response_model=MatchList)
def matches(
    run_id: UUID,
    actor: Caller,
    session: Reading,
    request_id: Annotated[UUID | None, Query(description="only of this sourcing request")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Every pair that a match run kept, with scores and ranks of both directions."""
    return matching.matches_of(session, actor, run_id, request_id=request_id, cursor=cursor, limit=limit)
