"""The programme of an event besides its meetings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.db.models import AgendaItem, Event
from app.domain.fairs import AgendaItemShape
from app.services.access import Actor
from app.services.audit import record


def agenda_of(session: Session, event: Event) -> list[AgendaItem]:
    """The items of an agenda in their order in time."""
    items = select(AgendaItem).where(AgendaItem.event_id == event.id)
    return list(session.scalars(items.order_by(AgendaItem.starts_at, AgendaItem.ends_at, AgendaItem.id)))


def set_agenda(session: Session, actor: Actor, event: Event, items: Sequence[AgendaItemShape]) -> None:
    """Replace the agenda of an event; times are local times of its zone."""
    actor.must_be_organiser()
    session.execute(delete(AgendaItem).where(AgendaItem.event_id == event.id))
    write_agenda(session, event, items)
    record(session, actor, "agenda.set", event_id=event.id, target_id=event.id, items=len(items))


def write_agenda(session: Session, event: Event, items: Sequence[AgendaItemShape]) -> None:
    """Add items to an agenda; each has to lie on a day of the event."""
    zone = ZoneInfo(event.zone)
    for number, item in enumerate(items):
        if not event.starts_on <= item.starts_at.date() <= event.ends_on:
            raise InvalidInputError(
                f"{item.title!r} is on {item.starts_at.date()}; the event is {event.starts_on} – {event.ends_on}.",
                field=f"items.{number}.starts_at",
            )
        times = {name: getattr(item, name).replace(tzinfo=zone).astimezone(UTC) for name in ("starts_at", "ends_at")}
        session.add(AgendaItem(event_id=event.id, **item.model_dump() | times))
    session.flush()
