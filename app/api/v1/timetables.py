"""Personal timetables: to read, as a calendar, on paper, and as a calendar to subscribe to."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from sqlalchemy.orm import Session

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, EventName, Lang, Limit, Reading, Secret, Site, Writing
from app.api.etag import quoted, unchanged
from app.api.schemas.publications import FeedIn, FeedList, FeedOut, TimetableOut
from app.db.models import Event, FeedToken, Organisation
from app.io import pdf
from app.io.calendar import personal_calendar
from app.services import feeds, timetables
from app.services.access import Actor
from app.services.events import find_event

router = idempotency.router("timetables")
open_router = APIRouter(tags=["timetables"])

Whose = Annotated[UUID | None, Query(description="whose, for the organiser's people; your own if absent")]
_CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"description": "A calendar (RFC 5545).", "content": {"text/calendar": {"schema": {"type": "string"}}}}
}
_PDF: dict[int | str, dict[str, Any]] = {
    200: {"description": "A PDF.", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get("/events/{event_id}/timetable", summary="Read a timetable", response_model=TimetableOut)
def read(event_id: EventName, actor: Caller, session: Reading, organisation: Whose = None, lang: Lang = "en") -> Any:
    """One participant's meetings as last published, with what it may know of since; 404 before anything is published.

    What is off, and what two agreed on by a request, shows at once; other changes wait for the next publication, but on
    the day itself everything shows as it is.
    """
    event = find_event(session, actor, event_id)
    own = _own(session, actor, event, organisation)
    zone = ZoneInfo(event.zone)
    return {
        "event": event.code,
        "zone": event.zone,
        "organisation": own.organisation,
        "publication": own.publication.number if own.publication else None,
        "published_at": own.publication.created_at.astimezone(zone) if own.publication else None,
        "meetings": timetables.shown(session, own, lang),
    }


@router.get(
    "/events/{event_id}/timetable.ics",
    summary="A timetable as a calendar",
    response_class=Response,
    responses=_CALENDAR,
)
def as_calendar(
    event_id: EventName, actor: Caller, session: Reading, organisation: Whose = None, lang: Lang = "en"
) -> Any:
    """The same for a calendar to import; meetings that are off are in it as cancelled."""
    own = _own(session, actor, find_event(session, actor, event_id), organisation)
    content = personal_calendar(timetables.agenda_of(session, own, lang), lang=lang)
    return _file(content, "text/calendar; method=PUBLISH", f"{own.event.code}.ics")


@router.get("/events/{event_id}/timetable.pdf", summary="A timetable on paper", response_class=Response, responses=_PDF)
def as_pdf(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    request: Request,
    organisation: Whose = None,
    lang: Lang = "en",
) -> Any:
    """The same as a PDF, in any language of the service."""
    own = _own(session, actor, find_event(session, actor, event_id), organisation)
    agenda = timetables.agenda_of(session, own, lang)
    face = pdf.typeface_for(agenda, lang, request.app.state.settings.font)
    return _file(pdf.personal_pdf([agenda], lang=lang, typeface=face), "application/pdf", f"{own.event.code}.pdf")


@router.post("/events/{event_id}/feeds", summary="Make a calendar feed", status_code=201, response_model=FeedOut)
def make_feed(
    event_id: EventName,
    actor: Caller,
    body: Annotated[FeedIn, Depends(JsonBody(FeedIn, optional=True, example={"language": "fr"}))],
    session: Writing,
    site: Site,
    _secret: Secret,
) -> Any:
    """Get an address that a calendar can subscribe to. It is shown once; whoever has it reads the timetable."""
    event = find_event(session, actor, event_id)
    part = timetables.participation_of(session, actor, event, body.organisation)
    row, token = feeds.make_feed(session, actor, event, part, body.language)
    owner = feeds.owners(session, [row])[part.id]
    return {**_feed(event, row, owner), "address": f"{site.rstrip('/')}/api/v1/feeds/{token}.ics"}


@router.get("/events/{event_id}/feeds", summary="List calendar feeds", response_model=FeedList)
def list_feeds(event_id: EventName, actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Feeds that are in force, without their addresses; enterprises and buyers see their own."""
    event = find_event(session, actor, event_id)
    page = feeds.list_feeds(session, actor, event, cursor=cursor, limit=limit)
    owners = feeds.owners(session, page.items)
    return {"items": [_feed(event, row, owners[row.participation_id]) for row in page.items], "next": page.next}


@router.delete(
    "/events/{event_id}/feeds/{feed_id}", summary="Revoke a calendar feed", status_code=204, response_class=Response
)
def revoke_feed(event_id: EventName, feed_id: UUID, actor: Caller, session: Writing) -> None:
    """Take an address back; a calendar that asks for it again gets 404."""
    feeds.revoke_feed(session, actor, find_event(session, actor, event_id), feed_id)


@open_router.get(
    "/feeds/{token}.ics",
    summary="A calendar to subscribe to",
    response_class=Response,
    responses={**_CALENDAR, 304: {"description": "It is as you have it."}, 404: {}, 503: {}},
)
def feed(
    token: Annotated[str, Path(max_length=100)],
    session: Reading,
    if_none_match: Annotated[str | None, Header(max_length=2000)] = None,
) -> Any:
    """The timetable behind a secret address, for calendars that ask again and again; 404 once it is taken back."""
    content = feeds.calendar_of(session, token)
    tag = quoted(hashlib.sha256(content).hexdigest()[:32])
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300"}
    if unchanged(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def _own(session: Session, actor: Actor, event: Event, organisation: UUID | None) -> timetables.Own:
    part = timetables.participation_of(session, actor, event, organisation)
    return timetables.must_be_there(timetables.own_timetable(session, event, part))


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _feed(event: Event, row: FeedToken, owner: Organisation) -> dict[str, Any]:
    made = row.created_at.astimezone(ZoneInfo(event.zone))
    return {"id": row.id, "organisation": owner, "language": row.language, "created_at": made}
