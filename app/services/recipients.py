"""Who is written to on behalf of an organisation: its people who agreed to it, and those with an account of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.db.models import Account, Consent, Event, Membership, Representative
from app.domain.letters import LANGUAGES


@dataclass(frozen=True)
class Recipient:
    """Somebody who reads letters."""

    name: str
    email: str
    language: str


def recipients(session: Session, event: Event, organisations: Collection[UUID]) -> dict[UUID, list[Recipient]]:
    """By organisation, whom to write to about an event; two queries, each address once."""
    found: dict[UUID, dict[str, Recipient]] = {key: {} for key in organisations}
    accounts = session.execute(
        select(Membership.organisation_id, Account)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.tenant_id == event.tenant_id,
            Membership.organisation_id.in_(organisations),
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
            Representative.organisation_id.in_(organisations),
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
    return {key: list(those.values()) for key, those in found.items()}
