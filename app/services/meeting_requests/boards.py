"""Requests as whoever runs the event sees them: by state, those that wait with the nearest deadline first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError
from app.db.models import Event, MeetingRequest, Organisation, Participation
from app.domain.meeting_requests import state_at
from app.services.access import Actor
from app.services.audit import record
from app.services.boards import named_like
from app.services.legal_slots import pair_of
from app.services.meeting_requests.reading import Request, find_request, in_state, shown
from app.services.meeting_requests.telling import remind

#: as a board has them: accepted ones that have their meeting are booked
STATES = ("pending", "accepted", "booked", "declined", "expired", "withdrawn")


def _in(state: str, now: datetime) -> ColumnElement[bool]:
    if state in ("accepted", "booked"):
        there = MeetingRequest.meeting_id.is_not(None) if state == "booked" else MeetingRequest.meeting_id.is_(None)
        return in_state("accepted", now) & there
    return in_state(state, now)


def counted(session: Session, event: Event, words: str = "") -> dict[str, int]:
    """How many requests are in each state, of somebody with these words in the name; one query."""
    now, mine = utc_now(), _mine(event, words)
    columns = [func.count().filter(_in(state, now)) for state in STATES]
    row = session.execute(select(*columns).select_from(MeetingRequest).where(mine)).one()
    return dict(zip(STATES, row, strict=True))


def board(
    session: Session, event: Event, state: str, *, words: str = "", first: int = 0, most: int = 50
) -> list[dict[str, Any]]:
    """Requests in a state: by deadline those that wait, the others the newest answer first."""
    waiting = state == "pending"
    order = (MeetingRequest.expires_at, MeetingRequest.id) if waiting else (
        MeetingRequest.answered_at.desc(), MeetingRequest.id.desc())  # fmt: skip
    query = select(MeetingRequest).where(_mine(event, words), _in(state, utc_now()))
    rows = session.scalars(query.order_by(*order).offset(first).limit(most)).all()
    told = shown(session, event, rows)
    return [one | {"reminded_at": row.reminded_at} for one, row in zip(told, rows, strict=True)]


def remind_now(session: Session, actor: Actor, request_id: UUID, site: str) -> Request:
    """Write to who has not answered yet; once for each request.

    Raises
    ------
    ConflictError
        It waits no more, or they have been reminded.
    """
    actor.must_be_organiser()
    found = find_request(session, actor, request_id)
    mine = select(MeetingRequest).where(MeetingRequest.id == request_id).with_for_update()
    row = session.scalars(mine.execution_options(populate_existing=True)).one()
    now = utc_now()
    if state_at(row.state, row.expires_at, now) != "pending":
        raise ConflictError("This request does not wait for an answer any more.", conflict="state")
    if row.reminded_at is not None:
        raise ConflictError("They have been reminded of this request already.", conflict="reminded")
    sender, receiver = pair_of(session, found.event, row.from_id, row.to_id)
    remind(session, found.event, row, sender.organisation, receiver.organisation, site)
    row.reminded_at = now
    record(session, actor, "meeting_request.reminded", event_id=found.event.id, target_id=row.id)
    return found


def _mine(event: Event, words: str) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = MeetingRequest.event_id == event.id
    if words.strip():
        some = (
            select(Participation.id)
            .join(Organisation, Organisation.id == Participation.organisation_id)
            .where(Participation.event_id == event.id, named_like(words))
        )
        mine = mine & (MeetingRequest.from_id.in_(some) | MeetingRequest.to_id.in_(some))
    return mine
