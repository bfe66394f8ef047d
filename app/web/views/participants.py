"""Who takes part: the list to look through, and one participant with all that is known of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.orm import Session
from starlette.background import BackgroundTasks
from starlette.responses import Response

from app.db.models import BuyerProfile, CapabilityProfile, Organisation, Participation
from app.db.queries.grid import grid_of, slots_by_day
from app.domain.access import RUNNERS, STAFF
from app.domain.participants import ANSWERS, KINDS
from app.domain.participations import ParticipationIn, ParticipationPatch
from app.domain.profiles import BUYER_WEIGHTS, CAPABILITY_WEIGHTS, missing
from app.domain.transfers import ExportIn
from app.services import invitations, overview, roster
from app.services.events import find_event
from app.services.evidence import certificates_of
from app.services.participations import (
    add_participation,
    change_participation,
    details,
    lock_participation,
    place_codes,
    withdraw,
)
from app.services.people import list_people, sees_contacts
from app.services.preferences import answer, list_preferences, take_back
from app.services.profiles import judge_certificate, latest
from app.services.transfers import start_export
from app.web import choices
from app.web.deps import Asked, Pages, Queue, Reading, Sent, Writing
from app.web.entries import called, said_in
from app.web.forms import Form
from app.web.page import Page, Undo
from app.web.views.progress import follow

router = Pages(roles=STAFF)
_EVIDENCE = ("declared", "documented", "verified", "expired")


@router.page("/events/{code}/participants")
def show(code: str, page: Asked, session: Reading) -> Response:
    event = find_event(session, page.actor, code)
    asked = Form({name: [value] for name, value in page.request.query_params.items()}, page.lang)
    below = asked.integer("below", most=101)
    found = roster.roster(
        session, event, kind=asked.chosen("kind", KINDS, needed=False), side=_side(asked),
        country=asked["country"] or None, below=below, withdrawn=asked.yes("withdrawn"), q=asked["q"] or None,
        sort=_order(page, asked["sort"]), cursor=asked["cursor"] or None, limit=50,
    )  # fmt: skip
    filtered = any(asked[name] for name in ("kind", "side", "country", "below", "withdrawn", "q"))
    return page.render(
        "participants/participants.html", event=event, entries=found.items, next=found.next, asked=asked,
        told=overview.overview(session, event), kinds=choices.kinds(page.lang),
        countries=choices.countries(page.lang), filtered=filtered, orders=[
            ("name", page.say("Name")), ("kind", page.say("Kind")), ("complete", page.say("Least complete first")),
            ("meetings", page.say("Most meetings first")),
        ],
    )  # fmt: skip


def _order(page: Page, said: str) -> str | None:
    """An order of the list; names in the reader's script where organisations have one."""
    return "own-name" if said == "name" and page.lang == "zh" else said if said in roster.SORTS else None


def _side(form: Form) -> str | None:
    return form.chosen("side", ("supply", "buy"), needed=False)


@router.deed("/events/{code}/participants/export", roles=RUNNERS)
def export(code: str, page: Asked, session: Writing, queue: Queue) -> Response:
    """Everything that was brought in, to be brought in again, in the reader's language."""
    event = find_event(session, page.actor, code)
    job = start_export(session, page.actor, event, ExportIn(what="lists", format="zip", lang=page.lang))  # type: ignore[arg-type]
    response = page.to(follow("job", job.id, f"/events/{code}/exports/{job.id}"))
    response.background = BackgroundTasks()
    response.background.add_task(queue.job, job.id)
    return response


@router.page("/events/{code}/participants/{organisation}")
def one(code: str, organisation: str, page: Asked, session: Reading) -> Response:
    return _one(page, session, code, organisation, None)


