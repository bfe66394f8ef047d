"""Invitations: a role offered to an e-mail address, with a letter whose token works once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.crypto import INVITATION, digest, new_key
from app.core.errors import ConflictError, NotAllowedError, NotFoundError, NotSignedInError
from app.core.ids import new_id
from app.core.paging import Page
from app.core.passwords import check_password, hash_password, verify_password
from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Account, Invitation, Tenant
from app.db.queries.scoped import fetch, page
from app.domain import letters
from app.domain.contacts import same_email
from app.services import attempts, sessions
from app.services.access import Actor
from app.services.accounts import check_role, create_account, give_role
from app.services.audit import record
from app.services.outbox import send_letter

VALID_FOR = timedelta(days=14)
_GONE = "This invitation has been used, was taken back, or has run out; ask for another."


@dataclass(frozen=True)
class Offer:
    """What an invitation offers, for the page that answers it."""

    invitation: Invitation
    tenant: Tenant
    has_account: bool


def invite(
    session: Session,
    actor: Actor,
    email: str,
    role: str,
    organisation_id: UUID | None = None,
    *,
    language: str = "en",
) -> tuple[Invitation, str]:
    """Offer a role to whoever reads an e-mail address; return the invitation and its token, which is not kept.

    Raises
    ------
    NotAllowedError
        The caller's key is narrowed: one who hands out roles could hand out more than it has.
    """
    actor.must_be_organiser()
    if actor.scopes:
        raise NotAllowedError("A narrowed key cannot hand out roles; use one without scopes, or an account.")
    organisation_id = check_role(session, actor, role, organisation_id)
    token = new_key(INVITATION)
    row = Invitation(
        id=new_id(), tenant_id=actor.tenant_id, email=same_email(email), role=role, organisation_id=organisation_id,
        language=language, digest=digest(token), expires_at=utc_now() + VALID_FOR,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "invitation.sent", target_id=row.id, role=role)
    return row, token


def post(session: Session, row: Invitation, token: str, settings: Settings) -> None:
    """Put the letter with an invitation's link into the outbox."""
    tenant = session.get_one(Tenant, row.tenant_id)
    facts = letters.Invitation(
        name="", house=tenant.name, link=link_of(settings, token), expires_at=row.expires_at, zone="UTC"
    )
    send_letter(session, row.tenant_id, row.email, row.language, facts)


def link_of(settings: Settings, token: str) -> str:
    """Where an invitation is answered; the token stands behind #, so that no server and no proxy sees it in a log."""
    return f"{settings.public_url.rstrip('/')}/invitation#{token}"


def list_invitations(session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Invitation]:
    actor.must_be_organiser()
    mine = select(Invitation).where(Invitation.tenant_id == actor.tenant_id)
    return page(session, mine, Invitation, cursor=cursor, limit=limit)


def state_of(row: Invitation) -> str:
    """accepted, revoked, expired or open."""
    if row.accepted_at:
        return "accepted"
    if row.revoked_at:
        return "revoked"
    return "open" if row.expires_at > utc_now() else "expired"


def renew(session: Session, actor: Actor, invitation_id: UUID) -> tuple[Invitation, str]:
    """Give an invitation a new token and a new term; the token before is dead."""
    row = _to_change(session, actor, invitation_id)
    token = new_key(INVITATION)
    row.digest, row.expires_at, row.revoked_at = digest(token), utc_now() + VALID_FOR, None
    session.flush()
    record(session, actor, "invitation.renewed", target_id=row.id)
    return row, token


def revoke(session: Session, actor: Actor, invitation_id: UUID) -> None:
    """Take an invitation back."""
    row = _to_change(session, actor, invitation_id)
    row.revoked_at = utc_now()
    session.flush()
    record(session, actor, "invitation.revoked", target_id=row.id)


def offered(session: Session, token: str) -> Offer:
    """What a token offers; raise NotFoundError if nothing (any more)."""
    row = session.scalar(select(Invitation).where(Invitation.digest == digest(token)))
    if row is None or state_of(row) != "open":
        raise NotFoundError(_GONE)
    account = session.scalar(select(Account).where(Account.email == row.email))
    return Offer(row, session.get_one(Tenant, row.tenant_id), bool(account and account.password))


def accept(
    database: Database, token: str, name: str, password: str, host: str, lifetime: sessions.Lifetime
) -> sessions.Opened:
    """Answer an invitation: set name and password, and be signed in. Whoever has an account gives its password.

    Raises
    ------
    NotFoundError
        The token offers nothing (any more).
    NotSignedInError
        There is an account with another password.
    """
    with database.read() as session:
        offer = offered(session, token)
        account = session.scalar(select(Account).where(Account.email == offer.invitation.email))
    email = offer.invitation.email
    hashed, mine = None, []
    if offer.has_account:
        mine = database.run(lambda session: attempts.begin(session, "sign-in", email, host))
        if not verify_password(password, account.password if account else None):
            raise NotSignedInError("There is an account for this e-mail address already; give its password.")
    else:
        check_password(password, email)
        hashed = hash_password(password)

    def work(session: Session) -> sessions.Opened | None:
        attempts.take_back(session, mine)
        row = session.scalar(select(Invitation).where(Invitation.digest == digest(token)).with_for_update())
        if row is None or state_of(row) != "open":
            raise NotFoundError(_GONE)
        return _take(session, row, name, hashed, lifetime)

    try:
        opened = database.run(work)
    except IntegrityError as error:
        raise ConflictError("Somebody has made this account at the same moment; sign in with its password.") from error
    if opened is None:
        raise NotFoundError(_GONE)
    return opened


def _take(
    session: Session, row: Invitation, name: str, hashed: str | None, lifetime: sessions.Lifetime
) -> sessions.Opened | None:
    account = session.scalar(select(Account).where(Account.email == row.email).with_for_update())
    if account is None:
        account = create_account(session, row.email, name, row.language, hashed)
    elif hashed is not None:
        if account.password is not None:  # set in this very moment
            raise NotFoundError(_GONE)
        account.name, account.password, account.closed_at = name, hashed, None
    role = give_role(session, account, row.tenant_id, row.role, row.organisation_id)
    row.accepted_at = utc_now()
    session.flush()
    actor = Actor(row.tenant_id, row.role, row.organisation_id, "account", account.id)
    record(session, actor, "invitation.accepted", target_id=row.id, role=row.role)
    return sessions.open_for(session, account, lifetime, role.id)


def _to_change(session: Session, actor: Actor, invitation_id: UUID) -> Invitation:
    actor.must_be_organiser()
    row = fetch(session, Invitation, invitation_id, actor.tenant_id)
    session.refresh(row, with_for_update=True)
    if row.accepted_at:
        raise ConflictError("This invitation has been accepted; take the role away instead.")
    return row
