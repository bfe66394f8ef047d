"""How to reach those whom a participant has agreed to meet: after mutual acceptance and consent, and never before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from app.core.errors import InvalidInputError
from app.core.paging import Page, decode_cursor, encode_cursor
from app.db.models import (
    Consent,
    Event,
    Meeting,
    MeetingRequest,
    Organisation,
    Participation,
    Preference,
    Publication,
    Representative,
)
from app.domain.fairs import Rules
from app.services.access import Actor

_WANTED = ("must_meet", "want")


@dataclass(frozen=True)
class Contact:
    """An organisation that one meets, why its people are shown, and what may be shown of them."""

    organisation: Organisation
    because: list[str]
    people: list[dict[str, Any]]


def list_contacts(
    session: Session,
    actor: Actor,
    event: Event,
    organisation_id: UUID | None = None,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Contact]:
    """The people of an organisation's counterparts at an event; a handful of queries whatever the number.

    A counterpart is one with whom a meeting request was accepted, or who wants it as it wants them (want or
    must on both sides), or whom it meets in the published timetable; never one that either has
    blocked. Of its people those are shown who consent to "contact", with the fields that the event permits.
    """
    organisation_id = organisation_id or actor.organisation_id
    if organisation_id is None:
        raise InvalidInputError("Say as whom you look: organisation_id.", field="organisation_id")
    actor.must_act_for(organisation_id)
    mine = (Participation.event_id == event.id) & (Participation.organisation_id == organisation_id)
    own = session.scalar(select(Participation.id).where(mine))
    agreed = _agreed(session, event, own) if own else {}
    after = decode_cursor(cursor) if cursor else None
    ids = sorted(key for key in agreed if after is None or key > after)
    shown, more = ids[:limit], len(ids) > limit
    named = (
        select(Participation.id, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.id.in_(shown))
    )
    firms = {row[0]: row[1] for row in session.execute(named)}
    people = _people(session, [firm.id for firm in firms.values()], contact_fields(event))
    items = [Contact(firms[key], agreed[key], people.get(firms[key].id, [])) for key in shown]
    return Page(items, encode_cursor(shown[-1]) if more else None)


def contact_fields(event: Event) -> tuple[str, ...]:
    """The fields of a person that the organiser of an event lets participants see."""
    default = Rules.model_fields["contact_fields"].default
    return tuple(event.rules.get("contact_fields", default))


def _agreed(session: Session, event: Event, own: UUID) -> dict[UUID, list[str]]:
    """The participations that a participant has agreed to meet, with how: request, preference, meeting."""
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    accepted = select(MeetingRequest.from_id, MeetingRequest.to_id).where(
        MeetingRequest.event_id == event.id,
        MeetingRequest.state == "accepted",
        or_(MeetingRequest.from_id == own, MeetingRequest.to_id == own),
    )
    mine, theirs = aliased(Preference), aliased(Preference)
    mutual = (
        select(mine.from_id, mine.to_id)
        .join(theirs, (theirs.from_id == mine.to_id) & (theirs.to_id == mine.from_id))
        .where(mine.from_id == own, mine.answer.in_(_WANTED), theirs.answer.in_(_WANTED))
    )
    met = (
        select(Meeting.low_id, Meeting.high_id)
        .join(Publication, Publication.schedule_id == Meeting.schedule_id)
        .where(
            Publication.event_id == event.id,
            Publication.superseded_at.is_(None),
            Meeting.created_at <= Publication.created_at,
            Meeting.status != "cancelled",
            or_(Meeting.low_id == own, Meeting.high_id == own),
        )
    )
    for because, query in (("request", accepted), ("preference", mutual), ("meeting", met)):
        for one, other in session.execute(query.distinct()):
            counterpart = other if one == own else one
            if because not in found[counterpart]:
                found[counterpart].append(because)
    blocked = select(Preference.from_id, Preference.to_id).where(
        Preference.event_id == event.id,
        Preference.answer == "blocked",
        or_(Preference.from_id == own, Preference.to_id == own),
    )
    for one, other in session.execute(blocked):
        found.pop(other if one == own else one, None)
    return dict(found)


def _people(session: Session, organisations: list[UUID], fields: tuple[str, ...]) -> dict[UUID, list[dict[str, Any]]]:
    """By organisation, the people who consent to be contacted, each with the permitted fields."""
    consented = select(Consent.representative_id).where(Consent.purpose == "contact", Consent.withdrawn_at.is_(None))
    rows = session.scalars(
        select(Representative)
        .where(
            Representative.organisation_id.in_(organisations),
            Representative.erased_at.is_(None),
            Representative.id.in_(consented),
        )
        .order_by(Representative.id)
    )
    found: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.organisation_id].append({name: getattr(row, name) for name in fields})
    return found
