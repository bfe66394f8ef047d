"""Answers to other participants, and asking one of them for a meeting; from either portal."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.clock import utc_now
from app.core.errors import ConflictError, NotFoundError
from app.db.models import Event
from app.domain.access import PARTIES
from app.services import lookups, meeting_requests, preferences
from app.services.access import Actor
from app.services.legal_slots import parties_of, schedule_id_of, slots_shown, table_of
from app.services.portal import Other, others
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Undo, own_address
from app.web.portal import Portal, portal_of
from app.web.words import text_of

router = Pages(roles=PARTIES)
_SENT = text_of("{name} has your request.")
_AGREED = text_of("{name} had asked you: you have agreed to meet.")
ANSWERS = ("must_meet", "want", "neutral", "no_thanks", "blocked")
_DONE = {
    "must_meet": text_of("{name}: you insist on meeting them."), "want": text_of("{name} is on your shortlist."),
    "neutral": text_of("{name}: neither wanted nor unwanted."), "no_thanks": text_of("{name}: no, thank you."),
    "blocked": text_of("{name} is blocked. They do not learn of it."),
    "": text_of("{name}: your answer is taken back."),
}  # fmt: skip


@router.deed("/my/answers/{organisation_id}")
def answer(organisation_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """Say what one wants of another participant; an empty answer takes back what was said."""
    portal = portal_of(page, session)
    other = _other(session, portal, organisation_id)
    back = own_address(form["next"], portal.link())
    said = form["answer"]
    if said and said not in ANSWERS:
        raise NotFoundError(f"There is no answer {said!r}.")
    with form.attempt(session):
        if said:
            preferences.answer(session, page.actor, portal.row.id, other.participation_id, said)
        elif other.answer:
            preferences.take_back(session, page.actor, portal.row.id, other.participation_id)
    if not form.right:
        return page.to(back, " ".join(form.elsewhere), bad=True)
    undo = Undo(portal.link(f"/answers/{organisation_id}"), {"answer": other.answer or "", "next": back})
    return page.to(back, page.say(_DONE[said], name=page.name_of(other.organisation)), undo=undo)


@router.page("/my/meet/{organisation_id}")
def ask_form(organisation_id: UUID, page: Asked, session: Reading) -> Response:
    """A form to ask one participant for a meeting."""
    query = page.request.query_params
    form = Form.filled({"about": query.get("about", ""), "next": query.get("next", "")}, page.lang)
    return _ask(portal_of(page, session), session, organisation_id, form)


@router.deed("/my/meet/{organisation_id}")
def ask(organisation_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    portal = portal_of(page, session)
    other = _other(session, portal, organisation_id)
    about = form.id("about", needed=False)
    wish = meeting_requests.Wish(
        organisation_id, form.text("purpose", most=200) or "", form.text("message", most=2000) or "", about,
        form["slot"] or None, form.integer("hours", least=1, most=720),
    )  # fmt: skip
    if form.right:
        with form.attempt(session):
            row, is_new = meeting_requests.ask(
                session, page.actor, portal.event, portal.own, wish, page.settings.public_url
            )
        if form.right:
            told = _SENT if is_new else _AGREED
            undo = Undo(portal.link(f"/meeting-requests/{row.id}/withdraw"), {"next": form["next"]}) if is_new else None
            address = own_address(form["next"], portal.link("/meeting-requests", box="out"))
            return page.to(address, page.say(told, name=page.name_of(other.organisation)), undo=undo)
    return _ask(portal, session, organisation_id, form)


def free_slots(session: Session, actor: Actor, event: Event, one: UUID, other: UUID) -> list[dict[str, object]]:
    """The slots to come in which two could meet, as far as is known now."""
    parties = parties_of(session, actor, event, (one, other))
    table = table_of(session, event, schedule_id_of(session, event), parties)
    return [slot for slot in slots_shown(table) if slot["legal"] and slot["starts_at"] > utc_now()]


def _ask(portal: Portal, session: Session, organisation_id: UUID, form: Form) -> Response:
    page = portal.page
    other = _other(session, portal, organisation_id)
    about = form.id("about", needed=False)
    title = _title(session, portal, about) if about else ""
    try:
        slots = free_slots(session, page.actor, portal.event, portal.own, organisation_id)
    except ConflictError:
        slots = []
    return portal.render("meet.html", "meetings", form.status, form=form, other=other, slots=slots, title=title)


def _title(session: Session, portal: Portal, about: UUID) -> str:
    """What a request is called, for its owner; who was shown it by the ranking has its name from there."""
    if portal.page.actor.role != "buyer":
        return ""
    row = lookups.request(session, portal.page.actor, about)
    document = lookups.revisions(session, [row.id])[row.id].document
    return str(document.get("title") or ", ".join(document.get("products", [])))


def _other(session: Session, portal: Portal, organisation_id: UUID) -> Other:
    found = others(session, portal.must_part, [organisation_id]).get(organisation_id)
    if found is None or organisation_id == portal.own:
        raise NotFoundError(f"There is no participant {organisation_id}.")
    return found
