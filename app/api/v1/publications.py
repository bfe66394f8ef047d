"""Publish the current schedule, after seeing what that would change."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query, Response

from app.api import idempotency
from app.api.deps import Caller, Cursor, EventName, Limit, Reading, Site, Writing, created_at
from app.api.schemas.publications import DifferenceOut, PublicationItem, PublicationList, PublicationOut
from app.db.models import Event, Publication
from app.services import publications
from app.services.events import find_event
from app.services.publishing.guards import faults

router = idempotency.router("publications")


@router.get(
    "/events/{event_id}/schedule-difference", summary="What publishing would change", response_model=DifferenceOut
)
def difference(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    schedule: Annotated[UUID | None, Query(description="another finished schedule than the current one")] = None,
) -> Any:
    """The current schedule against the last publication, meeting by meeting, and what stands in the way of it."""
    event = find_event(session, actor, event_id)
    row = publications.schedule_to_show(session, event, schedule)
    plan, names = publications.draft(session, event, row.id), publications.Names(session, event)
    return {
        "schedule": row.id,
        "publication": plan.before.number if plan.before else None,
        "changes": publications.changes_of(plan),
        "items": [names.row(one) for one in plan.found],
        "problems": faults(session, event, row.id),
    }


@router.post(
    "/events/{event_id}/publications",
    summary="Publish the schedule",
    status_code=201,
    response_model=PublicationItem,
    responses={201: created_at("/api/v1/publications/{publication_id}"), 409: {}},
)
def publish(event_id: EventName, actor: Caller, session: Writing, site: Site, response: Response) -> Any:
    """Freeze the current schedule as what everybody is told, and write to those for whom something changes.

    409 where nothing has changed, or where `problems` says what must not be published.
    """
    event = find_event(session, actor, event_id)
    row = publications.publish(session, actor, event, site)
    response.headers["Location"] = f"/api/v1/publications/{row.id}"
    return _item(event, row)


@router.get("/events/{event_id}/publications", summary="List publications", response_model=PublicationList)
def list_all(event_id: EventName, actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """All that was published of an event, the first one first; the one in force is not superseded."""
    event = find_event(session, actor, event_id)
    page = publications.list_publications(session, event, cursor=cursor, limit=limit)
    return {"items": [_item(event, row) for row in page.items], "next": page.next}


@router.get("/publications/{publication_id}", summary="Read a publication", response_model=PublicationOut)
def read(publication_id: UUID, actor: Caller, session: Reading) -> Any:
    """A publication as everybody was told it, whatever has happened since."""
    event, row = publications.find_publication(session, actor, publication_id)
    names = publications.Names(session, event)
    return {**_item(event, row), "meetings": [names.whole(entry) for entry in publications.entries_of(row)]}


def _item(event: Event, row: Publication) -> dict[str, Any]:
    zone = ZoneInfo(event.zone)
    return {
        "id": row.id,
        "event_id": row.event_id,
        "schedule_id": row.schedule_id,
        "number": row.number,
        "created_at": row.created_at.astimezone(zone),
        "superseded_at": row.superseded_at.astimezone(zone) if row.superseded_at else None,
        "changes": row.changes,
    }
