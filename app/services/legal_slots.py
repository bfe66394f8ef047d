"""Where two participants can meet in the current schedule: everything that decides it, read with a fixed number of
queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import chain
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
    present = present_of(session, event, {low_id, high_id})
    return present[low_id], present[high_id]


def present_of(session: Session, event: Event, ids: Set[UUID]) -> dict[UUID, Participant]:
    """Participations of an event by id with all that belongs to them, those that have withdrawn too."""
    query = select(Participation.organisation_id).where(Participation.id.in_(ids))
    only = session.scalars(query).all()
    present = {p.participation.id: p for p in those_who_meet(session, event, only, withdrawn=True)}
    if not present.keys() >= ids:  # one has joined a delegation since
        present |= {p.participation.id: p for p in participants(session, event, only, withdrawn=True)}
    return present


def table_of(
    session: Session,
    event: Event,
    schedule_id: UUID | None,
    parties: Parties,
    *,
    moving: Meeting | None = None,
    place: UUID | None = None,
    grid: Grid | None = None,
) -> Table:
    """Read the board of two parties.

    Parameters
    ----------
    moving
        A meeting of the two that may give up what it holds.
    place
        The one place that is wanted; None for any that the two may use.
    grid
        The grid of the event where the caller has just read it.
    """
    for party in parties:
        if moving is None and party.participation.delegation_id is not None:  # since it was looked up
            raise ConflictError(f"{party.organisation.name} has just joined a delegation; ask again.", conflict="race")
    ledger = ledger_of(session, event, schedule_id, parties, grid)
    table = ledger.table(parties, (moving,) if moving else (), length=moving.length if moving else 1)
    board = table.board
    if moving is None:
        board = replace(board, always=(*board.always, *_too_many(session, ledger, parties)))
    return replace(table, board=replace(board, places=(place,) if place else board.places))


@dataclass(frozen=True)
class Ledger:
    """What is taken at an event, of some who take part and of all places and interpreters; boards are made from it.

    Of the schedule `seats` by attendee, and by meeting what it `holds`: (slot, place or interpreter). `pending` are the
    seats that requests of theirs hold, `blocked` pairs of which one has blocked the other, `hosted` the places that are
    somebody's own.
    """

    event: Event
    schedule_id: UUID | None
    grid: Grid
    seats: Mapping[UUID, Sequence[Seat]]
    holds: Mapping[UUID, Set[tuple[UUID, UUID]]]
    pending: Sequence[tuple[UUID, frozenset[UUID], UUID, datetime]]
    blocked: Set[frozenset[UUID]]
    hosted: Set[UUID]

    @cached_property
    def taken(self) -> frozenset[tuple[UUID, UUID]]:
        return frozenset(chain.from_iterable(self.holds.values()))

    def table(self, parties: Parties, free: Collection[Meeting] = (), *, length: int = 1) -> Table:
        """The board of two of them; `free` are meetings that give up what they hold."""
        off = {meeting.id for meeting in free}
        board = Board(
            sides=(self._side(parties, 0, off), self._side(parties, 1, off)),
            slots=tuple((slot.id, slot.session) for slot in self.grid.slots),
            places=self._places(parties),
            helpers=_helpers(self.grid, parties),
            taken=self.taken.difference(*(self.holds.get(meeting, ()) for meeting in off)),
            closed=self.grid.away,
            always=tuple(self._always(parties)),
            length=length,
        )
        return Table(self.event, self.grid, parties, board)

    def _side(self, parties: Parties, who: int, off: Set[UUID]) -> Side:
        party, pair = parties[who], _pair(parties)
        people, key = tuple(attendee.id for attendee in party.attendees), party.participation.id
        seats = (seat for person in people for seat in self.seats.get(person, ()) if seat.meeting_id not in off)
        held: dict[UUID, tuple[datetime, ...]] = {}
        for sender, both, slot_id, until in self.pending:
            if sender == key and both != pair:  # one to the other party holds it for this
                held[slot_id] = (*held.get(slot_id, ()), until)
        return Side(
            people, frozenset((seat.slot_id, seat.attendee_id) for seat in seats), self.grid.away.get(key, NONE), held
        )

    def _places(self, parties: Parties) -> tuple[UUID, ...]:
        """A party's own place where one has one; else all that are nobody's own."""
        own = {party.participation.place_id for party in parties if party.participation.place_id}
        return tuple(place.id for place in self.grid.places if place.id in own or not (own or place.id in self.hosted))

    def _always(self, parties: Parties) -> Iterator[Reason]:
        if _pair(parties) in self.blocked:
            yield Reason("blocked")
        for who, party in enumerate(parties):
            if party.participation.withdrawn_at:
                yield Reason("withdrawn", who)


def ledger_of(
    session: Session, event: Event, schedule_id: UUID | None, people: Collection[Participant], grid: Grid | None = None
) -> Ledger:
    """Read what is taken by these and at every place; six queries besides the grid."""
    ids = [one.participation.id for one in people]
    attendees = [attendee.id for one in people for attendee in one.attendees]
    pending = select(
        MeetingRequest.from_id, MeetingRequest.low_id, MeetingRequest.high_id, MeetingRequest.slot_id,
        MeetingRequest.expires_at,
    ).where(
        MeetingRequest.event_id == event.id, MeetingRequest.from_id.in_(ids), MeetingRequest.state == "pending",
        MeetingRequest.expires_at > utc_now(),
    )  # fmt: skip
    blocked = select(Preference.from_id, Preference.to_id).where(
        Preference.event_id == event.id, Preference.answer == "blocked", Preference.from_id.in_(ids),
        Preference.to_id.in_(ids),
    )  # fmt: skip
    hosted = select(Participation.place_id).where(
        Participation.event_id == event.id, Participation.place_id.is_not(None)
    )
    seats: defaultdict[UUID, list[Seat]] = defaultdict(list)
    for seat in session.scalars(select(Seat).where(Seat.schedule_id == schedule_id, Seat.attendee_id.in_(attendees))):
        seats[seat.attendee_id].append(seat)
    holds: defaultdict[UUID, set[tuple[UUID, UUID]]] = defaultdict(set)
    for hold, what in ((PlaceHold, PlaceHold.place_id), (InterpreterHold, InterpreterHold.interpreter_id)):
        query = select(hold.meeting_id, hold.slot_id, what).where(hold.schedule_id == schedule_id)
        for meeting_id, slot_id, one in session.execute(query):
            holds[meeting_id].add((slot_id, one))
    return Ledger(
        event,
        schedule_id,
        grid or grid_of(session, event.id),
        seats,
        holds,
        [
            (sender, frozenset({low, high}), slot, until)
            for sender, low, high, slot, until in session.execute(pending)
            if slot is not None
        ],
        {frozenset((one, other)) for one, other in session.execute(blocked)},
        {place for place in session.scalars(hosted) if place},
    )


def _pair(parties: Parties) -> frozenset[UUID]:
    return frozenset(party.participation.id for party in parties)


def _too_many(session: Session, ledger: Ledger, parties: Parties) -> Iterator[Reason]:
    """Why the two can have no further meeting, whenever it were."""
    low, high = sorted(_pair(parties))
    if ledger.event.rules["one_meeting_per_organisation_pair"] and session.scalar(
        select(Meeting.id).where(
            Meeting.schedule_id == ledger.schedule_id,
            Meeting.low_id == low,
            Meeting.high_id == high,
            Meeting.status != "cancelled",
        )
    ):
        yield Reason("pair")
    for who, party in enumerate(parties):
        limit = meeting_limits(ledger.event, party.participation)[1]
        met = {seat.meeting_id for person in party.attendees for seat in ledger.seats.get(person.id, ())}
        if limit is not None and len(met) >= limit:
            yield Reason("maximum", who)


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


def _helpers(grid: Grid, parties: Parties) -> tuple[UUID, ...] | None:
    one, other = (party.languages for party in parties)
    if not needs_interpreter(one, other):
        return None
    return tuple(helper.id for helper in grid.interpreters if can_interpret(helper.languages, one, other))


def schedule_id_of(session: Session, event: Event) -> UUID | None:
    """The id of the current schedule, None where there is none yet."""
    return session.scalar(select(Schedule.id).where(Schedule.event_id == event.id, Schedule.is_current))
