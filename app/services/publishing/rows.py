"""The meetings of a schedule as values, with the ids of all they take."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Event, InterpreterHold, Meeting, MeetingRequest, PlaceHold, Slot
from app.domain.publications import Standing


def standing_rows(
    session: Session, event: Event, schedule_id: UUID | None, participation_id: UUID | None = None
) -> list[Standing]:
    """Every meeting of a schedule, cancelled ones too, or those of one participation; two queries."""
    slots = session.scalars(select(Slot).where(Slot.event_id == event.id).order_by(Slot.position)).all()
    order = {slot.id: number for number, slot in enumerate(slots)}
    query = (
        select(Meeting, PlaceHold.place_id, InterpreterHold.interpreter_id)
        .outerjoin(PlaceHold, (PlaceHold.meeting_id == Meeting.id) & (PlaceHold.slot_id == Meeting.slot_id))
        .outerjoin(
            InterpreterHold, (InterpreterHold.meeting_id == Meeting.id) & (InterpreterHold.slot_id == Meeting.slot_id)
        )
        .where(Meeting.schedule_id == schedule_id)
        .order_by(Meeting.id)
    )
    if participation_id is not None:
        query = query.where((Meeting.low_id == participation_id) | (Meeting.high_id == participation_id))
    return [
        Standing(
            meeting.id,
            meeting.low_id,
            meeting.high_id,
            meeting.request_id,
            meeting.slot_id,
            meeting.length,
            slots[order[meeting.slot_id]].starts_at,
            slots[min(order[meeting.slot_id] + meeting.length, len(slots)) - 1].ends_at,
            place_id,
            helper_id,
            meeting.status,
            meeting.sequence,
            meeting.value,
        )
        for meeting, place_id, helper_id in session.execute(query)
    ]


def agreed_meetings(session: Session, event_id: UUID) -> dict[UUID, str]:
    """Meetings that come of accepted requests, with the purpose that was proposed."""
    rows = session.execute(
        select(MeetingRequest.meeting_id, MeetingRequest.purpose).where(
            MeetingRequest.event_id == event_id, MeetingRequest.meeting_id.is_not(None)
        )
    )
    return {meeting_id: purpose for meeting_id, purpose in rows if meeting_id is not None}
