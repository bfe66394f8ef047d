"""Requests for a meeting, from one participant to another."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from sqlalchemy.orm import Session

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, EventName, Limit, Reading, Site, Writing, created_at
from app.api.etag import IfMatch, must_match, tag_of
from app.api.schemas.meeting_requests import (
    AcceptIn,
    AnswerIn,
    MeetingRequestIn,
    MeetingRequestList,
    MeetingRequestOut,
)
from app.core.errors import InvalidInputError
from app.db.models import Event, MeetingRequest
from app.services import meeting_requests
from app.services.events import find_event

router = idempotency.router("meeting requests")

_EXAMPLE = {
    "to": "0199c0de-0000-7000-8000-000000000001",
    "purpose": "Knitted T-shirts for spring",
    "message": "We would like to see your organic cotton range.",
    "slot": "s03",
}
_TAG: dict[str, Any] = {"headers": {"ETag": {"schema": {"type": "string"}}}}
_TAGGED: dict[int | str, dict[str, Any]] = {200: _TAG, 409: {}, 412: {}}


@router.post(
    "/events/{event_id}/meeting-requests",
    summary="Ask for a meeting",
    status_code=201,
    response_model=MeetingRequestOut,
    responses={
        200: {"description": "They had asked you: their request is accepted.", "model": MeetingRequestOut},
        201: created_at("/api/v1/meeting-requests/{meeting_request_id}"),
        409: {},
    },
)
def ask(
    event_id: EventName,
    actor: Caller,
    body: Annotated[MeetingRequestIn, Depends(JsonBody(MeetingRequestIn, example=_EXAMPLE))],
    session: Writing,
    site: Site,
    response: Response,
) -> Any:
    """Ask another participant to meet, in a slot or at any time; 409 says in `conflict` why it cannot be.

    If they have asked you and wait for your answer, this is a yes to it (200).
    """
    event = find_event(session, actor, event_id)
    sender = body.from_ or actor.organisation_id
    if sender is None:
        raise InvalidInputError("Name the organisation that asks.", field="from")
    wish = meeting_requests.Wish(
        body.to, body.purpose, body.message, body.sourcing_request, body.slot, body.expires_in_hours
    )
    row, is_new = meeting_requests.ask(session, actor, event, sender, wish, site)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/api/v1/meeting-requests/{row.id}"
    return _answer(session, event, row, response)


@router.get("/events/{event_id}/meeting-requests", summary="List meeting requests", response_model=MeetingRequestList)
def list_all(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    box: Annotated[Literal["in", "out"] | None, Query(description="only those received, or sent")] = None,
    state: Annotated[
        Literal["pending", "accepted", "declined", "expired", "withdrawn"] | None, Query(description="only these")
    ] = None,
    organisation: Annotated[UUID | None, Query(description="whose, for the organiser's people")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Requests of an event; enterprises and buyers see what they sent and received."""
    event = find_event(session, actor, event_id)
    whose = organisation if actor.is_staff else actor.organisation_id
    if box is not None and whose is None:
        raise InvalidInputError("Say whose box with `organisation`.", field="organisation")
    page = meeting_requests.list_requests(
        session, event, organisation_id=whose, box=box, state=state, cursor=cursor, limit=limit
    )
    return {"items": meeting_requests.shown(session, event, page.items), "next": page.next}


@router.get(
    "/meeting-requests/{meeting_request_id}",
    summary="Read a meeting request",
    response_model=MeetingRequestOut,
    responses={200: _TAG},
)
def read(meeting_request_id: UUID, actor: Caller, session: Reading, response: Response) -> Any:
    """A request as it stands; past its deadline it has expired, whatever else happens."""
    found = meeting_requests.find_request(session, actor, meeting_request_id)
    return _answer(session, found.event, found.row, response)


@router.post(
    "/meeting-requests/{meeting_request_id}/accept",
    summary="Accept a meeting request",
    response_model=MeetingRequestOut,
    responses=_TAGGED,
)
def accept(
    meeting_request_id: UUID,
    actor: Caller,
    body: Annotated[AcceptIn, Depends(JsonBody(AcceptIn, optional=True, example={"message": "With pleasure."}))],
    session: Writing,
    site: Site,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Say yes. A request that proposes a slot becomes a meeting at once; `meeting` is its id.

    If the slot is gone the answer is 409 with `legal_slots`, and the request waits on: accept it with another `slot`.
    Without a slot the next schedule brings the two together.
    """
    held = meeting_requests.hold(session, actor, meeting_request_id)
    must_match(if_match, held.row, needed=False)
    row = meeting_requests.accept(session, actor, held, site, message=body.message, slot=body.slot)
    return _answer(session, held.event, row, response)


@router.post(
    "/meeting-requests/{meeting_request_id}/decline",
    summary="Decline a meeting request",
    response_model=MeetingRequestOut,
    responses=_TAGGED,
)
def decline(
    meeting_request_id: UUID,
    actor: Caller,
    body: Annotated[AnswerIn, Depends(JsonBody(AnswerIn, optional=True, example={"message": "Not this season."}))],
    session: Writing,
    site: Site,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Say no; the slot that was held is free again."""
    held = meeting_requests.hold(session, actor, meeting_request_id)
    must_match(if_match, held.row, needed=False)
    row = meeting_requests.decline(session, actor, held, site, body.message)
    return _answer(session, held.event, row, response)


@router.post(
    "/meeting-requests/{meeting_request_id}/withdraw",
    summary="Withdraw a meeting request",
    response_model=MeetingRequestOut,
    responses=_TAGGED,
)
def withdraw(
    meeting_request_id: UUID,
    actor: Caller,
    body: Annotated[AnswerIn, Depends(JsonBody(AnswerIn, optional=True, example={"message": "Our plans changed."}))],
    session: Writing,
    site: Site,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Take a request back before it is answered; the slot that was held is free again."""
    held = meeting_requests.hold(session, actor, meeting_request_id)
    must_match(if_match, held.row, needed=False)
    row = meeting_requests.withdraw(session, actor, held, site, body.message)
    return _answer(session, held.event, row, response)


def _answer(session: Session, event: Event, row: MeetingRequest, response: Response) -> dict[str, Any]:
    session.flush()
    response.headers["ETag"] = tag_of(row)
    return meeting_requests.shown(session, event, [row])[0]
