"""The people of an organisation, what they agree to, and their part in an edition."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.clock import in_zone
from app.core.i18n import format_language
from app.db.models import Representative
from app.db.queries.grid import grid_of
from app.domain.access import PARTIES
from app.domain.participations import ParticipationPatch
from app.domain.people import RepresentativeIn, RepresentativePatch
from app.services import consents, meeting_requests, people, privacy
from app.services.participants import meeting_limits
from app.services.participations import change_participation, details, lock_participation, place_codes
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.entries import TONGUES
from app.web.forms import Form
from app.web.page import HEADERS, Page
from app.web.portal import Portal, portal_of

router = Pages(roles=PARTIES)
_SAID = ("name", "role", "email", "phone")
_PURPOSES = ("contact", "reporting", "photos", "newsletter")


@router.page("/my/people")
def show(page: Asked, session: Reading) -> Response:
    portal = portal_of(page, session)
    found = people.list_people(
        session, page.actor, portal.own, cursor=page.request.query_params.get("cursor"), limit=50
    )
    return portal.render("people.html", "profile", rows=found.items, next=found.next)


@router.page("/my/people/new")
def new(page: Asked, session: Reading) -> Response:
    return _form(portal_of(page, session), session, Form.filled({"languages": [page.lang]}, page.lang), None)


@router.deed("/my/people/new")
def add(page: Asked, session: Writing, form: Sent) -> Response:
    portal = portal_of(page, session)
    shape = form.shape(RepresentativeIn, _said(form))
    if shape is not None:
        with form.attempt(session):
            row = people.add_person(session, page.actor, portal.own, shape)
        if form.right:
            return page.to(portal.link(f"/people/{row.id}"), page.say("{name} is on your list.", name=row.name))
    return _form(portal, session, form, None)


@router.page("/my/people/{person_id}")
def one(person_id: UUID, page: Asked, session: Reading) -> Response:
    row = people.find_person(session, page.actor, person_id)
    form = Form.filled({**{name: getattr(row, name) for name in _SAID}, "languages": row.languages}, page.lang)
    return _form(portal_of(page, session), session, form, row)


@router.deed("/my/people/{person_id}")
def change(person_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    portal = portal_of(page, session)
    row = people.find_person(session, page.actor, person_id, lock=True)
    patch = form.shape(RepresentativePatch, _said(form))
    if patch is not None:
        with form.attempt(session):
            people.change_person(session, page.actor, row, patch)
        if form.right:
            return page.to(portal.link("/people"), page.say("Saved."))
    return _form(portal, session, form, row)


@router.deed("/my/people/{person_id}/consents")
def consent(person_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """Agree to the words that were shown, or take it back: `wording` or `purpose`."""
    portal = portal_of(page, session)
    row = people.find_person(session, page.actor, person_id, lock=True)
    address = portal.link(f"/people/{person_id}")
    wording = form.id("wording", needed=False)
    with form.attempt(session):
        if wording is not None:
            consents.give_consent(session, page.actor, row, wording)
        else:
            consents.withdraw_consent(session, page.actor, row, form["purpose"])
    if not form.right:
        return page.to(address, " ".join(form.elsewhere), bad=True)
    if wording is not None:
        return page.to(address, page.say("Noted: {name} agrees.", name=row.name))
    return page.to(address, page.say("Taken back. What it allowed has ended."))


@router.page("/my/people/{person_id}/export")
def export(person_id: UUID, page: Asked, session: Reading) -> Response:
    """Everything that is known about a person, as one document."""
    told = privacy.export_person(session, page.actor, person_id)
    content = json.dumps(told, ensure_ascii=False, indent=1, default=str)
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="person.json"'}
    return Response(content, media_type="application/json", headers=headers)


@router.page("/my/part")
def part(page: Asked, session: Reading) -> Response:
    """One's part in an edition: who comes, when one is away, how many meetings there may be."""
    portal = portal_of(page, session)
    if portal.part is None:
        return portal.none_yet("profile")
    return _part(portal, session, _opened(page, details(session, portal.event, [portal.row])[portal.row.id]))


