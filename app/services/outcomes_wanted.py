"""After an edition's last slot both sides are asked once what came of their meetings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import Event, Letter, Meeting, Organisation, Outcome, Participation, Schedule, Slot
from app.domain import letters
from app.domain.outcomes import TOOK_PLACE, may_be_told
from app.services.access import Actor
from app.services.outbox import send_letter
from app.services.problems import current_schedule
from app.services.publications import last_publication
from app.services.publishing.rows import agreed_meetings
from app.services.recipients import recipients
from app.services.schedules import timetable

#: an edition that ended longer ago is asked nothing any more: it was brought in late, or nobody ran the service
_ASKED_WITHIN = timedelta(days=7)


def ask_for_outcomes(database: Database, site: str) -> int:
    """Write to everybody whose account of a meeting is missing, once an edition; return how many letters."""
    now = utc_now()
    last = func.max(Slot.ends_at)
    with database.read() as session:
        told = select(Letter.event_id).where(Letter.kind == letters.OutcomesWanted.kind, Letter.event_id.is_not(None))
        over = (
            select(Slot.event_id)
            .where(Slot.event_id.not_in(told))
            .group_by(Slot.event_id)
            .having(last <= now, last > now - _ASKED_WITHIN)
        )
        events = list(session.scalars(over))
    return sum(database.run(lambda session, key=key: _ask(session, key, site)) for key in events)  # type: ignore[misc]


def _ask(session: Session, event_id: UUID, site: str) -> int:
    event = session.scalars(select(Event).where(Event.id == event_id).with_for_update(key_share=True)).one()
    asked = (Letter.event_id == event_id) & (Letter.kind == letters.OutcomesWanted.kind)
    schedule = current_schedule(session, event_id)
    if schedule is None or session.scalar(select(Letter.id).where(asked).limit(1)):
        return 0
    missing = _missing(session, schedule)
    if not missing:
        return 0
    rows = session.execute(
        select(Participation.id, Organisation.id, Organisation.code)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == event_id)
    ).all()
    code = {row[0]: row[2] for row in rows}
    agendas = {
        one.party.id: one for one in timetable(session, Actor(event.tenant_id, kind="job"), schedule.id).agendas()
    }
    readers = recipients(session, event, [row[1] for row in rows if row[0] in missing])
    link, written = f"{site.rstrip('/')}/events/{event.code}/outcomes", 0
    for part, organisation_id, own in rows:
        if part not in missing:
            continue
        others = {code[other] for other in missing[part]}
        wanted = tuple(m for m in agendas[own].held if m.counterpart.id in others)
        agenda = replace(agendas[own], meetings=wanted)
        for reader in readers[organisation_id]:
            facts = letters.OutcomesWanted(reader.name, agenda, link)
            once = f"outcomes-wanted {event.id} {own} {reader.email.lower()}"[:200]
            send_letter(session, event.tenant_id, reader.email, reader.language, facts, event_id=event.id, once=once)
            written += 1
    return written


def _missing(session: Session, schedule: Schedule) -> dict[UUID, set[UUID]]:
    """By participation the other sides of meetings that something can have come of and that it has not told of.

    Where nothing was published, a letter must not be the first that anybody hears of a meeting: then only those count
    that two agreed on themselves, or that took place before the eyes of the desk.
    """
    everything = last_publication(session, schedule.event_id) is not None
    agreed = agreed_meetings(session, schedule.event_id)
    told = {
        (row[0], row[1])
        for row in session.execute(
            select(Outcome.meeting_id, Outcome.participation_id).where(Outcome.schedule_id == schedule.id)
        )
    }
    found: dict[UUID, set[UUID]] = defaultdict(set)
    now = utc_now()
    for meeting, slot in session.execute(
        select(Meeting, Slot).join(Slot, Slot.id == Meeting.slot_id).where(Meeting.schedule_id == schedule.id)
    ):
        if not (everything or meeting.id in agreed or meeting.status in TOOK_PLACE):
            continue
        for own, other in ((meeting.low_id, meeting.high_id), (meeting.high_id, meeting.low_id)):
            if may_be_told(meeting.status, slot.ends_at, now) and (meeting.id, own) not in told:
                found[own].add(other)
    return found
