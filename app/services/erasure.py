"""Erase a person: name, address, number, account and letters go; that there was one, and what was counted, stays."""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.core.clock import utc_now, zone
from app.core.errors import NotAllowedError
from app.db.engine import Database
from app.db.models import (
    Account,
    Attendee,
    Consent,
    Event,
    Invitation,
    Letter,
    Membership,
    Participation,
    PasswordReset,
    Phase,
    Registration,
    Representative,
    SignIn,
    StoredFile,
    Tenant,
)
from app.domain import letters
from app.io.looking import may_hold
from app.services.access import Actor
from app.services.audit import record
from app.services.outbox import send_letter
from app.services.people import find_person
from app.services.privacy import account_of, addresses_of
from app.services.runs import rows
from app.services.scrubbing import Words, scrub

#: the person in the form of an application whose person was erased
_NOBODY = {"name": "**", "email": "nobody@erased.invalid"}


@dataclass(frozen=True)
class Erased:
    """What was erased, as counts of rows by table."""

    representative_id: UUID
    erased_at: datetime
    rows: dict[str, int]


def erase_person(session: Session, actor: Actor, representative_id: UUID, *, letter: bool = False) -> Erased:
    """Erase a person from everything that the tenant keeps.

    The row stays, without anything personal, so that seats, meetings and reports keep their counts. Files that the
    tenant had brought in or made, and those that go with letters to others, are thrown away if they speak of the
    person, or if nobody can look into them.

    Parameters
    ----------
    letter
        Whether a last letter tells the person; the outbox holds the address until it is sent.
    """
    if actor.role != "organiser":
        raise NotAllowedError("Only an organiser erases people.")
    person = find_person(session, actor, representative_id, lock=True)
    account = account_of(session, person)
    now, (name, email, phone) = utc_now(), (person.name, person.email, person.phone)
    others = _of_others(session, person)
    emails = [address for address in addresses_of(person, account) if address not in others]
    language = account.language if account else (person.languages or ["en"])[0]
    gone: Counter[str] = Counter(representative=1)
    _empty(session, person, now)
    gone += _letters_and_forms(session, actor.tenant_id, emails)
    gone += _files(session, actor.tenant_id, [word for word in (name, email, phone, *emails) if word])
    if account is not None:
        gone += _account(session, actor.tenant_id, account)
    words = Words.of(None if name in others else name, None if phone in others else phone, *emails)
    gone += scrub(session, actor.tenant_id, words)
    if letter and email:
        _tell(session, actor.tenant_id, email, name, language, now, representative_id)
    record(session, actor, "person.erased", target_id=representative_id, rows=sum(gone.values()))
    session.flush()
    return Erased(representative_id, now, dict(sorted(gone.items())))


def apply_retention(database: Database) -> int:
    """Erase the people of editions that are over for longer than their rules keep people, unless they come to another.

    Each in a transaction of its own; returns how many.
    """
    with database.read() as session:
        due = [(row.tenant_id, row.id) for row in session.scalars(_overdue(session))]
        forms = _registrations_overdue(session)
    for tenant_id, key in due:
        actor = Actor(tenant_id, "organiser", kind="job")
        database.run(lambda session, actor=actor, key=key: erase_person(session, actor, key))  # type: ignore[misc]
    if forms:
        database.run(lambda session: _empty_registrations(session, Registration.id.in_(forms)))
    return len(due) + len(forms)


def _overdue(session: Session) -> Select[Representative]:
    """People whose organisations were at an edition that is long over, and are at none that is not."""
    over = _events_over(session)
    at_one = select(Participation.organisation_id).where(Participation.event_id.in_(over))
    at_other = select(Participation.organisation_id).where(
        Participation.event_id.not_in(over), Participation.withdrawn_at.is_(None)
    )
    return (
        select(Representative)
        .where(
            Representative.erased_at.is_(None),
            Representative.organisation_id.in_(at_one),
            Representative.organisation_id.not_in(at_other),
        )
        .order_by(Representative.id)
    )


def _registrations_overdue(session: Session) -> list[UUID]:
    """Forms of these editions: what was approved lives on in its rows, what was refused in nothing."""
    filled = select(Registration.id).where(Registration.event_id.in_(_events_over(session)), Registration.email != "")
    return list(session.scalars(filled))


def _events_over(session: Session) -> list[UUID]:
    """Editions that closed more days ago than their rules keep people."""
    closing = select(Phase.event_id, Phase.starts_at).where(Phase.name == "closed")
    closed = {row.event_id: row.starts_at for row in session.execute(closing)}
    now = utc_now()
    return [
        event.id
        for event in session.scalars(select(Event).order_by(Event.id))
        if (days := event.rules.get("retention_days")) is not None
        and max(closed.get(event.id, _end_of(event)), _end_of(event)) + timedelta(days=days) < now
    ]


