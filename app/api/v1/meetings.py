"""Meetings of the current schedule, one by one."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from sqlalchemy.orm import Session

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, EventName, Limit, Reading, Site, Writing, created_at
from app.api.etag import IfMatch, must_match, tag_of
from app.api.schemas.meetings import (
    CancelIn,
    LegalSlots,
    MeetingChange,
    MeetingIn,
    MeetingItem,
    MeetingList,
    SwapIn,
    Swapped,
)
from app.core.errors import InvalidInputError
from app.db.models import Event, Meeting
from app.services import meetings, swaps
from app.services.booking import book
from app.services.events import find_event
from app.services.legal_slots import parties_of, schedule_id_of, slots_shown, table_of

router = idempotency.router("meetings")

_EXAMPLE = {
    "organisations": ["0199c0de-0000-7000-8000-000000000001", "0199c0de-0000-7000-8000-000000000002"],
    "slot": "s03",
    "place": "T7",
}
_TAGGED: dict[int | str, dict[str, Any]] = {200: {"headers": {"ETag": {"schema": {"type": "string"}}}}, 409: {}}


@router.get("/events/{event_id}/meetings", summary="List meetings", response_model=MeetingList)
def list_all(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    slot: Annotated[str | None, Query(max_length=64, description="only those of this slot (name or id)")] = None,
    organisation: Annotated[UUID | None, Query(description="only those of this organisation")] = None,
    status: Annotated[
        Literal["planned", "locked", "live", "held", "no_show", "cancelled"] | None, Query(description="only these")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Meetings of the current schedule, cancelled ones included.

    Enterprises and buyers see what their own timetable shows: what was published, and what they agreed on themselves.
    """
    event = find_event(session, actor, event_id)
    known = meetings.known_to(session, actor, event)
    page = meetings.list_meetings(
        session, event, slot=slot, organisation_id=organisation, status=status, known=known, cursor=cursor, limit=limit
    )
    return {"items": meetings.shown(session, event, page.items, known or ()), "next": page.next}


@router.post(
    "/events/{event_id}/meetings",
    summary="Book a meeting",
    status_code=201,
    response_model=MeetingItem,
    responses={201: created_at("/api/v1/meetings/{meeting_id}"), 409: {}},
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
    meeting = book(session, actor, event.id, body.organisations, body.slot, body.place, over_holds=body.override_holds)
    response.headers["Location"] = f"/api/v1/meetings/{meeting.id}"
    return _answer(session, event, meeting, response)


@router.get(
    "/meetings/{meeting_id}",
    summary="Read a meeting",
    response_model=MeetingItem,
    responses={200: _TAGGED[200]},
)
def read(meeting_id: UUID, actor: Caller, session: Reading, response: Response) -> Any:
    """A meeting; its ETag is what a change of it takes as If-Match. Enterprises and buyers see their own."""
    event, meeting = meetings.find_meeting(session, actor, meeting_id)
    response.headers["ETag"] = tag_of(meeting)
    return meetings.shown(session, event, [meeting], meetings.known_to(session, actor, event) or ())[0]


@router.patch("/meetings/{meeting_id}", summary="Move a meeting", response_model=MeetingItem, responses=_TAGGED)
def change(
    meeting_id: UUID,
    actor: Caller,
    body: Annotated[MeetingChange, Depends(JsonBody(MeetingChange, example={"slot": "s04", "place": "T2"}))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Give a meeting another slot, place or interpreter, lock it or unlock it. To undo a move, move it back.

    A place that is not named stays if it is free there, else the first free one is taken; so with the interpreter.
    """
    held = meetings.hold(session, actor, meeting_id)
    must_match(if_match, held.meeting)
    wanted = meetings.Change(
        frozenset(body.model_fields_set),
        body.slot, body.place, body.interpreter, body.locked, body.note, body.override_holds,
    )  # fmt: skip
    return _answer(session, held.event, meetings.change(session, actor, held, wanted), response)


@router.delete("/meetings/{meeting_id}", summary="Cancel a meeting", response_model=MeetingItem, responses=_TAGGED)
def delete(
    meeting_id: UUID, actor: Caller, session: Writing, site: Site, response: Response, if_match: IfMatch = None
) -> Any:
    """Call a meeting off: its seats, place and interpreter are free again; the row stays, as cancelled."""
    held = meetings.hold(session, actor, meeting_id)
    must_match(if_match, held.meeting)
    return _answer(session, held.event, meetings.cancel(session, actor, held, site), response)


@router.post(
    "/meetings/{meeting_id}/cancel", summary="Call off a meeting", response_model=MeetingItem, responses=_TAGGED
)
def cancel(
    meeting_id: UUID,
    actor: Caller,
    body: Annotated[CancelIn, Depends(JsonBody(CancelIn, optional=True, example={"note": "Our flight is cancelled."}))],
    session: Writing,
    site: Site,
    response: Response,
) -> Any:
    """Call a meeting off with a note. Enterprises and buyers do so with their own, in the booking and live phases."""
    held = meetings.hold(session, actor, meeting_id)
    return _answer(session, held.event, meetings.cancel(session, actor, held, site, body.note), response)


@router.post("/meetings/{meeting_id}/swap", summary="Swap two meetings", response_model=Swapped, responses={409: {}})
def swap(
    meeting_id: UUID,
    actor: Caller,
    body: Annotated[SwapIn, Depends(JsonBody(SwapIn))],
    session: Writing,
) -> Any:
    """Two meetings take each other's time and table, both or neither; 409 says what stands in the way of either.

    Where a participant has a table of its own, it stays there. To undo a swap, swap again and
    name the places and interpreters that the two had.
    """
    wish, wish_2 = (swaps.Wish(*each) for each in zip(body.places, body.interpreters, strict=True))
    one, other = swaps.swap(session, actor, meeting_id, body.meeting, (wish, wish_2))
    session.flush()
    event, _ = meetings.find_meeting(session, actor, meeting_id)
    return {"meetings": meetings.shown(session, event, (one, other))}


@router.get("/meetings/{meeting_id}/legal-slots", summary="Where a meeting could go", response_model=LegalSlots)
def legal_for_meeting(meeting_id: UUID, actor: Caller, session: Reading) -> Any:
    """Every slot of the event: whether the meeting could be moved there, else why not, and what is free then."""
    meeting, table = meetings.table_of_meeting(session, actor, meeting_id)
    return {
        "organisations": [party.organisation for party in table.parties],
        "slots": slots_shown(table, meeting.slot_id),
    }


@router.get("/events/{event_id}/legal-slots", summary="Where two could meet", response_model=LegalSlots)
def legal_for_pair(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    organisations: Annotated[str, Query(max_length=100, description="ids of the two, with a comma between them")] = "",
) -> Any:
    """Every slot of the event: whether these two could meet then, else why not, and what is free then."""
    event = find_event(session, actor, event_id)
    try:
        one, other = (UUID(part) for part in organisations.split(","))
    except ValueError:
        raise InvalidInputError(
            "Name two organisations by their ids, with a comma between them.", field="organisations"
        ) from None
    parties = parties_of(session, actor, event, (one, other))
    table = table_of(session, event, schedule_id_of(session, event), parties)
    return {"organisations": [party.organisation for party in parties], "slots": slots_shown(table)}


def _answer(session: Session, event: Event, meeting: Meeting, response: Response) -> dict[str, Any]:
    session.flush()
    response.headers["ETag"] = tag_of(meeting)
    return meetings.shown(session, event, [meeting])[0]
