"""Outcomes: what each side says came of a meeting, and offers side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.core.clock import utc_now
from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.core.paging import Page
from app.db.models import (
    Event,
    Meeting,
    Organisation,
    Outcome,
    Participation,
    Quotation,
    Schedule,
    Slot,
    SourcingRequest,
)
from app.db.queries.scoped import page
from app.domain.outcomes import TOOK_PLACE, OutcomeShape, may_be_told
from app.services.access import Actor
from app.services.audit import record
from app.services.delegations import meets_as, met_as, speaks_for
from app.services.outbox import tell
from app.services.timetables import known_meetings


@dataclass(frozen=True)
class Side:
    """One of the two of a meeting."""

    participation: Participation
    organisation: Organisation


@dataclass(frozen=True)
class Met:
    """A meeting with its two sides; `supplier_id` is the participation that supplies in it, None where both do."""

    event: Event
    meeting: Meeting
    sides: tuple[Side, Side]
    supplier_id: UUID | None

    def side(self, organisation_id: UUID | None) -> Side | None:
        return next((side for side in self.sides if side.organisation.id == organisation_id), None)

    def supplies(self, side: Side) -> bool:
        return self.supplier_id == side.participation.id or (self.supplier_id is None and side.participation.supplies)


@dataclass(frozen=True)
class Told:
    """What a side has told, as somebody may see it: `row` is None where they may not, or nothing was told."""

    side: Side
    row: Outcome | None
    quotations: list[Quotation]
    given: bool


@dataclass(frozen=True)
class Offer:
    """A quotation of a supplier for a request; `told_by` is the side that wrote it down."""

    supplier: Organisation
    meeting_id: UUID
    told_by: str
    quotation: Quotation


def met(session: Session, actor: Actor, meeting_id: UUID) -> Met:
    """A meeting that the caller may know of: the organiser's staff all, others their own once they were told of it.

    Raises
    ------
    NotFoundError
        There is none for this caller.
    """
    row = session.execute(
        select(Event, Meeting)
        .join(Meeting, Meeting.event_id == Event.id)
        .where(Meeting.id == meeting_id, Event.tenant_id == actor.tenant_id)
    ).one_or_none()
    if row is not None:
        event, meeting = row
        parts = session.execute(
            select(Participation, Organisation)
            .join(Organisation, Organisation.id == Participation.organisation_id)
            .where(Participation.id.in_((meeting.low_id, meeting.high_id)))
            .order_by(Participation.id)
        )
        one, other = (Side(*part) for part in parts)
        found = Met(event, meeting, (one, other), _supplier(session, meeting, (one, other)))
        if actor.is_staff:
            return found
        own = found.side(speaks_for(session, actor, event.id))
        if own is not None and _was_told(meeting, known_meetings(session, event, own.participation)):
            return found
    raise NotFoundError(f"There is no meeting {meeting_id}.")


def _was_told(meeting: Meeting, known: Collection[UUID]) -> bool:
    """Whether its parties know of a meeting: by their timetable, or because the desk saw them there."""
    return meeting.id in known or meeting.status in TOOK_PLACE


def _supplier(session: Session, meeting: Meeting, sides: tuple[Side, Side]) -> UUID | None:
    """Of a meeting about a request the one that did not ask; else the one that alone supplies."""
    if meeting.request_id is not None:
        owner = select(SourcingRequest.organisation_id).where(SourcingRequest.id == meeting.request_id)
        asker = session.scalar(meets_as(meeting.event_id, owner.scalar_subquery()))
        found = [side for side in sides if side.participation.id != asker]
    else:
        found = [side for side in sides if side.participation.supplies]
    return found[0].participation.id if len(found) == 1 else None


def give(
    session: Session,
    actor: Actor,
    found: Met,
    shape: OutcomeShape,
    organisation_id: UUID | None = None,
) -> tuple[Side, Outcome | None]:
    """The side that an account is of, and the account there is; locked, so that of two at once one follows the other.

    `found` comes from `met`. Staff names the organisation; others speak for their own.

    Raises
    ------
    InvalidInputError
        It is not said for whom, or for somebody who was not there.
    ConflictError
        Nothing can have come of the meeting yet.
    """
    if not actor.is_staff and organisation_id not in (None, actor.organisation_id):
        raise NotFoundError(f"There is no organisation {organisation_id}.")
    side = found.side(_named(session, found.event, organisation_id) or speaks_for(session, actor, found.event.id))
    if side is None:
        raise InvalidInputError("Say for which of the two this is.", field="organisation")
    if shape.next_step_on is not None and shape.next_step == "none":
        raise InvalidInputError("There is a day for the next step, but no next step.", field="next_step")
    _must_be_over(session, found)
    mine = select(Participation.id).where(Participation.id == side.participation.id)
    session.scalars(mine.with_for_update(key_share=True)).all()
    rows = select(Outcome).where(
        Outcome.meeting_id == found.meeting.id, Outcome.participation_id == side.participation.id
    )
    return side, session.scalar(rows.execution_options(populate_existing=True))


def save(session: Session, actor: Actor, found: Met, side: Side, row: Outcome | None, shape: OutcomeShape) -> Outcome:
    """Write an account in place of the one there is; `side` and `row` come from `give`."""
    fields = shape.model_dump(exclude={"quotations", "currency"})
    if row is None:
        row = Outcome(
            tenant_id=found.event.tenant_id,
            event_id=found.event.id,
            schedule_id=found.meeting.schedule_id,
            meeting_id=found.meeting.id,
            participation_id=side.participation.id,
        )
        session.add(row)
    for name, value in fields.items():
        setattr(row, name, value)
    row.currency = shape.currency or found.event.currency
    if row.version is not None:
        flag_modified(row, "comment")  # quotations alone are a change too
    session.flush()
    session.execute(
        delete(Quotation).where(Quotation.outcome_id == row.id).execution_options(synchronize_session="fetch")
    )
    session.add_all(
        Quotation(outcome_id=row.id, position=number, **one.model_dump()) for number, one in enumerate(shape.quotations)
    )
    session.flush()
    session.refresh(row)
    record(
        session, actor, "outcome.given", event_id=found.event.id, target_id=row.id,
        meeting_id=str(found.meeting.id), quotations=len(shape.quotations),
    )  # fmt: skip
    ids = {"meeting_id": str(found.meeting.id), "organisation_id": str(side.organisation.id)}
    tell(session, found.event.tenant_id, "outcome.given", event_id=str(found.event.id), **ids)
    return row


def _must_be_over(session: Session, found: Met) -> None:
    slot = session.get_one(Slot, found.meeting.slot_id)
    if not may_be_told(found.meeting.status, slot.ends_at, utc_now()):
        state = found.meeting.status.replace("_", "-")
        raise ConflictError(
            f"The meeting is {state} and its time is not over, so nothing can have come of it."
            if found.meeting.status in ("planned", "locked")
            else f"The meeting was {state}, so nothing can have come of it.",
            conflict="state",
        )
    if not session.scalar(select(Schedule.is_current).where(Schedule.id == found.meeting.schedule_id)):
        raise ConflictError("This meeting belongs to an older schedule; look it up in the current one.")


def _named(session: Session, event: Event, organisation_id: UUID | None) -> UUID | None:
    """The organisation that the named one meets as; itself where it takes no part."""
    part = met_as(session, event.id, organisation_id)
    return part.organisation_id if part is not None else organisation_id


def both_sides(session: Session, actor: Actor, found: Met) -> list[Told]:
    """What came of a meeting, the caller's side first: its own in full, of the other only what a supplier offers."""
    rows = {
        row.participation_id: row
        for row in session.scalars(select(Outcome).where(Outcome.meeting_id == found.meeting.id))
    }
    offers = quotations_of(session, [row.id for row in rows.values()])
    own, told = speaks_for(session, actor, found.event.id), []
    for side in found.sides:
        row = rows.get(side.participation.id)
        full = actor.is_staff or side.organisation.id == own
        seen = offers.get(row.id, []) if row is not None and (full or found.supplies(side)) else []
        told.append(Told(side, row if full else None, seen, row is not None))
    return sorted(told, key=lambda one: one.side.organisation.id != own)


