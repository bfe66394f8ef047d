"""Letters about what has become of somebody's timetable, with the timetable itself for their calendar."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy.orm import Session

from app.db.models import Event, Schedule
from app.domain import letters
from app.domain.agenda_changes import changes
from app.domain.publications import Entry
from app.domain.timetables import Agenda, EventInfo
from app.io.calendar import personal_calendar
from app.services.outbox import File, send_letter
from app.services.publishing.rows import agreed_meetings
from app.services.publishing.timetables import backdrop
from app.services.recipients import recipients
from app.services.schedules import event_info


def write_to(
    session: Session,
    event: Event,
    schedule: Schedule,
    parts: Collection[UUID],
    before: Sequence[Entry] | None,
    after: Sequence[Entry],
    as_of: datetime,
    site: str,
) -> None:
    """Write to these participations what changes for them from `before` to `after`; before None, what there is."""
    agreed, whom = agreed_meetings(session, event.id), set(parts)
    behind = backdrop(session, event, [schedule], agreed, event.language, parties=whom)

    def agendas(entries: Sequence[Entry]) -> dict[str, Agenda]:
        theirs = [entry for entry in entries if not whom.isdisjoint(entry.pair)]
        return {agenda.party.id: agenda for agenda in behind.timetable(theirs, as_of).agendas()}

    @cache
    def told(lang: str) -> EventInfo:
        return event_info(session, event, lang)

    now = agendas(after)
    then = None if before is None else agendas(before)
    readers = recipients(session, event, [behind.organisation(part).id for part in parts])
    link = f"{site.rstrip('/')}/events/{event.code}/timetable"
    for part in sorted(parts):
        organisation = behind.organisation(part)
        agenda = now[organisation.code]
        for reader in readers[organisation.id]:
            named = replace(agenda, event=told(reader.language))
            facts = _facts(reader.name, named, then[organisation.code] if then else None, link)
            calendar = personal_calendar(named, lang=reader.language)
            file = File("timetable.ics", "text/calendar; method=PUBLISH", calendar)
            send_letter(session, event.tenant_id, reader.email, reader.language, facts, event_id=event.id, files=[file])


def _facts(name: str, agenda: Agenda, known: Agenda | None, link: str) -> letters.Facts:
    if known is None:
        return letters.SchedulePublished(name, agenda, link)
    return letters.ScheduleChanged(name, agenda, changes(known, agenda), link)
