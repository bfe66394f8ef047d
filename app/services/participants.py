"""Organisations and their part in an event."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

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
from app.domain.timetables import Party
from app.services.access import Actor


@dataclass(frozen=True)
class Participant:
    """An organisation at an event, with the people it sends; a delegation with the members that came with it."""

    participation: Participation
    organisation: Organisation
    attendees: tuple[Attendee, ...]
    languages: tuple[str, ...]
    members: tuple[Participant, ...] = ()

    @property
    def organisations(self) -> tuple[Organisation, ...]:
        """Its own organisation, and those of its members."""
        return (self.organisation, *(member.organisation for member in self.members))


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


def as_one(people: Sequence[Participant]) -> list[Participant]:
    """The same with each delegation in place of its members, who speak for it and sit at its own seats.

    A member whose delegation is not there stands by itself; one that has withdrawn speaks for nobody.
    """
    there = {one.participation.id for one in people}
    members: dict[UUID, list[Participant]] = {}
    for one in people:
        body = one.participation.delegation_id
        if body in there and one.participation.withdrawn_at is None:
            members.setdefault(body, []).append(one)
    if not members:
        return list(people)
    gone = {member.participation.id for found in members.values() for member in found}
    return [
        _with_members(one, members.get(one.participation.id, ())) for one in people if one.participation.id not in gone
    ]


def _with_members(one: Participant, members: Sequence[Participant]) -> Participant:
    if not members:
        return one
    tongues = dict.fromkeys(tongue for each in (one, *members) for tongue in each.languages)
    return replace(one, members=tuple(members), languages=tuple(tongues))


def those_who_meet(
    session: Session, event: Event, only: Collection[UUID] | None = None, *, withdrawn: bool = False
) -> list[Participant]:
    """Everybody in an event who meets others: as `participants`, with delegations as one.

    With `only`, those that these organisations meet as.
    """
    if only is not None:
        only = _with_delegations(session, event, only)
    return as_one(participants(session, event, only, withdrawn=withdrawn))


def _with_delegations(session: Session, event: Event, organisations: Collection[UUID]) -> set[UUID]:
    """Organisations with the delegations they are in and the members of these; one query."""
    named, other = aliased(Participation), aliased(Participation)
    head = func.coalesce(named.delegation_id, named.id)
    found = session.scalars(
        select(other.organisation_id)
        .select_from(named)
        .join(other, or_(other.id == head, other.delegation_id == head))
        .where(named.event_id == event.id, named.organisation_id.in_(organisations))
    )
    return {*found, *organisations}


def bodies(people: Iterable[Participant]) -> dict[UUID, UUID]:
    """From members' participations to those of their delegations."""
    return {member.participation.id: one.participation.id for one in people for member in one.members}


def parties_of(people: Iterable[Participant]) -> dict[UUID, Party]:
    """These as timetables and lists name them, by participation; members with the delegation they meet as."""
    known = {one.participation.id: one for one in people}
    found = {}
    for key, one in known.items():
        row = one.participation
        body = known.get(row.delegation_id) if row.delegation_id and row.withdrawn_at is None else None
        found[key] = Party(
            id=one.organisation.code,
            name=one.organisation.name,
            name_local=one.organisation.name_local,
            kind=row.kind,
            country=one.organisation.country,
            languages=one.languages,
            delegation=body.organisation.code if body else None,
        )
    return found


def meeting_limits(event: Event, row: Participation) -> tuple[int, int | None]:
    """The fewest and the most meetings of a participant: what is set for it, else for its side; the most lowered to
    what it wants itself, which then goes before the fewest."""
    side = "buyer" if row.buys and not row.supplies else "supplier"
    usual = (event.rules.get(f"min_meetings_{side}") or 0) if row.buys or row.supplies else 0
    low = usual if row.min_meetings is None else row.min_meetings
    allowed: int | None = event.rules.get(f"max_meetings_{side}") if row.max_meetings is None else row.max_meetings
    if row.own_max_meetings is None:
        return low, allowed
    wanted = row.own_max_meetings if allowed is None else min(allowed, row.own_max_meetings)
    return min(low, wanted), wanted


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
