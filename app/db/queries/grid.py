"""An event's grid, read as a whole: slots, places, interpreters, and who is away when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import in_zone
from app.db.models import Interpreter, Place, Slot, SlotClosed, Unavailable


@dataclass(frozen=True)
class Grid:
    """Rows in their order, and for places, interpreters and participations the slots in which they are away.

    Slots are named s01, s02 … for people and files; ids stay inside.
    """

    slots: tuple[Slot, ...]
    places: tuple[Place, ...]
    interpreters: tuple[Interpreter, ...]
    away: dict[UUID, frozenset[UUID]]

    def slot_name(self, slot: Slot) -> str:
        return f"s{slot.position + 1:0{max(2, len(str(len(self.slots))))}d}"

    def slots_by_name(self) -> dict[str, Slot]:
        return {self.slot_name(slot): slot for slot in self.slots}

    def free(self, resource_id: UUID, slot_id: UUID) -> bool:
        return slot_id not in self.away.get(resource_id, frozenset())


def slots_by_day(grid: Grid, zone: str) -> list[tuple[date, list[tuple[str, Slot]]]]:
    """The slots with their names, by the day that they are on where the event is held."""
    named = ((name, slot) for name, slot in grid.slots_by_name().items())
    days = groupby(named, key=lambda one: in_zone(one[1].starts_at, zone).date())
    return [(day, list(slots)) for day, slots in days]


def grid_of(session: Session, event_id: UUID) -> Grid:
    """Read the grid of an event with five queries."""
    away: dict[UUID, set[UUID]] = {}
    for closed in session.scalars(select(SlotClosed).where(SlotClosed.event_id == event_id)):
        resource = closed.place_id or closed.interpreter_id
        assert resource is not None  # the schema says one of the two
        away.setdefault(resource, set()).add(closed.slot_id)
    for row in session.scalars(select(Unavailable).where(Unavailable.event_id == event_id)):
        away.setdefault(row.participation_id, set()).add(row.slot_id)
    return Grid(
        tuple(session.scalars(select(Slot).where(Slot.event_id == event_id).order_by(Slot.position))),
        tuple(session.scalars(select(Place).where(Place.event_id == event_id).order_by(Place.position))),
        tuple(
            session.scalars(select(Interpreter).where(Interpreter.event_id == event_id).order_by(Interpreter.position))
        ),
        {resource: frozenset(slots) for resource, slots in away.items()},
    )
