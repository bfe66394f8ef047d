"""Meetings of the current schedule: list them, move them, lock them, call them off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from app.core.paging import Page
from app.db.models import (
    Event,
    Interpreter,
    InterpreterHold,
    Meeting,
    Organisation,
    Participation,
    Place,
    PlaceHold,
    Schedule,
)
from app.db.queries.grid import Grid, grid_of
from app.db.queries.holding import hold_parties, hold_schedule
from app.db.queries.scoped import page
from app.domain.legal_slots import NONE, Taken, Verdict
from app.domain.meetings import CANCELLABLE, MOVABLE, SETTLING
from app.domain.publications import Entry
from app.services.access import Actor
from app.services.audit import record
from app.services.booking import find_interpreter, find_place, find_slot, must_be_legal, release, write
from app.services.delegations import met_as, speaks_for
from app.services.legal_slots import Table, pair_of, schedule_id_of, table_of
from app.services.outbox import tell
from app.services.phases import must_be_open
from app.services.publishing.letters import write_to
from app.services.timetables import own_timetable


@dataclass(frozen=True)
class Change:
    """What is to be different; fields that are not in `given` stay as they are.

    `interpreter` is a name or an id; None takes one if the two need one. With `over_holds` seats that requests hold are
    taken nevertheless.
    """

    given: frozenset[str]
    slot: str | None = None
    place: str | None = None
    interpreter: str | None = None
    locked: bool | None = None
    note: str | None = None
    over_holds: bool = False


@dataclass(frozen=True)
class Held:
    """A meeting that nobody else changes until the end of the transaction, and where it stands."""

    event: Event
    meeting: Meeting
    schedule: Schedule
    place_id: UUID | None
    helper_id: UUID | None


def find_meeting(session: Session, actor: Actor, meeting_id: UUID) -> tuple[Event, Meeting]:
    """A meeting and its event; enterprises and buyers find their own only.

    Raises
    ------
    NotFoundError
        There is none for this caller.
    """
    row = session.execute(
        select(Event, Meeting)
        .join(Event, Event.id == Meeting.event_id)
        .where(Meeting.id == meeting_id, Event.tenant_id == actor.tenant_id)
    ).one_or_none()
    if row is not None:
        known = known_to(session, actor, row.Event)
        if known is None or any(entry.id == meeting_id for entry in known):
            return row.Event, row.Meeting
    raise NotFoundError(f"There is no meeting {meeting_id}.")


def list_meetings(
    session: Session,
    event: Event,
    *,
    slot: str | None = None,
    organisation_id: UUID | None = None,
    status: str | None = None,
    known: Collection[Entry] | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Meeting]:
    """Meetings of the current schedule, cancelled ones included, in the order they were made.

    Parameters
    ----------
    known
        What a participant is to know, in place of the schedule.
    """
    if known is not None:
        at = find_slot(grid_of(session, event.id), slot).id if slot is not None else None
        ids = [one.id for one in known if at in (None, one.slot_id) and status in (None, one.status)]
        return page(session, select(Meeting).where(Meeting.id.in_(ids)), Meeting, cursor=cursor, limit=limit)
    query = select(Meeting).where(Meeting.schedule_id == schedule_id_of(session, event))
    if slot is not None:
        query = query.where(Meeting.slot_id == find_slot(grid_of(session, event.id), slot).id)
    if organisation_id is not None:
        part = select(Participation.id).where(
            Participation.event_id == event.id, Participation.organisation_id == organisation_id
        )
        query = query.where(Meeting.low_id.in_(part) | Meeting.high_id.in_(part))
    if status is not None:
        query = query.where(Meeting.status == status)
    return page(session, query, Meeting, cursor=cursor, limit=limit)


def shown(
    session: Session, event: Event, meetings: Sequence[Meeting], known: Collection[Entry] = (), grid: Grid | None = None
) -> list[dict[str, Any]]:
    """Meetings with the names of all they take; the same number of queries for one and for many.

    Where a participant knows of another slot, place or state (`known`), that is shown. The grid is read where it is not
    given.
    """
    grid, zone = grid or grid_of(session, event.id), ZoneInfo(event.zone)
    told = _as_known(grid, known, zone)
    order = {slot.id: number for number, slot in enumerate(grid.slots)}
    ids = [meeting.id for meeting in meetings]
    places: dict[UUID, str] = dict(
        session.execute(
            select(PlaceHold.meeting_id, Place.code)
            .join(Place, Place.id == PlaceHold.place_id)
            .where(PlaceHold.meeting_id.in_(ids))
        ).all()
    )
    helpers: dict[UUID, str] = dict(
        session.execute(
            select(InterpreterHold.meeting_id, Interpreter.name)
            .join(Interpreter, Interpreter.id == InterpreterHold.interpreter_id)
            .where(InterpreterHold.meeting_id.in_(ids))
        ).all()
    )
    parts = {part for meeting in meetings for part in (meeting.low_id, meeting.high_id)}
    named = select(Participation.id, Organisation).join(Organisation, Organisation.id == Participation.organisation_id)
    names = dict(session.execute(named.where(Participation.id.in_(parts))).all())
    return [
        {
            "id": meeting.id,
            "event_id": meeting.event_id,
            "schedule_id": meeting.schedule_id,
            "slot": grid.slot_name(grid.slots[order[meeting.slot_id]]),
            **_times(grid, order[meeting.slot_id], meeting.length, zone),
            "place": places.get(meeting.id),
            "interpreter": helpers.get(meeting.id),
            "organisations": [names[meeting.low_id], names[meeting.high_id]],
            "status": meeting.status,
            "value": meeting.value,
            "note": meeting.note,
            "sequence": meeting.sequence,
            "changed_at": meeting.changed_at.astimezone(zone) if meeting.changed_at else None,
            **told.get(meeting.id, {}),
        }
        for meeting in meetings
    ]


def known_to(session: Session, actor: Actor, event: Event) -> tuple[Entry, ...] | None:
    """What an enterprise or a buyer is to know of an event's meetings; None for the organiser's people, who see all."""
    if actor.is_staff:
        return None
    part = met_as(session, event.id, actor.organisation_id)
    return own_timetable(session, event, part).entries if part is not None else ()


def hold(session: Session, actor: Actor, meeting_id: UUID) -> Held:
    """Lock a meeting of the current schedule for a change; see `app.db.queries.holding` for the order of locks.

    Raises
    ------
    ConflictError
        The meeting belongs to a schedule that is not the current one.
    """
    return hold_all(session, find_meeting(session, actor, meeting_id))[0]


def hold_all(session: Session, *found: tuple[Event, Meeting]) -> list[Held]:
    """Lock several meetings of one event's current schedule; as `hold`."""
    event = found[0][0]
    schedule = hold_schedule(session, event.id)
    if schedule is None or any(seen.schedule_id != schedule.id for _, seen in found):
        raise ConflictError(
            "This meeting belongs to a schedule that is not the current one; change the meeting there.",
            conflict="schedule",
        )
    hold_parties(session, *(side for _, seen in found for side in (seen.low_id, seen.high_id)))
    ids = [seen.id for _, seen in found]
    mine = select(Meeting).where(Meeting.id.in_(ids)).order_by(Meeting.id)
    rows = session.scalars(mine.with_for_update().execution_options(populate_existing=True)).all()
    return standing(session, event, schedule, sorted(rows, key=lambda row: ids.index(row.id)))


