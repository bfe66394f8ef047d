"""Editions of fairs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Response
from sqlalchemy.orm import Session

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, EventName, Limit, Reading, Writing, created_at
from app.api.etag import TAGGED, tag_of
from app.api.schemas.events import EventIn, EventItem, EventList, EventOut
from app.db.models import Event
from app.domain.participants import KINDS
from app.services import lookups
from app.services.events import create_event, find_event, list_events, pairing_rules

router = idempotency.router("events")

_EXAMPLE = {
    "code": "paris-2025",
    "name": "Paris supply–demand meeting",
    "zone": "Europe/Paris",
    "starts_on": "2025-09-15",
    "ends_on": "2025-09-15",
    "slot_minutes": 30,
    "sessions": [{"date": "2025-09-15", "starts": "13:30", "ends": "18:00"}],
    "places": [{"code": "T1"}, {"code": "T2"}],
    "interpreters": [{"name": "Interpreter 1", "languages": ["zh", "fr"]}],
    "bodies": [{"name": "Bureau of Commerce", "role": "host"}],
}


@router.get("/events", summary="List events", response_model=EventList)
def list_all(actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Editions of the caller's tenant, the oldest first."""
    page = list_events(session, actor, cursor=cursor, limit=limit)
    return {"items": page.items, "next": page.next}


@router.post(
    "/events",
    summary="Create an event",
    status_code=201,
    response_model=EventOut,
    responses={201: created_at("/api/v1/events/{event_id}"), 409: {}},
)
def create(
    actor: Caller,
    shape: Annotated[EventIn, Depends(JsonBody(EventIn, example=_EXAMPLE))],
    session: Writing,
    response: Response,
) -> Any:
    """Create an edition with its grid. Sessions are cut into slots; all times are local times of the event's zone."""
    event = create_event(session, actor, shape)
    response.headers["Location"] = f"/api/v1/events/{event.id}"
    response.headers["ETag"] = tag_of(event)
    return whole(session, event)


@router.get("/events/{event_id}", summary="Read an event", response_model=EventOut, responses={200: TAGGED})
def read(event_id: EventName, actor: Caller, session: Reading, response: Response) -> Any:
    """An edition with its slots, places, interpreters, phases and the bodies behind it."""
    event = find_event(session, actor, event_id)
    response.headers["ETag"] = tag_of(event)
    return whole(session, event)


def whole(session: Session, event: Event) -> dict[str, Any]:
    """An edition in full, as the interface shows it."""
    edition = lookups.edition(session, event, pairing_rules(session, event.id).allowed)
    grid, zone = edition.grid, ZoneInfo(edition.event.zone)
    name = {slot.id: grid.slot_name(slot) for slot in grid.slots}

    def local(row: Any) -> dict[str, datetime]:
        return {"starts_at": row.starts_at.astimezone(zone), "ends_at": row.ends_at.astimezone(zone)}

    def away(resource: UUID) -> list[str]:
        return [name[slot.id] for slot in grid.slots if not grid.free(resource, slot.id)]

    return {
        **EventItem.model_validate(edition.event).model_dump(),
        "rules": edition.event.rules,
        "series": edition.series,
        "host_fair": edition.host_fair,
        "bodies": edition.bodies,
        "phases": [{"name": phase.name, **local(phase)} for phase in edition.phases],
        "slots": [{"id": s.id, "name": name[s.id], "session": s.session, **local(s)} for s in grid.slots],
        "places": [{"id": p.id, "code": p.code, "zone": p.zone, "closed": away(p.id)} for p in grid.places],
        "interpreters": [
            {"id": i.id, "name": i.name, "languages": i.languages, "away": away(i.id)} for i in grid.interpreters
        ],
        "pairing_rules": [
            {"seeker": seeker, "provider": provider}
            for seeker, provider in (edition.pairing if len(edition.pairing) < len(KINDS) ** 2 else ())
        ],
    }
