"""What the phases of an event let people do; whoever runs the event may do it at any time."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import in_zone, utc_now
from app.core.errors import ConflictError
from app.db.models import Event, Phase
from app.domain.phases import shut
from app.services.access import Actor


def phases_of(session: Session, event_id: UUID) -> list[Phase]:
    """The phases of an event in their order in time."""
    return list(session.scalars(select(Phase).where(Phase.event_id == event_id).order_by(Phase.starts_at)))


def must_be_open(
    session: Session, event: Event, what: str, *names: str, actor: Actor | None = None, at: datetime | None = None
) -> None:
    """Refuse what belongs to the phases `names` while none of them is on.

    Parameters
    ----------
    what
        What is refused, as the beginning of a sentence: "Registration".
    actor
        Who asks; those who run the event may always, strangers are None.

    Raises
    ------
    ConflictError
        It is too early or too late; the sentence says when it was or will be open.
    """
    if actor is not None and actor.runs_events:
        return
    now = (at or utc_now()).astimezone(UTC)
    closed = shut(phases_of(session, event.id), names, now)
    if closed is None:
        return
    last, ahead = closed
    if ahead is not None:
        raise ConflictError(f"{what} opens {_told(ahead.starts_at, event)}.", conflict="phase")
    assert last is not None  # something is shut because it is over or has yet to begin
    raise ConflictError(f"{what} closed {_told(last.ends_at, event)}.", conflict="phase")


def _told(moment: datetime, event: Event) -> str:
    return f"on {in_zone(moment, event.zone):%Y-%m-%d at %H:%M} ({event.zone})"