def standing(session: Session, event: Event, schedule: Schedule, meetings: Sequence[Meeting]) -> list[Held]:
    """Meetings with the place and the interpreter of each; two queries."""
    ids = [meeting.id for meeting in meetings]
    held_places = select(PlaceHold.meeting_id, PlaceHold.place_id).where(PlaceHold.meeting_id.in_(ids))
    held_helpers = select(InterpreterHold.meeting_id, InterpreterHold.interpreter_id)
    places = dict(session.execute(held_places).all())
    helpers = dict(session.execute(held_helpers.where(InterpreterHold.meeting_id.in_(ids))).all())
    return [Held(event, one, schedule, places.get(one.id), helpers.get(one.id)) for one in meetings]


def change(session: Session, actor: Actor, held: Held, wanted: Change) -> Meeting:
    """Move a meeting, lock or unlock it, or say something about it; an undone move is a move back.

    Raises
    ------
    ConflictError
        It is over, called off or locked, or something stands in the way there.
    """
    actor.must_be_organiser()
    meeting = held.meeting
    if meeting.status not in MOVABLE:
        raise ConflictError(f"Not changed: the meeting is {_state(meeting)}.", conflict="state")
    moved = _move(session, held, wanted) if wanted.given & {"slot", "place", "interpreter"} else False
    if wanted.locked is not None:
        meeting.status = "locked" if wanted.locked else "planned"
    if wanted.note is not None:
        meeting.note = wanted.note
    note_change(session, actor, held, "meeting.moved" if moved else "meeting.changed", visible=moved)
    return meeting


