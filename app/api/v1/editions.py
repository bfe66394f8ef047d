"""The life of an edition: change it, copy it, set its phases, its agenda, who may meet whom, and what is closed."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Response
from sqlalchemy.orm import Session

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, EventName, Reading, Writing, created_at
from app.api.etag import TAGGED, IfMatch, must_match, tag_of
from app.api.schemas.editions import AgendaOut, ClosuresOut
from app.api.schemas.events import EventOut
from app.api.v1.events import whole
from app.db.models import AgendaItem, Event
from app.domain.editions import (
    AgendaIn,
    BodiesIn,
    ClosuresIn,
    EventCopy,
    EventPatch,
    GridIn,
    PairingRulesIn,
    PhasesIn,
)
from app.services.access import Actor
from app.services.agenda import agenda_of, set_agenda
from app.services.copying import copy_event
from app.services.editions import change_event, set_bodies, set_pairing_rules, set_phases
from app.services.events import find_event, lock_event
from app.services.fallen import Fallen
from app.services.grid import close, extend

router = idempotency.router("events")

_PHASES = {
    "phases": [{"name": "registration", "starts_at": "2025-06-16T09:00", "ends_at": "2025-08-22T18:00"}],
}
_AGENDA = {
    "items": [
        {"kind": "talk", "starts_at": "2025-09-15T10:00", "ends_at": "2025-09-15T10:30", "title": "Knitwear from China"}
    ]
}
_CLOSURES = {"slots": ["s09"], "places": [{"code": "T7", "slots": ["s01", "s02"]}], "preview": True}


@router.patch(
    "/events/{event_id}", summary="Change an event", response_model=EventOut, responses={200: TAGGED, 409: {}}
)
def change(
    event_id: EventName,
    actor: Caller,
    patch: Annotated[EventPatch, Depends(JsonBody(EventPatch, example={"place": "Hall 2", "as_of": "2025-09-01"}))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Change what is said of an edition; what is left out stays.

    A new zone keeps all wall-clock times and is refused once there are meetings; new dates have to hold the slots.
    """
    event = _locked(session, actor, event_id, if_match, needed=True)
    change_event(session, actor, event, patch)
    return _told(session, event, response)


@router.post(
    "/events/{event_id}/copy",
    summary="Make the next edition",
    status_code=201,
    response_model=EventOut,
    responses={201: created_at("/api/v1/events/{event_id}"), 409: {}},
)
def copy(
    event_id: EventName,
    actor: Caller,
    shape: Annotated[
        EventCopy, Depends(JsonBody(EventCopy, example={"code": "paris-2026", "starts_on": "2026-09-14"}))
    ],
    session: Writing,
    response: Response,
) -> Any:
    """Copy an edition to another first day: everything stays at the same time of day, through daylight saving too."""
    event = copy_event(session, actor, find_event(session, actor, event_id), shape)
    response.headers["Location"] = f"/api/v1/events/{event.id}"
    return _told(session, event, response)


