"""Accounts of people: who has which role, passwords, and letters that set a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.crypto import RESET, digest, new_key
from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.core.ids import new_id
from app.core.paging import Page
from app.core.passwords import check_password, hash_password, verify_password
from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Account, Membership, Organisation, PasswordReset, Representative, Tenant
from app.db.queries.scoped import fetch, page
from app.domain import letters
from app.domain.access import ROLES, STAFF
from app.domain.contacts import same_email
from app.services import attempts, sessions
from app.services.access import Actor
from app.services.audit import record
from app.services.outbox import send_letter

RESET_FOR = timedelta(hours=2)


@dataclass(frozen=True)
class Member:
    """A role of a person with the tenant."""

    id: UUID
    account: Account
    role: str
    organisation: Organisation | None
    created_at: datetime
    ended_at: datetime | None


def list_members(session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Member]:
    """Everybody who has or had a role with the tenant; three queries whatever the number."""
    actor.must_be_staff()
    found = page(
        session, select(Membership).where(Membership.tenant_id == actor.tenant_id), Membership,
        cursor=cursor, limit=limit,
    )  # fmt: skip
    people = {
        row.id: row for row in session.scalars(select(Account).where(Account.id.in_(r.account_id for r in found.items)))
    }
    wanted = {row.organisation_id for row in found.items if row.organisation_id}
    firms = {row.id: row for row in session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))}
    items = [
        Member(
            row.id, people[row.account_id], row.role, firms.get(row.organisation_id) if row.organisation_id else None,
            row.created_at, row.ended_at,
        )
        for row in found.items
    ]  # fmt: skip
    return Page(items, found.next)


def end_membership(session: Session, actor: Actor, membership_id: UUID) -> None:
    """Take a role away; its sessions are dead from the next call on.

    Raises
    ------
    ConflictError
        It is the last organiser's.
    """
    actor.must_be_organiser()
    row = fetch(session, Membership, membership_id, actor.tenant_id)
    if row.ended_at:
        raise NotFoundError(f"The role {membership_id} has ended already.")
    session.get_one(Tenant, actor.tenant_id, with_for_update=True)  # of two who go at once, one stays
    organisers = select(func.count()).where(
        Membership.tenant_id == actor.tenant_id, Membership.role == "organiser", Membership.ended_at.is_(None)
    )
    if row.role == "organiser" and actor.kind == "account" and session.scalar(organisers) == 1:
        raise ConflictError("This is the last organiser; give the role to somebody else first.")
    row.ended_at = utc_now()
    session.flush()
    record(session, actor, "membership.ended", target_id=row.id, role=row.role)


def end_all(session: Session, actor: Actor, email: str) -> int:
    """Take all roles with the tenant away from an account, and return how many there were."""
    mine = (
        select(Membership)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Account.email == same_email(email), Membership.tenant_id == actor.tenant_id, Membership.ended_at.is_(None)
        )
    )
    rows = list(session.scalars(mine))
    if not rows:
        raise NotFoundError(f"{email} has no role here.")
    for row in rows:
        end_membership(session, actor, row.id)
    return len(rows)


def create_member(
    session: Session,
    actor: Actor,
    email: str,
    role: str,
    organisation_id: UUID | None,
    *,
    name: str,
    language: str,
    password: str,
) -> Membership:
    """Give a role to somebody whose password is known already, as whoever sets the service up does.

    Raises
    ------
    ConflictError
        There is an account of this address; it is invited instead, and keeps its password.
    """
    actor.must_be_organiser()
    organisation_id = check_role(session, actor, role, organisation_id)
    check_password(password, email)
    if session.scalar(select(Account.id).where(Account.email == same_email(email))):
        raise ConflictError(f"There is an account {email} already; leave the password out to invite it.")
    account = create_account(session, email, name, language, hash_password(password))
    member = give_role(session, account, actor.tenant_id, role, organisation_id)
    record(session, actor, "membership.given", target_id=member.id, role=role)
    return member


def check_role(session: Session, actor: Actor, role: str, organisation_id: UUID | None) -> UUID | None:
    """Return the organisation that a role is for, None for staff; refuse roles that make no sense."""
    if role not in ROLES:
        raise InvalidInputError(f"{role!r} is no role; one of {', '.join(ROLES)}.", field="role")
    if role in STAFF:
        if organisation_id is not None:
            raise InvalidInputError(f"The role {role} belongs to no organisation.", field="organisation_id")
        return None
    if organisation_id is None:
        raise InvalidInputError(f"The role {role} belongs to an organisation; name it.", field="organisation_id")
    return fetch(session, Organisation, organisation_id, actor.tenant_id).id


def give_role(
    session: Session, account: Account, tenant_id: UUID, role: str, organisation_id: UUID | None
) -> Membership:
    """Give an account a role, or give it back; tied to the person of the organisation who has its e-mail address."""
    row = session.scalar(
        select(Membership).where(
            Membership.account_id == account.id,
            Membership.tenant_id == tenant_id,
            Membership.role == role,
            Membership.organisation_id.is_(None)
            if organisation_id is None
            else Membership.organisation_id == organisation_id,
        )
    )
    if row is None:
        row = Membership(
            id=new_id(), tenant_id=tenant_id, account_id=account.id, role=role, organisation_id=organisation_id
        )
        session.add(row)
    row.ended_at = None
    if organisation_id is not None:
        row.representative_id = session.scalar(
            select(Representative.id)
            .where(Representative.organisation_id == organisation_id, func.lower(Representative.email) == account.email)
            .order_by(Representative.id)
        )
    session.flush()
    return row


def create_account(session: Session, email: str, name: str, language: str, hashed: str | None) -> Account:
    account = Account(id=new_id(), email=same_email(email), name=name, language=language, password=hashed)
    session.add(account)
    session.flush()
    return account


def change_password(
    database: Database, actor: Actor, present: str, new: str, host: str, lifetime: sessions.Lifetime
) -> sessions.Opened:
    """Set a new password, end all sessions of the account, and open a new one in the same role.

    Raises
    ------
    InvalidInputError
        The present password is another one, or the new one is too easy.
    TooManyError
        Somebody is guessing.
    """
    with database.read() as session:
        row, account, _ = sessions.current(session, actor)
    check_password(new, account.email, "new")
    mine = database.run(lambda session: attempts.begin(session, "password", account.email, host))
    if not verify_password(present, account.password):
        raise InvalidInputError("This is not the present password.", field="present")
    hashed = hash_password(new)

    def work(session: Session) -> sessions.Opened | None:
        attempts.take_back(session, mine)
        found = session.get_one(Account, account.id, with_for_update=True)
        _set_password(session, actor, found, hashed)
        return sessions.open_for(session, found, lifetime, row.membership_id)

    opened = database.run(work)
    if opened is None:
        raise NotFoundError("Your role has ended meanwhile.")
    return opened


def ask_for_reset(database: Database, email: str, host: str, settings: Settings) -> None:
    """Send a letter that lets its reader set a new password, if there is such an account; nobody learns if there is.

    Raises
    ------
    TooManyError
        Too many letters were asked for from this network.
    """
    email = same_email(email)
    token = new_key(RESET)
    verify_password(token, None)  # takes so long that the letter of a known address makes no difference to the time

    def work(session: Session) -> None:
        attempts.begin(session, "reset", email, host)
        account = session.scalar(select(Account).where(Account.email == email, Account.closed_at.is_(None)))
        roles = sessions.roles_of(session, account.id) if account else []
        facts = letters.PasswordReset(
            name=account.name if account else "",
            house=roles[0].tenant.name if roles else "-",
            link=f"{settings.public_url.rstrip('/')}/password#{token}",
            expires_at=utc_now() + RESET_FOR,
            zone="UTC",
        )
        if account is None or not roles:
            letters.write_letter(facts)
            return
        row = PasswordReset(id=new_id(), account_id=account.id, digest=digest(token), expires_at=facts.expires_at)
        session.add(row)
        send_letter(session, roles[0].tenant.id, account.email, account.language, facts)
        record(session, Actor(roles[0].tenant.id, roles[0].role, None, "account"), "password.reset_asked",
               target_id=account.id)  # fmt: skip

    database.run(work)


def reset_password(database: Database, token: str, password: str, lifetime: sessions.Lifetime) -> sessions.Opened:
    """Set the password that a letter allowed to be set, end all sessions, and open one.

    Raises
    ------
    NotFoundError
        The token is unknown, used, or has run out.
    """
    mine = (PasswordReset.digest == digest(token)) & PasswordReset.used_at.is_(None)
    gone = NotFoundError("This link has been used or has run out; ask for another.")
    with database.read() as session:
        account = session.scalar(select(Account).join(PasswordReset).where(mine, PasswordReset.expires_at > utc_now()))
    if account is None:
        raise gone
    check_password(password, account.email)
    hashed = hash_password(password)

    def work(session: Session) -> sessions.Opened | None:
        row = session.scalar(select(PasswordReset).where(mine, PasswordReset.expires_at > utc_now()).with_for_update())
        found = session.get(Account, row.account_id) if row else None
        roles = sessions.roles_of(session, found.id) if found else []
        if row is None or found is None or not roles:
            return None
        actor = Actor(roles[0].tenant.id, roles[0].role, None, "account", found.id)
        _set_password(session, actor, found, hashed)
        return sessions.open_for(session, found, lifetime)

    opened = database.run(work)
    if opened is None:
        raise gone
    return opened


def _set_password(session: Session, actor: Actor, account: Account, hashed: str) -> None:
    """With the password go all sessions, and all letters that allow to set another."""
    account.password = hashed
    waiting = (PasswordReset.account_id == account.id) & PasswordReset.used_at.is_(None)
    session.execute(update(PasswordReset).where(waiting).values(used_at=utc_now()))
    sessions.revoke_all(session, account.id)
    session.flush()
    record(session, actor, "password.set", target_id=account.id)
