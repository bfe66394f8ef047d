"""Who is expected, who has come, and who is missing while a meeting of theirs has begun."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.paging import MAX_LIMIT, Page, decode_cursor, encode_cursor
from app.db.models import Event, Organisation, Participation
from app.services.access import Actor
from app.services.live.clock import moment
from app.services.live.people import Person, people
from app.services.problems import current_schedule
from app.services.schedules import HeldMeeting, held_meetings

State = Literal["expected", "arrived", "late"]
_COMING = ("planned", "locked", "live")


@dataclass(frozen=True)
class NextMeeting:
    """The meeting that is on or comes next, with the other side of it."""

    held: HeldMeeting
    counterpart: Organisation


@dataclass
class Arrival:
    """An organisation on the day: `late` when none of its people is there and a meeting of theirs should be on."""

    participation: Participation
    organisation: Organisation
    people: list[Person] = field(default_factory=list)
    state: State = "expected"
    next: NextMeeting | None = None

    @property
    def arrived(self) -> int:
        return sum(person.attendee.checked_in_at is not None for person in self.people)

    @property
    def arrived_at(self) -> datetime | None:
        """When the first of them came."""
        return min((p.attendee.checked_in_at for p in self.people if p.attendee.checked_in_at), default=None)


@dataclass(frozen=True)
class Arrivals:
    """A page of the list, how many there are of each state, and the instant it is told for."""

    page: Page[Arrival]
    counts: dict[str, int]
    at: datetime


def arrivals(
    session: Session,
    actor: Actor,
    event: Event,
    *,
    state: State | None = None,
    at: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Arrivals:
    """The organisations of an event that have not withdrawn, in the order in which they joined it."""
    actor.must_be_staff()
    now = moment(actor, event, at)
    found = _everybody(session, event)
    _look_at_meetings(session, event, found, now)
    counts = {name: sum(one.state == name for one in found.values()) for name in ("expected", "arrived", "late")}
    rows = [one for one in found.values() if state in (None, one.state)]
    return Arrivals(_page(rows, cursor, limit), counts, now)


def _everybody(session: Session, event: Event) -> dict[UUID, Arrival]:
    rows = session.execute(
        select(Participation, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == event.id, Participation.withdrawn_at.is_(None))
        .order_by(Participation.id)
    )
    found = {row[0].id: Arrival(*row) for row in rows}
    for row in session.execute(people(event.id)):
        person = Person(*row)
        if person.participation.id in found:
            found[person.participation.id].people.append(person)
    return found


def _look_at_meetings(session: Session, event: Event, found: dict[UUID, Arrival], now: datetime) -> None:
    schedule = current_schedule(session, event.id)
    missed: set[UUID] = set()
    names = {key: one.organisation for key, one in found.items()}
    for held in held_meetings(session, schedule.id) if schedule else ():
        meeting = held.meeting
        if meeting.status not in _COMING:
            continue
        for own, other in ((meeting.low_id, meeting.high_id), (meeting.high_id, meeting.low_id)):
            if own not in found or other not in names:
                continue
            if held.slot.starts_at <= now:
                missed.add(own)
            if held.slot.ends_at > now and found[own].next is None:  # meetings come in the order of time
                found[own].next = NextMeeting(held, names[other])
    for key, one in found.items():
        one.state = "arrived" if one.arrived else "late" if key in missed else "expected"


def _page(rows: Iterable[Arrival], cursor: str | None, limit: int) -> Page[Arrival]:
    after = decode_cursor(cursor) if cursor else None
    rest = [one for one in rows if after is None or one.participation.id > after]
    limit = max(1, min(limit, MAX_LIMIT))
    more = len(rest) > limit
    return Page(rest[:limit], encode_cursor(rest[limit - 1].participation.id) if more else None)
