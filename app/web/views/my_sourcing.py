"""A buyer's sourcing requests: written field by field, or read out of a pasted text and confirmed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.errors import ChangedMeanwhileError
from app.db.models import SourcingRequest as RequestRow
from app.domain import profiles as shapes
from app.services import lookups
from app.services.participants import list_requests
from app.services.requests import free_request_code, lock_request, publish_request, withdraw_request
from app.web import entries
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Undo
from app.web.pasting import read_text
from app.web.portal import Portal, portal_of

router = Pages(roles=("buyer",))


@router.page("/my/sourcing")
def show(page: Asked, session: Reading) -> Response:
    portal = portal_of(page, session)
    if portal.part is None:
        return portal.none_yet("sourcing")
    found = list_requests(
        session, page.actor, portal.event.id, cursor=page.request.query_params.get("cursor"), limit=50
    )
    newest = lookups.revisions(session, [row.id for row in found.items])
    said = [(row, newest[row.id], newest[row.id].document) for row in found.items]
    rows = [(row, revision, title_of(told), _day(told.get("ship_by"))) for row, revision, told in said]
    return portal.render("sourcing.html", "sourcing", rows=rows, next=found.next)


@router.page("/my/sourcing/new")
def new(page: Asked, session: Reading) -> Response:
    """The guided form; `from` copies an earlier request."""
    portal = portal_of(page, session)
    document: dict[str, Any] = {"currency": portal.event.currency}
    resolved: list[dict[str, Any]] = []
    form = entries.filled(entries.REQUEST, document, resolved, page.lang)
    return _form(portal, form, None)


@router.page("/my/sourcing/paste")
def paste_form(page: Asked, session: Reading) -> Response:
    return portal_of(page, session).render("paste.html", "sourcing", form=Form(lang=page.lang))


@router.deed("/my/sourcing/paste")
def paste(page: Asked, session: Reading, form: Sent) -> Response:
    """Read a text into the guided form; nothing is saved yet."""
    portal = portal_of(page, session)
    text = form.text("text", needed=True, most=20_000)
    if not text:
        return portal.render("paste.html", "sourcing", form.status, form=form)
    document, resolved, read = read_text(text, page.lang)
    filled = entries.filled(entries.REQUEST, {"currency": portal.event.currency, **document}, resolved, page.lang)
    return _form(portal, filled, None, read=read)


@router.deed("/my/sourcing/new")
def create(page: Asked, session: Writing, form: Sent) -> Response:
    portal = portal_of(page, session)
    return _save(portal, session, form, None)


@router.page("/my/sourcing/{request_id}/edit")
def edit(request_id: UUID, page: Asked, session: Reading) -> Response:
    portal = portal_of(page, session)
    row = lookups.request(session, page.actor, request_id)
    newest = lookups.revisions(session, [row.id])[row.id]
    return _form(portal, entries.filled(entries.REQUEST, newest.document, newest.resolved, page.lang), row, newest)


@router.deed("/my/sourcing/{request_id}/edit")
def change(request_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    return _save(portal_of(page, session), session, form, lock_request(session, page.actor, request_id))


@router.deed("/my/sourcing/{request_id}/withdraw")
def withdraw(request_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """Take a request back; it can be published again."""
    portal = portal_of(page, session)
    row = lock_request(session, page.actor, request_id)
    with form.attempt(session):
        withdraw_request(session, page.actor, row)
    if not form.right:
        return page.to(portal.link("/sourcing"), " ".join(form.elsewhere), bad=True)
    undo = Undo(portal.link(f"/sourcing/{request_id}/publish"))
    return page.to(portal.link("/sourcing"), page.say("Withdrawn. Nobody is proposed for it any more."), undo=undo)


@router.deed("/my/sourcing/{request_id}/publish")
def publish(request_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """Publish a withdrawn request again, as it was."""
    portal = portal_of(page, session)
    row = lock_request(session, page.actor, request_id)
    shape = shape_of(lookups.revisions(session, [row.id])[row.id].document)
    with form.attempt(session):
        publish_request(session, page.actor, portal.event, portal.own, row.code, shape)
    if not form.right:
        return page.to(portal.link("/sourcing"), " ".join(form.elsewhere), bad=True)
    return page.to(portal.link(f"/sourcing/{request_id}"), page.say("Published again."))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def title_of(document: dict[str, Any]) -> str:
    return str(document.get("title") or ", ".join(document.get("products", [])))


def shape_of(document: dict[str, Any]) -> shapes.SourcingRequest:
    """A stored document as a request; what was stored was a request once."""
    said = {name: value for name, value in document.items() if value is not None}
    return shapes.SourcingRequest.model_validate(said, context=shapes.KEPT)


def _save(portal: Portal, session: Session, form: Form, row: RequestRow | None) -> Response:
    page = portal.page
    newest = lookups.revisions(session, [row.id])[row.id] if row else None
    before, resolved = (newest.document, newest.resolved) if newest else ({}, [])
    values = entries.read(entries.REQUEST, form, before, resolved)
    values["must"] = [name for name in entries.GATES if name in form.all("must") and values.get(name)]
    if not values.get("products"):
        form.fault("products", page.say("This is needed."))
    request = form.shape(shapes.SourcingRequest, values)
    if request is None or not form.right:
        return _form(portal, form, row, newest)
    rows = entries.understood(entries.news(entries.REQUEST, values, before), page.lang)
    path = f"/sourcing/{row.id}/edit" if row else "/sourcing/new"
    if rows and not form.yes("confirmed"):
        session.info["kept"] = False
        return portal.render(
            "understood.html", "sourcing", form=form, rows=rows, action=portal.link(path), back=portal.link(path)
        )
    with form.attempt(session):
        if newest and form["revision"] not in ("", str(newest.revision)):
            raise ChangedMeanwhileError("A colleague has changed this request meanwhile; open it again.")
        code = row.code if row else free_request_code(session, portal.event, _owner(session, portal))
        saved = publish_request(session, page.actor, portal.event, portal.own, code, request)
    if form.faults:
        return _form(portal, form, row, newest)
    told = page.say("Saved. Your request is {percent} % complete.", percent=saved.completeness)
    return page.to(portal.link(f"/sourcing/{saved.owner_id}"), told)


def _owner(session: Session, portal: Portal) -> str:
    return lookups.organisation(session, portal.page.actor, portal.own).code


def _form(portal: Portal, form: Form, row: RequestRow | None, newest: Any = None, read: Any = None) -> Response:
    missing = shapes.missing(newest.document, shapes.REQUEST_WEIGHTS) if newest else []
    return portal.render(
        "request.html", "sourcing", form.status, form=form, row=row, newest=newest, read=read, missing=missing,
        groups=entries.REQUEST, gates=entries.GATES, options=entries.options,
    )  # fmt: skip
