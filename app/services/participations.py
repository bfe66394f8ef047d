"""An organisation's part in an event: join, change, withdraw, and who sees what of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.core.paging import Page
from app.db.models import Attendee, Event, Organisation, Participation, Place, Representative, Seat
from app.db.queries.grid import grid_of
from app.db.queries.holding import hold_schedule
from app.db.queries.scoped import fetch, locked, page, touch
from app.domain.participations import OWN_FIELDS, ParticipationIn, ParticipationPatch
from app.services.access import Actor
from app.services.audit import record
from app.services.availability import set_unavailable
from app.services.delegations import delegation, does_what_members_do, let_go
from app.services.fallen import cancel_fallen, meetings_of
from app.services.participants import join_event, meeting_limits, seat_people
from app.services.phases import must_be_open

_LIMITS = ("min_meetings", "max_meetings", "own_max_meetings", "request_quota")
_PLAIN = ("kind", "supplies", "buys", "min_meetings", "max_meetings", "request_quota")


def list_participations(
    session: Session,
    actor: Actor,
    event: Event,
    *,
    kind: str | None = None,
    side: str | None = None,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Participation]:
    """Who takes part in an event: for staff everybody, for others those who have not withdrawn.

    Parameters
    ----------
    side
        "supply" or "buy".
    q
        Part of a name, or a code.
    """
    query = select(Participation).where(Participation.event_id == event.id)
    if not actor.is_staff:
        query = query.where(Participation.withdrawn_at.is_(None))
    if kind is not None:
        query = query.where(Participation.kind == kind)
    if side is not None:
        query = query.where(Participation.supplies if side == "supply" else Participation.buys)
    if q is not None:
        word = q.strip().lower()
        query = query.join(Organisation, Organisation.id == Participation.organisation_id).where(
            or_(
                func.lower(Organisation.name).contains(word, autoescape=True),
                func.lower(Organisation.name_local).contains(word, autoescape=True),
                func.lower(Organisation.code) == word,
            )
        )
    return page(session, query, Participation, cursor=cursor, limit=limit)


def find_participation(session: Session, actor: Actor, key: UUID, *, own: bool = False) -> Participation:
    """Return a participation; with `own` only one that the caller may act for, else it does not exist."""
    row = fetch(session, Participation, key, actor.tenant_id)
    mine = actor.is_staff or row.organisation_id == actor.organisation_id
    if not mine and (own or row.withdrawn_at is not None):
        raise NotFoundError(f"There is no participation {key}.")
    return row


def lock_participation(session: Session, actor: Actor, key: UUID, *, own: bool = False) -> Participation:
    """Return a participation that nobody else changes or books for until the transaction ends."""
    row = find_participation(session, actor, key, own=own)
    hold_schedule(session, row.event_id)
    return locked(session, row)


def add_participation(session: Session, actor: Actor, event: Event, shape: ParticipationIn) -> Participation:
    """Make an organisation a participant; one that had withdrawn comes back.

    Raises
    ------
    ConflictError
        It takes part already.
    """
    actor.must_be_organiser()
    organisation = locked(session, fetch(session, Organisation, shape.organisation_id, actor.tenant_id))
    mine = select(Participation).where(
        Participation.event_id == event.id, Participation.organisation_id == organisation.id
    )
    before = session.scalar(mine)
    if before is not None and before.withdrawn_at is None:
        raise ConflictError(f"{organisation.name} takes part in {event.name} already.", conflict="participation")
    said = {name: getattr(shape, name) for name in _PLAIN}
    row = join_event(session, event, organisation, **said)
    row.withdrawn_at = None
    row.place_id = _place(session, event, shape.place)
    row.delegation_id = delegation(session, actor, event, row, shape.delegation_id)
    does_what_members_do(session, row)
    _limits_in_order(row)
    session.flush()
    seat_people(session, row, (), shape.staff)
    record(session, actor, "participation.added", event_id=event.id, target_id=row.id)
    return row


def change_participation(
    session: Session, actor: Actor, event: Event, row: Participation, patch: ParticipationPatch
) -> None:
    """Change a participation, which has to be locked; enterprises and buyers change what `OWN_FIELDS` names."""
    said = patch.said()
    if not actor.runs_events:
        actor.must_act_for(row.organisation_id)
        theirs = sorted(set(said) - set(OWN_FIELDS))
        if theirs:
            raise InvalidInputError(f"{', '.join(theirs)}: this is for the organiser to change.", field=theirs[0])
    must_be_open(session, event, "Changing one's part", "registration", "matching", "booking", actor=actor)
    for name in _PLAIN:
        if name in said:
            setattr(row, name, said[name])
    if "place" in said:
        row.place_id = _place(session, event, said["place"])
    if "delegation_id" in said:
        row.delegation_id = delegation(session, actor, event, row, said["delegation_id"])
    does_what_members_do(session, row)
    _limits_in_order(row)
    if "own_max_meetings" in said:
        _lower(event, row, said["own_max_meetings"])
    if "unavailable" in said:
        set_unavailable(session, event, row, grid_of(session, event.id), said["unavailable"])
    if "staff" in said or "attendees" in said:
        _seat(session, row, said.get("staff"), said.get("attendees"))
    touch(row)
    session.flush()
    record(session, actor, "participation.changed", event_id=event.id, target_id=row.id, fields=sorted(said))


def withdraw(session: Session, actor: Actor, event: Event, row: Participation) -> int:
    """Take an organisation out of an event; its meetings that are still to come are cancelled, and counted."""
    actor.must_be_organiser()
    if row.withdrawn_at is not None:
        raise ConflictError("It has withdrawn already.", conflict="withdrawn")
    row.withdrawn_at = utc_now()
    row.delegation_id = None
    let_go(session, row)
    fallen = meetings_of(session, event, {row.id}, because="participant")
    cancel_fallen(session, actor, event, fallen, note="one of the two has withdrawn from the event")
    session.flush()
    record(session, actor, "participation.withdrawn", event_id=event.id, target_id=row.id, meetings=len(fallen))
    return len(fallen)


def _place(session: Session, event: Event, code: str | None) -> UUID | None:
    if code is None:
        return None
    found = session.scalar(select(Place.id).where(Place.event_id == event.id, Place.code == code))
    if found is None:
        raise InvalidInputError(f"{code!r} is no place of this event.", field="place")
    return found


def _limits_in_order(row: Participation) -> None:
    low, high = row.min_meetings, row.max_meetings
    if low is not None and high is not None and low > high:
        raise InvalidInputError(f"min_meetings ({low}) is above max_meetings ({high}).", field="min_meetings")


def _lower(event: Event, row: Participation, wanted: int | None) -> None:
    """Set the most meetings that a participant wants; the organiser's limits frame it."""
    row.own_max_meetings = None
    least, most = meeting_limits(event, row)
    if wanted is None:
        return
    if row.delegation_id is not None:
        raise InvalidInputError(
            "It meets as part of a delegation; the delegation says how many meetings it wants.",
            field="own_max_meetings",
        )
    if most is not None and wanted > most:
        raise InvalidInputError(f"{wanted} is more than the organiser allows, {most}.", field="own_max_meetings")
    if wanted < least:
        raise InvalidInputError(
            f"{wanted} is less than the organiser asks of everybody, {least}.", field="own_max_meetings"
        )
    row.own_max_meetings = wanted


