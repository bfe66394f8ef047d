"""The day before its first meeting everybody is reminded once of what was published for it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import Event, Letter, Publication, Schedule, Slot
from app.domain import letters
from app.domain.publications import Entry
from app.io.calendar import personal_calendar
from app.services.outbox import File, send_letter
from app.services.publications import entries_of, last_publication
from app.services.publishing.rows import agreed_meetings
from app.services.publishing.timetables import backdrop
from app.services.recipients import recipients

_BEFORE = timedelta(hours=24)


def remind(database: Database, site: str) -> int:
    """Write to everybody with a meeting at an edition that begins within a day; return how many letters."""
    now, first = utc_now(), func.min(Slot.starts_at)
    with database.read() as session:
        told = select(Letter.event_id).where(Letter.kind == letters.Reminder.kind, Letter.event_id.is_not(None))
        published = select(Publication.event_id).where(Publication.superseded_at.is_(None))
        soon = (
            select(Slot.event_id)
            .where(Slot.event_id.in_(published), Slot.event_id.not_in(told))
            .group_by(Slot.event_id)
            .having(first > now, first <= now + _BEFORE)
        )
        events = list(session.scalars(soon))
    return sum(database.run(lambda session, key=key: _remind(session, key, site)) for key in events)  # type: ignore[misc]


def _remind(session: Session, event_id: UUID, site: str) -> int:
    event = session.scalars(select(Event).where(Event.id == event_id).with_for_update(key_share=True)).one()
    publication = last_publication(session, event_id)
    entries = [entry for entry in entries_of(publication) if entry.status != "cancelled"]
    if publication is None or not entries:
        return 0
    schedule = session.get_one(Schedule, publication.schedule_id)
    behind = backdrop(session, event, [schedule], agreed_meetings(session, event_id), event.language)
    agendas = {agenda.party.id: agenda for agenda in behind.timetable(entries, publication.created_at).agendas()}
    parts = _parts(entries)
    readers = recipients(session, event, [behind.organisation(part).id for part in parts])
    link, written = f"{site.rstrip('/')}/events/{event.code}/timetable", 0
    for part in parts:
        organisation = behind.organisation(part)
        for reader in readers[organisation.id]:
            facts = letters.Reminder(reader.name, agendas[organisation.code], link)
            once = f"reminder {event.id} {organisation.code} {reader.email.lower()}"[:200]
            calendar = personal_calendar(agendas[organisation.code], lang=reader.language)
            file = File("timetable.ics", "text/calendar; method=PUBLISH", calendar)
            send_letter(
                session, event.tenant_id, reader.email, reader.language, facts,
                event_id=event.id, once=once, files=[file],
            )  # fmt: skip
            written += 1
    return written


def _parts(entries: list[Entry]) -> list[UUID]:
    """Everybody who meets somebody, each once."""
    return sorted({part for entry in entries for part in entry.pair})
