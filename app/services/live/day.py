"""From rows to the timetabling problem of what is left of the day.

Slots that have begun are history: they are not in the problem at all, so nothing there is ever touched. What a running
meeting still takes, limits already used and pairs that have met are taken off what is left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError, NotFoundError
from app.db.models import (
    Event,
    InterpreterHold,
    LeftOutPair,
    Match,
    Meeting,
    MeetingRequest,
    PlaceHold,
    Preference,
    Schedule,
    Seat,
    Slot,
)
from app.db.queries.grid import Grid, grid_of
from app.services.participants import Participant, bodies, meeting_limits, those_who_meet
from app.services.problems import current_schedule, last_match_run

#: pairs per participant that may take a freed slot; the engine looks at the best of them first
CANDIDATES = 8
_DEPTH = 40
_REFUSED = ("no_thanks", "blocked")
Sides = frozenset[UUID]


@dataclass(frozen=True)
class DayPair:
    """A pair of participations: its meeting, or a candidate that has none. `sides` names the supplier first."""

    sides: tuple[UUID, UUID]
    value: float
    request_id: UUID | None = None
    meeting: Meeting | None = None
    place_id: UUID | None = None
    interpreter_id: UUID | None = None

    @property
    def parties(self) -> tuple[UUID, UUID]:
        """The two, the smaller id first, as rows have them."""
        low, high = sorted(self.sides)
        return low, high


@dataclass(frozen=True)
class Day:
    """What is left of a day: the problem and plan for the engine, and what their names stand for."""

    event: Event
    schedule: Schedule
    grid: Grid
    people: dict[UUID, Participant]
    slots: tuple[Slot, ...]
    pairs: dict[str, DayPair]
    problem: dict[str, Any]
    plan: dict[str, Any]

    def slot_names(self) -> dict[str, Slot]:
        """The slots that are left, by name."""
        return {self.grid.slot_name(slot): slot for slot in self.slots}

    def code(self, participation_id: UUID) -> str:
        return self.people[participation_id].organisation.code


@dataclass(frozen=True)
class _Left:
    """The slots that are left, and what of them is taken by meetings that have begun before."""

    slots: tuple[Slot, ...]
    busy: dict[UUID, set[UUID]]
    past: tuple[Meeting, ...]
    coming: tuple[DayPair, ...]


@dataclass(frozen=True)
class _Wishes:
    """Pairs that must meet, and by participation the slots its pending requests hold, each with who is asked."""

    musts: set[Sides]
    holds: dict[UUID, list[tuple[UUID, UUID]]]


def read_day(
    session: Session,
    event: Event,
    now: datetime,
    *,
    only: Collection[UUID] = (),
    slot: str | None = None,
    grid: Grid | None = None,
) -> Day:
    """Read what is left of an event's day at an instant.

    Parameters
    ----------
    only
        Candidates for freed slots are pairs of one of these participations; empty for all.
    slot
        Candidates may take this slot only.
    grid
        The event's grid as it would be; None for as it is.

    Raises
    ------
    NotFoundError
        There is no current schedule, or no such slot.
    ConflictError
        The last slot has begun, so nothing is left to repair.
    """
    schedule = current_schedule(session, event.id)
    if schedule is None:
        raise NotFoundError(f"The event {event.code!r} has no schedule yet, so there is nothing to repair.")
    grid = grid or grid_of(session, event.id)
    people = {p.participation.id: p for p in those_who_meet(session, event)}
    left = _what_is_left(session, schedule, grid, people, now)
    once = bool(event.rules["one_meeting_per_organisation_pair"])
    pairs = _named((*left.coming, *_candidates(session, event, schedule, left, people, once, only)), people)
    names = {grid.slot_name(one): one for one in left.slots}
    if slot is not None and slot not in names:
        raise NotFoundError(f"{slot!r} is no slot that is left; there is {', '.join(names)}.")
    slot_name = {one.id: name for name, one in names.items()}
    had = Counter(side for m in left.past for side in (m.low_id, m.high_id))
    has = Counter(side for pair in left.coming for side in pair.sides)
    place_code = {place.id: place.code for place in grid.places if _opens(place.id, grid, left, slot_name)}
    wishes = _wishes(session, event)
    usual = _usual(pairs.values())
    problem = {
        "format": "fairmatch/problem@1",
        "slots": [{"id": name, "session": one.session} for name, one in names.items()],
        "places": _places(grid, left, slot_name),
        "participants": [
            _participant(event, p, grid, left, slot_name, had[key], has[key]) for key, p in people.items()
        ],
        "one_meeting_per_organisation_pair": once,
        "interpreters": _interpreters(grid, left, slot_name),
        "meetings": [
            _meeting(name, pair, people, place_code, slot_name, slot, wishes) | {"value": pair.value or usual}
            for name, pair in pairs.items()
        ],
        "objective": {"break": event.rules.get("break_weight") or 0},
    }
    return Day(event, schedule, grid, people, left.slots, pairs, problem, _plan(pairs, grid, slot_name))


def _what_is_left(
    session: Session, schedule: Schedule, grid: Grid, people: dict[UUID, Participant], now: datetime
) -> _Left:
    position = {slot.id: slot.position for slot in grid.slots}
    begun = {slot.id for slot in grid.slots if slot.starts_at <= now}
    meetings = list(
        session.scalars(
            select(Meeting)
            .where(Meeting.schedule_id == schedule.id, Meeting.status != "cancelled")
            .order_by(Meeting.id)
            .execution_options(populate_existing=True)
        )
    )
    marked = [position[m.slot_id] for m in meetings if m.status in ("live", "held", "no_show")]
    first = max([-1, *marked, *(position[key] for key in begun)]) + 1  # a slot of which a meeting has begun has begun
    slots = tuple(slot for slot in grid.slots if slot.position >= first)
    if not slots:
        raise ConflictError("The last slot has begun, so nothing is left to repair.", conflict="over")
    past = tuple(m for m in meetings if position[m.slot_id] < first)
    ids = {m.id for m in past}
    places: dict[UUID, UUID] = {}
    helpers: dict[UUID, UUID] = {}
    busy: dict[UUID, set[UUID]] = defaultdict(set)
    owner = {a.id: key for key, person in people.items() for a in person.attendees}
    for model, column in ((PlaceHold, PlaceHold.place_id), (InterpreterHold, InterpreterHold.interpreter_id)):
        taken = places if model is PlaceHold else helpers
        rows = select(model.meeting_id, model.slot_id, column).where(model.schedule_id == schedule.id)
        for meeting_id, slot_id, resource in session.execute(rows):
            if meeting_id in ids:
                busy[resource].add(slot_id)
            else:
                taken.setdefault(meeting_id, resource)
    if any(m.length > 1 for m in past):
        seats = select(Seat.slot_id, Seat.attendee_id).where(Seat.schedule_id == schedule.id, Seat.meeting_id.in_(ids))
        for slot_id, attendee_id in session.execute(seats):
            busy[owner[attendee_id]].add(slot_id)
    coming = tuple(
        DayPair(
            _supplier_first(m.low_id, m.high_id, people), m.value, m.request_id, m, places.get(m.id), helpers.get(m.id)
        )
        for m in meetings
        if position[m.slot_id] >= first
    )
    return _Left(slots, busy, past, coming)


def _supplier_first(one: UUID, other: UUID, people: dict[UUID, Participant]) -> tuple[UUID, UUID]:
    first, second = people[one].participation, people[other].participation
    swap = (first.buys and not first.supplies) or (second.supplies and not second.buys and first.buys)
    return (other, one) if swap else (one, other)


def _candidates(
    session: Session,
    event: Event,
    schedule: Schedule,
    left: _Left,
    people: dict[UUID, Participant],
    once: bool,
    only: Collection[UUID],
) -> list[DayPair]:
    """Pairs without a meeting that may take a freed slot, the strongest of each participant."""
    waiting = _waiting(session, schedule)
    lost = set(waiting)  # what a repair lost waits on, though its meeting is cancelled
    for found in _ranked(session, event, bodies(people.values())):
        waiting.setdefault(frozenset(found.sides), found)
    barred = _refused(session, event) | (_called_off(session, schedule) - lost)
    if once:
        barred |= {frozenset((m.low_id, m.high_id)) for m in (*left.past, *(p.meeting for p in left.coming)) if m}
    chosen = set(only)
    fit = [
        (-pair.value, people[ordered[0]].organisation.code, pair.parties, ordered, pair)
        for sides, pair in waiting.items()
        if sides not in barred and (pair.value > 0 or sides in lost) and sides <= people.keys()
        if not chosen or not sides.isdisjoint(chosen)
        for ordered in [_supplier_first(*pair.sides, people)]
    ]
    seen: Counter[UUID] = Counter()
    kept = []
    for *_, ordered, pair in sorted(fit, key=itemgetter(0, 1, 2)):
        one, other = ordered
        if min(seen[one], seen[other]) < CANDIDATES:
            kept.append(replace(pair, sides=ordered))
        seen[one] += 1
        seen[other] += 1
    return kept


def _ranked(session: Session, event: Event, body: dict[UUID, UUID]) -> Iterable[DayPair]:
    """Pairs of the last match run, the best first; without their explanations, which are large."""
    run = last_match_run(session, event.id)
    near = (Match.rank <= _DEPTH) | (Match.backward_rank <= _DEPTH)
    rows = session.execute(
        select(Match.provider_id, Match.seeker_id, Match.mutual, Match.score, Match.request_id)
        .where(Match.run_id == (run.id if run else None), Match.rank.is_not(None), near)
        .order_by(Match.mutual.desc(), Match.request_id, Match.provider_id)
    )
    for provider, seeker, mutual, score, request_id in rows:
        sides = body.get(provider, provider), body.get(seeker, seeker)
        if sides[0] != sides[1]:
            yield DayPair(sides, round(score if mutual is None else mutual, 1), request_id)


def _waiting(session: Session, schedule: Schedule) -> dict[Sides, DayPair]:
    """Pairs that the schedule left out or lost, and those that walk-ins brought; without reasons, which are large."""
    found: dict[Sides, DayPair] = {}
    rows = session.execute(
        select(LeftOutPair.low_id, LeftOutPair.high_id, LeftOutPair.value, LeftOutPair.request_id)
        .where(LeftOutPair.schedule_id == schedule.id)
        .order_by(LeftOutPair.value.desc(), LeftOutPair.id)
    )
    for low, high, value, request_id in rows:
        found.setdefault(frozenset((low, high)), DayPair((low, high), value, request_id))
    return found


def _wishes(session: Session, event: Event) -> _Wishes:
    musts = session.execute(
        select(Preference.from_id, Preference.to_id).where(
            Preference.event_id == event.id, Preference.answer == "must_meet"
        )
    )
    pending = session.execute(
        select(MeetingRequest.from_id, MeetingRequest.to_id, MeetingRequest.slot_id).where(
            MeetingRequest.event_id == event.id, MeetingRequest.state == "pending",
            MeetingRequest.expires_at > utc_now(), MeetingRequest.slot_id.is_not(None),
        )
    )  # fmt: skip
    holds: dict[UUID, list[tuple[UUID, UUID]]] = defaultdict(list)
    for sender, asked, slot_id in pending:
        if slot_id is not None:
            holds[sender].append((slot_id, asked))
    return _Wishes({frozenset((one, other)) for one, other in musts}, holds)


def _refused(session: Session, event: Event) -> set[Sides]:
    rows = session.execute(
        select(Preference.from_id, Preference.to_id).where(
            Preference.event_id == event.id, Preference.answer.in_(_REFUSED)
        )
    )
    return {frozenset((one, other)) for one, other in rows}


def _called_off(session: Session, schedule: Schedule) -> set[Sides]:
    """Pairs that have a cancelled meeting."""
    off = select(Meeting.low_id, Meeting.high_id).where(
        Meeting.schedule_id == schedule.id, Meeting.status == "cancelled"
    )
    return {frozenset((one, other)) for one, other in session.execute(off)}


def _named(pairs: Iterable[DayPair], people: dict[UUID, Participant]) -> dict[str, DayPair]:
    named: dict[str, DayPair] = {}
    for pair in pairs:
        name = " × ".join(people[side].organisation.code for side in pair.sides)
        again = f"{name} ({pair.meeting.id})" if pair.meeting else f"{name} (again)"
        named[again if name in named else name] = pair
    return named


def _places(grid: Grid, left: _Left, slot_name: dict[UUID, str]) -> list[dict[str, Any]]:
    rows = []
    for place in grid.places:
        closed = grid.away.get(place.id, frozenset()) | left.busy.get(place.id, set())
        hours = [name for key, name in slot_name.items() if key not in closed]
        rows.append({"id": place.code, "zone": place.zone or None, "slots": hours if closed else None})
    return rows


def _interpreters(grid: Grid, left: _Left, slot_name: dict[UUID, str]) -> list[dict[str, Any]]:
    return [
        {
            "id": helper.name,
            "languages": helper.languages,
            "unavailable": [
                name
                for key, name in slot_name.items()
                if key in grid.away.get(helper.id, ()) or key in left.busy.get(helper.id, ())
            ],
        }
        for helper in grid.interpreters
    ]


def _participant(
    event: Event, person: Participant, grid: Grid, left: _Left, slot_name: dict[UUID, str], had: int, has: int
) -> dict[str, Any]:
    """A participant who `had` so many meetings and `has` so many to come."""
    row = person.participation
    low, high = meeting_limits(event, row)
    away = grid.away.get(row.id, frozenset()) | left.busy.get(row.id, set())
    gone = row.withdrawn_at is not None
    return {
        "id": person.organisation.code,
        "organisation": person.organisation.code,
        "parallel": max(1, len(person.attendees)),
        "unavailable": [name for key, name in slot_name.items() if gone or key in away],
        "min_meetings": 0 if gone else max(0, low - had),
        "max_meetings": None if high is None else max(high - had, has),  # what is booked already may stay
        "languages": list(person.languages),
    }


def _usual(pairs: Iterable[DayPair]) -> float:
    """What a meeting is worth that was booked by hand and that no match run has scored: as much as most of the others,
    since somebody wanted it. It is shown without points all the same."""
    scored = [pair.value for pair in pairs if pair.value > 0]
    return median(scored) if scored else 1.0


def _opens(place_id: UUID, grid: Grid, left: _Left, slot_name: dict[UUID, str]) -> bool:
    """Whether a place can be used in any slot that is left; nobody is tied to one that cannot."""
    closed = grid.away.get(place_id, frozenset()) | left.busy.get(place_id, set())
    return any(key not in closed for key in slot_name)


def _meeting(
    name: str,
    pair: DayPair,
    people: dict[UUID, Participant],
    place_code: dict[UUID, str],
    slot_name: dict[UUID, str],
    only_slot: str | None,
    wishes: _Wishes,
) -> dict[str, Any]:
    """`place_code` has the places that can be used; a table of one's own ties a meeting to it."""
    locked = pair.meeting is not None and pair.meeting.status == "locked"
    own = {people[side].participation.place_id for side in pair.sides} - {None}
    tied = pair.place_id if locked or (own and pair.place_id) else next(iter(own), None)
    return {
        "id": name,
        "participants": [people[side].organisation.code for side in pair.sides],
        "required": locked or frozenset(pair.sides) in wishes.musts,
        "fixed_slot": slot_name[pair.meeting.slot_id] if locked and pair.meeting else None,
        "place": place_code.get(tied) if tied else None,
        "slots": None if pair.meeting else _open_to(pair, slot_name, only_slot, wishes),
        "length": pair.meeting.length if pair.meeting else 1,
    }


def _open_to(pair: DayPair, slot_name: dict[UUID, str], only_slot: str | None, wishes: _Wishes) -> list[str] | None:
    """The slots that a pair without a meeting may take: none that a pending request of one of the two holds."""
    taken = {
        slot_id
        for side, other in (pair.sides, pair.sides[::-1])
        for slot_id, asked in wishes.holds.get(side, ())
        if asked != other  # a request to each other holds the slot for this very pair
    }
    if not taken and only_slot is None:
        return None
    return [name for key, name in slot_name.items() if key not in taken and only_slot in (None, name)]


def _plan(pairs: dict[str, DayPair], grid: Grid, slot_name: dict[UUID, str]) -> dict[str, Any]:
    place = {one.id: one.code for one in grid.places}
    helper = {one.id: one.name for one in grid.interpreters}
    return {
        "format": "fairmatch/plan@1",
        "meetings": [
            {
                "id": name,
                "slot": slot_name[pair.meeting.slot_id],
                "place": place[pair.place_id] if pair.place_id else None,
                "interpreter": helper[pair.interpreter_id] if pair.interpreter_id else None,
            }
            for name, pair in pairs.items()
            if pair.meeting is not None
        ],
    }