def _seat(session: Session, row: Participation, staff: int | None, people: Sequence[UUID] | None) -> None:
    """Give a participation as many seats as `staff` says, and these people on them, in their order."""
    have = list(session.scalars(select(Attendee).where(Attendee.participation_id == row.id).order_by(Attendee.number)))
    if people is not None:
        _must_be_theirs(session, row, people)
    wanted = max(1, staff or len(have), len(people or ()))
    surplus = have[wanted:]
    taken = set(session.scalars(select(Seat.attendee_id).where(Seat.attendee_id.in_([one.id for one in surplus]))))
    if taken:
        raise ConflictError(
            f"{len(taken)} of the people that are to stay away have meetings; move or cancel these first.",
            conflict="meetings",
        )
    for one in surplus:
        session.delete(one)
    kept = have[:wanted]
    seat_people(session, row, (), wanted, kept)
    if people is not None:
        _name(session, row, people)


def _name(session: Session, row: Participation, people: Sequence[UUID]) -> None:
    """Put people on seats; who had one and still comes keeps it, because meetings are on it."""
    seats = list(session.scalars(select(Attendee).where(Attendee.participation_id == row.id).order_by(Attendee.number)))
    for seat in seats:
        if seat.representative_id not in people:
            seat.representative_id = None
    session.flush()
    named = {seat.representative_id for seat in seats}
    free = iter([seat for seat in seats if seat.representative_id is None])
    for person in people:
        if person not in named:
            next(free).representative_id = person
    session.flush()


def _must_be_theirs(session: Session, row: Participation, people: Sequence[UUID]) -> None:
    theirs = set(
        session.scalars(
            select(Representative.id).where(
                Representative.organisation_id == row.organisation_id, Representative.erased_at.is_(None)
            )
        )
    )
    for number, person in enumerate(people):
        if person not in theirs or person in people[:number]:
            raise InvalidInputError(
                f"{person} is no representative of this organisation, or is named twice.", field=f"attendees.{number}"
            )


def details(session: Session, event: Event, rows: Sequence[Participation]) -> dict[UUID, dict[str, Any]]:
    """What only staff and the participant itself see, by participation; two queries and the grid, for any number."""
    grid = grid_of(session, event.id)
    seats: dict[UUID, list[dict[str, Any]]] = {row.id: [] for row in rows}
    for attendee, name in session.execute(
        select(Attendee, Representative.name)
        .outerjoin(Representative, Representative.id == Attendee.representative_id)
        .where(Attendee.participation_id.in_([row.id for row in rows]))
        .order_by(Attendee.number)
    ):
        person = {"id": attendee.representative_id, "name": name} if attendee.representative_id else None
        seats[attendee.participation_id].append(
            {"number": attendee.number, "person": person, "checked_in_at": attendee.checked_in_at}
        )
    return {
        row.id: {
            **{name: getattr(row, name) for name in _LIMITS},
            "delegation_id": row.delegation_id,
            "attendees": seats[row.id],
            "unavailable": [grid.slot_name(slot) for slot in grid.slots if not grid.free(row.id, slot.id)],
            "withdrawn_at": row.withdrawn_at,
        }
        for row in rows
    }


def organisations_of(session: Session, rows: Sequence[Participation]) -> dict[UUID, Organisation]:
    """The organisations of participations, by organisation; one query."""
    found = session.scalars(select(Organisation).where(Organisation.id.in_([row.organisation_id for row in rows])))
    return {row.id: row for row in found}


def place_codes(session: Session, event_id: UUID) -> dict[UUID, str]:
    rows = session.execute(select(Place.id, Place.code).where(Place.event_id == event_id))
    return {row[0]: row[1] for row in rows}