def outcomes_of(
    session: Session, actor: Actor, event: Event, *, cursor: str | None = None, limit: int = 50
) -> Page[Outcome]:
    """All accounts of an event, the oldest first; for the organiser's staff."""
    actor.must_be_staff()
    return page(session, select(Outcome).where(Outcome.event_id == event.id), Outcome, cursor=cursor, limit=limit)


def quotations_of(session: Session, outcomes: Iterable[UUID]) -> dict[UUID, list[Quotation]]:
    """Quotations by outcome, in their order; one query."""
    found: dict[UUID, list[Quotation]] = defaultdict(list)
    rows = select(Quotation).where(Quotation.outcome_id.in_(list(outcomes))).order_by(Quotation.position)
    for row in session.scalars(rows):
        found[row.outcome_id].append(row)
    return found


def organisations_of(session: Session, participations: Iterable[UUID]) -> dict[UUID, Organisation]:
    """Organisations by participation; one query."""
    rows = session.execute(
        select(Participation.id, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.id.in_(list(participations)))
    )
    return {row[0]: row[1] for row in rows}


def offers_for(session: Session, request: SourcingRequest) -> list[Offer]:
    """All quotations for a request, by product, volume, currency and price; what the buyer wrote down among them.

    Currencies stay as they were said: what one is worth in another depends on the day of payment.
    """
    rows = session.execute(
        select(Quotation, Outcome.participation_id, Meeting)
        .join(Outcome, Outcome.id == Quotation.outcome_id)
        .join(Meeting, Meeting.id == Outcome.meeting_id)
        .where(Meeting.request_id == request.id)
    ).all()
    parts = {part for _, _, meeting in rows for part in (meeting.low_id, meeting.high_id)}
    who = organisations_of(session, parts)
    found = []
    for quotation, teller, meeting in rows:
        sides = [who[meeting.low_id], who[meeting.high_id]]
        supplier = next(one for one in sides if one.id != request.organisation_id)
        told_by = "supplier" if who[teller].id == supplier.id else "buyer"
        found.append(Offer(supplier, meeting.id, told_by, quotation))
    return sorted(found, key=_by_price)


