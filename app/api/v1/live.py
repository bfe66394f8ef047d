"""The live day: check-in, who is missing, and what becomes of meetings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, EventName, Limit, Reading, Writing
from app.api.etag import IfMatch, must_match, tag_of
from app.api.schemas.live import ArrivalList, CheckInIn, CheckInOut, MeetingStateOut, StateIn
from app.db.models import Event, Meeting
from app.db.queries.grid import Grid, grid_of
from app.domain.fairs import LocalTime
from app.services.events import find_event
from app.services.live.arrivals import Arrival, NextMeeting, arrivals
from app.services.live.checkins import CheckIn, check_in, undo_check_in
from app.services.live.people import Person
from app.services.live.states import mark, meeting_to_change
from app.services.meetings import shown

router = idempotency.router("live day")

NowAt = Annotated[
    LocalTime | None, Query(description="what counts as now, in local time; for rehearsals, by organisers only")
]
_TAGGED = {"headers": {"ETag": {"description": "names this state", "schema": {"type": "string"}}}}


@router.post(
    "/events/{event_id}/check-ins", summary="Check somebody in", response_model=CheckInOut, responses={409: {}}
)
def create_check_in(
    event_id: EventName,
    actor: Caller,
    body: Annotated[CheckInIn, Depends(JsonBody(CheckInIn, example={"code": "K7M2XQ9RWTHB4F"}))],
    session: Writing,
) -> Any:
    """Check somebody in by the code of their badge, their id or their name.

    Doing so twice changes nothing: `again` is true, and `checked_in_at` says when the first time was. 409 lists the
    `candidates` where several people have the name.
    """
    event = find_event(session, actor, event_id)
    sought = {"code": body.code, "attendee_id": body.attendee_id, "name": body.name}
    return _checked(check_in(session, actor, event, **sought, at=body.at), ZoneInfo(event.zone))  # type: ignore[arg-type]


@router.delete("/events/{event_id}/check-ins/{attendee_id}", summary="Take a check-in back", response_model=CheckInOut)
def delete_check_in(event_id: EventName, attendee_id: UUID, actor: Caller, session: Writing) -> Any:
    """Somebody was checked in by mistake; they are expected again."""
    event = find_event(session, actor, event_id)
    return _checked(undo_check_in(session, actor, event, attendee_id), ZoneInfo(event.zone))


@router.get("/events/{event_id}/arrivals", summary="Who has come, and who is missing", response_model=ArrivalList)
def read_arrivals(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    state: Annotated[
        Literal["expected", "arrived", "late"] | None, Query(description="only organisations in this state")
    ] = None,
    at: NowAt = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Each organisation with its people and its next meeting; `late` are those a meeting is waiting for."""
    event = find_event(session, actor, event_id)
    found = arrivals(session, actor, event, state=state, at=at, cursor=cursor, limit=limit)
    grid, zone = grid_of(session, event.id), ZoneInfo(event.zone)
    return {
        "items": [_arrival(one, grid, zone) for one in found.page.items],
        "next": found.page.next,
        "at": found.at.astimezone(zone),
        "counts": found.counts,
    }


@router.post(
    "/meetings/{meeting_id}/state",
    summary="Say what has become of a meeting",
    response_model=MeetingStateOut,
    responses={200: _TAGGED, 409: {}, 412: {}},
)
def set_state(
    meeting_id: UUID,
    actor: Caller,
    body: Annotated[StateIn, Depends(JsonBody(StateIn, example={"state": "held"}))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """It is live, it was held, or somebody did not come; `planned` takes a mark back. 409 says why it cannot be so."""
    event, meeting = meeting_to_change(session, actor, meeting_id)
    must_match(if_match, meeting, needed=False)
    mark(session, actor, event, meeting, body.state, absent=body.absent, at=body.at)
    response.headers["ETag"] = tag_of(meeting)
    return meeting_out(session, event, meeting)


def meeting_out(session: Any, event: Event, meeting: Meeting) -> dict[str, Any]:
    """A meeting as the interface shows it, with who was absent."""
    said = shown(session, event, [meeting])[0]
    sides = dict(zip((meeting.low_id, meeting.high_id), said["organisations"], strict=True))
    return {**said, "absent": sides.get(meeting.absent_id) if meeting.absent_id else None}


def _checked(found: CheckIn, zone: ZoneInfo) -> dict[str, Any]:
    return {**_person(found.person, zone), "organisation": found.person.organisation, "again": found.again}


def _person(person: Person, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "attendee_id": person.attendee.id,
        "name": person.name,
        "number": person.attendee.number,
        "checked_in_at": _local(person.attendee.checked_in_at, zone),
    }


def _arrival(one: Arrival, grid: Grid, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "organisation": one.organisation,
        "state": one.state,
        "expected": len(one.people),
        "arrived": one.arrived,
        "arrived_at": _local(one.arrived_at, zone),
        "people": [_person(person, zone) for person in one.people],
        "next_meeting": _next(one.next, grid, zone) if one.next else None,
    }


def _next(coming: NextMeeting, grid: Grid, zone: ZoneInfo) -> dict[str, Any]:
    held = coming.held
    return {
        "id": held.meeting.id,
        "slot": grid.slot_name(held.slot),
        "starts_at": held.slot.starts_at.astimezone(zone),
        "ends_at": held.slot.ends_at.astimezone(zone),
        "place": held.place,
        "counterpart": coming.counterpart,
    }


def _local(instant: datetime | None, zone: ZoneInfo) -> datetime | None:
    return instant.astimezone(zone) if instant else None
