"""Organisations in an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from sqlalchemy.orm import Session

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, EventName, Limit, Reading, Writing, created_at
from app.api.etag import TAGGED, IfMatch, must_match, tag_of
from app.api.schemas.participations import ParticipationList, ParticipationOut
from app.db.models import Event, Participation
from app.domain.participants import KINDS
from app.domain.participations import ParticipationIn, ParticipationPatch
from app.services.access import Actor
from app.services.events import find_event
from app.services.participations import (
    add_participation,
    change_participation,
    details,
    find_participation,
    list_participations,
    lock_participation,
    organisations_of,
    place_codes,
    withdraw,
)

router = idempotency.router("participations")

_JOIN = {"organisation_id": "0199c0de-0000-7000-8000-000000000001", "supplies": True, "staff": 2, "place": "T7"}
_PATCH = {"max_meetings": 8, "unavailable": [{"date": "2025-09-15", "starts": "13:30", "ends": "14:30"}]}


@router.get("/events/{event_id}/participations", summary="List who takes part", response_model=ParticipationList)
def list_all(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    kind: Annotated[str | None, Query(pattern=f"^({'|'.join(KINDS)})$", max_length=32)] = None,
    side: Annotated[Literal["supply", "buy"] | None, Query(description="only those who supply, or who buy")] = None,
    q: Annotated[str | None, Query(min_length=1, max_length=100, description="part of a name, or a code")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Who takes part in an event. Enterprises and buyers see of others what a list of exhibitors shows."""
    event = find_event(session, actor, event_id)
    page = list_participations(session, actor, event, kind=kind, side=side, q=q, cursor=cursor, limit=limit)
    return {"items": _shown(session, actor, event, page.items), "next": page.next}


@router.post(
    "/events/{event_id}/participations",
    summary="Let an organisation take part",
    status_code=201,
    response_model=ParticipationOut,
    responses={201: created_at("/api/v1/participations/{participation_id}"), 409: {}},
)
def add(
    event_id: EventName,
    actor: Caller,
    shape: Annotated[ParticipationIn, Depends(JsonBody(ParticipationIn, example=_JOIN))],
    session: Writing,
    response: Response,
) -> Any:
    """Make an organisation a participant of an event; one that had withdrawn comes back."""
    event = find_event(session, actor, event_id)
    row = add_participation(session, actor, event, shape)
    response.headers["Location"] = f"/api/v1/participations/{row.id}"
    return _told(session, actor, event, row, response)


@router.get(
    "/participations/{participation_id}",
    summary="Read a participation",
    response_model=ParticipationOut,
    responses={200: TAGGED},
)
def read(participation_id: UUID, actor: Caller, session: Reading, response: Response) -> Any:
    """An organisation's part in an event: its sides and place; for itself also its limits, people and times away."""
    row = find_participation(session, actor, participation_id)
    return _told(session, actor, session.get_one(Event, row.event_id), row, response)


@router.patch(
    "/participations/{participation_id}",
    summary="Change a participation",
    response_model=ParticipationOut,
    responses={200: TAGGED, 409: {}},
)
def change(
    participation_id: UUID,
    actor: Caller,
    patch: Annotated[ParticipationPatch, Depends(JsonBody(ParticipationPatch, example=_PATCH))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Change an organisation's part; what is left out stays.

    Enterprises and buyers change their own: `attendees`, `unavailable`, which replaces all times away, and
    `own_max_meetings`, which lowers what the organiser allows.
    """
    row = lock_participation(session, actor, participation_id, own=True)
    must_match(if_match, row)
    event = session.get_one(Event, row.event_id)
    change_participation(session, actor, event, row, patch)
    return _told(session, actor, event, row, response)


@router.delete(
    "/participations/{participation_id}",
    summary="Withdraw a participation",
    response_model=ParticipationOut,
    responses={200: TAGGED, 409: {}},
)
def remove(
    participation_id: UUID, actor: Caller, session: Writing, response: Response, if_match: IfMatch = None
) -> Any:
    """Take an organisation out of an event. Its meetings that are still to come are cancelled; the rest stays known."""
    row = lock_participation(session, actor, participation_id)
    must_match(if_match, row)
    event = session.get_one(Event, row.event_id)
    withdraw(session, actor, event, row)
    return _told(session, actor, event, row, response)


def _told(session: Session, actor: Actor, event: Event, row: Participation, response: Response) -> dict[str, Any]:
    response.headers["ETag"] = tag_of(row)
    return _shown(session, actor, event, [row])[0]


def _shown(session: Session, actor: Actor, event: Event, rows: Sequence[Participation]) -> list[dict[str, Any]]:
    organisations, places = organisations_of(session, rows), place_codes(session, event.id)
    own = [row for row in rows if actor.is_staff or row.organisation_id == actor.organisation_id]
    known = details(session, event, own)
    return [
        {
            "id": row.id,
            "event_id": row.event_id,
            "organisation": organisations[row.organisation_id],
            "kind": row.kind,
            "supplies": row.supplies,
            "buys": row.buys,
            "place": places[row.place_id] if row.place_id else None,
            "details": known.get(row.id),
        }
        for row in rows
    ]
