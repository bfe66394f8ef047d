"""The live day: now and next, who is missing, check-in by name and by code."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.db.models import Event
from app.db.queries.grid import grid_of
from app.domain.access import AT_THE_DESK, STAFF
from app.services.events import find_event
from app.services.live.checkins import CheckIn, check_in, undo_check_in
from app.services.live.clock import moment
from app.services.live.nows import now_at
from app.services.live.people import Person, by_code, by_name
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page, Undo, own_address

router = Pages(roles=STAFF)


def rehearsal(page: Page, given: str | None = None) -> datetime | None:
    """What counts as now, where an address or a form names it and the reader may."""
    text = given if given is not None else page.request.query_params.get("at", "")
    form = Form({"at": [text]}, page.lang)
    return form.moment("at") if page.actor.runs_events else None


@router.page("/events/{code}/live")
def live(code: str, page: Asked, session: Reading) -> Response:
    return page.render("live/live.html", **_facts(page, session, find_event(session, page.actor, code)))


@router.page("/events/{code}/live/now")
def fragment(code: str, page: Asked, session: Reading) -> Response:
    """What changes on the page of the day, for its script."""
    return page.render("live/now.html", **_facts(page, session, find_event(session, page.actor, code)))


def _facts(page: Page, session: Session, event: Event) -> dict[str, Any]:
    at = rehearsal(page)
    return {"event": event, "now": now_at(session, page.actor, event, at), "at": at.isoformat() if at else ""}


@router.page("/events/{code}/check-in", roles=AT_THE_DESK)
def desk(code: str, page: Asked, session: Reading) -> Response:
    """`code` is what a badge says, `q` a part of a name; nobody is checked in by looking."""
    event, asked = find_event(session, page.actor, code), page.request.query_params
    return _desk(page, session, event, asked.get("code", ""), asked.get("q", ""))


def _desk(page: Page, session: Session, event: Event, badge: str, words: str, wrong: str = "") -> Response:
    found: list[Person] = by_code(session, event, badge) if badge else []
    if not badge and len(words.strip()) >= 2:
        found = by_name(session, event, words)
    at = rehearsal(page)
    away = _away(page, session, event, at) if found else frozenset()
    return page.render(
        "live/desk.html", 404 if wrong else 200, event=event, found=found, badge=badge, words=words, wrong=wrong,
        at=at.isoformat() if at else "", away=away,
    )  # fmt: skip


def _away(page: Page, session: Session, event: Event, at: datetime | None) -> frozenset[UUID]:
    """Who is said to be away in the next slot, so that no meeting of theirs is in it."""
    now, grid = moment(page.actor, event, at), grid_of(session, event.id)
    coming = next((slot for slot in sorted(grid.slots, key=lambda slot: slot.starts_at) if slot.starts_at > now), None)
    return frozenset(key for key, slots in grid.away.items() if coming is not None and coming.id in slots)


@router.deed("/events/{code}/check-in", roles=AT_THE_DESK)
def come(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Check somebody in: by the code of the badge, or one who was found by name."""
    event, badge = find_event(session, page.actor, code), form["code"].rpartition("=")[2].strip().upper()
    who = form.id("attendee", needed=False)
    done: CheckIn | None = None
    at = rehearsal(page, form["at"])
    if badge or who:
        with form.attempt(session):
            done = check_in(session, page.actor, event, code=badge or None, attendee_id=who, at=at)
    if done is None or not form.right:
        return _desk(page, session, event, "", "", str(page.say("Nobody here has this code. Try the name.")))
    person = done.person
    name = f"{person.name or ''} · {page.name_of(person.organisation)}".strip(" ·")
    said = page.say("{name} was here already.", name=name) if done.again else page.say("{name} is here.", name=name)
    back = own_address(form["next"], f"/events/{event.code}/check-in")
    fields = {"attendee": str(person.attendee.id), "next": back}
    if person.participation.id in _away(page, session, event, at):
        asked = {"q": person.organisation.code, **({"at": form["at"]} if at else {})}
        back = f"/events/{event.code}/check-in?{urlencode(asked)}"  # where it is asked what is to be done about it
    return page.to(back, said, undo=None if done.again else Undo(f"/events/{event.code}/check-in/undo", fields))


@router.deed("/events/{code}/check-in/undo", roles=AT_THE_DESK)
def gone(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    event, who = find_event(session, page.actor, code), form.id("attendee")
    back = own_address(form["next"], f"/events/{event.code}/check-in")
    if isinstance(who, UUID):
        undo_check_in(session, page.actor, event, who)
    return page.to(back, page.say("The check-in is taken back."))