def requests_quoted(session: Session, requests: Collection[UUID]) -> set[UUID]:
    """Which of these requests have quotations."""
    query = (
        select(Meeting.request_id)
        .join(Outcome, Outcome.meeting_id == Meeting.id)
        .join(Quotation, Quotation.outcome_id == Outcome.id)
        .where(Meeting.request_id.in_(requests))
        .distinct()
    )
    return {key for key in session.scalars(query) if key}


def _by_price(offer: Offer) -> tuple[Any, ...]:
    one = offer.quotation
    return one.product, one.unit, one.quantity, one.currency, one.unit_price, offer.supplier.code, one.position


@dataclass(frozen=True)
class Own:
    """One of a participant's meetings: with whom, when, and what each side has told."""

    meeting: Meeting
    slot: Slot
    other: Organisation
    row: Outcome | None
    quotations: int


def own_meetings(session: Session, part: Participation) -> list[Own]:
    """The meetings of a participant in the current schedule that something can have come of, in their order in time.

    A fixed number of queries. Those that lie ahead, were missed or called off are not among them, nor are those that
    the participant was never told of.
    """
    known = known_meetings(session, session.get_one(Event, part.event_id), part)
    other = case((Meeting.low_id == part.id, Meeting.high_id), else_=Meeting.low_id)
    counted = (
        select(Quotation.outcome_id, func.count().label("count")).group_by(Quotation.outcome_id).subquery("quoted")
    )
    rows = session.execute(
        select(Meeting, Slot, Organisation, Outcome, func.coalesce(counted.c.count, 0))
        .join(Schedule, (Schedule.id == Meeting.schedule_id) & Schedule.is_current)
        .join(Slot, Slot.id == Meeting.slot_id)
        .join(Participation, Participation.id == other)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .outerjoin(Outcome, (Outcome.meeting_id == Meeting.id) & (Outcome.participation_id == part.id))
        .outerjoin(counted, counted.c.outcome_id == Outcome.id)
        .where((Meeting.low_id == part.id) | (Meeting.high_id == part.id))
        .order_by(Slot.starts_at, Organisation.name)
    )
    now = utc_now()
    found = (Own(*row) for row in rows if may_be_told(row[0].status, row[1].ends_at, now))
    return [own for own in found if _was_told(own.meeting, known)]
