"""Meetings of the current schedule that lose what they need: which they are, and what becomes of them."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.db.models import Event, InterpreterHold, Meeting, Organisation, Participation, PlaceHold, Seat
from app.db.queries.grid import Grid, grid_of
from app.services.access import Actor
from app.services.audit import record
from app.services.outbox import tell
from app.services.problems import current_schedule

#: states of a meeting that is still to come; what has begun or is over falls out no more
TO_COME = ("planned", "locked")


@dataclass(frozen=True)
class Fallen:
    """A meeting that falls out, as it was, and what it loses: its slot, place, interpreter or a participant."""

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
    session: Session, event: Event, grid: Grid, closed: AbstractSet[tuple[UUID, UUID]], slots: Collection[UUID] = ()
) -> list[Fallen]:
    """The meetings still to come that take something closed, in the order of their slots; four queries.

    Parameters
    ----------
    closed
        Pairs of a place, interpreter or participation and a slot.
    slots
        Slots that are closed as a whole.
    """
    schedule = current_schedule(session, event.id)
    if schedule is None:
        return []
    held = _holds(session, schedule.id)
    lost: dict[UUID, str] = {}
    for one in held:
        if one.slot_id in slots:
            lost[one.meeting_id] = "slot"
        elif (one.resource_id, one.slot_id) in closed and lost.get(one.meeting_id) != "slot":
            lost[one.meeting_id] = one.what
    for row in session.scalars(_to_come(schedule.id)):
        if row.slot_id in slots:
            lost[row.id] = "slot"
        elif not closed.isdisjoint(((row.low_id, row.slot_id), (row.high_id, row.slot_id))):
            lost[row.id] = "participant"
    return _told(session, event, grid, schedule.id, held, lost)


def meetings_of(
    session: Session, event: Event, parties: Collection[UUID], *, together: bool = False, because: str = ""
) -> list[Fallen]:
    """The meetings still to come of some participations, in the order of their slots.

    Parameters
    ----------
    together
        Only those that both sides of are among `parties`.
    """
    schedule = current_schedule(session, event.id)
    if schedule is None:
        return []
    low, high = Meeting.low_id.in_(parties), Meeting.high_id.in_(parties)
    rows = session.scalars(_to_come(schedule.id).where(low & high if together else low | high)).all()
    if not rows:
        return []
    lost = {row.id: because for row in rows}
    return _told(session, event, grid_of(session, event.id), schedule.id, _holds(session, schedule.id), lost)


def cancel_fallen(
    session: Session, actor: Actor, event: Event, fallen: Collection[Fallen], *, note: str | None = None
) -> None:
    """Cancel meetings that have fallen out: their seats, places and interpreters are free at once.

    `note` is for both parties; by default it names what was closed.
    """
    for one in fallen:
        row = one.meeting
        for kind in (Seat, PlaceHold, InterpreterHold):
            session.execute(delete(kind).where(kind.meeting_id == row.id))
        row.status, row.sequence, row.changed_at = "cancelled", row.sequence + 1, utc_now()
        row.note = note or f"its {one.because} was closed"
        session.flush()
        record(session, actor, "meeting.cancelled", event_id=event.id, target_id=row.id, lost=one.because)
        tell(session, event.tenant_id, "meeting.changed", event_id=str(event.id), meeting_id=str(row.id))


@dataclass(frozen=True)
class _Hold:
    meeting_id: UUID
    slot_id: UUID
    resource_id: UUID
    what: str


def _holds(session: Session, schedule_id: UUID) -> list[_Hold]:
    """Who takes which place and interpreter, and when; places last."""
    helpers = select(InterpreterHold.meeting_id, InterpreterHold.slot_id, InterpreterHold.interpreter_id)
    places = select(PlaceHold.meeting_id, PlaceHold.slot_id, PlaceHold.place_id)
    return [
        *(
            _Hold(*row, "interpreter")
            for row in session.execute(helpers.where(InterpreterHold.schedule_id == schedule_id))
        ),
        *(_Hold(*row, "place") for row in session.execute(places.where(PlaceHold.schedule_id == schedule_id))),
    ]


def _to_come(schedule_id: UUID) -> Select[Meeting]:
    return select(Meeting).where(Meeting.schedule_id == schedule_id, Meeting.status.in_(TO_COME))


def _told(
    session: Session, event: Event, grid: Grid, schedule_id: UUID, held: list[_Hold], lost: dict[UUID, str]
) -> list[Fallen]:
    used = {(one.meeting_id, one.what): one.resource_id for one in held}
    code = {place.id: place.code for place in grid.places} | {helper.id: helper.name for helper in grid.interpreters}
    slots = {slot.id: slot for slot in grid.slots}
    names = _organisations(session, event) if lost else {}

    def taken(row: Meeting, what: str) -> str | None:
        key = used.get((row.id, what))
        return code[key] if key else None

    found = [
        Fallen(
            row,
            grid.slot_name(slots[row.slot_id]),
            slots[row.slot_id].starts_at,
            slots[row.slot_id].ends_at,
            taken(row, "place"),
            taken(row, "interpreter"),
            (names[row.low_id], names[row.high_id]),
            row.status,
            lost[row.id],
        )
        for row in session.scalars(_to_come(schedule_id).order_by(Meeting.id))
        if row.id in lost
    ]
    return sorted(found, key=lambda one: (one.starts_at, one.place or ""))


def _organisations(session: Session, event: Event) -> dict[UUID, Organisation]:
    rows = session.execute(
        select(Participation.id, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == event.id)
    )
    return {row[0]: row[1] for row in rows}
