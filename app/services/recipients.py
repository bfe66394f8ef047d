"""Who is written to on behalf of an organisation: its people who agreed to it, and those with an account of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from app.db.models import Account, Consent, Event, Membership, Participation, Representative
from app.domain.letters import LANGUAGES


@dataclass(frozen=True)
class Recipient:
    """Somebody who reads letters."""

    name: str
    email: str
    language: str


def recipients(session: Session, event: Event, organisations: Collection[UUID]) -> dict[UUID, list[Recipient]]:
    """By organisation, whom to write to about an event, each address once; three queries.

    Of a delegation these are also its members' people: what it does, they do.
    """
    behind = _with_members(session, event, organisations)
    everybody = {one for those in behind.values() for one in those}
    found: dict[UUID, dict[str, Recipient]] = {key: {} for key in everybody}
    accounts = session.execute(
        select(Membership.organisation_id, Account)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.tenant_id == event.tenant_id,
            Membership.organisation_id.in_(everybody),
            Membership.ended_at.is_(None),
            Account.closed_at.is_(None),
        )
        .order_by(Account.id)
    )
    for key, account in accounts:
        if key is not None:
            found[key].setdefault(account.email.lower(), Recipient(account.name, account.email, account.language))
    agreed = exists().where(
        Consent.representative_id == Representative.id, Consent.purpose == "contact", Consent.withdrawn_at.is_(None)
    )
    people = session.scalars(
        select(Representative)
        .where(
            Representative.organisation_id.in_(everybody),
            Representative.email.is_not(None),
            Representative.erased_at.is_(None),
            or_(Representative.consent, agreed),
        )
        .order_by(Representative.id)
    )
    for person in people:
        address = person.email or ""
        spoken = next((tag for tag in person.languages if tag.split("-")[0] in LANGUAGES), event.language)
        found[person.organisation_id].setdefault(address.lower(), Recipient(person.name, address, spoken))
    return {key: list(_each_once(found[one] for one in those)) for key, those in behind.items()}


def _each_once(readers: Iterable[dict[str, Recipient]]) -> Iterable[Recipient]:
    """Those of several by address; who is named by two is written to as by the first."""
    known: dict[str, Recipient] = {}
    for those in readers:
        known = those | known
    return known.values()


def _with_members(session: Session, event: Event, organisations: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Each organisation with the members of the delegation that it is at the event."""
    found = {key: [key] for key in organisations}
    body = aliased(Participation)
    members = session.execute(
        select(body.organisation_id, Participation.organisation_id)
        .join(body, body.id == Participation.delegation_id)
        .where(
            Participation.event_id == event.id,
            Participation.withdrawn_at.is_(None),
            body.organisation_id.in_(organisations),
        )
        .order_by(Participation.id)
    )
    for key, member in members:
        found[key].append(member)
    return found
