"""Two meetings take each other's time and table: what that would do, and doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.db.models import Event, Meeting, Schedule, Slot
from app.db.queries.grid import Grid, grid_of
from app.domain.legal_slots import Reason, Taken, Verdict, beside
from app.domain.meetings import MOVABLE
from app.services.access import Actor
from app.services.booking import must_be_legal, release, write
from app.services.legal_slots import Table, pair_of, table_of
from app.services.meetings import Held, find_meeting, hold_all, kept_helper, note_change, standing


@dataclass(frozen=True)
class Turn:
    """What one of the two would get: the slot of the other, and what it takes there if nothing stands in the way."""

    held: Held
    table: Table
    slot: Slot
    verdict: Verdict
    taken: Taken | None


def look(session: Session, actor: Actor, meeting_id: UUID, other_id: UUID) -> tuple[Turn, Turn]:
    """Say what would become of two meetings if they swapped, without doing it.

    Raises
    ------
    InvalidInputError
        They are one meeting, or not of one schedule.
    NotFoundError
        There is no such meeting for this caller.
    """
    event, one, other = _both(session, actor, meeting_id, other_id)
    schedule = session.get_one(Schedule, one.schedule_id)
    return _turns(session, event, standing(session, event, schedule, (one, other)))


def swap(session: Session, actor: Actor, meeting_id: UUID, other_id: UUID) -> tuple[Meeting, Meeting]:
    """Give either meeting the time and table of the other; both or neither. Done again, it is undone.

    Raises
    ------
    ConflictError
        One of the two could not be held there; or their schedule is not the current one.
    """
    actor.must_be_organiser()
    event, one, other = _both(session, actor, meeting_id, other_id)
    turns = _turns(session, event, hold_all(session, (event, one), (event, other)))
    for turn in turns:
        must_be_legal(turn.table, turn.verdict, turn.slot, "swapped")
    for turn in turns:
        release(session, turn.held.meeting)
    for turn in turns:
        assert turn.taken is not None  # it is legal
        write(session, turn.table, turn.held.meeting, turn.taken, "swapped")
        note_change(session, actor, turn.held, "meeting.moved", visible=True)
    return one, other


def _both(session: Session, actor: Actor, meeting_id: UUID, other_id: UUID) -> tuple[Event, Meeting, Meeting]:
    event, one = find_meeting(session, actor, meeting_id)
    _, other = find_meeting(session, actor, other_id)
    if one is other or one.schedule_id != other.schedule_id:
        raise InvalidInputError("A swap takes two different meetings of one schedule.", field="meeting")
    return event, one, other


def _turns(session: Session, event: Event, both: Sequence[Held]) -> tuple[Turn, Turn]:
    """Judge the first beside what others hold, then the second beside what the first would take."""
    grid, (one, other) = grid_of(session, event.id), both
    first = _turn(one, other, _table(session, grid, one, other))
    table = _table(session, grid, other, one)
    if first.taken is not None:
        table = replace(table, board=beside(table.board, first.taken))
    return first, _turn(other, one, table)


def _table(session: Session, grid: Grid, held: Held, leaving: Held) -> Table:
    """The board of a meeting while another one is off it; what is locked or over goes nowhere."""
    meeting = held.meeting
    parties = pair_of(session, held.event, meeting.low_id, meeting.high_id)
    table = table_of(
        session, held.event, meeting.schedule_id, parties, moving=meeting, leaving=leaving.meeting, grid=grid
    )
    settled = "locked" if meeting.status == "locked" else "state" if meeting.status not in MOVABLE else None
    always = (Reason(settled), *table.board.always) if settled else table.board.always
    return replace(table, board=replace(table.board, always=always))


def _turn(held: Held, other: Held, table: Table) -> Turn:
    """Where the other is, at its table if the two may sit there, else at their own, else at the first that is free."""
    slot = next(slot for slot in table.grid.slots if slot.id == other.meeting.slot_id)
    verdict = table.judge(slot)
    if not verdict.legal:
        return Turn(held, table, slot, verdict, None)
    wanted = [place for place in (other.place_id, held.place_id) if place in verdict.places]
    place = (wanted or verdict.places)[0]
    helper = kept_helper(table, verdict, held.helper_id)
    return Turn(held, table, slot, verdict, Taken(verdict.span, verdict.seats, place, helper))
