"""Rows of availability and preferences."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.db.models import Preference, Slot, Unavailable
from app.domain.lists import Record
from app.services.imports.directory import Directory
from app.services.imports.report import TableReport

Moment = datetime | time | None


def write_availability(directory: Directory, table: TableReport, record: Record) -> bool:
    """Mark the slots that a row names, or that its times touch, as ones in which the organisation cannot meet."""
    field = "organisation_id" if record.values.get("organisation_id") else "organisation"
    participation = directory.participation(table, record, field)
    if participation is None:
        return False
    slots = _slots(directory, table, record)
    if slots is None:
        return False
    taken = set(
        directory.session.scalars(select(Unavailable.slot_id).where(Unavailable.participation_id == participation.id))
    )
    directory.session.add_all(
        Unavailable(event_id=directory.event.id, participation_id=participation.id, slot_id=slot)
        for slot in slots
        if slot not in taken
    )
    directory.session.flush()
    return True


def write_preference(directory: Directory, table: TableReport, record: Record) -> bool:
    """Record what one participant wants of another; the newest answer counts."""
    one = directory.participation(table, record, "from")
    other = directory.participation(table, record, "to")
    if one is None or other is None:
        return False
    if one.id == other.id:
        table.wrong(record, "to", "an organisation cannot answer to itself", "another participant")
        return False
    row = directory.session.scalar(select(Preference).where(Preference.from_id == one.id, Preference.to_id == other.id))
    if row is None:
        row = Preference(event_id=directory.event.id, from_id=one.id, to_id=other.id)
        directory.session.add(row)
    row.answer, row.at = record.values["answer"], datetime.now(UTC)
    directory.session.flush()
    return True


def _slots(directory: Directory, table: TableReport, record: Record) -> list[UUID] | None:
    values = record.values
    named = values.get("slots")
    if named:
        by_name = directory.grid.slots_by_name()
        unknown = [name for name in named if name not in by_name]
        if unknown:
            span = " … ".join([*by_name][:: max(1, len(by_name) - 1)])
            table.wrong(record, "slots", f"this event has no slot {unknown[0]!r}", span)
            return None
        return [by_name[name].id for name in named]
    zone = ZoneInfo(directory.event.zone)
    day: date | None = values.get("date")
    touched = [
        slot.id for slot in directory.grid.slots if _touches(slot, zone, day, values.get("from"), values.get("to"))
    ]
    if not touched:
        table.wrong(record, "from", "no slot of this event lies in that time", "a time within the event", "warning")
    return touched


def _touches(slot: Slot, zone: ZoneInfo, day: date | None, since: Moment, until: Moment) -> bool:
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    begin = _at(since, day or starts.date(), time(0), zone)
    end = _at(until, day or starts.date(), time.max, zone)
    return starts < end and begin < ends


def _at(moment: Moment, day: date, otherwise: time, zone: ZoneInfo) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=zone)
    return datetime.combine(day, moment or otherwise, zone)
