"""Meetings of the current schedule that lose what they need: which they are, and what becomes of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.db.models import Event, InterpreterHold, Meeting, Organisation, Participation, PlaceHold, Seat
from app.db.queries.grid import Grid
from app.services.access import Actor
from app.services.audit import record
from app.services.outbox import tell
from app.services.problems import current_schedule

#: states of a meeting that is still to come; what has begun or is over falls out no more
TO_COME = ("planned", "locked")


@dataclass(frozen=True)
class Fallen:
    """A meeting that falls out, as it was, and what it loses: its slot, place or interpreter."""

    meeting: Meeting
    slot: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    interpreter: str | None
    organisations: tuple[Organisation, Organisation]
    status: str
    because: str


def falling(
    session: Session, event: Event, grid: Grid, closed: Collection[tuple[UUID, UUID]], slots: Collection[UUID] = ()
) -> list[Fallen]:
    """The meetings still to come that take something closed, in the order of their slots; four queries.

    Parameters
    ----------
    closed
        Pairs of a place or interpreter and a slot.
    slots
        Slots that are closed as a whole.
    """
    schedule = current_schedule(session, event.id)
    if schedule is None:
        return []
    place_of: dict[UUID, UUID] = {}
    helper_of: dict[UUID, UUID] = {}
    lost: dict[UUID, str] = {}
    for kind, held, name in ((InterpreterHold, helper_of, "interpreter"), (PlaceHold, place_of, "place")):
        resource = InterpreterHold.interpreter_id if kind is InterpreterHold else PlaceHold.place_id
        for meeting, slot, key in session.execute(
            select(kind.meeting_id, kind.slot_id, resource).where(kind.schedule_id == schedule.id)
        ):
            held[meeting] = key
            if slot in slots:
                lost[meeting] = "slot"
            elif (key, slot) in closed:
                lost.setdefault(meeting, name)
    places = {place.id: place.code for place in grid.places}
    helpers = {helper.id: helper.name for helper in grid.interpreters}
    number = {slot.id: slot for slot in grid.slots}
    names = _organisations(session, event)
    rows = session.scalars(
        select(Meeting).where(Meeting.schedule_id == schedule.id, Meeting.status.in_(TO_COME)).order_by(Meeting.id)
    )
    found = [
        Fallen(
            row,
            grid.slot_name(number[row.slot_id]),
            number[row.slot_id].starts_at,
            number[row.slot_id].ends_at,
            places.get(place_of.get(row.id, row.id)),
            helpers.get(helper_of.get(row.id, row.id)),
            (names[row.low_id], names[row.high_id]),
            row.status,
            "slot" if row.slot_id in slots else lost[row.id],
        )
        for row in rows
        if row.id in lost or row.slot_id in slots
    ]
    return sorted(found, key=lambda one: (number[one.meeting.slot_id].position, one.place or ""))


def cancel_fallen(session: Session, actor: Actor, event: Event, fallen: Collection[Fallen]) -> None:
    """Cancel meetings that have fallen out: their seats, places and interpreters are free at once."""
    for one in fallen:
        row = one.meeting
        for kind in (Seat, PlaceHold, InterpreterHold):
            session.execute(delete(kind).where(kind.meeting_id == row.id))
        row.status, row.sequence, row.changed_at = "cancelled", row.sequence + 1, utc_now()
        row.note = f"its {one.because} was closed"
        session.flush()
        record(session, actor, "meeting.cancelled", event_id=event.id, target_id=row.id, lost=one.because)
        tell(session, event.tenant_id, "meeting.changed", event_id=str(event.id), meeting_id=str(row.id))


def _organisations(session: Session, event: Event) -> dict[UUID, Organisation]:
    rows = session.execute(
        select(Participation.id, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == event.id)
    )
    return {row[0]: row[1] for row in rows}
