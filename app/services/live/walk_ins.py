"""Somebody who was not registered comes on the day: taken in, checked in, and matched with who is there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError
from app.core.i18n import LANGUAGES
from app.core.ids import new_id
from app.db.models import Attendee, Event, LeftOutPair, Organisation, Participation, Representative
from app.db.queries.scoped import fetch
from app.domain.profiles import CapabilityProfile, SourcingRequest
from app.domain.scheduling.words import Said
from app.domain.walk_ins import WalkInShape
from app.services import matching
from app.services.access import Actor
from app.services.audit import record
from app.services.booking import schedule_to_change
from app.services.live.clock import moment
from app.services.live.people import badge_codes
from app.services.matching import Partner
from app.services.outbox import tell
from app.services.participants import join_event, seat_people
from app.services.profiles import register_capabilities, save_request


@dataclass(frozen=True)
class WalkIn:
    """Who came, the code of their badge, and the pairs that now wait for a free slot, the best first."""

    organisation: Organisation
    participation: Participation
    attendee: Attendee
    partners: list[Partner]


def walk_in(session: Session, actor: Actor, event: Event, shape: WalkInShape) -> WalkIn:
    """Take somebody in; a repair of kind `fill` for them then gives them meetings.

    Raises
    ------
    ConflictError
        They take part already.
    """
    actor.must_be_organiser()
    now = moment(actor, event, shape.at)
    schedule = schedule_to_change(session, event)
    organisation = _organisation(session, actor, event, shape)
    part = join_event(session, event, organisation, supplies=shape.supplies, buys=shape.buys)
    people = [_person(session, organisation, shape)] if shape.person or shape.languages else []
    seat_people(session, part, people)
    attendee = session.scalars(select(Attendee).where(Attendee.participation_id == part.id).limit(1)).one()
    attendee.checked_in_at = now
    session.flush()
    _profiles(session, actor, event, organisation, shape)
    badge_codes(session, event)
    session.refresh(attendee)
    partners = matching.partners_of(session, event, part)
    why = {lang: Said("repair.walk_in").words(lang) for lang in LANGUAGES}
    session.add_all(
        LeftOutPair(
            event_id=event.id, schedule_id=schedule.id, low_id=min(one.seeker_id, one.provider_id),
            high_id=max(one.seeker_id, one.provider_id), request_id=one.request_id, value=one.value, code="walk_in",
            reason=why["en"], reasons=why,
        )
        for one in partners
    )  # fmt: skip
    session.flush()
    record(session, actor, "participation.walked_in", event_id=event.id, target_id=part.id, partners=len(partners))
    ids = {"attendee_id": str(attendee.id), "organisation_id": str(organisation.id)}
    tell(session, event.tenant_id, "checked_in", event_id=str(event.id), **ids)
    return WalkIn(organisation, part, attendee, partners)


def _organisation(session: Session, actor: Actor, event: Event, shape: WalkInShape) -> Organisation:
    if shape.organisation_id is not None:
        known = fetch(session, Organisation, shape.organisation_id, actor.tenant_id)
        taken = (Participation.event_id == event.id) & (Participation.organisation_id == known.id)
        if session.scalar(select(Participation.id).where(taken)):
            raise ConflictError(f"{known.name} takes part already; check its people in.", conflict="registered")
        return known
    key = new_id()
    row = Organisation(
        id=key, tenant_id=actor.tenant_id, code=f"walk-in-{key.hex[-10:]}", name=shape.name, kind=shape.kind,
        country=shape.country,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _person(session: Session, organisation: Organisation, shape: WalkInShape) -> Representative:
    name = shape.person or organisation.name[:200]
    mine = (Representative.organisation_id == organisation.id) & (Representative.name == name)
    row = session.scalar(select(Representative).where(mine))
    if row is None:
        row = Representative(
            tenant_id=organisation.tenant_id, organisation_id=organisation.id, name=name, languages=shape.languages
        )
        session.add(row)
        session.flush()
    return row


def _profiles(session: Session, actor: Actor, event: Event, organisation: Organisation, shape: WalkInShape) -> None:
    said = {"products": shape.products} | ({"text": shape.text} if shape.text else {})
    if shape.supplies:
        able = said | ({"moq": shape.moq} if shape.moq else {})
        register_capabilities(session, actor, organisation.id, CapabilityProfile.model_validate(able))
    if shape.buys:
        wanted = said | ({"quantity": shape.quantity} if shape.quantity else {})
        code = f"walk-in-{new_id().hex[-10:]}"
        save_request(session, actor, event.id, organisation.id, code, SourcingRequest.model_validate(wanted))
