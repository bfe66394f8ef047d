"""Who has a role with the house: accounts, invitations, and keys for machines."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.domain.access import AREAS, SCOPES, STAFF
from app.domain.contacts import same_email
from app.services import accounts, invitations, keys
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page

#: who hands out roles and keys, as in the interface
router = Pages(roles=("organiser",))
_DAYS = ("30", "90", "365", "")


@router.page("/people")
def show(page: Asked, session: Reading) -> Response:
    return _people(page, session, Form.filled({"role": "co-organiser", "language": page.lang}, page.lang))


@router.deed("/people/invitations")
def invite(page: Asked, session: Writing, form: Sent) -> Response:
    email, role = form.text("email", needed=True, most=320), form.chosen("role", STAFF)
    language = form.chosen("language", ("en", "zh", "fr"))
    if email and "@" not in email:
        form.fault("email", page.say("Write it like {example}.", example="li@example.com"))
    if email and role and language and form.right:
        with form.attempt(session):
            row, token = invitations.invite(session, page.actor, same_email(email), role, language=language)
            invitations.post(session, row, token, page.settings)
        if form.right:
            told = page.say("A letter with a link is on its way to {email}.", email=row.email)
            return page.to("/people", told)
    return _people(page, session, form)


@router.deed("/people/invitations/{key}/renew")
def renew(key: UUID, page: Asked, session: Writing) -> Response:
    row, token = invitations.renew(session, page.actor, key)
    invitations.post(session, row, token, page.settings)
    return page.to("/people", page.say("A letter with a link is on its way to {email}.", email=row.email))


@router.deed("/people/invitations/{key}/revoke")
def revoke(key: UUID, page: Asked, session: Writing) -> Response:
    invitations.revoke(session, page.actor, key)
    return page.to("/people", page.say("Taken back. Its link works no more."))


@router.deed("/people/roles/{key}/end")
def end(key: UUID, page: Asked, session: Writing) -> Response:
    accounts.end_membership(session, page.actor, key)
    return page.to("/people", page.say("The role has ended. Invite the person again to give it back."))


def _people(page: Page, session: Session, form: Form) -> Response:
    query = page.request.query_params
    members = accounts.list_members(session, page.actor, cursor=query.get("cursor"), limit=100)
    open_ones = invitations.list_invitations(session, page.actor, cursor=query.get("invited"), limit=100)
    waiting = [(row, invitations.state_of(row)) for row in reversed(open_ones.items)]
    return page.render(
        "people/people.html", form.status, form=form, members=members.items, next=members.next,
        waiting=[(row, state) for row, state in waiting if state in ("open", "expired")], more=open_ones.next,
        staff=STAFF,
    )  # fmt: skip


@router.page("/keys")
def show_keys(page: Asked, session: Reading) -> Response:
    return _keys(page, session, Form.filled({"role": "organiser", "days": "365"}, page.lang), None)


@router.deed("/keys")
def make_key(page: Asked, session: Writing, form: Sent) -> Response:
    """The key is shown on the page that answers, and never again."""
    label, role = form.text("label", needed=True, most=200), form.chosen("role", STAFF)
    scopes = [scope for scope in form.all("scopes") if scope in SCOPES]
    days = form.chosen("days", _DAYS, needed=False)
    key = None
    if label and role and form.right:
        with form.attempt(session):
            _, key = keys.make_key(
                session, page.actor, role=role, label=label, scopes=scopes, days=int(days) if days else None
            )
    shown = Form.filled({"role": "organiser", "days": "365"}, page.lang) if key else form
    return _keys(page, session, shown, key)


@router.deed("/keys/{key}/revoke")
def revoke_key(key: UUID, page: Asked, session: Writing) -> Response:
    keys.revoke(session, page.actor, key)
    return page.to("/keys", page.say("Revoked. Whoever has this key gets in no more."))


def _keys(page: Page, session: Session, form: Form, key: str | None) -> Response:
    found = keys.list_keys(session, page.actor, cursor=page.request.query_params.get("cursor"), limit=100)
    return page.render(
        "people/keys.html", form.status, form=form, rows=list(reversed(found.items)), next=found.next, key=key,
        staff=STAFF, areas=AREAS,
    )  # fmt: skip