def cancel(session: Session, actor: Actor, held: Held, site: str, note: str = "") -> Meeting:
    """Call a meeting off: what it took is free again, the row stays as cancelled.

    Enterprises and buyers call off their own, with a note for the other side, while meetings are settled.

    Raises
    ------
    ConflictError
        It has begun, is over or is called off already, or it is too early or too late for participants.
    """
    if not actor.runs_events and actor.is_staff:
        raise NotAllowedError(f"The role {actor.role} may not do that; it takes an organiser.")
    if not actor.is_staff:
        must_be_open(session, held.event, "Calling meetings off", *SETTLING, actor=actor)
        if not note.strip():
            raise InvalidInputError("Say why, so that the other side knows; a short note will do.", field="note")
    meeting = held.meeting
    if meeting.status not in CANCELLABLE:
        raise ConflictError(f"Not cancelled: the meeting is {_state(meeting)}.", conflict="state")
    others = [] if actor.is_staff else _other_sides(session, actor, meeting)
    before = [own_timetable(session, held.event, part) for part in others]
    release(session, meeting)
    meeting.status, meeting.note = "cancelled", note
    note_change(session, actor, held, "meeting.cancelled", visible=True)
    for own in before:
        now = own_timetable(session, held.event, own.participation)
        parts = [own.participation.id]
        write_to(session, held.event, held.schedule, parts, own.entries, now.entries, utc_now(), site)
    return meeting


def reinstate(session: Session, actor: Actor, held: Held, place: str | None = None) -> Meeting:
    """Put a meeting that was called off back where it was; at another place if the named one is taken meanwhile.

    Raises
    ------
    ConflictError
        It is not called off, or something stands in the way there now.
    """
    actor.must_be_organiser()
    meeting = held.meeting
    if meeting.status != "cancelled":
        raise ConflictError(f"Not put back: the meeting is {_state(meeting)}.", conflict="state")
    parties = pair_of(session, held.event, meeting.low_id, meeting.high_id)
    table = table_of(session, held.event, held.schedule.id, parties, moving=meeting)
    when = next(slot for slot in table.grid.slots if slot.id == meeting.slot_id)
    verdict = table.judge(when)
    must_be_legal(table, verdict, when, "put back")
    named = find_place(table.grid, place) if place else None
    seat = named if named in verdict.places else verdict.places[0]
    meeting.status, meeting.note = "planned", ""
    write(session, table, meeting, Taken(verdict.span, verdict.seats, seat, _first_helper(table, verdict)), "put back")
    note_change(session, actor, held, "meeting.reinstated", visible=True)
    return meeting


def table_of_meeting(session: Session, actor: Actor, meeting_id: UUID) -> tuple[Meeting, Table]:
    """The board on which a meeting could be moved."""
    event, meeting = find_meeting(session, actor, meeting_id)
    parties = pair_of(session, event, meeting.low_id, meeting.high_id)
    return meeting, table_of(session, event, meeting.schedule_id, parties, moving=meeting)


def _move(session: Session, held: Held, wanted: Change) -> bool:
    """Give the meeting what is wanted of slot, place and interpreter; whether anything of that is new."""
    meeting = held.meeting
    if meeting.status == "locked" and wanted.locked is not False:
        raise ConflictError("Not moved: the meeting is locked; unlock it first.", conflict="locked")
    grid = grid_of(session, held.event.id)
    when = find_slot(grid, wanted.slot) if wanted.slot else next(s for s in grid.slots if s.id == meeting.slot_id)
    place = find_place(grid, wanted.place) if wanted.place else None
    parties = pair_of(session, held.event, meeting.low_id, meeting.high_id)
    table = table_of(session, held.event, held.schedule.id, parties, moving=meeting, place=place, grid=grid)
    verdict = table.judge(when, over_holds=wanted.over_holds)
    must_be_legal(table, verdict, when, "moved")
    place = held.place_id if place is None and held.place_id in verdict.places else verdict.places[0]
    helper = _helper(table, verdict, held, wanted)
    if (when.id, place, helper) == (meeting.slot_id, held.place_id, held.helper_id):
        return False
    write(session, table, meeting, Taken(verdict.span, verdict.seats, place, helper), "moved")
    return True


