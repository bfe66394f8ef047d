"""A repair, written into the current schedule: first everything is freed, then it is booked anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.ids import new_id
from app.db.models import InterpreterHold, LeftOutPair, Meeting, PlaceHold, Seat, Slot
from app.services.live.day import Day

if TYPE_CHECKING:
    from app.services.live.repairs import Move, Repaired

_CHUNK = 400


def apply(session: Session, repaired: Repaired, absent: UUID | None) -> dict[str, UUID]:
    """Write a repair; the unique constraints hold throughout.

    Parameters
    ----------
    absent
        The participation whose absence it is about; the meetings it loses say so.

    Returns
    -------
    dict
        Ids of the new meetings, by the names of their moves.
    """
    day, now = repaired.day, utc_now()
    rows = {move.name: day.pairs[move.name].meeting for move in (*repaired.moved, *repaired.cancelled)}
    freed = [row.id for row in rows.values() if row is not None]
    kept = _free(session, day, freed)
    for move in repaired.cancelled:
        row = rows[move.name]
        assert row is not None
        row.status, row.sequence, row.changed_at = "cancelled", row.sequence + 1, now
        row.note = move.reasons[_language(day)][:500]
        if absent in (row.low_id, row.high_id):
            row.absent_id = absent
    session.flush()
    seats = _Seats(session, day, kept, (*repaired.moved, *repaired.added))
    for move in repaired.moved:
        row = rows[move.name]
        assert row is not None
        assert move.after is not None
        row.slot_id, row.sequence, row.changed_at = day.slot_names()[move.after["slot"] or ""].id, row.sequence + 1, now
        row.note = move.reasons[_language(day)][:500]
        seats.take(row, move)
    added = {move.name: _new(day, move) for move in repaired.added}
    session.add_all(added.values())
    session.flush()
    for move in repaired.added:
        seats.take(added[move.name], move)
    session.add_all(seats.rows)
    session.flush()
    _remember(session, repaired)
    return {name: row.id for name, row in added.items()}


def _language(day: Day) -> str:
    from app.core.i18n import language

    return language(day.event.language)


def _chunks(ids: list[UUID]) -> Iterable[list[UUID]]:
    return (ids[begin : begin + _CHUNK] for begin in range(0, len(ids), _CHUNK))


def _free(session: Session, day: Day, meetings: list[UUID]) -> dict[UUID, list[UUID]]:
    """Take away what these meetings hold; returns who sat in each."""
    kept: dict[UUID, list[UUID]] = {}
    for some in _chunks(meetings):
        for meeting_id, attendee_id in session.execute(
            select(Seat.meeting_id, Seat.attendee_id).where(Seat.meeting_id.in_(some)).distinct()
        ):
            kept.setdefault(meeting_id, []).append(attendee_id)
        for model in (Seat, PlaceHold, InterpreterHold):
            session.execute(
                delete(model)
                .where(model.schedule_id == day.schedule.id, model.meeting_id.in_(some))
                .execution_options(synchronize_session=False)
            )
    return kept


def _new(day: Day, move: Move) -> Meeting:
    assert move.after is not None
    pair = day.pairs[move.name]
    low, high = pair.parties
    return Meeting(
        id=new_id(),
        event_id=day.event.id,
        schedule_id=day.schedule.id,
        low_id=low,
        high_id=high,
        request_id=pair.request_id,
        slot_id=day.slot_names()[move.after["slot"] or ""].id,
        value=pair.value,
        once=bool(day.event.rules["one_meeting_per_organisation_pair"]),
        changed_at=utc_now(),
    )


class _Seats:
    """Gives meetings their seats, tables and interpreters; the people who sat there before, where they are free."""

    def __init__(self, session: Session, day: Day, kept: dict[UUID, list[UUID]], moves: Collection[Move]) -> None:
        self.rows: list[Seat | PlaceHold | InterpreterHold] = []
        self._day, self._kept = day, kept
        sides = {side for move in moves for side in day.pairs[move.name].sides}
        theirs = [attendee.id for side in sides for attendee in day.people[side].attendees]
        mine = Seat.attendee_id.in_(theirs) if len(theirs) <= _CHUNK else Seat.attendee_id.is_not(None)
        taken = session.execute(select(Seat.slot_id, Seat.attendee_id).where(Seat.schedule_id == day.schedule.id, mine))
        self._taken = {(slot_id, attendee_id) for slot_id, attendee_id in taken}
        self._places = {place.code: place.id for place in day.grid.places}
        self._helpers = {helper.name: helper.id for helper in day.grid.interpreters}

    def take(self, meeting: Meeting, move: Move) -> None:
        assert move.after is not None
        span = self._span(move.after["slot"] or "", meeting.length)
        people = [self._free_person(meeting, side, span) for side in (meeting.low_id, meeting.high_id)]
        for slot in span:
            where = {
                "event_id": meeting.event_id, "schedule_id": meeting.schedule_id, "meeting_id": meeting.id,
                "slot_id": slot.id,
            }  # fmt: skip
            self.rows += [Seat(**where, attendee_id=person) for person in people]
            if move.after["place"] is not None:
                self.rows.append(PlaceHold(**where, place_id=self._places[move.after["place"]]))
            if move.after["interpreter"] is not None:
                self.rows.append(InterpreterHold(**where, interpreter_id=self._helpers[move.after["interpreter"]]))

    def _span(self, first: str, length: int) -> list[Slot]:
        slots = list(self._day.slots)
        begin = slots.index(self._day.slot_names()[first])
        return slots[begin : begin + length]

    def _free_person(self, meeting: Meeting, side: UUID, span: list[Slot]) -> UUID:
        before = self._kept.get(meeting.id, [])
        staff = [attendee.id for attendee in self._day.people[side].attendees]
        for person in sorted(staff, key=lambda key: key not in before):  # stable: else in their order
            if not any((slot.id, person) in self._taken for slot in span):
                self._taken.update((slot.id, person) for slot in span)
                return person
        raise AssertionError(f"the repair sends more people of {side} to one slot than there are")


def _remember(session: Session, repaired: Repaired) -> None:
    """What a repair lost waits for another chance; what it brought in waits no longer."""
    day = repaired.day
    concerned = [day.pairs[move.name].parties for move in (*repaired.cancelled, *repaired.added)]
    rows = {
        (low, high): key
        for key, low, high in session.execute(
            select(LeftOutPair.id, LeftOutPair.low_id, LeftOutPair.high_id).where(
                LeftOutPair.schedule_id == day.schedule.id, LeftOutPair.low_id.in_([low for low, _ in concerned])
            )
        )
    }
    served = [rows[pair] for pair in (day.pairs[move.name].parties for move in repaired.added) if pair in rows]
    for some in _chunks(served):
        session.execute(delete(LeftOutPair).where(LeftOutPair.id.in_(some)))
    for move in repaired.cancelled:
        pair = day.pairs[move.name]
        if pair.parties in rows:
            continue
        session.add(
            LeftOutPair(
                event_id=day.event.id, schedule_id=day.schedule.id, low_id=pair.parties[0], high_id=pair.parties[1],
                request_id=pair.request_id, value=pair.value, code=move.code, reason=move.reasons["en"][:1000],
                reasons=move.reasons,
            )
        )  # fmt: skip
    session.flush()