@router.deed("/events/{code}/participants/{organisation}", roles=RUNNERS)
def change(code: str, organisation: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Sides, limits and how many come."""
    said: dict[str, Any] = {
        "kind": form.chosen("kind", KINDS), "supplies": form.yes("supplies"), "buys": form.yes("buys"),
        "min_meetings": form.integer("min_meetings", most=1000), "staff": form.integer("staff", least=1, most=100) or 1,
        "max_meetings": form.integer("max_meetings", most=1000),
    }  # fmt: skip
    return _patched(page, session, code, organisation, form, said)


@router.deed("/events/{code}/participants/{organisation}/away", roles=RUNNERS)
def away(code: str, organisation: str, page: Asked, session: Writing, form: Sent) -> Response:
    """When it cannot meet: the slots that are ticked, and no others."""
    slots = form.all("away")
    return _patched(page, session, code, organisation, form, {"unavailable": [{"slots": slots}] if slots else []})


@router.deed("/events/{code}/participants/{organisation}/delegation", roles=RUNNERS)
def delegate(code: str, organisation: str, page: Asked, session: Writing, form: Sent) -> Response:
    """With which body it comes, by the code of that; an empty one lets it take part by itself."""
    event, key = find_event(session, page.actor, code), None
    if form["delegation"]:
        with form.attempt(session):
            key = roster.participant(session, page.actor, event, form["delegation"])[0].id
    return _patched(page, session, code, organisation, form, {"delegation_id": key})


@router.deed("/events/{code}/participants/{organisation}/answers", roles=RUNNERS)
def answers(code: str, organisation: str, page: Asked, session: Writing, form: Sent) -> Response:
    """What it answers to another, on its behalf; no answer takes back the one there is."""
    event = find_event(session, page.actor, code)
    part, _ = roster.participant(session, page.actor, event, organisation)
    said = form.chosen("answer", ANSWERS, needed=False)
    form.text("other", needed=True)
    if form.right:
        with form.attempt(session):
            other, _ = roster.participant(session, page.actor, event, form["other"])
            if said:
                answer(session, page.actor, part.id, other.id, said)
            else:
                take_back(session, page.actor, part.id, other.id)
        if form.right:
            return page.to(_place(code, organisation) + "#answers", page.say("Saved."))
    return _one(page, session, code, organisation, form)


def _patched(
    page: Page, session: Session, code: str, organisation: str, form: Form, said: dict[str, Any]
) -> Response:  # fmt: skip
    event = find_event(session, page.actor, code)
    part, _ = roster.participant(session, page.actor, event, organisation)
    patch = form.shape(ParticipationPatch, said) if form.right else None
    if patch is not None:
        with form.attempt(session):
            change_participation(session, page.actor, event, lock_participation(session, page.actor, part.id), patch)
        if form.right:
            return page.to(_place(code, organisation) + "#part", page.say("Saved."))
    return _one(page, session, code, organisation, form)


@router.deed("/events/{code}/participants/{organisation}/withdraw", roles=RUNNERS)
def leave(code: str, organisation: str, page: Asked, session: Writing) -> Response:
    event = find_event(session, page.actor, code)
    part, firm = roster.participant(session, page.actor, event, organisation)
    fallen = withdraw(session, page.actor, event, lock_participation(session, page.actor, part.id))
    told = page.say("{name} has withdrawn. Meetings called off: {count}.", name=page.name_of(firm), count=fallen)
    return page.to(_place(code, organisation), told, undo=Undo(_place(code, organisation) + "/return"))


@router.deed("/events/{code}/participants/{organisation}/return", roles=RUNNERS)
def come_back(code: str, organisation: str, page: Asked, session: Writing) -> Response:
    """Let one who has withdrawn take part again, as before; its meetings are not booked again."""
    event = find_event(session, page.actor, code)
    part, firm = roster.participant(session, page.actor, event, organisation)
    seats = details(session, event, [part])[part.id]["attendees"]
    kept = {name: getattr(part, name) for name in ("kind", "supplies", "buys", "min_meetings", "max_meetings")}
    place = place_codes(session, event.id).get(part.place_id) if part.place_id else None
    shape = ParticipationIn(
        organisation_id=firm.id, request_quota=part.request_quota, staff=max(1, len(seats)), place=place,
        delegation_id=part.delegation_id, **kept,
    )  # fmt: skip
    add_participation(session, page.actor, event, shape)
    return page.to(_place(code, organisation), page.say("{name} takes part again.", name=page.name_of(firm)))


@router.deed("/events/{code}/participants/{organisation}/evidence", roles=RUNNERS)
def judge(code: str, organisation: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Say what proves a certificate, having seen the paper."""
    event = find_event(session, page.actor, code)
    roster.participant(session, page.actor, event, organisation)
    key, evidence = form.id("certificate"), form.chosen("evidence", _EVIDENCE)
    if key is not None and evidence is not None:
        with form.attempt(session):
            judge_certificate(session, page.actor, key, evidence)
        if form.right:
            return page.to(_place(code, organisation), page.say("Saved."))
    return _one(page, session, code, organisation, form)


@router.deed("/events/{code}/participants/{organisation}/invite", roles=("organiser",))
def invite(code: str, organisation: str, page: Asked, session: Writing, form: Sent) -> Response:
    """An account for somebody of the firm, by letter."""
    event = find_event(session, page.actor, code)
    _, firm = roster.participant(session, page.actor, event, organisation)
    email = form.text("email", needed=True, most=320)
    role = form.chosen("role", ("enterprise", "buyer"))
    if email and role and form.right:
        with form.attempt(session):
            row, token = invitations.invite(session, page.actor, email, role, firm.id, language=page.lang)
            invitations.post(session, row, token, page.settings)
        if form.right:
            return page.to(_place(code, organisation), page.say("A letter with a link is on its way to {email}.",
                                                                email=row.email))  # fmt: skip
    return _one(page, session, code, organisation, form)


def _place(code: str, organisation: str) -> str:
    return f"/events/{code}/participants/{organisation}"


def _one(page: Page, session: Session, code: str, organisation: str, form: Form | None) -> Response:
    event = find_event(session, page.actor, code)
    part, firm = roster.participant(session, page.actor, event, organisation)
    told = details(session, event, [part])[part.id]
    makes = latest(session, CapabilityProfile, [firm.id]).get(firm.id)
    buys = latest(session, BuyerProfile, [firm.id]).get(firm.id)
    profiles = [
        (row, missing(row.document, weights))
        for row, weights in ((makes, CAPABILITY_WEIGHTS), (buys, BUYER_WEIGHTS)) if row is not None
    ]  # fmt: skip
    grid, body = grid_of(session, event.id), roster.body_of(session, part)
    form = _shown(page, part, told, body, form)
    return page.render(
        "participants/one.html", form.status, event=event, part=part, firm=firm, details=told, form=form,
        profiles=profiles, shown=partial(said_in, page.lang), called=partial(called, page.lang),
        certificates=certificates_of(session, makes.id) if makes else [],
        requests=roster.requests_of(session, event, firm.id), revisions=roster.revisions_of(session, firm.id),
        people=list_people(session, page.actor, firm.id, limit=50).items, contacts=sees_contacts(page.actor),
        preferences=list_preferences(session, part, limit=100).items, kinds=choices.kinds(page.lang),
        days=slots_by_day(grid, event.zone), answers=ANSWERS, members=roster.members_of(session, part),
        body=body,
    )  # fmt: skip


def _shown(
    page: Page, part: Participation, told: dict[str, Any], body: Organisation | None, sent: Form | None
) -> Form:  # fmt: skip
    """All that the page's forms hold, with what was sent to one of them and what is wrong with it."""
    now = Form.filled(
        {
            "kind": part.kind, "supplies": "yes" if part.supplies else "", "buys": "yes" if part.buys else "",
            "min_meetings": part.min_meetings, "max_meetings": part.max_meetings,
            "staff": max(1, len(told["attendees"])), "role": "enterprise" if part.supplies else "buyer",
            "away": told["unavailable"], "delegation": body.code if body else "",
        },
        page.lang,
    )  # fmt: skip
    return now.with_sent(sent) if sent is not None else now
