"""Delegations: a body and the members that came with it, who meet others as one.

A member is neither ranked nor scheduled by itself. Whatever names it (a request, an answer, a booking) acts on its
delegation, and its own people act for the delegation.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.db.models import (
    Event,
    Meeting,
    MeetingRequest,
    Participation,
    Preference,
    Schedule,
)
from app.db.queries.scoped import fetch
from app.services.access import Actor
from app.services.fallen import cancel_fallen, meetings_of

#: of the two answers about one pair the one that counts
_STRENGTH = ("neutral", "want", "must_meet", "no_thanks", "blocked")


def meets_as(event_id: UUID, organisation_id: UUID | ScalarSelect[UUID] | None) -> Select[UUID]:
    """The id of the participation that an organisation meets as: its delegation's, else its own."""
    return select(func.coalesce(Participation.delegation_id, Participation.id)).where(
        Participation.event_id == event_id, Participation.organisation_id == organisation_id
    )


def met_as(session: Session, event_id: UUID, organisation_id: UUID | None) -> Participation | None:
    """The participation that an organisation meets as; None where it takes no part."""
    if organisation_id is None:
        return None
    return session.scalar(
        select(Participation).where(Participation.id.in_(meets_as(event_id, organisation_id).scalar_subquery()))
    )


def speaks_for(session: Session, actor: Actor, event_id: UUID) -> UUID | None:
    """The organisation in whose name the caller meets at an event: its delegation, else its own."""
    part = met_as(session, event_id, actor.organisation_id)
    return part.organisation_id if part is not None else actor.organisation_id


def body_of(session: Session, row: Participation) -> Participation:
    """The delegation of a participation, or itself."""
    return session.get_one(Participation, row.delegation_id) if row.delegation_id else row


def delegation(session: Session, actor: Actor, event: Event, row: Participation, key: UUID | None) -> UUID | None:
    """Let a participation come with a delegation, or by itself where `key` is None.

    What it was answered, and has answered itself, holds for the delegation from then on. The schedule has to be held.

    Raises
    ------
    InvalidInputError
        The delegation is itself a member, or the same, or the member has members.
    ConflictError
        The delegation has withdrawn, or the member has meetings or requests of its own.
    """
    if key is None or key == row.delegation_id:
        return key
    body = session.scalar(
        select(Participation)
        .where(Participation.id == fetch(session, Participation, key, event.tenant_id).id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if body is None or body.event_id != event.id:
        raise NotFoundError(f"There is no participation {key} in this event.")
    members = session.scalar(select(func.count()).where(Participation.delegation_id == row.id))
    if body.id == row.id or body.delegation_id is not None or members:
        raise InvalidInputError(
            "A delegation is one body with its members: a member has none of its own.", field="delegation_id"
        )
    if body.withdrawn_at is not None:
        raise ConflictError("This delegation has withdrawn from the event.", conflict="withdrawn")
    _must_be_free(session, event, row)
    for other in _carry_answers(session, row, body):
        fallen = meetings_of(session, event, {body.id, other}, together=True, because="block")
        cancel_fallen(session, actor, event, fallen, note="called off")
    return body.id


def does_what_members_do(session: Session, row: Participation) -> None:
    """A delegation supplies and buys as soon as one of its members does."""
    if row.delegation_id is None:
        return
    body = body_of(session, row)
    body.supplies, body.buys = body.supplies or row.supplies, body.buys or row.buys


def let_go(session: Session, body: Participation) -> None:
    """The members of a delegation that withdraws take part by themselves."""
    for member in session.scalars(select(Participation).where(Participation.delegation_id == body.id)):
        member.delegation_id = None


def _must_be_free(session: Session, event: Event, row: Participation) -> None:
    meetings = session.scalar(
        select(func.count())
        .select_from(Meeting)
        .join(Schedule, Schedule.id == Meeting.schedule_id)
        .where(Schedule.event_id == event.id, Schedule.is_current, Meeting.status != "cancelled")
        .where(or_(Meeting.low_id == row.id, Meeting.high_id == row.id))
    )
    requests = session.scalar(
        select(func.count())
        .select_from(MeetingRequest)
        .outerjoin(Meeting, Meeting.id == MeetingRequest.meeting_id)
        .where(MeetingRequest.event_id == event.id, MeetingRequest.state.in_(("pending", "accepted")))
        .where(Meeting.status.is_distinct_from("cancelled"))
        .where(or_(MeetingRequest.low_id == row.id, MeetingRequest.high_id == row.id))
    )
    if meetings or requests:
        raise ConflictError(
            f"It has {meetings} meetings and {requests} requests of its own; a delegation meets as one, so cancel "
            "these or let them be answered first.",
            conflict="meetings",
        )


def _carry_answers(session: Session, row: Participation, body: Participation) -> list[UUID]:
    """Move a member's answers, and those about it, to its delegation; of two about one pair the stronger stays.

    Returns those who are blocked by it, or block it.
    """
    blocked = []
    has = aliased(Preference)
    moving = session.scalars(select(Preference).where(or_(Preference.from_id == row.id, Preference.to_id == row.id)))
    for one in moving.all():
        giver = body.id if one.from_id == row.id else one.from_id
        about = body.id if one.to_id == row.id else one.to_id
        if one.answer == "blocked" and giver != about:
            blocked.append(about if giver == body.id else giver)
        there = session.scalar(select(has).where(has.from_id == giver, has.to_id == about))
        if giver == about:
            session.delete(one)
        elif there is None:
            one.from_id, one.to_id = giver, about
        else:
            if _STRENGTH.index(one.answer) > _STRENGTH.index(there.answer):
                there.answer, there.at = one.answer, one.at
            session.delete(one)
        session.flush()
    return blocked