@router.put("/events/{event_id}/phases", summary="Set the phases", response_model=EventOut, responses={200: TAGGED})
def phases(
    event_id: EventName,
    actor: Caller,
    body: Annotated[PhasesIn, Depends(JsonBody(PhasesIn, example=_PHASES))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Say when people can register, answer, book; outside its phase a thing is for organisers only."""
    event = _locked(session, actor, event_id, if_match)
    set_phases(session, actor, event, body.phases)
    return _told(session, event, response)


@router.put("/events/{event_id}/bodies", summary="Set the bodies", response_model=EventOut, responses={200: TAGGED})
def bodies(
    event_id: EventName,
    actor: Caller,
    body: Annotated[BodiesIn, Depends(JsonBody(BodiesIn, example={"bodies": [{"name": "The city", "role": "host"}]}))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Say which bodies host, organise, undertake, guide and support an edition, in the order they are named."""
    event = _locked(session, actor, event_id, if_match)
    set_bodies(session, actor, event, body.bodies)
    return _told(session, event, response)


@router.put(
    "/events/{event_id}/pairing-rules",
    summary="Set the pairing rules",
    response_model=EventOut,
    responses={200: TAGGED},
)
def pairing(
    event_id: EventName,
    actor: Caller,
    body: Annotated[PairingRulesIn, Depends(JsonBody(PairingRulesIn, example={"pairing_rules": []}))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Say which kind may seek from which, as a new revision; without a rule everybody may. The next run asks it."""
    event = _locked(session, actor, event_id, if_match)
    set_pairing_rules(session, actor, event, body.pairing_rules)
    return _told(session, event, response)


@router.get("/events/{event_id}/agenda", summary="Read the agenda", response_model=AgendaOut)
def agenda(event_id: EventName, actor: Caller, session: Reading) -> Any:
    """Talks, discussions, visits and breaks of an edition, in the order of time."""
    event = find_event(session, actor, event_id)
    return {"items": [agenda_item(row, event) for row in agenda_of(session, event)]}


@router.put("/events/{event_id}/agenda", summary="Set the agenda", response_model=AgendaOut)
def put_agenda(
    event_id: EventName,
    actor: Caller,
    body: Annotated[AgendaIn, Depends(JsonBody(AgendaIn, example=_AGENDA))],
    session: Writing,
) -> Any:
    """Replace the programme of an edition; each item lies on one of its days."""
    event = lock_event(session, actor, event_id)
    set_agenda(session, actor, event, body.items)
    return {"items": [agenda_item(row, event) for row in agenda_of(session, event)]}


@router.post(
    "/events/{event_id}/grid", summary="Add to the grid", response_model=EventOut, responses={200: TAGGED, 409: {}}
)
def grow(
    event_id: EventName,
    actor: Caller,
    body: Annotated[GridIn, Depends(JsonBody(GridIn, example={"places": [{"code": "T12"}, {"code": "T13"}]}))],
    session: Writing,
    response: Response,
) -> Any:
    """Add sessions, tables and interpreters. Slots keep the order of time, so later ones may get another number."""
    event = lock_event(session, actor, event_id)
    extend(session, actor, event, body)
    return _told(session, event, response)


@router.put("/events/{event_id}/closures", summary="Close slots, places, interpreters", response_model=ClosuresOut)
def closures(
    event_id: EventName,
    actor: Caller,
    body: Annotated[ClosuresIn, Depends(JsonBody(ClosuresIn, example=_CLOSURES))],
    session: Writing,
) -> Any:
    """Say what is closed from now on, and learn which meetings of the current schedule fall out.

    With `preview` nothing is changed. Without it they are cancelled, and their people are free. What is not named is
    open.
    """
    event = lock_event(session, actor, event_id)
    return {"preview": body.preview, "fell_out": [_fallen(one, event) for one in close(session, actor, event, body)]}


def agenda_item(row: AgendaItem, event: Event) -> dict[str, Any]:
    """An item of an agenda, with its times as the clocks of the event show them."""
    zone = ZoneInfo(event.zone)
    kept = ("id", "kind", "title", "title_local", "speaker", "place", "description")
    times = {name: getattr(row, name).astimezone(zone) for name in ("starts_at", "ends_at")}
    return {name: getattr(row, name) for name in kept} | times


def _locked(session: Session, actor: Actor, event_id: str, if_match: str | None, *, needed: bool = False) -> Event:
    event = lock_event(session, actor, event_id)
    must_match(if_match, event, needed=needed)
    return event


def _told(session: Session, event: Event, response: Response) -> dict[str, Any]:
    response.headers["ETag"] = tag_of(event)
    return whole(session, event)


def _fallen(one: Fallen, event: Event) -> dict[str, Any]:
    zone = ZoneInfo(event.zone)
    return {
        "id": one.meeting.id,
        "slot": one.slot,
        "starts_at": one.starts_at.astimezone(zone),
        "ends_at": one.ends_at.astimezone(zone),
        "place": one.place,
        "interpreter": one.interpreter,
        "organisations": one.organisations,
        "status": one.status,
        "because": one.because,
    }
