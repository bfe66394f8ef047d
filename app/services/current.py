"""Which of an event's finished schedules is the current one: the one that bookings, moves and the day act on."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, NotFoundError
from app.db.models import Event, Meeting, MeetingRequest, Participation, Preference, Schedule
from app.db.queries.grid import grid_of
from app.db.queries.holding import hold_schedule
from app.db.queries.scoped import fetch
from app.services.access import Actor
from app.services.audit import record
from app.services.fallen import TO_COME, cancel_fallen, falling, meetings_of
from app.services.problems import LOCKED


def make_current(session: Session, actor: Actor, schedule_id: UUID, event: Event | None = None) -> Schedule:
    """Let a finished schedule take the place of the current one; with `event` only one of that edition.

    Raises
    ------
    NotFoundError
        There is no such schedule, or it is of another edition.
    ConflictError
        It is not finished, or meetings that are settled in the current one are elsewhere in it, or not at all: locked
        since it was built, or begun.
    """
    actor.must_be_organiser()
    row = fetch(session, Schedule, schedule_id, actor.tenant_id)
    if event is not None and row.event_id != event.id:
        raise NotFoundError(f"There is no schedule {schedule_id}.")
    session.refresh(row, with_for_update=True)
    if row.state != "done":
        raise ConflictError(f"This schedule is {row.state}; only a finished one can be current.", conflict="state")
    if not row.is_current:
        lost = replace_current(session, row)
        if lost:
            raise ConflictError(
                f"{len(lost)} meetings that are locked or have begun stand elsewhere in this schedule, or not at all; "
                "unlock them, or build anew.",
                conflict="locked",
                meetings=[str(key) for key in lost[:100]],
            )
        record(session, actor, "schedule.made_current", event_id=row.event_id, target_id=row.id)
    return row


def replace_current(session: Session, row: Schedule) -> list[UUID]:
    """Make a schedule whose meetings are written the current one, unless settled meetings would be lost: return those.

    Nobody changes the current schedule meanwhile. Meetings in what was closed after it was built fall out, and so do
    those of who has withdrawn since, or was blocked.
    """
    event = session.get_one(Event, row.event_id)
    before = hold_schedule(session, event.id, alone=True)
    if before is not None and before.id != row.id:
        lost = _lost(session, before, row)
        if lost:
            return lost
        before.is_current = False
        session.flush()
    row.is_current = True
    session.flush()
    if before is not None and before.id != row.id:
        _requests_follow(session, before, row)
    grid = grid_of(session, event.id)
    closed = {(key, slot) for key, slots in grid.away.items() for slot in slots}
    clerk = Actor(event.tenant_id, kind="job")
    cancel_fallen(session, clerk, event, falling(session, event, grid, closed), note="closed after it was planned")
    _drop_the_parted(session, clerk, event, row)
    return []


def _drop_the_parted(session: Session, clerk: Actor, event: Event, row: Schedule) -> None:
    """Cancel what withdrawals and blocks would have cancelled, had this schedule been current when they came."""
    gone = set(
        session.scalars(
            select(Participation.id).where(Participation.event_id == event.id, Participation.withdrawn_at.is_not(None))
        )
    )
    if gone:
        left = meetings_of(session, event, gone, because="participant")
        cancel_fallen(session, clerk, event, left, note="one of the two has withdrawn from the event")
    pairs = and_(Meeting.low_id == Preference.from_id, Meeting.high_id == Preference.to_id)
    turned = and_(Meeting.low_id == Preference.to_id, Meeting.high_id == Preference.from_id)
    blocked = session.execute(
        select(Meeting.low_id, Meeting.high_id)
        .join(Preference, or_(pairs, turned))
        .where(Meeting.schedule_id == row.id, Meeting.status.in_(TO_COME), Preference.answer == "blocked")
        .distinct()
    )
    for pair in blocked.all():
        refused = meetings_of(session, event, set(pair), together=True, because="block")
        cancel_fallen(session, clerk, event, refused, note="called off")


def _lost(session: Session, before: Schedule, after: Schedule) -> list[UUID]:
    """Settled meetings that the other schedule does not have in the same slot, but for pairs that may not meet now."""
    there = set(
        session.execute(
            select(Meeting.low_id, Meeting.high_id, Meeting.slot_id).where(
                Meeting.schedule_id == after.id, Meeting.status != "cancelled"
            )
        ).all()
    )
    refused = {
        frozenset(pair)
        for pair in session.execute(
            select(Preference.from_id, Preference.to_id).where(
                Preference.event_id == before.event_id, Preference.answer.in_(("no_thanks", "blocked"))
            )
        )
    }
    gone = set(
        session.scalars(
            select(Participation.id).where(
                Participation.event_id == before.event_id, Participation.withdrawn_at.is_not(None)
            )
        )
    )
    settled = session.scalars(
        select(Meeting).where(Meeting.schedule_id == before.id, Meeting.status.in_(LOCKED)).order_by(Meeting.id)
    )
    return [
        row.id
        for row in settled
        if (row.low_id, row.high_id, row.slot_id) not in there
        and frozenset((row.low_id, row.high_id)) not in refused
        and not {row.low_id, row.high_id} & gone
    ]


def _requests_follow(session: Session, before: Schedule, after: Schedule) -> None:
    """Let accepted requests name the meeting of their pair in the schedule that is current now."""
    now = {
        (meeting.low_id, meeting.high_id): meeting.id
        for meeting in session.scalars(
            select(Meeting).where(Meeting.schedule_id == after.id, Meeting.status != "cancelled")
        )
    }
    rows = session.scalars(
        select(MeetingRequest)
        .join(Meeting, Meeting.id == MeetingRequest.meeting_id)
        .where(Meeting.schedule_id == before.id, Meeting.status != "cancelled")
    )
    for row in rows.all():
        found = now.get((row.low_id, row.high_id))
        session.execute(update(MeetingRequest).where(MeetingRequest.id == row.id).values(meeting_id=found))
