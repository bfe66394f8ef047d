"""A schedule as the interface shows it: all of it to the organiser, to others their part as it was published."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.i18n import language, text
from app.db.models import Event, LeftOutPair, Meeting, Organisation, Participation, Publication, Schedule
from app.db.queries.grid import grid_of
from app.db.queries.scoped import fetch
from app.domain.publications import Entry
from app.services.access import Actor
from app.services.delegations import met_as
from app.services.publications import Names, entries_of
from app.services.schedules import held_meetings, left_out
from app.services.timetables import own_timetable

#: reasons whose sentences name meetings of third parties
_NAMING_OTHERS = ("displaced", "lock")


def schedule_view(session: Session, actor: Actor, schedule_id: UUID, lang: str = "en") -> dict[str, Any]:
    """A schedule as the API shows it, reasons and advice in a language.

    Enterprises and buyers see their own meetings as they were published, or as everybody may know of them since, their
    own pairs, and no advice; a schedule that was never published does not exist for them.
    """
    tongue = language(lang)
    schedule = fetch(session, Schedule, schedule_id, actor.tenant_id)
    published = None if actor.is_staff else _last_publication(session, schedule)
    event = session.get_one(Event, schedule.event_id)
    facts = ("progress", "stage", "error", "seed", "value", "objective", "bound", "gap", "breaks", "shortfall")
    shown = {
        "id": str(schedule.id),
        "event_id": str(event.id),
        "status": schedule.status if schedule.state == "done" else schedule.state,
        "current": schedule.is_current,
        "missing_required": schedule.missing_required,
        **{name: getattr(schedule, name) for name in facts},
    }
    if published is None:
        return shown | _whole(session, event, schedule, tongue)
    return shown | _part(session, actor, event, published, tongue)


def _last_publication(session: Session, schedule: Schedule) -> Publication:
    of_it = select(Publication).where(Publication.schedule_id == schedule.id)
    found = session.scalar(of_it.order_by(Publication.number.desc()).limit(1))
    if found is None:
        raise NotFoundError(f"There is no schedule {schedule.id}.")
    return found


def _whole(session: Session, event: Event, schedule: Schedule, lang: str) -> dict[str, Any]:
    names, grid, zone = _names(session, event.id), grid_of(session, event.id), ZoneInfo(event.zone)
    return {
        "meetings": [
            {
                "id": str(held.meeting.id),
                "slot": grid.slot_name(held.slot),
                "starts_at": held.slot.starts_at.astimezone(zone).isoformat(),
                "ends_at": held.slot.ends_at.astimezone(zone).isoformat(),
                "place": held.place,
                "interpreter": held.interpreter,
                "organisations": [_named(names, held.meeting.low_id), _named(names, held.meeting.high_id)],
                "status": held.meeting.status,
                "value": held.meeting.value,
            }
            for held in held_meetings(session, schedule.id)
        ],
        "unscheduled": [_left(names, row, row.words(lang)) for row in left_out(session, schedule.id)],
        "advice": (schedule.advice or {}).get(lang, []),
    }


def _part(session: Session, actor: Actor, event: Event, published: Publication, lang: str) -> dict[str, Any]:
    own = met_as(session, event.id, actor.organisation_id)
    if own is None:
        return {"meetings": [], "unscheduled": [], "advice": []}
    names, told = _names(session, event.id), Names(session, event)
    return {
        "meetings": [_told(names, told.whole(entry), entry) for entry in _known(session, event, published, own)],
        "unscheduled": [
            _left(names, row, _without_others(row, lang))
            for row in left_out(session, published.schedule_id)
            if own.id in (row.low_id, row.high_id)
        ],
        "advice": [],
    }


def _told(names: dict[UUID, tuple[UUID, str]], whole: dict[str, Any], entry: Entry) -> dict[str, Any]:
    kept = {name: whole[name] for name in ("slot", "place", "interpreter", "status", "value")}
    times = {name: whole[name].isoformat() for name in ("starts_at", "ends_at")}
    return {"id": str(entry.id), **kept, **times, "organisations": [_named(names, part) for part in entry.pair]}


def _known(session: Session, event: Event, published: Publication, own: Participation) -> list[Entry]:
    """What a participant knows of a published schedule's meetings; of one that is superseded, what it said."""
    if published.superseded_at is None:
        entries = own_timetable(session, event, own).entries
    else:
        entries = tuple(entry for entry in entries_of(published) if own.id in entry.pair)
    ids = [entry.id for entry in entries]
    there = set(
        session.scalars(select(Meeting.id).where(Meeting.schedule_id == published.schedule_id, Meeting.id.in_(ids)))
    )
    return [entry for entry in entries if entry.id in there]


def _left(names: dict[UUID, tuple[UUID, str]], row: LeftOutPair, reason: str) -> dict[str, Any]:
    pair = [_named(names, row.low_id), _named(names, row.high_id)]
    return {"pair": pair, "code": row.code, "reason": reason, "value": row.value}


def _without_others(row: LeftOutPair, lang: str) -> str:
    """A reason for one of the two: whose other meetings stand in the way is not for them to know."""
    return text("reason.no_room", lang) if row.code in _NAMING_OTHERS else row.words(lang)


def _names(session: Session, event_id: UUID) -> dict[UUID, tuple[UUID, str]]:
    rows = session.execute(
        select(Participation.id, Organisation.id, Organisation.name)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == event_id)
    )
    return {participation: (organisation, name) for participation, organisation, name in rows}


def _named(names: dict[UUID, tuple[UUID, str]], participation_id: UUID) -> dict[str, str]:
    key, name = names[participation_id]
    return {"id": str(key), "name": name}
