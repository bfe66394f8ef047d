"""From an event's rows to the timetabling problem: participants, the pairs worth meeting, locks and limits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.models import Event, Match, MatchRun, Meeting, MeetingRequest, PlaceHold, Preference, Schedule
from app.db.queries.grid import Grid, grid_of
from app.services.participants import Participant, bodies, meeting_limits, those_who_meet

#: beyond this many candidates per slot and participant a pair would hardly ever be held, and only slows the search
_CANDIDATES_PER_SLOT = 4
_REFUSED = ("no_thanks", "blocked")
#: states in which a meeting of the current schedule stays where it is in the next one
LOCKED = ("locked", "live", "held")


@dataclass(frozen=True)
class Lock:
    """Where a meeting of the current schedule stays whatever is built anew, and the state it keeps."""

    slot_id: UUID
    place_id: UUID | None
    status: str


@dataclass(frozen=True)
class Pair:
    """A pair worth meeting: what it is worth, the request that makes it so, and where it is locked."""

    seeker_id: UUID
    provider_id: UUID
    value: float
    request_id: UUID | None
    required: bool = False
    lock: Lock | None = None

    @property
    def parties(self) -> tuple[UUID, UUID]:
        low, high = sorted((self.seeker_id, self.provider_id))
        return low, high


@dataclass(frozen=True)
class Stage:
    """A problem file and what its names stand for."""

    problem: dict[str, Any]
    pairs: dict[str, Pair]
    people: dict[UUID, Participant]
    grid: Grid


def last_match_run(session: Session, event_id: UUID) -> MatchRun | None:
    """Return the newest finished match run of an event."""
    return session.scalar(
        select(MatchRun)
        .where(MatchRun.event_id == event_id, MatchRun.state == "done")
        .order_by(MatchRun.finished_at.desc(), MatchRun.id.desc())
        .limit(1)
    )


def current_schedule(session: Session, event_id: UUID) -> Schedule | None:
    return session.scalar(select(Schedule).where(Schedule.event_id == event_id, Schedule.is_current))


def build_problem(
    session: Session, event: Event, match_run: MatchRun | None, objective: dict[str, Any] | None = None
) -> Stage:
    """Make the problem of an event from its grid, its people, the last match run and everybody's answers."""
    grid = grid_of(session, event.id)
    people = {p.participation.id: p for p in those_who_meet(session, event)}
    code = {key: person.organisation.code for key, person in people.items()}
    answers = list(session.scalars(select(Preference).where(Preference.event_id == event.id)))
    once = bool(event.rules["one_meeting_per_organisation_pair"])
    pairs = _pairs(session, match_run, answers, _agreed(session, event.id), once, bodies(people.values()))
    pairs = _with_locks(session, event.id, pairs, _refused(answers), once)
    pairs = [pair for pair in pairs if people.keys() >= set(pair.parties)]  # not those who have withdrawn
    pairs = _strongest(
        [_supplier_first(pair, people) for pair in pairs], _CANDIDATES_PER_SLOT * max(1, len(grid.slots))
    )
    slot_name = {slot.id: grid.slot_name(slot) for slot in grid.slots}
    place_code = {place.id: place.code for place in grid.places}

    named: dict[str, Pair] = {}
    meetings = []
    for pair in sorted(pairs, key=lambda p: (code[p.provider_id], code[p.seeker_id])):
        name = f"{code[pair.provider_id]} × {code[pair.seeker_id]}"
        named[name] = pair
        meetings.append(
            {
                "id": name,
                "participants": [code[pair.provider_id], code[pair.seeker_id]],  # the engine takes suppliers first
                "value": pair.value,
                "required": pair.required or pair.lock is not None,
                "fixed_slot": slot_name[pair.lock.slot_id] if pair.lock else None,
                "place": place_code[pair.lock.place_id] if pair.lock and pair.lock.place_id else None,
            }
        )
    problem = {
        "format": "fairmatch/problem@1",
        "slots": [{"id": slot_name[slot.id], "session": slot.session} for slot in grid.slots],
        "places": [
            {
                "id": place.code,
                "zone": place.zone or None,
                "slots": [slot_name[s.id] for s in grid.slots if grid.free(place.id, s.id)]
                if place.id in grid.away
                else None,
            }
            for place in grid.places
        ],
        "participants": [_participant(event, person, grid, slot_name, place_code) for person in people.values()],
        "one_meeting_per_organisation_pair": once,
        "interpreters": [
            {
                "id": helper.name,
                "languages": helper.languages,
                "unavailable": [slot_name[s] for s in _in_order(grid, grid.away.get(helper.id, frozenset()))],
            }
            for helper in grid.interpreters
        ],
        "meetings": meetings,
        "objective": {"break": event.rules.get("break_weight") or 0} | (objective or {}),
    }
    return Stage(problem, named, people, grid)


def _participant(
    event: Event, person: Participant, grid: Grid, slot_name: dict[UUID, str], place_code: dict[UUID, str]
) -> dict[str, Any]:
    row = person.participation
    low, high = meeting_limits(event, row)
    return {
        "id": person.organisation.code,
        "organisation": person.organisation.code,
        "parallel": max(1, len(person.attendees)),
        "unavailable": [slot_name[s] for s in _in_order(grid, grid.away.get(row.id, frozenset()))],
        "min_meetings": low,
        "max_meetings": high,
        "place": place_code[row.place_id] if row.place_id else None,
        "languages": list(person.languages),
    }


