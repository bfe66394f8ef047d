"""One meeting: why it is, where it could go, and what can be done with it; and booking a pair."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from app.core.errors import NotFoundError
from app.db.models import Event, Meeting, Schedule
from app.db.queries.grid import Grid, grid_of
from app.domain.access import AT_THE_DESK, RUNNERS, STAFF
from app.domain.meetings import CANCELLABLE, MOVABLE, ON_THE_DAY
from app.services import boards, meetings
from app.services.boards import Party
from app.services.booking import book
from app.services.events import find_event
from app.services.legal_slots import Table, parties_of, schedule_id_of, slots_shown, table_of
from app.services.live.states import mark, meeting_to_change
from app.services.schedules import reasons_of
from app.web import words
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import HEADERS, Page, Undo, own_address
from app.web.reasons import because, refused

router = Pages(roles=STAFF)
_PLACES = 1_000
_FOUND = 8


@router.page("/events/{code}/schedule/meetings/{meeting_id}")
def show(code: str, meeting_id: UUID, page: Asked, session: Reading) -> Response:
    return page.render("schedule/meeting.html", **_facts(page, session, code, meeting_id))


@router.page("/events/{code}/schedule/meetings/{meeting_id}/panel")
def panel(code: str, meeting_id: UUID, page: Asked, session: Reading) -> Response:
    """The meeting without the page around it, for the board's script."""
    return page.render("schedule/panel.html", **_facts(page, session, code, meeting_id))


def _facts(page: Page, session: Session, code: str, meeting_id: UUID) -> dict[str, Any]:
    event, meeting = mine(page, session, code, meeting_id)
    schedule = session.get_one(Schedule, meeting.schedule_id)
    _, table = meetings.table_of_meeting(session, page.actor, meeting_id)
    slots = slots_shown(table, meeting.slot_id, _PLACES)
    told = meetings.shown(session, event, [meeting], grid=table.grid)[0]
    free: dict[str, None] = {}
    for slot in slots:
        free.update(dict.fromkeys(slot["places"] if slot["legal"] else ()))
    why = reasons_of(session, schedule, page.lang, meeting.id).get(meeting.id)
    runs = page.actor.runs_events and schedule.is_current
    desk = page.actor.role in AT_THE_DESK and schedule.is_current
    return {
        "event": event, "meeting": meeting, "told": told, "sides": _sides(table), "slots": slots, "why": why,
        "places": list(free), "back": own_address(page.request.query_params.get("next"), board_of(event)),
        "movable": runs and meeting.status in MOVABLE, "cancellable": runs and meeting.status in CANCELLABLE,
        "marks": [state for state, before in ON_THE_DAY.items() if meeting.status in before] if desk else [],
        "restorable": runs and meeting.status == "cancelled", "because": lambda reasons: because(page, reasons),
        "legal": json.dumps({slot["slot"]: slot["places"] for slot in slots if slot["legal"]}),
        "form": Form.filled({"slot": told["slot"], "place": told["place"]}, page.lang),
    }  # fmt: skip


def _sides(table: Table) -> list[Any]:
    """The two parties, the supplier first."""
    return sorted(table.parties, key=lambda party: not party.participation.supplies)


def mine(page: Page, session: Session, code: str, meeting_id: UUID) -> tuple[Event, Meeting]:
    event, meeting = meetings.find_meeting(session, page.actor, meeting_id)
    if code not in (event.code, str(event.id)):
        raise NotFoundError(f"There is no meeting {meeting_id} at {code!r}.")
    return event, meeting


def board_of(event: Event) -> str:
    return f"/events/{event.code}/schedule"


