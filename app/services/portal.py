"""What somebody who acts for one organisation has before them: its parts in editions, and how it stands to others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.db.models import Event, MeetingRequest, Organisation, Participation, Preference
from app.domain.meeting_requests import state_at
from app.services.access import Actor


@dataclass(frozen=True)
class Part:
    """An edition in which an organisation takes part, and its part in it."""

    event: Event
    row: Participation


@dataclass(frozen=True)
class Other:
    """Another participant, as a list of exhibitors shows it, and how one stands to it."""

    participation_id: UUID
    organisation: Organisation
    answer: str | None
    asked: Asked | None


@dataclass(frozen=True)
class Asked:
    """The newest request for a meeting between two; `sent` is whether it is one's own."""

    id: UUID
    state: str
    sent: bool
    expires_at: datetime


def parts_of(session: Session, actor: Actor) -> list[Part]:
    """The editions that the caller's organisation takes part in, the newest first; one query."""
    rows = session.execute(
        select(Event, Participation)
        .join(Participation, Participation.event_id == Event.id)
        .where(Event.tenant_id == actor.tenant_id, Participation.organisation_id == actor.organisation_id)
        .where(Participation.withdrawn_at.is_(None))
        .order_by(Event.starts_on.desc(), Event.code)
    )
    return [Part(event, row) for event, row in rows]


def others(session: Session, part: Part, organisations: Collection[UUID]) -> dict[UUID, Other]:
    """How one stands to some organisations that take part in an edition, by organisation; three queries."""
    rows = session.execute(
        select(Participation.id, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == part.event.id, Participation.organisation_id.in_(organisations))
        .where(Participation.withdrawn_at.is_(None))
    ).all()
    theirs = [row[0] for row in rows]
    answers: dict[UUID, str] = dict(
        session.execute(
            select(Preference.to_id, Preference.answer).where(
                Preference.from_id == part.row.id, Preference.to_id.in_(theirs)
            )
        ).all()
    )
    asked = _asked(session, part.row.id, theirs)
    return {organisation.id: Other(key, organisation, answers.get(key), asked.get(key)) for key, organisation in rows}


def wanted(session: Session, part: Part) -> list[tuple[Organisation, str]]:
    """Whom one must or wants to meet, those insisted on first; one query."""
    rows = session.execute(
        select(Organisation, Preference.answer)
        .join(Participation, Participation.organisation_id == Organisation.id)
        .join(Preference, Preference.to_id == Participation.id)
        .where(Preference.from_id == part.row.id, Preference.answer.in_(("must_meet", "want")))
        .order_by(Preference.answer, Organisation.name)
    )
    return [(organisation, answer) for organisation, answer in rows]


def answered(session: Session, part: Part) -> dict[UUID, str]:
    """All that one has answered, by organisation; one query."""
    rows = session.execute(
        select(Participation.organisation_id, Preference.answer)
        .join(Preference, Preference.to_id == Participation.id)
        .where(Preference.from_id == part.row.id)
    )
    return {row[0]: row[1] for row in rows}


def _asked(session: Session, own: UUID, theirs: Collection[UUID]) -> dict[UUID, Asked]:
    now = utc_now()
    rows = session.scalars(
        select(MeetingRequest)
        .where(
            or_(
                (MeetingRequest.from_id == own) & MeetingRequest.to_id.in_(theirs),
                (MeetingRequest.to_id == own) & MeetingRequest.from_id.in_(theirs),
            )
        )
        .order_by(MeetingRequest.id)
    )
    found = {}
    for row in rows:
        sent = row.from_id == own
        state = state_at(row.state, row.expires_at, now)
        found[row.to_id if sent else row.from_id] = Asked(row.id, state, sent, row.expires_at)
    return found
