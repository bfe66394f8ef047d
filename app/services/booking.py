"""Book one pair into the current schedule.

Python checks are for good messages only: what makes a double booking impossible are the unique constraints on seats,
places and interpreters, so two callers who pass the checks at the same time still get one meeting and one conflict.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.db.models import (
    Event,
    Interpreter,
    InterpreterHold,
    Meeting,
    Organisation,
    Participation,
    Place,
    PlaceHold,
    Preference,
    Schedule,
    Seat,
    Slot,
)
from app.db.queries.grid import Grid, grid_of
from app.db.queries.scoped import fetch
from app.domain.meetings import can_interpret, needs_interpreter
from app.services.access import Actor
from app.services.audit import record
from app.services.participants import Participant, meeting_limits, participants
from app.services.problems import current_schedule

_RACED = {
    "seat": "one of the two has just been booked into this slot",
    "place_hold": "the place has just been taken in this slot",
    "interpreter_hold": "the interpreter has just been taken in this slot",
    "meeting": "these two have just been given a meeting",
}


def book(
    session: Session, actor: Actor, event_id: UUID, organisations: tuple[UUID, UUID], slot: str, place: str | None
) -> Meeting:
    """Book a meeting; raise ConflictError naming what stands in the way.

    Parameters
    ----------
    slot
        A slot's name (s01, s02 …) or its id.
    place
        A place's code or id; None takes the first free one.
    """
    actor.must_be_organiser()
    event = fetch(session, Event, event_id, actor.tenant_id)
    schedule = _schedule_to_change(session, event)
    grid = grid_of(session, event.id)
    one, other = _parties(session, actor, event, organisations)
    when = _slot(grid, slot)
    _one_at_a_time(session, one, other)
    _must_be_willing(session, event, one, other)
    _must_be_new(session, event, schedule, one, other)
    meeting = Meeting(
        event_id=event.id,
        schedule_id=schedule.id,
        low_id=min(one.participation.id, other.participation.id),
        high_id=max(one.participation.id, other.participation.id),
        slot_id=when.id,
        once=bool(event.rules["one_meeting_per_organisation_pair"]),
    )
    seats = [_free_seat(session, event, schedule, grid, party, when) for party in (one, other)]
    table = _free_place(session, schedule, grid, place, when, (one, other))
    helper = _interpreter(session, schedule, grid, one, other, when)
    try:
        with session.begin_nested():
            session.add(meeting)
            session.flush()
            where = {
                "event_id": event.id,
                "schedule_id": schedule.id,
                "meeting_id": meeting.id,
                "slot_id": when.id,
            }
            session.add_all(Seat(**where, attendee_id=seat) for seat in seats)
            session.add(PlaceHold(**where, place_id=table.id))
            if helper:
                session.add(InterpreterHold(**where, interpreter_id=helper.id))
    except IntegrityError as error:
        raise ConflictError(f"Not booked: {_raced(error)}.", slot=grid.slot_name(when), place=table.code) from error
    record(session, actor, "meeting.booked", event_id=event.id, target_id=meeting.id, slot=grid.slot_name(when))
    return meeting


def _schedule_to_change(session: Session, event: Event) -> Schedule:
    """The current schedule; an event without one gets an empty one, so that an organiser can book by hand."""
    schedule = current_schedule(session, event.id)
    if schedule is not None:
        return schedule
    now = datetime.now(UTC)
    empty = Schedule(
        tenant_id=event.tenant_id, event_id=event.id, state="done", status="feasible", is_current=True, progress=1.0,
        value=0.0, objective=0.0, finished_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(empty)
        return empty
    except IntegrityError:  # somebody else made it in this moment
        found = current_schedule(session, event.id)
        assert found is not None
        return found


def _parties(
    session: Session, actor: Actor, event: Event, organisations: tuple[UUID, UUID]
) -> tuple[Participant, Participant]:
    if organisations[0] == organisations[1]:
        raise InvalidInputError("A meeting takes two different organisations.")
    present = {p.organisation.id: p for p in participants(session, event)}
    for key in organisations:
        if key not in present:
            fetch(session, Organisation, key, actor.tenant_id)
            raise NotFoundError(f"The organisation {key} does not take part in {event.name}.")
    return present[organisations[0]], present[organisations[1]]


def _slot(grid: Grid, name: str) -> Slot:
    found = grid.slots_by_name().get(name) or next((s for s in grid.slots if str(s.id) == name), None)
    if found is None:
        names = list(grid.slots_by_name())
        span = f"{names[0]} to {names[-1]}" if names else "none"
        raise InvalidInputError(f"{name!r} is no slot of this event; there is {span}.", field="slot")
    return found


def _one_at_a_time(session: Session, one: Participant, other: Participant) -> None:
    """Bookings of one party follow each other, so that what is counted here still holds when it is written."""
    ids = (one.participation.id, other.participation.id)
    session.scalars(
        select(Participation.id).where(Participation.id.in_(ids)).order_by(Participation.id).with_for_update()
    ).all()


def _must_be_willing(session: Session, event: Event, one: Participant, other: Participant) -> None:
    parties = (one.participation.id, other.participation.id)
    answers = session.scalars(
        select(Preference.answer).where(
            Preference.event_id == event.id, Preference.from_id.in_(parties), Preference.to_id.in_(parties)
        )
    )
    if "blocked" in set(answers):
        raise ConflictError("Not booked: one of the two has blocked the other.", conflict="blocked")


def _must_be_new(session: Session, event: Event, schedule: Schedule, one: Participant, other: Participant) -> None:
    if not event.rules["one_meeting_per_organisation_pair"]:
        return
    low, high = sorted((one.participation.id, other.participation.id))
    if session.scalar(
        select(Meeting.id).where(
            Meeting.schedule_id == schedule.id,
            Meeting.low_id == low,
            Meeting.high_id == high,
            Meeting.status != "cancelled",
        )
    ):
        raise ConflictError(
            f"Not booked: {one.organisation.name} and {other.organisation.name} meet already, and once is the rule.",
            conflict="pair",
        )


def _free_seat(session: Session, event: Event, schedule: Schedule, grid: Grid, party: Participant, when: Slot) -> UUID:
    name, slot = party.organisation.name, grid.slot_name(when)
    if not grid.free(party.participation.id, when.id):
        raise ConflictError(f"Not booked: {name} is not available in {slot}.", conflict="availability", slot=slot)
    _, limit = meeting_limits(event, party.participation)
    if limit is not None:
        ids = [a.id for a in party.attendees]
        held = len(
            set(
                session.scalars(
                    select(Seat.meeting_id).where(Seat.schedule_id == schedule.id, Seat.attendee_id.in_(ids))
                )
            )
        )
        if held >= limit:
            raise ConflictError(f"Not booked: {name} has its {limit} meetings.", conflict="maximum")
    taken = set(
        session.scalars(
            select(Seat.attendee_id).where(
                Seat.schedule_id == schedule.id,
                Seat.slot_id == when.id,
                Seat.attendee_id.in_([a.id for a in party.attendees]),
            )
        )
    )
    for attendee in party.attendees:
        if attendee.id not in taken:
            return attendee.id
    raise ConflictError(f"Not booked: {name} has a meeting in {slot} already.", conflict="participant", slot=slot)


def _free_place(
    session: Session, schedule: Schedule, grid: Grid, wanted: str | None, when: Slot, parties: tuple[Participant, ...]
) -> Place:
    slot = grid.slot_name(when)
    fixed = {p.participation.place_id for p in parties if p.participation.place_id}
    if wanted is not None:
        choice = [p for p in grid.places if wanted in (p.code, str(p.id))]
        if not choice:
            raise InvalidInputError(f"{wanted!r} is no place of this event.", field="place")
    else:
        hosts = select(Participation.place_id).where(
            Participation.event_id == schedule.event_id, Participation.place_id.is_not(None)
        )
        kept = set(session.scalars(hosts))  # tables that are somebody's own are not given away
        choice = [p for p in grid.places if (p.id in fixed if fixed else p.id not in kept)]
    taken = set(
        session.scalars(
            select(PlaceHold.place_id).where(PlaceHold.schedule_id == schedule.id, PlaceHold.slot_id == when.id)
        )
    )
    for place in choice:
        if place.id not in taken and grid.free(place.id, when.id):
            return place
    if wanted is not None:
        state = "closed" if choice[0].id not in taken else "taken"
        raise ConflictError(f"Not booked: {choice[0].code} is {state} in {slot}.", conflict="place", slot=slot)
    raise ConflictError(f"Not booked: no place is free in {slot}.", conflict="place", slot=slot)


def _interpreter(
    session: Session, schedule: Schedule, grid: Grid, one: Participant, other: Participant, when: Slot
) -> Interpreter | None:
    if not needs_interpreter(one.languages, other.languages):
        return None
    taken = set(
        session.scalars(
            select(InterpreterHold.interpreter_id).where(
                InterpreterHold.schedule_id == schedule.id, InterpreterHold.slot_id == when.id
            )
        )
    )
    for helper in grid.interpreters:
        able = can_interpret(helper.languages, one.languages, other.languages)
        if able and helper.id not in taken and grid.free(helper.id, when.id):
            return helper
    slot = grid.slot_name(when)
    pair = f"{'/'.join(one.languages)} and {'/'.join(other.languages)}"
    raise ConflictError(f"Not booked: no interpreter for {pair} is free in {slot}.", conflict="interpreter", slot=slot)


def _raced(error: IntegrityError) -> str:
    table = getattr(getattr(error.orig, "diag", None), "table_name", None)
    if table is None:  # SQLite says "UNIQUE constraint failed: seat.schedule_id, …"
        table = str(error.orig).rpartition(": ")[2].partition(".")[0]
    return _RACED.get(table, "somebody else has just booked what this meeting needs")
