"""Server sessions of people: sign in, who am I, change the role, sign out. Nothing here knows of headers or cookies."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.crypto import SESSION, digest, new_key
from app.core.errors import NotFoundError, NotSignedInError
from app.core.ids import new_id
from app.core.passwords import verify_password
from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Account, Membership, Organisation, SignIn, Tenant
from app.domain.contacts import same_email
from app.services import attempts
from app.services.access import Actor
from app.services.audit import record

#: how stale the time of last use may be, so that not every call writes
_SEEN_EVERY = timedelta(minutes=1)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lifetime:
    """How long a session lasts unused, and at most."""

    idle: timedelta
    whole: timedelta

    @classmethod
    def of(cls, settings: Settings) -> Lifetime:
        return cls(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


@dataclass(frozen=True)
class Role:
    """A membership in force, with the names behind it."""

    id: UUID
    role: str
    tenant: Tenant
    organisation: Organisation | None


@dataclass(frozen=True)
class Opened:
    """A session as it begins; `token` is shown this once."""

    token: str
    expires_at: datetime
    account: Account
    membership: Role
    memberships: list[Role]


def sign_in(
    database: Database, email: str, password: str, host: str, lifetime: Lifetime, membership_id: UUID | None = None
) -> Opened:
    """Open a session for whoever knows the password.

    Known and unknown addresses cannot be told apart, neither by the answer nor by the time it takes.

    Raises
    ------
    NotSignedInError
        No such account, another password, or no role in force.
    TooManyError
        Too many attempts for this account from this network, or from this network at all.
    """
    email = same_email(email)
    mine = database.run(lambda session: attempts.begin(session, "sign-in", email, host))
    with database.read() as session:
        account = session.scalar(select(Account).where(Account.email == email, Account.closed_at.is_(None)))
    right = verify_password(password, account.password if account else None)

    def work(session: Session) -> Opened | None:
        found = session.get(Account, account.id) if account and right else None
        opened = open_for(session, found, lifetime, membership_id) if found else None
        if opened is not None:
            attempts.take_back(session, mine)
        return opened

    opened = database.run(work)
    if opened is None:
        raise NotSignedInError("This e-mail address and password do not belong together.")
    return opened


def open_for(
    session: Session,
    account: Account,
    lifetime: Lifetime,
    membership_id: UUID | None = None,
    *,
    expires_at: datetime | None = None,
) -> Opened | None:
    """Open a session of an account in one of its roles (the first, unless named); None if it has none."""
    roles = roles_of(session, account.id)
    chosen = next((role for role in roles if membership_id in (None, role.id)), None)
    if chosen is None:
        return None
    token, now = new_key(SESSION), utc_now()
    row = SignIn(
        id=new_id(), account_id=account.id, membership_id=chosen.id, digest=digest(token), seen_at=now,
        expires_at=expires_at or now + lifetime.whole,
    )  # fmt: skip
    session.add(row)
    session.flush()
    organisation = chosen.organisation.id if chosen.organisation else None
    actor = Actor(chosen.tenant.id, chosen.role, organisation, "account", account.id, sign_in_id=row.id)
    record(session, actor, "session.opened", target_id=account.id)
    return Opened(token, row.expires_at, account, chosen, roles)


def authenticate(session: Session, token: str, lifetime: Lifetime) -> tuple[Actor, bool]:
    """Return who holds a session's token, and whether its last use should be noted; one query.

    Raises
    ------
    NotSignedInError
        The token is unknown, or its session has ended, was revoked, or lay unused for too long.
    """
    now = utc_now()
    found = session.execute(
        select(SignIn, Membership)
        .join(Membership, Membership.id == SignIn.membership_id)
        .join(Account, Account.id == SignIn.account_id)
        .where(
            SignIn.digest == digest(token),
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > now,
            SignIn.seen_at > now - lifetime.idle,
            Membership.ended_at.is_(None),
            Account.closed_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotSignedInError("This session has ended; sign in again.")
    row, membership = found
    actor = Actor(
        membership.tenant_id, membership.role, membership.organisation_id, "account", row.account_id, sign_in_id=row.id
    )
    return actor, row.seen_at < now - _SEEN_EVERY


def note_use(database: Database, actor: Actor) -> None:
    """Put the end of an idle session off; a database that is busy is no reason to refuse the call."""
    now = utc_now()
    late = update(SignIn).where(SignIn.id == actor.sign_in_id, SignIn.seen_at < now - _SEEN_EVERY).values(seen_at=now)
    try:
        with database.write() as session:
            session.execute(late)
    except DBAPIError as error:
        _log.warning("the use of a session could not be noted: %s", type(error).__name__)


def current(session: Session, actor: Actor) -> tuple[SignIn, Account, list[Role]]:
    """The caller's session, account and roles.

    Raises
    ------
    NotFoundError
        The caller holds a key, which has no session.
    """
    row = session.get(SignIn, actor.sign_in_id) if actor.sign_in_id else None
    if row is None:
        raise NotFoundError("A key has no session; sign in with an account for that.")
    return row, session.get_one(Account, row.account_id), roles_of(session, row.account_id)


def switch(session: Session, actor: Actor, membership_id: UUID, lifetime: Lifetime) -> Opened:
    """Go on in another role, with a new token; it ends when the session before would have."""
    row, account, _ = current(session, actor)
    opened = open_for(session, account, lifetime, membership_id, expires_at=row.expires_at)
    if opened is None:
        raise NotFoundError(f"You have no role {membership_id}.")
    row.revoked_at = utc_now()
    session.flush()
    return opened


def sign_out(session: Session, actor: Actor) -> None:
    """End the caller's session, on every worker from the next call on."""
    row, _, _ = current(session, actor)
    row.revoked_at = utc_now()
    session.flush()
    record(session, actor, "session.closed", target_id=row.account_id)


def sign_out_everywhere(session: Session, actor: Actor) -> None:
    """End all sessions of the caller's account."""
    row, _, _ = current(session, actor)
    revoke_all(session, row.account_id)
    record(session, actor, "session.all_closed", target_id=row.account_id)


def revoke_all(session: Session, account_id: UUID) -> None:
    """End every session of an account."""
    open_ones = (SignIn.account_id == account_id) & SignIn.revoked_at.is_(None)
    session.execute(update(SignIn).where(open_ones).values(revoked_at=utc_now()))


def roles_of(session: Session, account_id: UUID) -> list[Role]:
    """The memberships of an account that are in force, the oldest first; one query."""
    rows = session.execute(
        select(Membership, Tenant, Organisation)
        .join(Tenant, Tenant.id == Membership.tenant_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.account_id == account_id, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    )
    return [Role(row.id, row.role, tenant, organisation) for row, tenant, organisation in rows]
