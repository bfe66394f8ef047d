"""What is on now and what comes next: the slots, their meetings, and who is missing for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.models import Attendee, Event, Participation, Slot
from app.db.queries.grid import grid_of
from app.services.access import Actor
from app.services.boards import Card, Party, cards
from app.services.live.clock import moment
from app.services.problems import current_schedule

_COMING = ("planned", "locked", "live")


@dataclass(frozen=True)
class Missing:
    """Somebody of whom nobody is there, and the meeting that waits; `late` if it has begun."""

    party: Party
    card: Card
    slot: Slot
    late: bool


@dataclass(frozen=True)
class Now:
    """The slot that is on and the one that comes next (None where there is none), and what is to be known of them."""

    at: datetime
    slot: Slot | None
    next: Slot | None
    cards: dict[UUID, list[Card]]
    missing: list[Missing]
    arrived: int
    expected: int


def now_at(session: Session, actor: Actor, event: Event, at: datetime | None = None) -> Now:
    """How the day stands; the same number of queries for any event.

    Parameters
    ----------
    at
        What counts as now, in local time; for rehearsals, by organisers.
    """
    actor.must_be_staff()
    now = moment(actor, event, at)
    slots = grid_of(session, event.id).slots
    on = next((slot for slot in slots if slot.starts_at <= now < slot.ends_at), None)
    coming = next((slot for slot in slots if slot.starts_at > now), None)
    schedule, shown = current_schedule(session, event.id), [slot for slot in (on, coming) if slot]
    found: dict[UUID, list[Card]] = {slot.id: [] for slot in shown}
    if schedule is not None and shown:
        for card in cards(session, schedule.id, slots=list(found)):
            found[card.meeting.slot_id].append(card)
    there = _there(session, event)
    missing: dict[UUID, Missing] = {}
    for slot in shown:
        for card in found[slot.id]:
            for party in card.parties if card.meeting.status in _COMING else ():
                if not there.get(party.id) and party.id not in missing:
                    missing[party.id] = Missing(party, card, slot, slot.starts_at <= now)
    come = sum(count > 0 for count in there.values())
    return Now(now, on, coming, found, list(missing.values()), come, len(there))


def _there(session: Session, event: Event) -> dict[UUID, int]:
    """By participation how many of its people have come; who has withdrawn is not among them."""
    rows = session.execute(
        select(Participation.id, func.count(Attendee.checked_in_at))
        .outerjoin(Attendee, Attendee.participation_id == Participation.id)
        .where(Participation.event_id == event.id, Participation.withdrawn_at.is_(None))
        .group_by(Participation.id)
    )
    return dict(rows.all())
