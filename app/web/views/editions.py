"""The editions of a house, and the first step of a new one: of its own, a copy, or the sample."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy.orm import Session
from starlette.background import BackgroundTasks
from starlette.responses import Response

from app.core.clock import utc_now
from app.domain.access import RUNNERS, STAFF
from app.domain.editions import EventCopy
from app.domain.fairs import EventShape
from app.domain.phases import phase_of
from app.services import overview, sampling
from app.services.copying import copy_event
from app.services.events import create_event, find_event, free_event_code
from app.services.matching import start_run
from app.web import choices, words
from app.web.deps import Asked, Pages, Queue, Reading, Sent, Writing
from app.web.entries import TONGUES
from app.web.forms import Form
from app.web.page import Page
from app.web.views.progress import follow

router = Pages(roles=STAFF)
#: language of the page → zone and currency that a house of it most likely works in
_HOME = {"zh": ("Asia/Shanghai", "CNY"), "fr": ("Europe/Paris", "EUR"), "en": ("Europe/Paris", "EUR")}
_SAMPLE = "paris"
#: the longest edition that a form makes
_MOST_DAYS = 31


@router.page("/events")
def editions(page: Asked, session: Reading) -> Response:
    found = overview.cards(session, page.actor, cursor=page.request.query_params.get("cursor"), limit=24)
    now = utc_now()
    phases = {card.event.id: phase_of(card.phases, now) for card in found.items}
    return page.render("editions/editions.html", cards=found.items, next=found.next, phases=phases, today=now.date())


@router.page("/events/new", roles=RUNNERS)
def new(page: Asked, session: Reading) -> Response:
    zone, currency = _HOME[page.lang]
    first = {
        "zone": zone, "currency": currency, "language": page.lang, "starts": "09:30", "ends": "17:30",
        "slot_minutes": "30", "tables": "12",
    }  # fmt: skip
    return _form(page, session, Form.filled(first, page.lang), Form.filled({}, page.lang))


@router.deed("/events/new", roles=RUNNERS)
def create(page: Asked, session: Writing, form: Sent) -> Response:
    values = _values(page, session, form)
    shape = form.shape(EventShape, values, _PLACES) if form.right else None
    if shape is not None:
        with form.attempt(session):
            create_event(session, page.actor, shape)
        if form.right:
            return page.to(f"/events/{shape.code}/import", page.say("The edition is there. Now bring your lists."))
    return _form(page, session, form, Form.filled({}, page.lang))


#: field of the shape → field of the form that shows its faults
_PLACES = {"sessions": "starts", "places": "tables", "code": "name"}


@router.deed("/events/copy", roles=RUNNERS)
def copy(page: Asked, session: Writing, form: Sent) -> Response:
    """The edition before, on other days; slots, tables, rules and phases are the same."""
    day, name = form.day("first_day", needed=True), form.text("new_name", most=200)
    source = find_event(session, page.actor, form["source"]) if form["source"] else None
    if source is None:
        form.chosen("source", ())
    if source is not None and day is not None and form.right:
        told = {"code": free_event_code(session, page.actor, name or _stem(source.name, source.starts_on), day.year),
                "starts_on": day, "name": name, "participants": form.yes("participants")}  # fmt: skip
        shape = form.shape(EventCopy, told, {"code": "new_name", "name": "new_name"})
        with form.attempt(session):
            made = copy_event(session, page.actor, source, shape)
        if form.right:
            return page.to(f"/events/{made.code}", page.say("The edition is there, with all that stays the same."))
    zone, currency = _HOME[page.lang]
    return _form(page, session, Form.filled({"zone": zone, "currency": currency}, page.lang), form)


@router.deed("/events/sample", roles=RUNNERS)
def sample(page: Asked, session: Writing, queue: Queue) -> Response:
    """The sample edition in one's own house, ranked: to look at everything before one's own lists are there."""
    event = sampling.load_into(session, page.actor, _SAMPLE)
    run = start_run(session, page.actor, event)
    response = page.to(follow("match-run", run.id, f"/events/{event.code}/ranking"))
    response.background = BackgroundTasks()
    response.background.add_task(queue.match, run.id)
    return response


def _stem(name: str, day: date) -> str:
    """The name without the year that it was held in."""
    return " ".join(name.replace(str(day.year), " ").split())


def _values(page: Page, session: Session, form: Form) -> dict[str, Any]:
    """The form as the interface takes it: sessions of each day, and as many tables as were said."""
    name = form.text("name", needed=True, most=200)
    first, last = form.day("starts_on", needed=True), form.day("ends_on")
    tables = form.integer("tables", needed=True, least=1, most=2000) or 0
    hours = _hours(form)
    last = last or first
    if first and last and (last - first).days >= _MOST_DAYS:  # slots are made for every day of it
        form.fault("ends_on", words.say("At most {count} days.", form.lang, count=_MOST_DAYS))
    code = free_event_code(session, page.actor, name, first.year) if name and first else ""
    return {
        "code": code,
        "name": name,
        "name_local": form.text("name_local", most=200),
        "zone": form.chosen("zone", [zone for zone, _ in choices.zones(page.lang)]),
        "currency": form.chosen("currency", [code for code, _ in choices.currencies(page.lang)]),
        "language": form.chosen("language", choices.SPOKEN),
        "place": form.text("place", most=200),
        "starts_on": first,
        "ends_on": last,
        "slot_minutes": form.integer("slot_minutes", needed=True, least=5, most=480),
        "sessions": [{"date": day, "starts": begin, "ends": end} for day in _days(first, last) for begin, end in hours],
        "places": [{"code": f"T{number}"} for number in range(1, tables + 1)],
        "interpreters": interpreters_in(form),
    }


def _hours(form: Form) -> list[tuple[str, str]]:
    """From when to when meetings are held, with the break cut out; nothing where the times do not make a day."""
    begin, end = form.clock("starts", needed=True), form.clock("ends", needed=True)
    away, back = form.clock("break_from"), form.clock("break_to")
    if (away is None) != (back is None) and not {"break_from", "break_to"} & set(form.faults):
        lacking = "break_from" if away is None else "break_to"
        form.fault(lacking, words.say("A break has both a beginning and an end, or neither.", form.lang))
    if begin is None or end is None:
        return []
    if begin >= end:
        form.fault("ends", words.say("Meetings end after they have begun.", form.lang))
        return []
    if away is None or back is None:
        return [(f"{begin:%H:%M}", f"{end:%H:%M}")]
    if not begin < away < back < end:
        form.fault("break_from", words.say("A break begins and ends while meetings are held.", form.lang))
        return []
    return [(f"{begin:%H:%M}", f"{away:%H:%M}"), (f"{back:%H:%M}", f"{end:%H:%M}")]


def _days(first: date | None, last: date | None) -> list[date]:
    if first is None or last is None:
        return []
    return [first + timedelta(days=n) for n in range(min(_MOST_DAYS, (last - first).days + 1))]


def interpreters_in(form: Form) -> list[dict[str, Any]]:
    """A line each, as in `Zhang Min: zh fr`; without languages, Chinese and English.

    Who leaves the colon out, as in `Zhang Min zh,fr`, means the same: codes of languages at the end are no name.
    """
    found = []
    for line in form.lines("interpreters"):
        name, colon, said = line.replace("：", ":").partition(":")
        tongues = _apart(said)
        if not colon:
            words = _apart(name)
            tongues = list(reversed([*takewhile(TONGUES.__contains__, reversed(words[1:]))]))
            name = " ".join(words[: len(words) - len(tongues)]) if tongues else name
        found.append({"name": name.strip(), "languages": tongues or ["zh", "en"]})
    return found


def _apart(said: str) -> list[str]:
    return re.sub("[,，、;；/()（）]", " ", said).split()


def _form(page: Page, session: Session, form: Form, copying: Form) -> Response:
    cards = overview.cards(session, page.actor, limit=50).items
    status = max(form.status, copying.status)
    return page.render(
        "editions/new.html", status, form=form, copying=copying, cards=cards, zones=choices.zones(page.lang),
        currencies=choices.currencies(page.lang), tongues=choices.tongues(page.lang),
        earlier=[(card.event.code, page.name_of(card.event)) for card in cards],
    )  # fmt: skip
