"""Applications to take part: looked at, approved, refused."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.errors import NotFoundError
from app.db.models import Registration
from app.domain.access import RUNNERS
from app.domain.registrations import ApprovalIn, form_of
from app.services import registrations
from app.services.admission import likely
from app.services.events import find_event
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page

router = Pages(roles=RUNNERS)
STATES = ("pending", "approved", "refused", "withdrawn")


@router.page("/events/{code}/registrations")
def show(code: str, page: Asked, session: Reading) -> Response:
    event = find_event(session, page.actor, code)
    query = page.request.query_params
    state = query.get("state") if query.get("state") in STATES else "pending"
    found = registrations.list_registrations(
        session, page.actor, event, state=state, cursor=query.get("cursor"), limit=30
    )
    return page.render(
        "participants/registrations.html", event=event, rows=found.items, next=found.next, state=state, states=STATES
    )


@router.page("/events/{code}/registrations/{key}")
def one(code: str, key: UUID, page: Asked, session: Reading) -> Response:
    return _one(page, session, code, key, Form(lang=page.lang))


@router.deed("/events/{code}/registrations/{key}/approve")
def approve(code: str, key: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """Make the applicant a participant; where it may be a firm that is known, it was chosen which."""
    row = _of(session, page, code, key)
    known = form["organisation"]
    shape = form.shape(
        ApprovalIn, {"new": True} if known == "new" else {"organisation_id": known} if known else {},
        {"organisation_id": "organisation", "new": "organisation"},
    )  # fmt: skip
    if shape is not None:
        with form.attempt(session):
            row = registrations.approve(session, page.actor, key, shape, page.settings)
        if form.right:
            name = row.form["organisation"]["name"]
            return page.to(f"/events/{code}/registrations", page.say("{name} takes part.", name=name))
    return _one(page, session, code, key, form)


@router.deed("/events/{code}/registrations/{key}/refuse")
def refuse(code: str, key: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    row = _of(session, page, code, key)
    reason = form.text("reason", needed=True, most=1000)
    if reason and form.right:
        with form.attempt(session):
            row = registrations.refuse(session, page.actor, key, reason)
        if form.right:
            told = page.say("Refused. {name} gets a letter with the reason.", name=row.form["person"]["name"])
            return page.to(f"/events/{code}/registrations", told)
    return _one(page, session, code, key, form)


def _of(session: Session, page: Page, code: str, key: UUID) -> Registration:
    event, row = find_event(session, page.actor, code), registrations.find_registration(session, page.actor, key)
    if row.event_id != event.id:
        raise NotFoundError(f"There is no registration {key}.")
    return row


def _one(page: Page, session: Session, code: str, key: UUID, form: Form) -> Response:
    event, row = find_event(session, page.actor, code), _of(session, page, code, key)
    said = form_of(row.form)
    known = likely(session, page.actor.tenant_id, said) if row.state == "pending" else []
    return page.render(
        "participants/registration.html", form.status, event=event, row=row, said=said, known=known, form=form
    )
