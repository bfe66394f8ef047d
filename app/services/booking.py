"""Book one pair into the current schedule, or give a meeting another slot, place or interpreter.

Python checks are for good messages only: what makes a double booking impossible are the unique constraints on seats,
places and interpreters, so two callers who pass the checks at the same time still get one meeting and one conflict.

What is locked for it, and in which order, says `app.db.queries.holding`.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError, InvalidInputError
from app.db.models import Event, InterpreterHold, Meeting, PlaceHold, Schedule, Seat, Slot
from app.db.queries.grid import Grid
from app.db.queries.holding import hold_parties, hold_schedule
from app.db.queries.scoped import fetch
from app.domain.legal_slots import Taken, Verdict
from app.services.access import Actor
from app.services.audit import record
from app.services.legal_slots import Parties, Table, parties_of, table_of
from app.services.outbox import tell
from app.services.problems import current_schedule

_RACED = {
    "seat": "one of the two has just been booked into this slot",
    "place_hold": "the place has just been taken in this slot",
    "interpreter_hold": "the interpreter has just been taken in this slot",
    "meeting": "these two have just been given a meeting",
}


def book(
    session: Session,
    actor: Actor,
    event_id: UUID,
    organisations: tuple[UUID, UUID],
    slot: str,
    place: str | None,
    *,
    over_holds: bool = False,
) -> Meeting:
    """Book a meeting for an organiser; raise ConflictError naming what stands in the way.

    Parameters
    ----------
    slot
        A slot's name (s01, s02 …) or its id.
    place
        A place's code or id; None takes the first free one.
    over_holds
        Whether a seat that a request holds is taken nevertheless.
    """
    actor.must_be_organiser()
    event = fetch(session, Event, event_id, actor.tenant_id)
    schedule = schedule_to_change(session, event)
    parties = parties_of(session, actor, event, organisations)
    hold_parties(session, *(party.participation.id for party in parties))
    table = table_of(session, event, schedule.id, parties)
    when = find_slot(table.grid, slot)
    if place is not None:
        table = table_of(session, event, schedule.id, parties, place=find_place(table.grid, place))
    return enter(session, actor, schedule, table, when, over_holds=over_holds)


def enter(
    session: Session,
    actor: Actor,
    schedule: Schedule,
    table: Table,
    when: Slot,
    *,
    status: str = "planned",
    request_id: UUID | None = None,
    over_holds: bool = False,
) -> Meeting:
    """Write a meeting of two parties who are locked (see `hold_parties`); the table says what they take."""
    verdict = table.judge(when, over_holds=over_holds)
    must_be_legal(table, verdict, when, "booked")
    one, other = (party.participation.id for party in table.parties)
    meeting = Meeting(
        event_id=table.event.id,
        schedule_id=schedule.id,
        low_id=min(one, other),
        high_id=max(one, other),
        request_id=request_id,
        slot_id=when.id,
        once=bool(table.event.rules["one_meeting_per_organisation_pair"]),
        status=status,
    )
    write(session, table, meeting, Taken(verdict.span, verdict.seats, verdict.places[0], _helper(table, verdict)))
    slot = table.grid.slot_name(when)
    record(session, actor, "meeting.booked", event_id=table.event.id, target_id=meeting.id, slot=slot)
    tell(session, table.event.tenant_id, "meeting.booked", event_id=str(table.event.id), meeting_id=str(meeting.id))
    return meeting


def write(session: Session, table: Table, meeting: Meeting, taken: Taken, deed: str = "booked") -> None:
    """Write a meeting with the rows that occupy what it takes, in place of those it has."""
    meeting.slot_id = taken.span[0]
    where = {"event_id": meeting.event_id, "schedule_id": meeting.schedule_id}
    try:
        with session.begin_nested():
            session.add(meeting)
            session.flush()
            release(session, meeting)
            for slot, seats in zip(taken.span, taken.seats, strict=True):
                at = {**where, "meeting_id": meeting.id, "slot_id": slot}
                session.add_all(Seat(**at, attendee_id=seat) for seat in seats)
                if taken.place_id:
                    session.add(PlaceHold(**at, place_id=taken.place_id))
                if taken.helper_id:
                    session.add(InterpreterHold(**at, interpreter_id=taken.helper_id))
    except IntegrityError as error:
        when = next(table.grid.slot_name(s) for s in table.grid.slots if s.id == taken.span[0])
        place = next((p.code for p in table.grid.places if p.id == taken.place_id), None)
        raise ConflictError(f"Not {deed}: {_raced(error)}.", slot=when, place=place) from error


def release(session: Session, meeting: Meeting) -> None:
    """Free the seats, the place and the interpreter of a meeting."""
    for held in (Seat, PlaceHold, InterpreterHold):
        session.execute(delete(held).where(held.meeting_id == meeting.id).execution_options(synchronize_session=False))


def schedule_to_change(session: Session, event: Event) -> Schedule:
    """The current schedule, kept from being published or replaced until the end of the transaction.

    An event without one gets an empty one, so that an organiser can book by hand.
    """
    schedule = hold_schedule(session, event.id)
    if schedule is not None:
        return schedule
    empty = Schedule(
        tenant_id=event.tenant_id, event_id=event.id, state="done", status="feasible", is_current=True, progress=1.0,
        value=0.0, objective=0.0, finished_at=utc_now(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(empty)
        return empty
    except IntegrityError:  # somebody else made it in this moment
        found = current_schedule(session, event.id)
        assert found is not None
        return found


def find_slot(grid: Grid, name: str) -> Slot:
    found = grid.slots_by_name().get(name) or next((s for s in grid.slots if str(s.id) == name), None)
    if found is None:
        names = list(grid.slots_by_name())
        span = f"{names[0]} to {names[-1]}" if names else "none"
        raise InvalidInputError(f"{name!r} is no slot of this event; there is {span}.", field="slot")
    return found


def find_place(grid: Grid, name: str) -> UUID:
    for place in grid.places:
        if name in (place.code, str(place.id)):
            return place.id
    raise InvalidInputError(f"{name!r} is no place of this event.", field="place")


def find_interpreter(grid: Grid, name: str) -> UUID:
    for one in grid.interpreters:
        if name in (one.name, str(one.id)):
            return one.id
    raise InvalidInputError(f"{name!r} is no interpreter of this event.", field="interpreter")


def must_be_legal(table: Table, verdict: Verdict, when: Slot, deed: str) -> None:
    """Raise ConflictError with the first thing that stands in the way, as a sentence and as a code."""
    if verdict.legal:
        return
    reason = verdict.reasons[0]
    slot, who = table.grid.slot_name(when), table.name(reason.who)
    said = {
        "blocked": "one of the two has blocked the other",
        "withdrawn": f"{who} has withdrawn from the event",
        "pair": f"{table.name(0)} and {table.name(1)} meet already, and once is the rule",
        "locked": f"the meeting of {table.name(0)} and {table.name(1)} is locked; unlock it first",
        "state": f"the meeting of {table.name(0)} and {table.name(1)} has begun, is over or is called off",
        "maximum": f"{who} has as many meetings as it may have",
        "availability": f"{who} is not available in {slot}",
        "participant": f"{who} has a meeting in {slot} already",
        "held": f"a request of {who} holds {slot} until {reason.until:%Y-%m-%d %H:%M} UTC" if reason.until else "",
        "place": _no_place(table, when),
        "interpreter": f"no interpreter for {_tongues(table.parties)} is free in {slot}",
        "length": f"the session ends before a meeting of {table.board.length} slots from {slot} on would",
    }[reason.code]
    details = {} if reason in table.board.always else {"slot": slot}
    raise ConflictError(f"Not {deed}: {said}.", conflict=reason.code, **details)


def _helper(table: Table, verdict: Verdict) -> UUID | None:
    return verdict.helpers[0] if table.board.helpers is not None else None


def _no_place(table: Table, when: Slot) -> str:
    slot = table.grid.slot_name(when)
    if len(table.board.places) != 1:
        return f"no place is free in {slot}"
    (only,) = table.board.places
    code = next(place.code for place in table.grid.places if place.id == only)
    return f"{code} is {'taken' if (when.id, only) in table.board.taken else 'closed'} in {slot}"


def _tongues(parties: Parties) -> str:
    return " and ".join("/".join(party.languages) for party in parties)


def _raced(error: IntegrityError) -> str:
    table = getattr(getattr(error.orig, "diag", None), "table_name", None)
    if table is None:  # SQLite says "UNIQUE constraint failed: seat.schedule_id, …"
        table = str(error.orig).rpartition(": ")[2].partition(".")[0]
    return _RACED.get(table, "somebody else has just booked what this meeting needs")
