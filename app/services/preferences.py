"""What a participant answers to others: must meet, want, neutral, no thanks, blocked.

An answer is nobody's business but the one's who gives it and the organiser's; that somebody has blocked somebody is
never shown to the other side.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.core.paging import Page
from app.db.models import Event, Organisation, Participation, Preference
from app.db.queries.scoped import fetch, locked, page
from app.domain.fairs import MAX_MUST_MEET
from app.services.access import Actor
from app.services.audit import record
from app.services.delegations import body_of
from app.services.fallen import cancel_fallen, meetings_of
from app.services.participations import lock_participation
from app.services.phases import must_be_open

#: phases in which participants answer to each other
ANSWERING = ("registration", "matching", "booking")


@dataclass(frozen=True)
class Answered:
    """An answer with the organisation it is about."""

    preference: Preference
    organisation: Organisation


def list_preferences(
    session: Session, row: Participation, *, cursor: str | None = None, limit: int = 50
) -> Page[Answered]:
    """What a participant has answered; two queries."""
    row = body_of(session, row)
    found = page(
        session, select(Preference).where(Preference.from_id == row.id), Preference, cursor=cursor, limit=limit
    )
    rows = session.execute(
        select(Participation.id, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.id.in_([one.to_id for one in found.items]))
    )
    names = {row[0]: row[1] for row in rows}
    return Page([Answered(one, names[one.to_id]) for one in found.items], found.next)


def answer(session: Session, actor: Actor, key: UUID, other_id: UUID, said: str) -> Answered:
    """Record what a participant wants of another; the newest answer counts.

    Who is blocked is met no more: a meeting that is still to come is called off, without saying why.

    Raises
    ------
    ConflictError
        Answers are closed, or it insists on as many as it may.
    """
    row, event, other = _both(session, actor, key, other_id)
    before = session.scalar(select(Preference).where(Preference.from_id == row.id, Preference.to_id == other.id))
    if said == "must_meet" and (before is None or before.answer != said):
        _must_have_left(session, event, row)
    if before is None:
        before = Preference(event_id=event.id, from_id=row.id, to_id=other.id)
        session.add(before)
    before.answer, before.at = said, utc_now()
    session.flush()
    if said == "blocked":
        fallen = meetings_of(session, event, {row.id, other.id}, together=True, because="block")
        cancel_fallen(session, actor, event, fallen, note="called off")
    record(session, actor, "preference.given", event_id=event.id, target_id=before.id)
    return Answered(before, session.get_one(Organisation, other.organisation_id))


def take_back(session: Session, actor: Actor, key: UUID, other_id: UUID) -> None:
    """Forget an answer.

    Raises
    ------
    NotFoundError
        There is none.
    """
    row, event, other = _both(session, actor, key, other_id)
    found = session.scalar(select(Preference).where(Preference.from_id == row.id, Preference.to_id == other.id))
    if found is None:
        raise NotFoundError("There is no answer to take back.")
    session.delete(found)
    session.flush()
    record(session, actor, "preference.taken_back", event_id=event.id, target_id=found.id)


def _both(session: Session, actor: Actor, key: UUID, other_id: UUID) -> tuple[Participation, Event, Participation]:
    """The one who answers (a member's delegation for it), locked, its event, and the other, who has to be there."""
    row = lock_participation(session, actor, key, own=True)
    if row.delegation_id is not None:
        row = locked(session, body_of(session, row))
    other = body_of(session, fetch(session, Participation, other_id, actor.tenant_id))
    if other.event_id != row.event_id or other.withdrawn_at is not None:
        raise NotFoundError(f"There is no participation {other_id} in this event.")
    if other.id == row.id:
        raise InvalidInputError("An organisation cannot answer to itself.", field="other_id")
    event = session.get_one(Event, row.event_id)
    must_be_open(session, event, "Answering", *ANSWERING, actor=actor)
    return row, event, other


def _must_have_left(session: Session, event: Event, row: Participation) -> None:
    most = event.rules.get("max_must_meet", MAX_MUST_MEET)
    count = session.scalar(select(func.count()).where(Preference.from_id == row.id, Preference.answer == "must_meet"))
    if (count or 0) >= most:
        raise ConflictError(
            f"At this event a participant can insist on {most} others; make one of them a wish first.", conflict="quota"
        )
