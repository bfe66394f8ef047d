"""One's own timetable: to read, to print, to take along, to subscribe to, and to call a meeting off."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.clock import utc_now
from app.core.errors import NotFoundError
from app.domain.access import PARTIES, ROLES, STAFF
from app.domain.meetings import CANCELLABLE
from app.io import pdf
from app.io.calendar import personal_calendar
from app.services import contacts, feeds, meetings, timetables
from app.services.agenda import agenda_of as programme_of
from app.services.events import find_event
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.page import HEADERS
from app.web.portal import Portal, portal_of

router = Pages(roles=PARTIES)


@router.page("/my/timetable")
def show(page: Asked, session: Reading) -> Response:
    """By day, in the event's zone; before anything is published, when to expect it."""
    portal = portal_of(page, session)
    if portal.part is None:
        return portal.none_yet("timetable")
    return _show(portal, session, "")


@router.page("/my/timetable.ics")
def as_calendar(page: Asked, session: Reading) -> Response:
    portal = portal_of(page, session)
    content = personal_calendar(timetables.agenda_of(session, _own(portal, session), page.lang), lang=page.lang)
    return _file(content, "text/calendar; method=PUBLISH", f"{portal.event.code}.ics")


@router.page("/my/timetable.pdf")
def as_pdf(page: Asked, session: Reading) -> Response:
    portal = portal_of(page, session)
    agenda = timetables.agenda_of(session, _own(portal, session), page.lang)
    face = pdf.typeface_for(agenda, page.lang, page.settings.font)
    content = pdf.personal_pdf([agenda], lang=page.lang, typeface=face)
    return _file(content, "application/pdf", f"{portal.event.code}.pdf")


@router.deed("/my/timetable/feeds")
def make_feed(page: Asked, session: Writing) -> Response:
    """Make an address to subscribe to; it is shown on this page and never again."""
    portal = portal_of(page, session)
    _, token = feeds.make_feed(session, page.actor, portal.event, portal.row, page.lang)
    return _show(portal, session, f"{page.settings.public_url.rstrip('/')}/api/v1/feeds/{token}.ics")


@router.deed("/my/timetable/feeds/{feed_id}/revoke")
def revoke_feed(feed_id: UUID, page: Asked, session: Writing) -> Response:
    portal = portal_of(page, session)
    feeds.revoke_feed(session, page.actor, portal.event, feed_id)
    return page.to(portal.link("/timetable"), page.say("The address leads nowhere from now on."))


@router.deed("/my/meetings/{meeting_id}/cancel")
def cancel(meeting_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """Call one's meeting off, with a word for the other side."""
    portal = portal_of(page, session)
    held = meetings.hold(session, page.actor, meeting_id)
    note = form.text("note", needed=True, most=500) or ""
    if form.right:
        with form.attempt(session):
            meetings.cancel(session, page.actor, held, page.settings.public_url, note)
    if not form.right:
        session.info["kept"] = False
        told = " ".join(form.elsewhere) or page.say("Say why, so that the other side knows.")
        return page.to(portal.link("/timetable"), told, bad=True)
    return page.to(portal.link("/timetable"), page.say("Called off. The other side has been told."))


@router.page("/events/{code}/timetable", roles=ROLES)
def from_letter(code: str, page: Asked, session: Reading) -> Response:
    """Where the links of letters lead."""
    event = find_event(session, page.actor, code)
    staff = page.actor.role in STAFF
    return page.to(f"/events/{event.code}/schedule" if staff else f"/my/timetable?event={event.code}")


def _show(portal: Portal, session: Session, address: str) -> Response:
    page = portal.page
    own = timetables.own_timetable(session, portal.event, portal.row)
    there = own.publication is not None or bool(own.entries)
    rows = timetables.shown(session, own, page.lang) if there else []
    on = {_meeting_of(row) for row in rows if row["status"] != "cancelled"}
    # who was called off and then given another table at the same hour reads of the meeting only
    rows = [row for row in rows if row["status"] != "cancelled" or _meeting_of(row) not in on]
    rows.sort(key=lambda row: row["starts_at"])
    days = [(day, list(found)) for day, found in groupby(rows, key=lambda row: row["starts_at"].date())]
    made = feeds.list_feeds(session, page.actor, portal.event, limit=50).items
    return portal.render(
        "timetable.html", "timetable", own=own, there=there, days=days, count=len(rows), feeds=made, address=address,
        contacts=_contacts(portal, session) if there else {}, cancellable=CANCELLABLE, now=utc_now(),
        programme=programme_of(session, portal.event),
    )  # fmt: skip


def _meeting_of(row: dict[str, Any]) -> tuple[Any, ...]:
    """With whom, and when."""
    return row["counterpart"]["id"], row["starts_at"]


def _contacts(portal: Portal, session: Session) -> dict[UUID, list[dict[str, Any]]]:
    """By organisation, the people whom one may reach."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    cursor = None
    for _ in range(5):
        page = contacts.list_contacts(session, portal.page.actor, portal.event, cursor=cursor, limit=200)
        found |= {one.organisation.id: one.people for one in page.items}
        cursor = page.next
        if cursor is None:
            break
    return found


def _own(portal: Portal, session: Session) -> timetables.Own:
    if portal.part is None:
        raise NotFoundError("There is no timetable.")
    return timetables.must_be_there(timetables.own_timetable(session, portal.event, portal.row))


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