def _opened(page: Page, told: Any) -> Form:
    return Form.filled({
        "away": told["unavailable"],
        "people": [one["person"]["id"] for one in told["attendees"] if one["person"]],
        "own_max_meetings": told["own_max_meetings"],
    }, page.lang).marked()  # fmt: skip


@router.deed("/my/part")
def change_part(page: Asked, session: Writing, form: Sent) -> Response:
    portal = portal_of(page, session)
    before = details(session, portal.event, [portal.row])[portal.row.id]
    away = form.all("away")
    said: dict[str, Any] = {}
    if set(away) != set(before["unavailable"]):
        said["unavailable"] = [{"slots": away}] if away else []
    chosen = form.all("people")
    if set(chosen) != {str(one["person"]["id"]) for one in before["attendees"] if one["person"]}:
        said["attendees"] = [UUID(key) for key in chosen if len(key) == 36]
    wanted = form.integer("own_max_meetings", most=1000)
    if wanted != before["own_max_meetings"]:
        said["own_max_meetings"] = wanted
    patch = form.shape(ParticipationPatch, said) if form.right else None
    if patch is not None and not form.written_over(_opened(page, before)):
        with form.attempt(session):
            row = lock_participation(session, page.actor, portal.row.id, own=True)
            change_participation(session, page.actor, portal.event, row, patch)
        if form.right:
            return page.to(portal.link("/part"), page.say("Saved."))
    return _part(portal, session, form)


def _said(form: Form) -> dict[str, Any]:
    said: dict[str, Any] = {name: form[name] or None for name in _SAID}
    if said["name"] is None:
        form.text("name", needed=True)
    return {**said, "languages": form.all("languages")}


def _form(portal: Portal, session: Session, form: Form, row: Representative | None) -> Response:
    lang = portal.page.lang
    given = {consent.purpose: consent for consent, _ in consents.consents_of(session, row)
             if consent.withdrawn_at is None} if row else {}  # fmt: skip
    words = _wordings(session, portal) if row else {}
    return portal.render(
        "person.html", "profile", form.status, form=form, row=row, given=given, words=words, purposes=_PURPOSES,
        tongues=[(tag, format_language(tag, lang)) for tag in (*TONGUES, *(t for t in form.all("languages")
                 if t not in TONGUES))],
    )  # fmt: skip


def _wordings(session: Session, portal: Portal) -> dict[str, Any]:
    """By purpose, the newest words in the reader's language, else in English, else in any."""
    rows: list[Any] = []
    cursor = None
    for _ in range(5):
        found = consents.list_wordings(session, portal.page.actor, cursor=cursor, limit=200)
        rows, cursor = [*rows, *found.items], found.next
        if cursor is None:
            break
    newest = {(row.purpose, row.language): row for row in sorted(rows, key=lambda row: row.version)}
    chosen = {}
    for purpose in _PURPOSES:
        mine = {language: row for (of, language), row in newest.items() if of == purpose}
        if mine:
            chosen[purpose] = mine.get(portal.page.lang) or mine.get("en") or next(iter(mine.values()))
    return chosen


def _part(portal: Portal, session: Session, form: Form) -> Response:
    event, row = portal.event, portal.row
    grid = grid_of(session, event.id)
    slots = [
        {"name": grid.slot_name(slot), "day": in_zone(slot.starts_at, event.zone).date(), "starts_at": slot.starts_at,
         "ends_at": slot.ends_at}
        for slot in grid.slots
    ]  # fmt: skip
    staff = people.list_people(session, portal.page.actor, portal.own, limit=200).items
    sent = meeting_requests.list_requests(session, event, organisation_id=portal.own, box="out", limit=200).items
    quota = event.rules.get("request_quota") if row.request_quota is None else row.request_quota
    used = sum(one["state"] in ("pending", "accepted") for one in meeting_requests.shown(session, event, sent))
    places = place_codes(session, event.id)
    return portal.render(
        "part.html", "profile", form.status, form=form, slots=slots, staff=staff, quota=quota, used=used,
        limits=meeting_limits(event, row), place=places.get(row.place_id) if row.place_id else "",
        told=details(session, event, [row])[row.id],
    )  # fmt: skip
