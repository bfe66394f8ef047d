"""Whom a buyer knows: its suppliers, whom it met or closed with in earlier editions of the series, who blocked whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.db.models import BuyerProfile, Event, Meeting, Outcome, Participation, Preference, Schedule
from app.services.participants import Participant
from app.services.records import named

#: two organisations, in either order
Pair = frozenset[UUID]


@dataclass(frozen=True)
class History:
    """Pairs of organisations, from the earlier editions of an event's series."""

    met: frozenset[Pair] = field(default_factory=frozenset)
    #: pairs that do business since: one of the two told of an order
    closed: frozenset[Pair] = field(default_factory=frozenset)
    blocked: frozenset[Pair] = field(default_factory=frozenset)


def history(session: Session, event: Event) -> History:
    """What happened in the editions of the same series and tenant that began before this one.

    Meetings count when they were held; a block counts until the same side answers anew in this edition.
    """
    if event.series_id is None:
        return History()
    earlier = (
        select(Event.id)
        .where(
            Event.tenant_id == event.tenant_id, Event.series_id == event.series_id, Event.starts_on < event.starts_on
        )
        .order_by(Event.starts_on)
    )
    ids = list(session.scalars(earlier))
    return History(_met(session, ids), _closed(session, ids), _blocked(session, event, ids)) if ids else History()


def known(
    seeker: Participant, suppliers: Sequence[Participant], buyer: BuyerProfile | None, past: History
) -> dict[str, list[str]]:
    """The fields `partners` and `met` of a demand, by supplier codes; only those with somebody in them."""
    words = {word.casefold() for word in (buyer.document.get("existing_suppliers", []) if buyer else [])}
    found = {
        "partners": [
            s.organisation.code
            for s in suppliers
            if any(named(one, words) for one in s.organisations) or _pair_of(seeker, s, past.closed)
        ],
        "met": [s.organisation.code for s in suppliers if _pair_of(seeker, s, past.met)],
    }
    return {name: sorted(codes) for name, codes in found.items() if codes}


def blocked(seeker: Participant, suppliers: Sequence[Participant], past: History) -> set[UUID]:
    """Participations that must not be matched with the seeker because one of the two said so in an earlier edition."""
    return {s.participation.id for s in suppliers if _pair_of(seeker, s, past.blocked)}


def _pair_of(seeker: Participant, supplier: Participant, pairs: frozenset[Pair]) -> bool:
    """Whether two, or members of theirs, are one of the pairs."""
    return bool(pairs) and any(
        frozenset((one.id, other.id)) in pairs for one in seeker.organisations for other in supplier.organisations
    )


def _met(session: Session, events: list[UUID]) -> frozenset[Pair]:
    low, high = aliased(Participation), aliased(Participation)
    rows = session.execute(
        select(low.organisation_id, high.organisation_id)
        .select_from(Meeting)
        .join(Schedule, Schedule.id == Meeting.schedule_id)
        .join(low, low.id == Meeting.low_id)
        .join(high, high.id == Meeting.high_id)
        .where(Meeting.event_id.in_(events), Schedule.is_current, Meeting.status == "held")
    )
    return frozenset(frozenset((row[0], row[1])) for row in rows)


def _closed(session: Session, events: list[UUID]) -> frozenset[Pair]:
    """Pairs of which one side told of an order, whatever became of the schedule since."""
    low, high = aliased(Participation), aliased(Participation)
    rows = session.execute(
        select(low.organisation_id, high.organisation_id)
        .select_from(Outcome)
        .join(Meeting, Meeting.id == Outcome.meeting_id)
        .join(low, low.id == Meeting.low_id)
        .join(high, high.id == Meeting.high_id)
        .where(Outcome.event_id.in_(events), Outcome.order_value > 0)
    )
    return frozenset(frozenset((row[0], row[1])) for row in rows)


def _blocked(session: Session, event: Event, events: list[UUID]) -> frozenset[Pair]:
    """Pairs of which one side's newest answer, this edition's included, is that it will not meet the other."""
    newest: dict[tuple[UUID, UUID], str] = {}
    answers: dict[UUID, list[Any]] = {}
    one, other = aliased(Participation), aliased(Participation)
    for row in session.execute(
        select(Preference.event_id, one.organisation_id, other.organisation_id, Preference.answer)
        .join(one, one.id == Preference.from_id)
        .join(other, other.id == Preference.to_id)
        .where(Preference.event_id.in_([*events, event.id]))
    ):
        answers.setdefault(row[0], []).append(row)
    for edition in events:
        newest |= {(row[1], row[2]): row[3] for row in answers.get(edition, [])}
    for row in answers.get(event.id, []):  # what is said now counts, and is for the schedule to keep
        newest.pop((row[1], row[2]), None)
    return frozenset(frozenset(pair) for pair, answer in newest.items() if answer == "blocked")
