"""A participant's own timetable: what was published, with what everybody may know of since. Nothing of who else meets
whom is read for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import in_zone, utc_now
from app.core.errors import InvalidInputError, NotFoundError
from app.db.models import Event, Meeting, Organisation, Participation, Publication, Schedule, Slot
from app.db.queries.scoped import fetch
from app.domain.publications import Entry, standing
from app.domain.timetables import Agenda, Timetable
from app.services.access import Actor
from app.services.delegations import met_as
from app.services.legal_slots import schedule_id_of
from app.services.publications import entries_of, last_publication
from app.services.publishing.rows import agreed_meetings, standing_rows
from app.services.publishing.timetables import Backdrop, backdrop


@dataclass(frozen=True)
class Own:
    """What one participant is to know: its entries, as they were published and as they stand."""

    event: Event
    participation: Participation
    organisation: Organisation
    publication: Publication | None
    published: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    as_of: datetime

    def is_changed(self, entry: Entry) -> bool:
        """Whether it is not as it was published."""
        before = next((one for one in self.published if one.uid == entry.uid), None)
        return before is None or before.seen() != entry.seen()

    def other(self, entry: Entry) -> UUID:
        """The participation that is met."""
        return entry.high_id if entry.low_id == self.participation.id else entry.low_id


def participation_of(session: Session, actor: Actor, event: Event, organisation_id: UUID | None) -> Participation:
    """Whose timetable: the caller's own, or the one that the organiser's people name; a member's is its delegation's.

    Raises
    ------
    InvalidInputError
        Nobody is named.
    NotFoundError
        It takes no part, or is none of the caller's.
    """
    key = organisation_id or actor.organisation_id
    if key is None:
        raise InvalidInputError("Say whose timetable with `organisation`.", field="organisation")
    actor.must_act_for(key)
    fetch(session, Organisation, key, actor.tenant_id)
    row = met_as(session, event.id, key)
    if row is None:
        raise NotFoundError(f"The organisation {key} does not take part in {event.name}.")
    return row


def own_timetable(session: Session, event: Event, participation: Participation) -> Own:
    """The entries of a participation; a fixed number of queries."""
    publication = last_publication(session, event.id)
    published = tuple(entry for entry in entries_of(publication) if participation.id in entry.pair)
    current = schedule_id_of(session, event)
    rows = standing_rows(session, event, current, participation.id)
    agreed = agreed_meetings(session, event.id)
    day = _has_begun(session, event)
    entries = standing(event.id, published, rows, agreed, on_the_day=day and publication is not None)
    stamps = [publication.created_at] if publication else []
    changed = session.scalar(
        select(func.max(func.coalesce(Meeting.changed_at, Meeting.created_at))).where(
            Meeting.schedule_id == current,
            (Meeting.low_id == participation.id) | (Meeting.high_id == participation.id),
        )
    )
    stamps += [changed] if changed else []
    return Own(
        event,
        participation,
        session.get_one(Organisation, participation.organisation_id),
        publication,
        published,
        tuple(entries),
        max(stamps, default=event.created_at),
    )


def known_meetings(session: Session, event: Event, participation: Participation) -> frozenset[UUID]:
    """The ids of the meetings that a participant may know of: what is not published yet is nobody's to learn."""
    return frozenset(entry.id for entry in own_timetable(session, event, participation).entries)


def agenda_of(session: Session, own: Own, lang: str) -> Agenda:
    """The timetable as calendars and papers take it."""
    return whole(session, own, lang).agenda(own.organisation.code)


def whole(session: Session, own: Own, lang: str) -> Timetable:
    """The same as a timetable of this participant's meetings alone."""
    return _behind(session, own, lang).timetable(own.entries, own.as_of)


def shown(session: Session, own: Own, lang: str) -> list[dict[str, Any]]:
    """The timetable as the interface shows it, purposes and reasons in the reader's language."""
    behind = _behind(session, own, lang)
    grid = behind.grid
    slots = {slot.id: grid.slot_name(slot) for slot in grid.slots}
    places: dict[Any, str] = {place.id: place.code for place in grid.places}
    helpers: dict[Any, str] = {helper.id: helper.name for helper in grid.interpreters}
    return [
        {
            "id": entry.id,
            "uid": entry.uid,
            "sequence": entry.sequence,
            "slot": slots.get(entry.slot_id, ""),
            "starts_at": in_zone(entry.starts_at, own.event.zone),
            "ends_at": in_zone(entry.ends_at, own.event.zone),
            "place": places.get(entry.place_id),
            "interpreter": helpers.get(entry.helper_id),
            "counterpart": _counterpart(behind, own.other(entry)),
            "status": entry.status,
            "purpose": behind.purpose(entry),
            "reasons": list(behind.reasons[entry.id].because) if entry.id in behind.reasons else [],
            "changed": own.is_changed(entry),
        }
        for entry in own.entries
    ]


def must_be_there(own: Own) -> Own:
    """Raise NotFoundError where there is nothing to show yet."""
    if own.publication is None and not own.entries:
        raise NotFoundError(f"The timetable of {own.event.name} has not been published yet.")
    return own


def _behind(session: Session, own: Own, lang: str) -> Backdrop:
    wanted = {entry.id for entry in own.entries}
    schedules = session.scalars(
        select(Schedule).where(
            Schedule.id.in_(select(Meeting.schedule_id).where(Meeting.id.in_(wanted))), Schedule.state == "done"
        )
    ).all()
    parts = {part for entry in own.entries for part in entry.pair} | {own.participation.id}
    only = session.scalars(select(Participation.organisation_id).where(Participation.id.in_(parts))).all()
    purposes = agreed_meetings(session, own.event.id)
    return backdrop(session, own.event, schedules, purposes, lang, only)


def _counterpart(behind: Backdrop, part: UUID) -> dict[str, Any]:
    person = behind.people[part]
    return {
        "id": person.organisation.id,
        "name": person.organisation.name,
        "name_local": person.organisation.name_local,
        "kind": person.participation.kind,
        "country": person.organisation.country,
        "languages": list(person.languages),
    }


def _has_begun(session: Session, event: Event) -> bool:
    """Whether the first day of meetings has begun, on the event's own clock."""
    first = session.scalar(select(func.min(Slot.starts_at)).where(Slot.event_id == event.id))
    if first is None:
        return False
    midnight = in_zone(first, event.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return utc_now() >= midnight
