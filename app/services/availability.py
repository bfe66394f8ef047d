"""When a participant cannot meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError
from app.db.models import Event, Participation, Slot, Unavailable
from app.db.queries.grid import Grid
from app.domain.participations import AwayShape
from app.services.fallen import meetings_of


def set_unavailable(session: Session, event: Event, row: Participation, grid: Grid, away: Sequence[AwayShape]) -> None:
    """Replace the times in which a participant cannot meet.

    Raises
    ------
    ConflictError
        It has a meeting in one of them.
    InvalidInputError
        There is no such slot, or no slot lies in a time.
    """
    slots = {slot for number, one in enumerate(away) for slot in _slots(event, grid, one, f"unavailable.{number}")}
    held = [one for one in meetings_of(session, event, {row.id}) if one.meeting.slot_id in slots]
    if held:
        raise ConflictError(
            f"There is a meeting in {', '.join(one.slot for one in held)}; move or cancel it first.",
            conflict="meetings",
        )
    session.execute(delete(Unavailable).where(Unavailable.participation_id == row.id))
    session.add_all(
        Unavailable(event_id=event.id, participation_id=row.id, slot_id=slot.id)
        for slot in grid.slots
        if slot.id in slots
    )
    session.flush()


def _slots(event: Event, grid: Grid, away: AwayShape, field: str) -> Iterable[UUID]:
    by_name = grid.slots_by_name()
    for name in away.slots:
        if name not in by_name:
            names = list(by_name)
            told = f"{names[0]} to {names[-1]}" if names else "none"
            raise InvalidInputError(f"This event has no slot {name!r}; there is {told}.", field=f"{field}.slots")
    if away.slots:
        return [by_name[name].id for name in away.slots]
    zone = ZoneInfo(event.zone)
    touched = [slot.id for slot in grid.slots if _touches(slot, away, zone)]
    if not touched:
        raise InvalidInputError("No slot of this event lies in that time.", field=field)
    return touched


def _touches(slot: Slot, away: AwayShape, zone: ZoneInfo) -> bool:
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    day = away.date or starts.date()
    begin = datetime.combine(day, away.starts or time.min, zone)
    end = datetime.combine(day, away.ends or time.max, zone)
    return starts < end and begin < ends
