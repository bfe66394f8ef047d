"""Check-in at the door: by the code of a badge, by an attendee's id, or by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, NotFoundError
from app.db.models import Attendee, Event
from app.services.access import Actor
from app.services.audit import record
from app.services.live.clock import moment
from app.services.live.people import Person, by_code, by_id, by_name, must_be_at_the_desk
from app.services.outbox import tell


@dataclass(frozen=True)
class CheckIn:
    """Somebody who is there; `again` where they had been checked in before, and `at` is when that was."""

    person: Person
    at: datetime | None
    again: bool = False


def check_in(
    session: Session,
    actor: Actor,
    event: Event,
    *,
    code: str | None = None,
    attendee_id: UUID | None = None,
    name: str | None = None,
    at: datetime | None = None,
) -> CheckIn:
    """Note that somebody has come; the second time changes nothing and says when the first was.

    Raises
    ------
    NotFoundError
        Nobody of this event has that code, id or name.
    ConflictError
        Several people have the name; `candidates` lists them. Or their organisation has withdrawn.
    """
    must_be_at_the_desk(actor)
    now = moment(actor, event, at)
    person = _one(session, event, code, attendee_id, name)
    if person.participation.withdrawn_at is not None:
        raise ConflictError(f"{person.organisation.name} has withdrawn from {event.name}; take it back in first.")
    absent = (Attendee.id == person.attendee.id) & Attendee.checked_in_at.is_(None)
    came = session.execute(update(Attendee).where(absent).values(checked_in_at=now).returning(Attendee.id)).all()
    session.refresh(person.attendee)
    if came:
        ids = {"attendee_id": str(person.attendee.id), "organisation_id": str(person.organisation.id)}
        record(session, actor, "attendee.checked_in", event_id=event.id, target_id=person.attendee.id)
        tell(session, event.tenant_id, "checked_in", event_id=str(event.id), **ids)
    else:
        record(session, actor, "attendee.seen_again", event_id=event.id, target_id=person.attendee.id)
    return CheckIn(person, person.attendee.checked_in_at, again=not came)


def undo_check_in(session: Session, actor: Actor, event: Event, attendee_id: UUID) -> CheckIn:
    """Take a check-in back; without one nothing changes."""
    must_be_at_the_desk(actor)
    person = _one(session, event, None, attendee_id, None)
    session.execute(update(Attendee).where(Attendee.id == attendee_id).values(checked_in_at=None))
    session.refresh(person.attendee)
    record(session, actor, "attendee.check_in_undone", event_id=event.id, target_id=attendee_id)
    return CheckIn(person, None)


def _one(session: Session, event: Event, code: str | None, attendee_id: UUID | None, name: str | None) -> Person:
    if code is not None:
        found, what = by_code(session, event, code), "with this code"
    elif attendee_id is not None:
        found, what = by_id(session, event, attendee_id), f"with the id {attendee_id}"
    else:
        found, what = by_name(session, event, name or ""), f"called {name!r}"
    if not found:
        raise NotFoundError(f"Nobody {what} is expected at {event.name}.")
    if len(found) > 1:
        raise ConflictError(
            f"{len(found)} people here are called {name!r}; check in one of them by attendee_id.",
            candidates=[
                {"attendee_id": str(p.attendee.id), "name": p.name, "organisation": p.organisation.name} for p in found
            ],
        )
    return found[0]
