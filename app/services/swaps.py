"""Two meetings take each other's time and table: what that would do, and doing it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import product
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.db.models import Event, Meeting, Schedule, Slot
from app.domain.legal_slots import Reason, Taken, Verdict, beside
from app.domain.meetings import MOVABLE
from app.services.access import Actor
from app.services.booking import find_interpreter, find_place, must_be_legal, release, write
from app.services.legal_slots import Ledger, Table, ledger_of, present_of
from app.services.meetings import Held, find_meeting, helper_is_free, hold_all, note_change, standing
from app.services.participants import Participant

People = dict[UUID, Participant]


@dataclass(frozen=True)
class Wish:
    """The place and the interpreter that a meeting gets if it may: those it had, when a swap is taken back."""

    place: str | None = None
    interpreter: str | None = None


Wishes = tuple[Wish, Wish]
_ANY = (Wish(), Wish())


@dataclass(frozen=True)
class Turn:
    """What one of the two would get: the slot of the other, and what it takes there if nothing stands in the way."""

    held: Held
    table: Table
    slot: Slot
    verdict: Verdict
    taken: Taken | None = None


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
    return look_at_all(session, event, one, [other])[0]


def look_at_all(session: Session, event: Event, one: Meeting, others: Collection[Meeting]) -> list[tuple[Turn, Turn]]:
    """Say the same of a meeting and each of some others of its schedule; the number of queries is fixed."""
    schedule = session.get_one(Schedule, one.schedule_id)
    first, *rest = standing(session, event, schedule, (one, *others))
    ledger, people = _read(session, (first, *rest))
    return [_turns(ledger, people, (first, other), _ANY) for other in rest]


def swap(
    session: Session, actor: Actor, meeting_id: UUID, other_id: UUID, wishes: Wishes = _ANY
) -> tuple[Meeting, Meeting]:
    """Give either meeting the time and table of the other; both or neither. Done again, it is undone.

    Parameters
    ----------
    wishes
        What the two should have there if they may, in the order of the meetings; to undo a swap, what they had.

    Raises
    ------
    ConflictError
        One of the two could not be held there; or their schedule is not the current one.
    """
    actor.must_be_organiser()
    event, one, other = _both(session, actor, meeting_id, other_id)
    held, another = hold_all(session, (event, one), (event, other))
    turns = _turns(*_read(session, (held, another)), (held, another), wishes)
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


def _read(session: Session, meetings: Sequence[Held]) -> tuple[Ledger, People]:
    event, schedule = meetings[0].event, meetings[0].schedule
    people = present_of(session, event, {key for one in meetings for key in (one.meeting.low_id, one.meeting.high_id)})
    return ledger_of(session, event, schedule.id, people.values()), people


def _turns(ledger: Ledger, people: People, both: tuple[Held, Held], wishes: Wishes) -> tuple[Turn, Turn]:
    """Judge both with neither on the board, then choose a place and an interpreter for either at once.

    Where no choice suits both, the second is judged beside what the first would take: its reasons say what is short.
    """
    (one, other), (wish, wish_2) = both, wishes
    first, second = _judged(ledger, people, one, other), _judged(ledger, people, other, one)
    if not first.verdict.legal:
        return first, _alone(second, one, wish_2)
    second = _beside(second, Taken(first.verdict.span, first.verdict.seats, None, None))
    if second.verdict.legal:
        apart = set(first.verdict.span).isdisjoint(second.verdict.span)
        ours, theirs = _choices(first, other, wish), _choices(second, one, wish_2)
        places, helpers = (_two(*each, apart) for each in zip(ours, theirs, strict=True))
        if places and helpers:
            return _taking(first, places[0], helpers[0]), _taking(second, places[1], helpers[1])
    first = _alone(first, other, wish)
    assert first.taken is not None  # it is legal
    return first, _beside(second, first.taken)


def _two(ours: Sequence[UUID | None], theirs: Sequence[UUID | None], apart: bool) -> tuple[UUID | None, ...] | None:
    """The best for either that is not the same at one time."""
    return next((two for two in product(ours, theirs) if apart or two[0] is None or two[0] != two[1]), None)


def _judged(ledger: Ledger, people: People, held: Held, leaving: Held) -> Turn:
    """A meeting at the time of another one, with both off the board; what is locked or over goes nowhere."""
    meeting = held.meeting
    parties = people[meeting.low_id], people[meeting.high_id]
    table = ledger.table(parties, (meeting, leaving.meeting), length=meeting.length)
    settled = "locked" if meeting.status == "locked" else "state" if meeting.status not in MOVABLE else None
    if settled:
        table = replace(table, board=replace(table.board, always=(Reason(settled), *table.board.always)))
    slot = next(slot for slot in ledger.grid.slots if slot.id == leaving.meeting.slot_id)
    return Turn(held, table, slot, table.judge(slot))


def _beside(turn: Turn, taken: Taken) -> Turn:
    table = replace(turn.table, board=beside(turn.table.board, taken))
    return replace(turn, table=table, verdict=table.judge(turn.slot))


def _alone(turn: Turn, other: Held, wish: Wish) -> Turn:
    """With the best it could have, whatever the other takes."""
    if not turn.verdict.legal:
        return turn
    places, helpers = _choices(turn, other, wish)
    return _taking(turn, places[0], helpers[0])


def _taking(turn: Turn, place: UUID | None, helper: UUID | None) -> Turn:
    return replace(turn, taken=Taken(turn.verdict.span, turn.verdict.seats, place, helper))


def _choices(turn: Turn, other: Held, wish: Wish) -> tuple[list[UUID | None], list[UUID | None]]:
    """Places and interpreters that it could have, the best first.

    The place that is wished for, else that of the other, its own, the first that is free. The interpreter who is wished
    for, else its own, the first who can; None where it needs none.
    """
    board, verdict, grid, held = turn.table.board, turn.verdict, turn.table.grid, turn.held
    place = find_place(grid, wish.place) if wish.place else None
    places = [one for one in (place, other.place_id, held.place_id) if one in verdict.places]
    helper = find_interpreter(grid, wish.interpreter) if wish.interpreter else None
    able = [helper] if board.helpers is None or helper in verdict.helpers else []
    kept = [one for one in (*able, held.helper_id) if one and helper_is_free(turn.table, verdict, one)]
    return [*places, *verdict.places], [*kept, *(verdict.helpers if board.helpers is not None else (None,))]
