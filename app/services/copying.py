"""The next edition, copied from one there is: all that stays the same from year to year, on other days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError
from app.core.ids import new_id
from app.db.base import Base
from app.db.models import (
    AgendaItem,
    Attendee,
    Event,
    EventBody,
    HostFair,
    PairingRule,
    Participation,
    Phase,
    Slot,
    SlotClosed,
)
from app.db.queries.grid import Grid, grid_of
from app.domain.editions import EventCopy, moved
from app.domain.fairs import HostFairShape
from app.services.access import Actor
from app.services.audit import record
from app.services.events import host_fair_named, pairing_rules

Row = TypeVar("Row", bound=Base)
_SAME = ("series_id", "form", "zone", "currency", "language", "place", "slot_minutes", "rules")


def copy_event(session: Session, actor: Actor, source: Event, shape: EventCopy) -> Event:
    """Make the next edition of `source`.

    Slots, phases and agenda keep their wall-clock times, counted in days from the first one, whatever daylight saving
    does in between. Places, interpreters and when they are away, bodies, rules and pairing rules are the same.
    Participants come along if asked for, with their kinds, sides, limits and people; what they wished or could not do
    was about the old days, and stays there.

    Raises
    ------
    ConflictError
        The code is taken.
    InvalidInputError
        A time does not exist on its new day.
    """
    actor.must_be_organiser()
    if session.scalar(select(Event.id).where(Event.tenant_id == actor.tenant_id, Event.code == shape.code)):
        raise ConflictError(f"There is an event {shape.code!r} already; give the new edition a code of its own.")
    days = (shape.starts_on - source.starts_on).days
    event = Event(
        tenant_id=actor.tenant_id,
        code=shape.code,
        name=shape.name or source.name,
        name_local=shape.name_local or source.name_local,
        starts_on=shape.starts_on,
        ends_on=_later(source.ends_on, days),
        as_of=_later(source.as_of, days) if source.as_of else None,
        host_fair_id=_host_fair(session, actor, source, days),
        copied_from_id=source.id,
        **{name: getattr(source, name) for name in _SAME},
    )
    session.add(event)
    session.flush()
    _programme(session, source, event, days)
    places = _grid(session, source, event, days)
    if shape.participants:
        _participants(session, source, event, places)
    session.flush()
    record(session, actor, "event.copied", event_id=event.id, target_id=event.id, source=source.code, code=event.code)
    return event


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise InvalidInputError("That day is out of all calendars.", field="starts_on") from error


def _host_fair(session: Session, actor: Actor, source: Event, days: int) -> UUID | None:
    old = session.get(HostFair, source.host_fair_id) if source.host_fair_id else None
    if old is None:
        return None
    starts, ends = (_later(day, days) if day else None for day in (old.starts_on, old.ends_on))
    return host_fair_named(
        session, actor, HostFairShape(name=old.name, place=old.place, starts_on=starts, ends_on=ends)
    )


def _programme(session: Session, source: Event, event: Event, days: int) -> None:
    """Bodies, phases, agenda and pairing rules."""
    zone = ZoneInfo(event.zone)
    session.add_all(_copies(session, EventBody, source, event))
    kinds: tuple[type[Any], ...] = (Phase, AgendaItem)
    for kind in kinds:
        for row in _copies(session, kind, source, event):
            row.starts_at, row.ends_at = moved(row, zone, zone, days)
            session.add(row)
    session.add_all(
        PairingRule(event_id=event.id, revision=1, seeker=seeker, provider=provider)
        for seeker, provider in sorted(pairing_rules(session, source.id).allowed)
    )


def _grid(session: Session, source: Event, event: Event, days: int) -> dict[UUID, UUID]:
    """Slots, places, interpreters and when they are away; old place → new one."""
    old, zone = grid_of(session, source.id), ZoneInfo(event.zone)
    slots = {slot.id: _copy(slot, event) for slot in old.slots}
    last = None
    for slot in slots.values():
        slot.starts_at, slot.ends_at = moved(slot, zone, zone, days)
        if last is not None and slot.starts_at < last.ends_at:
            raise InvalidInputError(
                f"The clocks change on the new days so that two slots would overlap ({slot.starts_at.astimezone(zone)})"
                "; choose another day.",
                field="starts_on",
            )
        last = slot
    places = {place.id: _copy(place, event) for place in old.places}
    helpers = {helper.id: _copy(helper, event) for helper in old.interpreters}
    session.add_all([*slots.values(), *places.values(), *helpers.values()])
    session.flush()
    session.add_all(_away(old, event, slots, places, "place_id"))
    session.add_all(_away(old, event, slots, helpers, "interpreter_id"))
    return {key: place.id for key, place in places.items()}


def _away(
    old: Grid, event: Event, slots: dict[UUID, Slot], resources: dict[UUID, Any], column: str
) -> Iterable[SlotClosed]:
    for key, row in resources.items():
        for slot in old.away.get(key, ()):
            yield SlotClosed(event_id=event.id, slot_id=slots[slot].id, **{column: row.id})


def _participants(session: Session, source: Event, event: Event, places: dict[UUID, UUID]) -> None:
    parts = {
        row.id: row
        for row in session.scalars(
            select(Participation).where(Participation.event_id == source.id, Participation.withdrawn_at.is_(None))
        )
    }
    new = {key: _copy(row, event) for key, row in parts.items()}
    heads: dict[UUID, UUID | None] = {}
    for row in new.values():
        row.place_id = places[row.place_id] if row.place_id else None
        heads[row.id], row.delegation_id = row.delegation_id, None
        session.add(row)
    session.flush()
    for row in new.values():  # once the bodies they came with are there
        body = heads[row.id]
        row.delegation_id = new[body].id if body is not None and body in new else None
    session.flush()
    for attendee in session.scalars(select(Attendee).where(Attendee.participation_id.in_(list(parts)))):
        seat = _copy(attendee, event)
        seat.participation_id = new[attendee.participation_id].id
        seat.code = seat.checked_in_at = None
        session.add(seat)


def _copies(session: Session, kind: type[Row], source: Event, event: Event) -> list[Row]:
    table: Any = kind
    return [_copy(row, event) for row in session.scalars(select(kind).where(table.event_id == source.id))]


def _copy(row: Row, event: Event) -> Row:
    """The same row of another event: its own id, all else as it was."""
    kept = {
        column.key: getattr(row, column.key)
        for column in type(row).__mapper__.column_attrs
        if column.key not in ("id", "event_id", "version", "created_at")
    }
    return type(row)(id=new_id(), event_id=event.id, **kept)
