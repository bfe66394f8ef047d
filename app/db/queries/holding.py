"""The order in which rows are locked by whoever changes meetings, so that nobody waits in a circle.

First the event, shared: whoever closes a slot or changes the event itself has it alone. Then the current schedule,
shared by changes of single meetings, alone for publishing, repairs and another schedule. Then the parties in the order
of their ids, then rows of meetings and requests. SQLite needs none of it: its writers follow each other.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Event, Participation, Schedule


def hold_event(session: Session, event_id: UUID) -> None:
    """Keep an event with its grid as it is until the transaction ends; others may keep it too."""
    session.scalar(select(Event.id).where(Event.id == event_id).with_for_update(read=True))


def hold_schedule(session: Session, event_id: UUID, *, alone: bool = False) -> Schedule | None:
    """The current schedule, kept from being published, repaired or replaced until the transaction ends.

    Parameters
    ----------
    alone
        Keep it from every other change too.
    """
    hold_event(session, event_id)
    query = select(Schedule).where(Schedule.event_id == event_id, Schedule.is_current)
    query = query.with_for_update(read=not alone).execution_options(populate_existing=True)
    return session.scalar(query) or session.scalar(query)  # again where another became current while this one waited


def hold_parties(session: Session, *participations: UUID) -> None:
    """What is done for one party follows each other, so that what is counted here still holds when it is written.

    The rows are read anew: one of them may have withdrawn while this one waited.
    """
    session.scalars(
        select(Participation)
        .where(Participation.id.in_(participations))
        .order_by(Participation.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