def _in_order(grid: Grid, chosen: frozenset[UUID]) -> list[UUID]:
    return [slot.id for slot in grid.slots if slot.id in chosen]


def _agreed(session: Session, event_id: UUID) -> list[MeetingRequest]:
    """Accepted requests, but for those whose meeting was called off."""
    rows = session.scalars(
        select(MeetingRequest)
        .outerjoin(Meeting, Meeting.id == MeetingRequest.meeting_id)
        .where(
            MeetingRequest.event_id == event_id,
            MeetingRequest.state == "accepted",
            Meeting.status.is_distinct_from("cancelled"),
        )
        .order_by(MeetingRequest.id)
    )
    return list(rows)


def _pairs(
    session: Session,
    match_run: MatchRun | None,
    answers: list[Preference],
    agreed: list[MeetingRequest],
    once: bool,
    body: dict[UUID, UUID],
) -> list[Pair]:
    """The best request of each pair, without pairs that either side refuses.

    What somebody must meet is required, and so is what two have agreed on.
    """
    refused = _refused(answers)
    musts: dict[frozenset[UUID], tuple[UUID, UUID, UUID | None]]
    musts = {frozenset((a.from_id, a.to_id)): (a.from_id, a.to_id, None) for a in answers if a.answer == "must_meet"}
    musts |= {frozenset((one.low_id, one.high_id)): (one.from_id, one.to_id, one.request_id) for one in agreed}
    best: dict[tuple[UUID, UUID] | frozenset[UUID], Pair] = {}
    scored = (
        select(Match)
        .where(Match.run_id == (match_run.id if match_run else None), Match.rank.is_not(None))
        .order_by(Match.mutual.desc(), Match.request_id, Match.provider_id)
    )
    for match in session.scalars(scored):
        seeker, provider = (body.get(part, part) for part in (match.seeker_id, match.provider_id))
        parties = frozenset((seeker, provider))
        if parties in refused or len(parties) < 2:
            continue
        key = parties if once else (seeker, provider)
        value = round(match.mutual if match.mutual is not None else match.score, 1)
        if key not in best and value > 0:
            best[key] = Pair(seeker, provider, value, match.request_id, parties in musts)
    have = {frozenset(pair.parties) for pair in best.values()}
    for parties, (asks, asked, request_id) in musts.items():
        if parties not in have and parties not in refused:
            best[parties] = Pair(asks, asked, 0.0, request_id, True)
    return list(best.values())


def _refused(answers: list[Preference]) -> set[frozenset[UUID]]:
    return {frozenset((a.from_id, a.to_id)) for a in answers if a.answer in _REFUSED}


def _with_locks(
    session: Session, event_id: UUID, pairs: list[Pair], refused: set[frozenset[UUID]], once: bool
) -> list[Pair]:
    """Tie the meetings that are locked in the current schedule to their pairs; what an organiser booked and locked by
    hand becomes a pair, though nobody ranked it."""
    tied = list(pairs)
    for meeting, place_id in session.execute(
        select(Meeting, PlaceHold.place_id)
        .join(Schedule, Schedule.id == Meeting.schedule_id)
        .outerjoin(PlaceHold, (PlaceHold.meeting_id == Meeting.id) & (PlaceHold.slot_id == Meeting.slot_id))
        .where(Schedule.event_id == event_id, Schedule.is_current, Meeting.status.in_(LOCKED))
        .order_by(Meeting.slot_id, Meeting.id)
    ):
        parties, lock = (meeting.low_id, meeting.high_id), Lock(meeting.slot_id, place_id, meeting.status)
        if frozenset(parties) in refused:
            continue
        for number, pair in enumerate(tied):
            same = once or pair.request_id == meeting.request_id
            if pair.parties == parties and pair.lock is None and same:
                tied[number] = replace(pair, lock=lock)
                break
        else:
            tied.append(Pair(*parties, meeting.value, meeting.request_id, lock=lock))
    return tied


def _supplier_first(pair: Pair, people: dict[UUID, Participant]) -> Pair:
    """The pair with the one that buys as the seeker, whoever of the two asked for the meeting."""
    seeker, provider = people[pair.seeker_id].participation, people[pair.provider_id].participation
    if pair.request_id is None and seeker.supplies and not seeker.buys and provider.buys:
        return replace(pair, seeker_id=pair.provider_id, provider_id=pair.seeker_id)
    return pair


def _strongest(pairs: list[Pair], limit: int) -> list[Pair]:
    """Keep the pairs that are among the best `limit` of either party, and all required and locked ones."""
    ranked = sorted(pairs, key=lambda p: (-p.value, p.parties))
    seen: dict[UUID, int] = defaultdict(int)
    kept = []
    for pair in ranked:
        if pair.required or pair.lock or min(seen[pair.seeker_id], seen[pair.provider_id]) < limit:
            kept.append(pair)
        seen[pair.seeker_id] += 1
        seen[pair.provider_id] += 1
    return kept
