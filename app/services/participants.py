"""Organisations and their part in an event."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.ids import new_id
from app.core.paging import Page
from app.db.models import (
    Attendee,
    Event,
    Organisation,
    Participation,
    Representative,
    SourcingRequest,
)
from app.db.queries.scoped import fetch, page
from app.services.access import Actor


@dataclass(frozen=True)
class Participant:
    """An organisation at an event, with the people it sends."""

    participation: Participation
    organisation: Organisation
    attendees: tuple[Attendee, ...]
    languages: tuple[str, ...]


def list_organisations(
    session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50
) -> Page[Organisation]:
    query = select(Organisation).where(Organisation.tenant_id == actor.tenant_id)
    if not actor.is_staff:
        query = query.where(Organisation.id == actor.organisation_id)
    return page(session, query, Organisation, cursor=cursor, limit=limit)


def list_requests(
    session: Session, actor: Actor, event_id: UUID | None = None, *, cursor: str | None = None, limit: int = 50
) -> Page[SourcingRequest]:
    """Requests of the tenant, of one event if given; buyers and enterprises see their own only."""
    query = select(SourcingRequest).where(SourcingRequest.tenant_id == actor.tenant_id)
    if event_id is not None:
        fetch(session, Event, event_id, actor.tenant_id)
        query = query.where(SourcingRequest.event_id == event_id)
    if not actor.is_staff:
        query = query.where(SourcingRequest.organisation_id == actor.organisation_id)
    return page(session, query, SourcingRequest, cursor=cursor, limit=limit)


def participants(
    session: Session, event: Event, only: Collection[UUID] | None = None, *, withdrawn: bool = False
) -> list[Participant]:
    """Return everybody in an event, in the order of their codes; three queries whatever the number.

    `only` are ids of organisations, where not all are wanted. Who has withdrawn is there only if asked for: where
    things of the past are told.
    """
    wanted = [Participation.event_id == event.id]
    if only is not None:
        wanted.append(Participation.organisation_id.in_(only))
    if not withdrawn:
        wanted.append(Participation.withdrawn_at.is_(None))
    rows = session.execute(
        select(Participation, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(*wanted)
        .order_by(Organisation.code)
    ).all()
    seats = seats_of(session, event, only)
    spoken: dict[UUID, dict[str, None]] = {}
    for person in session.scalars(
        select(Representative)
        .join(Participation, Participation.organisation_id == Representative.organisation_id)
        .where(*wanted)
        .order_by(Representative.id)
    ):
        spoken.setdefault(person.organisation_id, {}).update(dict.fromkeys(person.languages))
    return [
        Participant(
            participation, organisation, tuple(seats.get(participation.id, ())), tuple(spoken.get(organisation.id, ()))
        )
        for participation, organisation in rows
    ]


def meeting_limits(event: Event, row: Participation) -> tuple[int, int | None]:
    """The fewest and the most meetings of a participant: its own limits, else those the event sets for its side."""
    side = "buyer" if row.buys and not row.supplies else "supplier"
    usual = (event.rules.get(f"min_meetings_{side}") or 0) if row.buys or row.supplies else 0
    low = usual if row.min_meetings is None else row.min_meetings
    return low, event.rules.get(f"max_meetings_{side}") if row.max_meetings is None else row.max_meetings


def join_event(session: Session, event: Event, organisation: Organisation, **fields: Any) -> Participation:
    """Make an organisation a participant, or change what is said of its part; `fields` that are None change nothing."""
    row = session.scalar(
        select(Participation).where(
            Participation.event_id == event.id, Participation.organisation_id == organisation.id
        )
    )
    if row is None:
        row = new_participation(event, organisation)
        session.add(row)
    for name, value in fields.items():
        if value is not None:
            setattr(row, name, value)
    session.flush()
    return row


def new_participation(event: Event, organisation: Organisation) -> Participation:
    return Participation(
        id=new_id(),
        tenant_id=event.tenant_id,
        event_id=event.id,
        organisation_id=organisation.id,
        kind=organisation.kind,
    )


def seats_of(session: Session, event: Event, only: Collection[UUID] | None = None) -> dict[UUID, list[Attendee]]:
    """Return the attendees of an event by participation, in their order; one query."""
    wanted = select(Attendee).where(Attendee.event_id == event.id).order_by(Attendee.number)
    if only is not None:
        wanted = wanted.where(Attendee.organisation_id.in_(only))
    seats: dict[UUID, list[Attendee]] = {}
    for attendee in session.scalars(wanted):
        seats.setdefault(attendee.participation_id, []).append(attendee)
    return seats


def seat_people(
    session: Session,
    participation: Participation,
    people: Iterable[Representative],
    staff: int | None = None,
    have: Sequence[Attendee] | None = None,
) -> None:
    """Give a participation its attendees: as many as can meet at the same time, one unless `staff` says more.

    Named people take these seats in the order given; colleagues beyond that come along without adding meetings.
    `have` are the seats there are already (see `seats_of`); looked up if not given.
    """
    if have is None:
        own = select(Attendee).where(Attendee.participation_id == participation.id).order_by(Attendee.number)
        have = session.scalars(own).all()
    have = list(have)
    have.extend(
        Attendee(
            event_id=participation.event_id,
            participation_id=participation.id,
            organisation_id=participation.organisation_id,
            number=number,
        )
        for number in range(len(have) + 1, max(1, staff or 1) + 1)
    )
    session.add_all(have)
    named = {row.representative_id for row in have}
    nameless = iter([row for row in have if row.representative_id is None])
    for person, row in zip((p for p in people if p.id not in named), nameless, strict=False):
        row.representative_id = person.id
    session.flush()


def find_organisation(session: Session, actor: Actor, name: str) -> Organisation:
    """Return an organisation by its code, its id or its exact name."""
    mine = select(Organisation).where(Organisation.tenant_id == actor.tenant_id)
    for condition in (Organisation.code == name, Organisation.name == name, Organisation.name_local == name):
        rows = session.scalars(mine.where(condition).limit(2)).all()
        if len(rows) == 1:
            return rows[0]
    try:
        return fetch(session, Organisation, UUID(name), actor.tenant_id)
    except ValueError:
        raise NotFoundError(
            f"There is no organisation {name!r}; name it by its code, its id or its full name."
        ) from None
