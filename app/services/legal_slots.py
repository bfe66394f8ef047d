"""Where two participants can meet in the current schedule: everything that decides it, read with a fixed number of
queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.db.models import (
    Event,
    InterpreterHold,
    Meeting,
    MeetingRequest,
    Organisation,
    Participation,
    PlaceHold,
    Preference,
    Schedule,
    Seat,
    Slot,
)
from app.db.queries.grid import Grid, grid_of
from app.db.queries.scoped import fetch
from app.domain.legal_slots import NONE, Board, Reason, Side, Verdict, judge
from app.domain.meetings import can_interpret, needs_interpreter
from app.services.access import Actor
from app.services.participants import Participant, meeting_limits, participants, those_who_meet

Parties = tuple[Participant, Participant]
#: most places that are named for one slot
_NAMED = 100


@dataclass(frozen=True)
class Table:
    """Two parties at an event, and the board that says where they can meet."""

    event: Event
    grid: Grid
    parties: Parties
    board: Board

    def judge(self, slot: Slot, *, over_holds: bool = False) -> Verdict:
        return judge(self.board, slot.id, over_holds=over_holds)

    def name(self, who: int | None) -> str:
        return self.parties[who].organisation.name if who is not None else ""


def parties_of(session: Session, actor: Actor, event: Event, organisations: tuple[UUID, UUID]) -> Parties:
    """The two as participants of the event; a member of a delegation meets as this.

    Raises
    ------
    InvalidInputError
        Both are the same, or come with one delegation.
    NotFoundError
        One takes no part, or is none of the tenant's.
    """
    if organisations[0] == organisations[1]:
        raise InvalidInputError("A meeting takes two different organisations.")
    people = those_who_meet(session, event, organisations)
    present = {organisation.id: one for one in people for organisation in one.organisations}
    for key in organisations:
        if key not in present:
            fetch(session, Organisation, key, actor.tenant_id)
            raise NotFoundError(f"The organisation {key} does not take part in {event.name}.")
    one, other = (present[key] for key in organisations)
    if one is other:
        raise InvalidInputError(f"These two come with {one.organisation.name}, and meet others as one.")
    return one, other


def pair_of(session: Session, event: Event, low_id: UUID, high_id: UUID) -> Parties:
    """Two participations of an event with all that belongs to them, in the order given."""
    query = select(Participation.organisation_id).where(Participation.id.in_((low_id, high_id)))
    only = session.scalars(query).all()
    present = {p.participation.id: p for p in those_who_meet(session, event, only, withdrawn=True)}
    if not present.keys() >= {low_id, high_id}:  # one has joined a delegation since
        present |= {p.participation.id: p for p in participants(session, event, only, withdrawn=True)}
    return present[low_id], present[high_id]


def table_of(
    session: Session,
    event: Event,
    schedule_id: UUID | None,
    parties: Parties,
    *,
    moving: Meeting | None = None,
    leaving: Meeting | None = None,
    place: UUID | None = None,
    grid: Grid | None = None,
) -> Table:
    """Read the board of two parties.

    Parameters
    ----------
    moving
        A meeting of the two that may give up what it holds.
    leaving
        Another meeting that gives up what it holds too.
    place
        The one place that is wanted; None for any that the two may use.
    grid
        The grid of the event where the caller has just read it.
    """
    for party in parties:
        if moving is None and party.participation.delegation_id is not None:  # since it was looked up
            raise ConflictError(f"{party.organisation.name} has just joined a delegation; ask again.", conflict="race")
    grid = grid or grid_of(session, event.id)
    free = [meeting.id for meeting in (moving, leaving) if meeting is not None]
    seats = _seats(session, schedule_id, parties, free)
    held = _held(session, event, parties)
    places = (place,) if place else _places(session, event, grid, parties)
    board = Board(
        sides=(_side(grid, parties[0], seats, held), _side(grid, parties[1], seats, held)),
        slots=tuple((slot.id, slot.session) for slot in grid.slots),
        places=places,
        helpers=_helpers(grid, parties),
        taken=_taken(session, schedule_id, free),
        closed=grid.away,
        always=tuple(_always(session, event, schedule_id, parties, seats, moving)),
        length=moving.length if moving else 1,
    )
    return Table(event, grid, parties, board)


def slots_shown(table: Table, current: UUID | None = None, most: int = _NAMED) -> list[dict[str, Any]]:
    """Each slot of the event: legal or why not, and what is free then; `current` marks the slot it is in.

    At most `most` places are named for each slot.
    """
    zone = ZoneInfo(table.event.zone)
    codes = {place.id: place.code for place in table.grid.places}
    helpers = {helper.id: helper.name for helper in table.grid.interpreters}
    shown = []
    for slot in table.grid.slots:
        verdict = table.judge(slot)
        shown.append(
            {
                "id": slot.id,
                "slot": table.grid.slot_name(slot),
                "starts_at": slot.starts_at.astimezone(zone),
                "ends_at": slot.ends_at.astimezone(zone),
                "current": slot.id == current,
                "legal": verdict.legal,
                "reasons": reasons_shown(table, verdict),
                "free_places": len(verdict.places),
                "places": [codes[place] for place in verdict.places[:most]],
                "interpreter": helpers[verdict.helpers[0]] if verdict.helpers else None,
            }
        )
    return shown


def legal_names(table: Table, most: int = 10) -> list[str]:
    """Names of the first slots to come in which the two can meet, to be proposed instead of one that is gone."""
    now = utc_now()
    coming = (slot for slot in table.grid.slots if slot.starts_at > now and table.judge(slot).legal)
    return [table.grid.slot_name(slot) for slot, _ in zip(coming, range(most), strict=False)]


def reasons_shown(table: Table, verdict: Verdict) -> list[dict[str, Any]]:
    """What stands in the way, with whom it is about."""
    return [_reason(table, reason) for reason in verdict.reasons]


def _reason(table: Table, reason: Reason) -> dict[str, Any]:
    who = table.parties[reason.who].organisation if reason.who is not None else None
    until = reason.until.astimezone(ZoneInfo(table.event.zone)) if reason.until else None
    return {"code": reason.code, "organisation": who, "until": until}


def _side(grid: Grid, party: Participant, seats: list[Seat], held: dict[UUID, dict[UUID, list[datetime]]]) -> Side:
    people = tuple(attendee.id for attendee in party.attendees)
    key = party.participation.id
    return Side(
        people,
        frozenset((seat.slot_id, seat.attendee_id) for seat in seats if seat.attendee_id in people),
        grid.away.get(key, NONE),
        {slot: tuple(until) for slot, until in held.get(key, {}).items()},
    )


def _seats(session: Session, schedule_id: UUID | None, parties: Parties, free: list[UUID]) -> list[Seat]:
    people = [attendee.id for party in parties for attendee in party.attendees]
    taken = select(Seat).where(Seat.schedule_id == schedule_id, Seat.attendee_id.in_(people))
    return list(session.scalars(taken.where(Seat.meeting_id.not_in(free))))


def _held(session: Session, event: Event, parties: Parties) -> dict[UUID, dict[UUID, list[datetime]]]:
    """By party and slot, until when its own pending requests hold a seat; one to the other party holds it for this."""
    low, high = sorted(party.participation.id for party in parties)
    rows = session.execute(
        select(MeetingRequest.from_id, MeetingRequest.slot_id, MeetingRequest.expires_at).where(
            MeetingRequest.event_id == event.id,
            MeetingRequest.from_id.in_((low, high)),
            MeetingRequest.state == "pending",
            MeetingRequest.expires_at > utc_now(),
            (MeetingRequest.low_id != low) | (MeetingRequest.high_id != high),
        )
    )
    held: dict[UUID, dict[UUID, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for sender, slot_id, until in rows:
        if slot_id is not None:
            held[sender][slot_id].append(until)
    return held


def _places(session: Session, event: Event, grid: Grid, parties: Parties) -> tuple[UUID, ...]:
    """A party's own place where one has one; else all that are nobody's own."""
    own = {party.participation.place_id for party in parties if party.participation.place_id}
    if own:
        return tuple(place.id for place in grid.places if place.id in own)
    hosts = select(Participation.place_id).where(
        Participation.event_id == event.id, Participation.place_id.is_not(None)
    )
    kept = set(session.scalars(hosts))
    return tuple(place.id for place in grid.places if place.id not in kept)


def _helpers(grid: Grid, parties: Parties) -> tuple[UUID, ...] | None:
    one, other = (party.languages for party in parties)
    if not needs_interpreter(one, other):
        return None
    return tuple(helper.id for helper in grid.interpreters if can_interpret(helper.languages, one, other))


def _taken(session: Session, schedule_id: UUID | None, free: list[UUID]) -> frozenset[tuple[UUID, UUID]]:
    places = select(PlaceHold.slot_id, PlaceHold.place_id).where(
        PlaceHold.schedule_id == schedule_id, PlaceHold.meeting_id.not_in(free)
    )
    helpers = select(InterpreterHold.slot_id, InterpreterHold.interpreter_id).where(
        InterpreterHold.schedule_id == schedule_id, InterpreterHold.meeting_id.not_in(free)
    )
    return frozenset((slot, taken) for query in (places, helpers) for slot, taken in session.execute(query))


def _always(
    session: Session,
    event: Event,
    schedule_id: UUID | None,
    parties: Parties,
    seats: list[Seat],
    moving: Meeting | None,
) -> list[Reason]:
    low, high = sorted(party.participation.id for party in parties)
    answers = select(Preference.answer).where(
        Preference.event_id == event.id, Preference.from_id.in_((low, high)), Preference.to_id.in_((low, high))
    )
    found = [Reason("blocked")] if "blocked" in set(session.scalars(answers)) else []
    found += [Reason("withdrawn", who) for who, party in enumerate(parties) if party.participation.withdrawn_at]
    if moving is not None:
        return found
    if event.rules["one_meeting_per_organisation_pair"] and session.scalar(
        select(Meeting.id).where(
            Meeting.schedule_id == schedule_id,
            Meeting.low_id == low,
            Meeting.high_id == high,
            Meeting.status != "cancelled",
        )
    ):
        found.append(Reason("pair"))
    for who, party in enumerate(parties):
        limit = meeting_limits(event, party.participation)[1]
        people = {attendee.id for attendee in party.attendees}
        if limit is not None and len({seat.meeting_id for seat in seats if seat.attendee_id in people}) >= limit:
            found.append(Reason("maximum", who))
    return found


def schedule_id_of(session: Session, event: Event) -> UUID | None:
    """The id of the current schedule, None where there is none yet."""
    return session.scalar(select(Schedule.id).where(Schedule.event_id == event.id, Schedule.is_current))