def _end_of(event: Event) -> datetime:
    last = datetime.combine(event.ends_on + timedelta(days=1), datetime.min.time(), zone(event.zone))
    return last.astimezone(UTC)


def _of_others(session: Session, person: Representative) -> set[str]:
    """The name, address and number of this person that others have as well: a namesake, a shared mailbox."""
    same = (
        Representative.name == person.name,
        func.lower(Representative.email) == (person.email or "").lower(),
        Representative.phone == person.phone,
    )
    others = session.scalars(
        select(Representative).where(
            Representative.tenant_id == person.tenant_id, Representative.id != person.id, or_(*same)
        )
    )
    return {word for other in others for word in (other.name, (other.email or "").lower(), other.phone) if word}


def _empty(session: Session, person: Representative, now: datetime) -> None:
    """Leave of a person that there was one; the code of the badge opens nothing any more."""
    person.name = f"** {person.id.hex[-12:]}"
    person.role = person.email = person.phone = None
    person.languages, person.consent, person.erased_at = [], False, now
    session.execute(update(Attendee).where(Attendee.representative_id == person.id).values(code=None))
    given = (Consent.representative_id == person.id) & Consent.withdrawn_at.is_(None)
    session.execute(update(Consent).where(given).values(withdrawn_at=now))
    session.flush()


def _letters_and_forms(session: Session, tenant_id: UUID, emails: list[str]) -> Counter[str]:
    gone: Counter[str] = Counter()
    to_them = (Letter.tenant_id == tenant_id) & func.lower(Letter.email).in_(emails)
    gone["letter"] += rows(session.execute(delete(Letter).where(to_them)))
    offered = (Invitation.tenant_id == tenant_id) & func.lower(Invitation.email).in_(emails)
    gone["invitation"] += rows(session.execute(delete(Invitation).where(offered)))
    theirs = (Registration.tenant_id == tenant_id) & func.lower(Registration.email).in_(emails)
    gone["registration"] += _empty_registrations(session, theirs)
    return gone


def _files(session: Session, tenant_id: UUID, words: list[str]) -> Counter[str]:
    """Throw away what speaks of the person: kept files and those beside letters; one at a time is looked at."""
    gone: Counter[str] = Counter()
    for key in session.scalars(select(StoredFile.id).where(StoredFile.tenant_id == tenant_id)).all():
        content, name = session.execute(select(StoredFile.content, StoredFile.name).where(StoredFile.id == key)).one()
        if may_hold(name.encode(), words) or may_hold(content, words):
            session.execute(delete(StoredFile).where(StoredFile.id == key))
            gone["stored_file"] += 1
    sent = select(Letter).where(Letter.tenant_id == tenant_id, cast(Letter.attachments, Text) != "[]")
    for letter in session.scalars(sent.execution_options(yield_per=20)):
        kept = [
            file
            for file in letter.attachments
            if not may_hold(file["name"].encode(), words) and not may_hold(base64.b64decode(file["content"]), words)
        ]
        if len(kept) < len(letter.attachments):
            letter.attachments = kept
            gone["letter"] += 1
    session.flush()
    return gone


def _empty_registrations(session: Session, which: ColumnElement[bool]) -> int:
    """An application keeps what it says of the firm; one that nobody decided is withdrawn with the person."""
    found = list(session.scalars(select(Registration).where(which).with_for_update()))
    for row in found:
        if row.state == "pending":
            row.state, row.decided_at = "withdrawn", utc_now()
        row.form = {**row.form, "person": _NOBODY, "message": ""}
        row.email, row.reason = "", None
    session.flush()
    return len(found)


def _account(session: Session, tenant_id: UUID, account: Account) -> Counter[str]:
    """End all roles with the tenant; the account goes unless it has roles with others, who answer for it themselves."""
    gone: Counter[str] = Counter()
    mine = (Membership.account_id == account.id) & (Membership.tenant_id == tenant_id)
    gone["membership"] = rows(session.execute(delete(Membership).where(mine)))
    if session.scalar(select(Membership.id).where(Membership.account_id == account.id)):
        return gone
    for model in (SignIn, PasswordReset):
        gone[model.__tablename__] = rows(session.execute(delete(model).where(model.account_id == account.id)))
    session.execute(delete(Account).where(Account.id == account.id))
    gone["account"] = 1
    session.expunge(account)
    return gone


def _tell(
    session: Session, tenant_id: UUID, email: str, name: str, language: str, now: datetime, reference: UUID
) -> None:
    house = session.get_one(Tenant, tenant_id).name
    facts = letters.ErasureDone(name=name, house=house, erased_at=now, zone="UTC", reference=str(reference))
    send_letter(session, tenant_id, email, language, facts)
