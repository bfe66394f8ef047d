"""Answer a request: accept, decline, withdraw, or let it run out.

A request that proposes a slot becomes a meeting in the transaction that accepts it. Where the slot is gone meanwhile,
nothing changes: the request waits on, and the answer proposes slots that would do.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError
from app.db.models import Event, Meeting, MeetingRequest, Organisation, Schedule, Slot
from app.db.queries.holding import hold_parties, hold_schedule
from app.domain.meeting_requests import ASKING, state_at
from app.domain.meetings import SETTLING
from app.services.access import Actor
from app.services.audit import record
from app.services.booking import enter, find_slot, schedule_to_change
from app.services.delegations import speaks_for
from app.services.legal_slots import Parties, Table, legal_names, pair_of, table_of
from app.services.meeting_requests.reading import Request, find_request
from app.services.meeting_requests.telling import tell_answered
from app.services.phases import must_be_open
from app.services.problems import current_schedule


@dataclass(frozen=True)
class Held:
    """A request that nobody else answers until the end of the transaction."""

    request: Request
    parties: Parties

    @property
    def row(self) -> MeetingRequest:
        return self.request.row

    @property
    def event(self) -> Event:
        return self.request.event


def hold(session: Session, actor: Actor, request_id: UUID) -> Held:
    """Lock a request and its two parties for an answer; see `app.db.queries.holding` for the order."""
    found = find_request(session, actor, request_id)
    hold_schedule(session, found.row.event_id)
    hold_parties(session, found.row.from_id, found.row.to_id)
    row = session.scalars(
        select(MeetingRequest)
        .where(MeetingRequest.id == found.row.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return Held(found, pair_of(session, found.event, row.from_id, row.to_id))


def accept(
    session: Session, actor: Actor, held: Held, site: str, *, message: str = "", slot: str | None = None
) -> MeetingRequest:
    """Say yes for the side that was asked.

    Parameters
    ----------
    slot
        Another slot than the one proposed, or one where none was.

    Raises
    ------
    ConflictError
        The request waits no more, or the slot is gone: `legal_slots` names others.
    """
    _must_be_waiting(session, actor, held, held.request.receiver, "accept")
    return _say_yes(session, actor, held.event, held.row, held.parties, slot, message, site)


def decline(session: Session, actor: Actor, held: Held, site: str, message: str = "") -> MeetingRequest:
    """Say no for the side that was asked."""
    _must_be_waiting(session, actor, held, held.request.receiver, "decline")
    return _end(session, actor, held.event, held.row, held.parties, "declined", message, site)


def withdraw(session: Session, actor: Actor, held: Held, site: str, message: str = "") -> MeetingRequest:
    """Take a request back for the side that sent it."""
    _must_be_waiting(session, actor, held, held.request.sender, "withdraw")
    return _end(session, actor, held.event, held.row, held.parties, "withdrawn", message, site)


def accept_waiting(
    session: Session,
    actor: Actor,
    event: Event,
    row: MeetingRequest,
    parties: Parties,
    slot: str | None,
    message: str,
    site: str,
) -> MeetingRequest:
    """Accept a locked request because the side that was asked asks too; `parties` begin with that side."""
    if slot is not None and row.slot_id is not None:
        table = table_of(session, event, None, parties)
        proposed = next(s for s in table.grid.slots if s.id == row.slot_id)
        if find_slot(table.grid, slot).id != proposed.id:
            named = table.grid.slot_name(proposed)
            raise ConflictError(
                f"They have asked you already, for {named}; accept or decline that request.",
                conflict="pending", meeting_request=str(row.id),
            )  # fmt: skip
    return _say_yes(session, actor, event, row, (parties[1], parties[0]), slot, message, site)


def expire(session: Session, row: MeetingRequest, site: str) -> None:
    """Let the row of a request say that its deadline has passed, and tell its sender."""
    event = session.get_one(Event, row.event_id)
    parties = pair_of(session, event, row.from_id, row.to_id)
    clock = Actor(row.tenant_id, kind="job")
    _end(session, clock, event, row, parties, "expired", "", site)


def _must_be_waiting(session: Session, actor: Actor, held: Held, side: Organisation, what: str) -> None:
    if not actor.runs_events and speaks_for(session, actor, held.event.id) != side.id:
        other = "who was asked" if what != "withdraw" else "who asked"
        raise ConflictError(f"Only {other} can {what} a request.", conflict="side")
    state = state_at(held.row.state, held.row.expires_at, utc_now())
    if state != "pending":
        raise ConflictError(f"This request is {state}; there is nothing to {what}.", conflict="state", state=state)
    must_be_open(session, held.event, "Answering requests", *ASKING, actor=actor)


def _say_yes(
    session: Session,
    actor: Actor,
    event: Event,
    row: MeetingRequest,
    parties: Parties,
    slot: str | None,
    message: str,
    site: str,
) -> MeetingRequest:
    meeting = _meeting(session, actor, event, row, parties, slot)
    if meeting is not None:
        row.meeting_id = meeting.id
    return _end(session, actor, event, row, parties, "accepted", message, site)


def _meeting(
    session: Session, actor: Actor, event: Event, row: MeetingRequest, parties: Parties, slot: str | None
) -> Meeting | None:
    """Book what two have agreed on; locked, so that a schedule built later keeps it where they put it."""
    if slot is None and row.slot_id is None:
        schedule = _schedule_for_first(session, event)
        if schedule is None:
            return None
        table = table_of(session, event, schedule.id, parties)
        names = legal_names(table, 1)
        if not names:
            return None
        when = find_slot(table.grid, names[0])
    else:
        schedule = schedule_to_change(session, event)
        table = table_of(session, event, schedule.id, parties)
        when = _wanted(table, row, slot)
    try:
        return enter(session, actor, schedule, table, when, status="locked", request_id=row.request_id)
    except ConflictError as error:
        details = {**error.details, "slot": table.grid.slot_name(when), "legal_slots": legal_names(table)}
        raise ConflictError(f"{error.message} The request waits on; take another slot.", **details) from error


def _wanted(table: Table, row: MeetingRequest, slot: str | None) -> Slot:
    if slot is None:
        return next(each for each in table.grid.slots if each.id == row.slot_id)
    when = find_slot(table.grid, slot)
    if when.starts_at <= utc_now():
        raise ConflictError(f"Not booked: {slot} has begun.", conflict="slot", legal_slots=legal_names(table))
    return when


def _schedule_for_first(session: Session, event: Event) -> Schedule | None:
    """The schedule that takes meetings without a wish for a slot, where the event wants them booked at once."""
    if not event.rules.get("book_on_accept") or current_schedule(session, event.id) is None:
        return None
    try:
        must_be_open(session, event, "Booking", *SETTLING)
    except ConflictError:
        return None
    return schedule_to_change(session, event)


def _end(
    session: Session,
    actor: Actor,
    event: Event,
    row: MeetingRequest,
    parties: Parties,
    state: str,
    message: str,
    site: str,
) -> MeetingRequest:
    row.state, row.answer = state, message
    row.answered_at = row.expires_at if state == "expired" else utc_now()
    session.flush()
    record(session, actor, f"meeting_request.{state}", event_id=event.id, target_id=row.id)
    sender = next(party for party in parties if party.participation.id == row.from_id)
    receiver = next(party for party in parties if party.participation.id == row.to_id)
    tell_answered(session, event, row, sender.organisation, receiver.organisation, site)
    return row
