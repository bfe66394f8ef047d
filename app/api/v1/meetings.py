"""Meetings, booked one by one."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, EventName, Writing, created_at
from app.api.schemas.schedules import BookedOut, MeetingIn
from app.services import lookups
from app.services.booking import book
from app.services.events import find_event

router = idempotency.router("meetings")

_EXAMPLE = {
    "organisations": ["0199c0de-0000-7000-8000-000000000001", "0199c0de-0000-7000-8000-000000000002"],
    "slot": "s03",
    "place": "T7",
}


@router.post(
    "/events/{event_id}/meetings",
    summary="Book a meeting",
    status_code=201,
    response_model=BookedOut,
    responses={201: created_at("/api/v1/schedules/{schedule_id}"), 409: {}},
)
def create(
    event_id: EventName,
    actor: Caller,
    body: Annotated[MeetingIn, Depends(JsonBody(MeetingIn, example=_EXAMPLE))],
    session: Writing,
    response: Response,
) -> Any:
    """Book one pair into the current schedule; 409 names what stands in the way."""
    event = find_event(session, actor, event_id)
    meeting = book(session, actor, event.id, body.organisations, body.slot, body.place)
    booked = lookups.booked(session, event, meeting)
    zone = ZoneInfo(event.zone)
    response.headers["Location"] = f"/api/v1/schedules/{meeting.schedule_id}"
    return {
        "id": meeting.id,
        "event_id": meeting.event_id,
        "schedule_id": meeting.schedule_id,
        "slot": booked.slot,
        "starts_at": booked.starts_at.astimezone(zone),
        "ends_at": booked.ends_at.astimezone(zone),
        "place": booked.place,
        "interpreter": booked.interpreter,
        "organisations": booked.organisations,
        "status": meeting.status,
        "value": meeting.value,
    }