def _helper(table: Table, verdict: Verdict, held: Held, wanted: Change) -> UUID | None:
    """The interpreter who was named, else the one there is, else the first who can."""
    named = wanted.interpreter
    if named is None:
        return _kept_helper(table, verdict, None if "interpreter" in wanted.given else held.helper_id)
    helper = find_interpreter(table.grid, named)
    free = helper_is_free(table, verdict, helper)
    if not free or (table.board.helpers is not None and helper not in verdict.helpers):
        name = next(one.name for one in table.grid.interpreters if one.id == helper)
        raise ConflictError(
            f"Not moved: {name} does not speak for both." if free else f"Not moved: {name} is not free in that slot.",
            conflict="interpreter",
        )
    return helper


def _kept_helper(table: Table, verdict: Verdict, helper_id: UUID | None) -> UUID | None:
    """The interpreter there is, if free then; else the first who can, where the two need one."""
    return helper_id if helper_id and helper_is_free(table, verdict, helper_id) else _first_helper(table, verdict)


def helper_is_free(table: Table, verdict: Verdict, helper_id: UUID) -> bool:
    closed = table.board.closed.get(helper_id, NONE)
    return all((slot, helper_id) not in table.board.taken and slot not in closed for slot in verdict.span)


def _first_helper(table: Table, verdict: Verdict) -> UUID | None:
    return verdict.helpers[0] if table.board.helpers is not None else None


def note_change(session: Session, actor: Actor, held: Held, deed: str, *, visible: bool) -> None:
    """Count the change, for calendars where it shows, and tell of it."""
    meeting = held.meeting
    meeting.changed_at = utc_now()
    if visible:
        meeting.sequence += 1
    session.flush()
    record(session, actor, deed, event_id=held.event.id, target_id=meeting.id, status=meeting.status)
    ids = {"event_id": str(held.event.id), "meeting_id": str(meeting.id)}
    tell(session, held.event.tenant_id, "meeting.changed", **ids, status=meeting.status)


def _other_sides(session: Session, actor: Actor, meeting: Meeting) -> list[Participation]:
    """The side that does not call the meeting off itself, and so is written to."""
    both = select(Participation).where(Participation.id.in_((meeting.low_id, meeting.high_id)))
    own = speaks_for(session, actor, meeting.event_id)
    return list(session.scalars(both.where(Participation.organisation_id != own)))


def _as_known(grid: Grid, known: Collection[Entry], zone: ZoneInfo) -> dict[UUID, dict[str, Any]]:
    slots = {slot.id: grid.slot_name(slot) for slot in grid.slots}
    places = {place.id: place.code for place in grid.places}
    helpers = {helper.id: helper.name for helper in grid.interpreters}
    return {
        entry.id: {
            "slot": slots.get(entry.slot_id, ""),
            "starts_at": entry.starts_at.astimezone(zone),
            "ends_at": entry.ends_at.astimezone(zone),
            "place": places.get(entry.place_id) if entry.place_id else None,
            "interpreter": helpers.get(entry.helper_id) if entry.helper_id else None,
            "status": entry.status,
        }
        for entry in known
    }


def _state(meeting: Meeting) -> str:
    return {"cancelled": "called off", "no_show": "missed", "live": "on just now"}.get(meeting.status, meeting.status)


def _times(grid: Grid, number: int, length: int, zone: ZoneInfo) -> dict[str, Any]:
    first, last = grid.slots[number], grid.slots[min(number + length, len(grid.slots)) - 1]
    return {"starts_at": first.starts_at.astimezone(zone), "ends_at": last.ends_at.astimezone(zone)}