@router.deed("/events/{code}/schedule/meetings/{meeting_id}/move", roles=RUNNERS)
def move(code: str, meeting_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """To another slot, place or interpreter; what is left empty stays, or is the first that is free."""
    event, seen = mine(page, session, code, meeting_id)
    grid = grid_of(session, event.id)  # for names only; what decides is read under the lock
    before = meetings.shown(session, event, [seen], grid=grid)[0]
    with form.attempt(session):
        held = meetings.hold(session, page.actor, meeting_id)
        given = {name: form.text(name) for name in ("slot", "place", "interpreter")}
        named = frozenset(name for name, value in given.items() if value)
        wanted = meetings.Change(named, given["slot"], given["place"], given["interpreter"])
        meetings.change(session, page.actor, held, wanted)
    after = meetings.shown(session, event, [seen], grid=grid)[0]
    back = {name: before[name] for name in ("slot", "place", "interpreter") if before[name]}
    said = page.say("Moved to {slot}, {place}.", slot=_when(after), place=after["place"] or "–")
    return answer(page, session, form, event, [seen], said, Undo(at_meeting(event, seen, "move"), back), grid)


@router.deed("/events/{code}/schedule/meetings/{meeting_id}/lock", roles=RUNNERS)
def lock(code: str, meeting_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """Lock it where it is, or unlock it: a schedule that is built anew keeps what is locked."""
    event, seen = mine(page, session, code, meeting_id)
    on = form.yes("locked")
    with form.attempt(session):
        held = meetings.hold(session, page.actor, meeting_id)
        meetings.change(session, page.actor, held, meetings.Change(frozenset({"locked"}), locked=on))
    said = page.say("Locked where it is.") if on else page.say("Unlocked.")
    undo = Undo(at_meeting(event, seen, "lock"), {"locked": "no" if on else "yes"})
    return answer(page, session, form, event, [seen], said, undo)


@router.deed("/events/{code}/schedule/meetings/{meeting_id}/cancel", roles=RUNNERS)
def cancel(code: str, meeting_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    event, seen = mine(page, session, code, meeting_id)
    place = meetings.shown(session, event, [seen])[0]["place"]
    with form.attempt(session):
        held = meetings.hold(session, page.actor, meeting_id)
        site = page.settings.public_url
        meetings.cancel(session, page.actor, held, site, form.text("note", most=500) or "")
    undo = Undo(at_meeting(event, seen, "restore"), {"place": place} if place else {})
    return answer(page, session, form, event, [seen], page.say("The meeting is called off."), undo)


@router.deed("/events/{code}/schedule/meetings/{meeting_id}/restore", roles=RUNNERS)
def restore(code: str, meeting_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """Put back what was called off."""
    event, seen = mine(page, session, code, meeting_id)
    with form.attempt(session):
        held = meetings.hold(session, page.actor, meeting_id)
        meetings.reinstate(session, page.actor, held, form.text("place"))
    undo = Undo(at_meeting(event, seen, "cancel"))
    return answer(page, session, form, event, [seen], page.say("The meeting is on again."), undo)


@router.deed("/events/{code}/schedule/meetings/{meeting_id}/mark", roles=AT_THE_DESK)
def say_what_became(code: str, meeting_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """On the day: it is on, was held, or somebody did not come; `planned` takes a mark back."""
    event, seen = mine(page, session, code, meeting_id)
    before, state = seen.status, form.chosen("state", tuple(ON_THE_DAY))
    with form.attempt(session):
        if state:
            event, meeting = meeting_to_change(session, page.actor, meeting_id)
            at = form.moment("at") if page.actor.runs_events else None
            mark(session, page.actor, event, meeting, state, absent=form.id("absent", needed=False), at=at)
    back = before if before in ON_THE_DAY and before != "planned" else "planned"
    undo = Undo(at_meeting(event, seen, "mark"), {"state": back, "at": form["at"]})
    return answer(page, session, form, event, [seen], page.say("Noted."), undo)


def answer(
    page: Page, session: Session, form: Form, event: Event, changed: Sequence[Meeting], said: str, undo: Undo | None,
    grid: Grid | None = None,
) -> Response:  # fmt: skip
    """Back to where the form came from with what was done or why it was not; to a script, the same as JSON."""
    bad = not form.right
    if bad:
        told = refused(page, form.refusal) if form.refusal else next(iter(form.faults.values()))[0]
        said, undo = told, None
    else:
        session.flush()
    if undo is not None:
        undo = Undo(undo.action, {**undo.fields, **({"next": form["next"]} if form["next"] else {})})
    if "application/json" in page.request.headers.get("accept", ""):
        cards = [
            {name: shown[name] for name in ("slot", "place", "status", "interpreter")} | {"id": str(shown["id"])}
            for shown in meetings.shown(session, event, changed, grid=grid)
        ]
        told_json = {"said": words.plain(said), "undo": undo.told if undo else None, "meetings": cards}
        return JSONResponse(told_json, form.status if bad else 200, headers=HEADERS)
    return page.to(own_address(form["next"], at_meeting(event, changed[0])), said, bad=bad, undo=undo)


def at_meeting(event: Event, meeting: Meeting, deed: str = "") -> str:
    return f"{board_of(event)}/meetings/{meeting.id}" + (f"/{deed}" if deed else "")


def _when(told: dict[str, Any]) -> str:
    """The time of a meeting on the event's clock."""
    return f"{told['starts_at']:%H:%M}"


@router.page("/events/{code}/schedule/book", roles=RUNNERS)
def book_form(code: str, page: Asked, session: Reading) -> Response:
    """Two who shall meet: `a` and `b` name them, `qa` and `qb` look for them."""
    return _booking(page, session, find_event(session, page.actor, code), Form(lang=page.lang))


def _booking(page: Page, session: Session, event: Event, form: Form) -> Response:
    asked = page.request.query_params
    sides: list[dict[str, Any]] = []
    slots: list[dict[str, Any]] = []
    places: dict[str, None] = {}
    chosen: list[Party] = []
    for name in ("a", "b"):
        party = boards.party_of(session, event, form[name] or asked.get(name))
        words = asked.get(f"q{name}", "")
        found = boards.find_parties(session, event, words, most=_FOUND) if party is None else None
        sides.append({"name": name, "party": party, "words": words, "found": found})
        chosen += [party] if party else []
    if len(chosen) == 2 and chosen[0].id != chosen[1].id:
        both = parties_of(session, page.actor, event, (chosen[0].organisation_id, chosen[1].organisation_id))
        slots = slots_shown(table_of(session, event, schedule_id_of(session, event), both), most=_PLACES)
        for slot in slots:
            places.update(dict.fromkeys(slot["places"] if slot["legal"] else ()))
    return page.render(
        "schedule/book.html", form.status, event=event, form=form, sides=sides, slots=slots, places=list(places),
        same=len(chosen) == 2 and chosen[0].id == chosen[1].id, because=lambda reasons: because(page, reasons),
        with_query=lambda **changed: _with(page, changed),
    )  # fmt: skip


def _with(page: Page, changed: dict[str, str | None]) -> str:
    query = {**dict(page.request.query_params), **changed}
    return f"{page.request.url.path}?" + urlencode({key: value for key, value in query.items() if value})


@router.deed("/events/{code}/schedule/book", roles=RUNNERS)
def book_pair(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    event = find_event(session, page.actor, code)
    one, other = (boards.party_of(session, event, form[name]) for name in ("a", "b"))
    slot = form.text("slot", needed=True)
    if one is None or other is None:
        form.fault("", page.say("Choose two participants."))
    elif slot:
        with form.attempt(session):
            pair = (one.organisation_id, other.organisation_id)
            meeting = book(session, page.actor, event.id, pair, slot, form.text("place"), over_holds=form.yes("over"))
        if form.right:
            told = meetings.shown(session, event, [meeting])[0]
            said = page.say("Booked: {slot}, {place}.", slot=_when(told), place=told["place"] or "–")
            return page.to(
                at_meeting(event, meeting),
                said,
                undo=Undo(at_meeting(event, meeting, "cancel"), {"next": board_of(event)}),
            )
        if form.refusal:
            form.faults = {"": [refused(page, form.refusal)]}
    return _booking(page, session, event, form)
