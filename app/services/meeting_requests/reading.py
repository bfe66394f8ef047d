"""Read requests for a meeting; what one is, is judged by the clock and not by its row alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import NotFoundError
from app.core.paging import Page
from app.db.models import Event, MeetingRequest, Organisation, Participation
from app.db.queries.grid import grid_of
from app.db.queries.scoped import page
from app.domain.meeting_requests import state_at
from app.services.access import Actor
from app.services.delegations import meets_as, speaks_for


@dataclass(frozen=True)
class Request:
    """A request with its event and the two organisations."""

    row: MeetingRequest
    event: Event
    sender: Organisation
    receiver: Organisation

    @property
    def state(self) -> str:
        return state_at(self.row.state, self.row.expires_at, utc_now())


def find_request(session: Session, actor: Actor, request_id: UUID) -> Request:
    """A request that the caller sent or was sent, or any for the organiser's people.

    Raises
    ------
    NotFoundError
        There is none for this caller.
    """
    row = session.scalar(
        select(MeetingRequest).where(MeetingRequest.id == request_id, MeetingRequest.tenant_id == actor.tenant_id)
    )
    if row is not None:
        parties = _parties(session, [row])
        sender, receiver = parties[row.from_id], parties[row.to_id]
        if actor.is_staff or speaks_for(session, actor, row.event_id) in (sender.id, receiver.id):
            return Request(row, session.get_one(Event, row.event_id), sender, receiver)
    raise NotFoundError(f"There is no meeting request {request_id}.")


def list_requests(
    session: Session,
    event: Event,
    *,
    organisation_id: UUID | None = None,
    box: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[MeetingRequest]:
    """Requests of an event, the oldest first.

    Parameters
    ----------
    organisation_id
        Only those it sent (box "out"), was sent ("in"), or both.
    """
    query = select(MeetingRequest).where(MeetingRequest.event_id == event.id)
    if organisation_id is not None:
        own = meets_as(event.id, organisation_id)
        sent, received = MeetingRequest.from_id.in_(own), MeetingRequest.to_id.in_(own)
        query = query.where({"in": received, "out": sent}.get(box or "", or_(sent, received)))
    if state is not None:
        query = query.where(in_state(state, utc_now()))
    return page(session, query, MeetingRequest, cursor=cursor, limit=limit)


def in_state(state: str, now: datetime) -> ColumnElement[bool]:
    """Whether a request is in a state at this instant, as a condition."""
    waiting = MeetingRequest.state == "pending"
    if state == "pending":
        return waiting & (MeetingRequest.expires_at > now)
    if state == "expired":
        return (MeetingRequest.state == "expired") | (waiting & (MeetingRequest.expires_at <= now))
    return MeetingRequest.state == state


def shown(session: Session, event: Event, rows: Sequence[MeetingRequest]) -> list[dict[str, Any]]:
    """Requests as the interface shows them; the same number of queries for one and for many."""
    zone, now, grid = ZoneInfo(event.zone), utc_now(), grid_of(session, event.id)
    slots = {slot.id: grid.slot_name(slot) for slot in grid.slots}
    parties = _parties(session, rows)
    return [
        {
            "id": row.id,
            "event_id": row.event_id,
            "from": parties[row.from_id],
            "to": parties[row.to_id],
            "sourcing_request": row.request_id,
            "purpose": row.purpose,
            "message": row.message,
            "answer": row.answer,
            "slot": slots[row.slot_id] if row.slot_id else None,
            "state": state_at(row.state, row.expires_at, now),
            "created_at": row.created_at.astimezone(zone),
            "expires_at": row.expires_at.astimezone(zone),
            "answered_at": row.answered_at.astimezone(zone) if row.answered_at else None,
            "meeting": row.meeting_id,
        }
        for row in rows
    ]


def _parties(session: Session, rows: Sequence[MeetingRequest]) -> dict[UUID, Organisation]:
    wanted = {part for row in rows for part in (row.from_id, row.to_id)}
    found = session.execute(
        select(Participation.id, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.id.in_(wanted))
    )
    return dict(found.all())
