"""A schedule as people read it: plain values that every exporter takes, and the views of one participant or one table.

All times are instants with a zone (UTC by convention); texts are shown as they are given, so kinds, purposes and
reasons come in the reader's language.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.i18n import names_in

CANCELLED = "cancelled"


@dataclass(frozen=True)
class OrganisingBody:
    """One body behind an event; `role` is a code (host, co-host, organiser, undertaker, guidance, support, venue)."""

    name: str
    role: str


@dataclass(frozen=True)
class EventInfo:
    """The event as heads and calendars name it; `zone` is its IANA zone, the two dates are days there."""

    code: str
    name: str
    zone: str
    place: str
    starts_on: date
    ends_on: date
    bodies: tuple[OrganisingBody, ...] = ()
    contact: str | None = None  # the organiser's e-mail address, for calendars


@dataclass(frozen=True)
class Slot:
    """One slot of the event's day."""

    id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Party:
    """One participant; `name_local` is its name in its own language where that differs.

    A member of a delegation has the `delegation`'s id: it sits where this sits, and meets whom this meets.
    """

    id: str
    name: str
    name_local: str | None = None
    kind: str = ""
    country: str | None = None
    languages: tuple[str, ...] = ()
    delegation: str | None = None

    def names(self, lang: str) -> tuple[str, str]:
        """The name by which readers of a language know it, and the other one, "" where there is none."""
        return names_in(lang, self.name, self.name_local)

    @property
    def meets_as(self) -> str:
        """The id under which its meetings are: its delegation's, else its own."""
        return self.delegation or self.id


@dataclass(frozen=True)
class PlannedMeeting:
    """One meeting. `id` never changes and is unique in the world; `sequence` grows with each change (RFC 5545)."""

    id: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    place: str
    parties: tuple[Party, Party]
    interpreter: str | None = None
    status: str = "planned"  # planned, locked, live, held, no-show, cancelled
    purpose: str = ""
    score: float | None = None
    reasons: tuple[str, ...] = ()

    @property
    def is_cancelled(self) -> bool:
        return self.status == CANCELLED

    def involves(self, party_id: str) -> bool:
        return any(party.id == party_id for party in self.parties)

    def counterpart(self, party_id: str) -> Party:
        """The other side, seen from `party_id`."""
        first, second = self.parties
        return second if first.id == party_id else first


@dataclass(frozen=True)
class LeftOut:
    """A pair that does not meet: the binding constraint as a code, and in words."""

    parties: tuple[Party, Party]
    code: str
    reason: str
    score: float | None = None


@dataclass(frozen=True)
class ScheduleFacts:
    """What the schedule proves about itself."""

    value: float | None = None
    bound: float | None = None
    gap: float | None = None
    status: str = "unknown"
    seed: int | None = None
    steps: int | None = None


@dataclass(frozen=True)
class PersonalMeeting:
    """A meeting as one of its two sides may see it: no score, and nobody but the counterpart."""

    id: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    place: str
    counterpart: Party
    interpreter: str | None
    status: str
    purpose: str

    @property
    def is_cancelled(self) -> bool:
        return self.status == CANCELLED


@dataclass(frozen=True)
class Agenda:
    """All meetings of one participant, in time order, cancelled ones included."""

    event: EventInfo
    party: Party
    meetings: tuple[PersonalMeeting, ...]
    as_of: datetime

    @property
    def held(self) -> tuple[PersonalMeeting, ...]:
        """The meetings that are not cancelled."""
        return tuple(meeting for meeting in self.meetings if not meeting.is_cancelled)


@dataclass(frozen=True)
class Timetable:
    """A whole schedule. `as_of` is the moment whose state it shows; it dates the files, so equal timetables give
    equal files. `parties` names everybody who takes part, also those without a meeting."""

    event: EventInfo
    slots: tuple[Slot, ...]
    places: tuple[str, ...]
    meetings: tuple[PlannedMeeting, ...]
    as_of: datetime
    left_out: tuple[LeftOut, ...] = ()
    facts: ScheduleFacts = field(default_factory=ScheduleFacts)
    parties: tuple[Party, ...] = ()

    def in_order(self) -> tuple[PlannedMeeting, ...]:
        """Meetings by time, then in the order of the tables, then by names."""
        rank = {place: number for number, place in enumerate(self.places)}

        def key(meeting: PlannedMeeting) -> tuple[datetime, int, str, str, str, str]:
            first, second = (party.name for party in meeting.parties)
            return meeting.starts_at, rank.get(meeting.place, len(rank)), meeting.place, first, second, meeting.id

        return tuple(sorted(self.meetings, key=key))

    def everybody(self) -> tuple[Party, ...]:
        """All participants, named or only met with, by kind and name."""
        found = {party.id: party for meeting in self.meetings for party in meeting.parties}
        found.update((party.id, party) for party in self.parties)
        return tuple(sorted(found.values(), key=lambda party: (party.kind, party.name.casefold(), party.id)))

    def agendas(self) -> tuple[Agenda, ...]:
        """The agenda of each participant, in the order of `everybody`."""
        own: dict[str, list[PersonalMeeting]] = defaultdict(list)
        for meeting in self.in_order():
            for party in meeting.parties:
                own[party.id].append(_personal(meeting, party.id))
        return tuple(Agenda(self.event, party, tuple(own[party.meets_as]), self.as_of) for party in self.everybody())

    def agenda(self, party_id: str) -> Agenda:
        """The agenda of one participant.

        Raises
        ------
        KeyError
            if nobody of that id takes part.
        """
        party = {party.id: party for party in self.everybody()}[party_id]
        key = party.meets_as
        own = (_personal(meeting, key) for meeting in self.in_order() if meeting.involves(key))
        return Agenda(self.event, party, tuple(own), self.as_of)

    def at(self, slot: Slot) -> dict[str, tuple[PlannedMeeting, ...]]:
        """The meetings of a slot by table, without cancelled ones; a long meeting is in each of its slots."""
        found: dict[str, tuple[PlannedMeeting, ...]] = {}
        for meeting in self.in_order():
            if not meeting.is_cancelled and meeting.starts_at < slot.ends_at and slot.starts_at < meeting.ends_at:
                found[meeting.place] = (*found.get(meeting.place, ()), meeting)
        return found

    def tables(self) -> tuple[str, ...]:
        """The places in their order, then those that only meetings name."""
        extra = sorted({meeting.place for meeting in self.meetings} - set(self.places))
        return (*self.places, *extra)


def _personal(meeting: PlannedMeeting, party_id: str) -> PersonalMeeting:
    return PersonalMeeting(
        meeting.id,
        meeting.sequence,
        meeting.starts_at,
        meeting.ends_at,
        meeting.place,
        meeting.counterpart(party_id),
        meeting.interpreter,
        meeting.status,
        meeting.purpose,
    )
