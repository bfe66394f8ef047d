"""Everything that concerns a person, put together for them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.clock import utc_now
from app.db.base import Base
from app.db.models import (
    Account,
    Attendee,
    Event,
    Invitation,
    Letter,
    Meeting,
    MeetingRequest,
    Membership,
    Organisation,
    Participation,
    Registration,
    Representative,
    Seat,
    SignIn,
    Slot,
)
from app.domain.outcomes import TOOK_PLACE
from app.services.access import Actor
from app.services.consents import consents_of
from app.services.delegations import body_of
from app.services.people import find_person
from app.services.timetables import known_meetings

_NEVER = ("password", "digest", "tenant_id", "code")


def account_of(session: Session, person: Representative) -> Account | None:
    """The account that a person signs in with: the one tied to them, or that of their organisation with their address.

    An address alone does not make it theirs: anybody may write any address into a list.
    """
    theirs = Membership.representative_id == person.id
    if person.email:
        theirs = or_(
            theirs,
            (Membership.organisation_id == person.organisation_id) & (Account.email == person.email.lower()),
        )
    return session.scalar(
        select(Account).join(Membership, Membership.account_id == Account.id).where(theirs).order_by(Account.id)
    )


def addresses_of(person: Representative, account: Account | None) -> list[str]:
    """The e-mail addresses by which letters and forms of a person are found."""
    return sorted({address.lower() for address in (person.email, account.email if account else None) if address})


def export_person(session: Session, actor: Actor, representative_id: UUID) -> dict[str, Any]:
    """Put together what there is about a person: for the person, or to be read before they are erased."""
    person = find_person(session, actor, representative_id)
    account = account_of(session, person)
    emails = addresses_of(person, account)
    return {
        "made_at": utc_now(),
        "person": _row(person),
        "organisation": _row(session.get_one(Organisation, person.organisation_id), "id", "code", "name", "country"),
        "consents": [
            _row(consent) | {"wording": _row(words) if words else None}
            for consent, words in consents_of(session, person)
        ],
        "attendance": _attendance(session, person),
        "meetings": _meetings(session, actor, person),
        "requests": _requests(session, person),
        "registrations": _by_email(session, actor, Registration, emails),
        "invitations": _by_email(session, actor, Invitation, emails),
        "letters": _by_email(session, actor, Letter, emails),
        "account": _account(session, actor, account) if account else None,
    }


def _attendance(session: Session, person: Representative) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Attendee, Event.code, Event.name)
        .join(Event, Event.id == Attendee.event_id)
        .where(Attendee.representative_id == person.id)
        .order_by(Event.starts_on, Attendee.id)
    )
    return [
        {"event": code, "event_name": name, "seat": seat.number, "checked_in_at": seat.checked_in_at}
        for seat, code, name in rows
    ]


def _meetings(session: Session, actor: Actor, person: Representative) -> list[dict[str, Any]]:
    """The meetings in which the person has a seat, and with whom; for those who are not staff, such as were told."""
    mine, other, firm = aliased(Participation), aliased(Participation), aliased(Organisation)
    rows = session.execute(
        select(Meeting.id, Meeting.status, Event, Slot.starts_at, firm.name, mine)
        .join(Seat, Seat.meeting_id == Meeting.id)
        .join(Attendee, Attendee.id == Seat.attendee_id)
        .join(Event, Event.id == Meeting.event_id)
        .join(Slot, Slot.id == Meeting.slot_id)
        .join(mine, mine.id == Attendee.participation_id)
        .join(other, (other.id != mine.id) & or_(other.id == Meeting.low_id, other.id == Meeting.high_id))
        .join(firm, firm.id == other.organisation_id)
        .where(Attendee.representative_id == person.id)
        .order_by(Slot.starts_at, Meeting.id)
    ).all()
    parts = {part.id: (event, part) for _, _, event, _, _, part in rows} if not actor.is_staff else {}
    known = {key for event, part in parts.values() for key in known_meetings(session, event, body_of(session, part))}
    seen = {
        key: {"id": key, "event": event.code, "starts_at": at, "with": name, "status": status}
        for key, status, event, at, name, _ in rows
        if actor.is_staff or key in known or status in TOOK_PLACE
    }
    return list(seen.values())


def _requests(session: Session, person: Representative) -> list[dict[str, Any]]:
    theirs = select(Participation.id).where(Participation.organisation_id == person.organisation_id)
    rows = session.scalars(select(MeetingRequest).where(MeetingRequest.from_id.in_(theirs)).order_by(MeetingRequest.id))
    return [_row(row, "id", "event_id", "created_at", "purpose", "message", "answer", "state") for row in rows]


def _by_email(session: Session, actor: Actor, model: type[Base], emails: list[str]) -> list[dict[str, Any]]:
    table: Any = model
    rows = session.scalars(
        select(model).where(table.tenant_id == actor.tenant_id, func.lower(table.email).in_(emails)).order_by(table.id)
    )
    left_out = ("attachments", "html", "once", "taken_at", "next_at")
    return [{name: value for name, value in _row(row).items() if name not in left_out} for row in rows]


def _account(session: Session, actor: Actor, account: Account) -> dict[str, Any]:
    roles = select(Membership).where(Membership.account_id == account.id, Membership.tenant_id == actor.tenant_id)
    seen = select(SignIn).where(SignIn.account_id == account.id).order_by(SignIn.id)
    return _row(account) | {
        "memberships": [_row(row, "id", "role", "created_at", "ended_at") for row in session.scalars(roles)],
        "sessions": [_row(row, "created_at", "seen_at", "expires_at", "revoked_at") for row in session.scalars(seen)],
    }


def _row(row: Base, *names: str) -> dict[str, Any]:
    """The columns of a row, or some of them; never what opens something."""
    wanted = names or [column.key for column in row.__table__.columns if column.key not in _NEVER]
    return {name: getattr(row, name) for name in wanted}
