"""ICS out (RFC 5545): the whole event or one participant's meetings, for import, subscription and cancellation.

Times are written in UTC, which no calendar can read wrongly; the description repeats them on the event's wall clock.
A meeting keeps its UID for ever, SEQUENCE counts its changes, a cancelled one stays in the file as CANCELLED, so
that calendars which know it take it off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from icalendar import Calendar, Event, vCalAddress, vDuration

from app.core.clock import as_utc, in_zone
from app.core.i18n import format_country, format_date, format_span, format_zone, known, language, text
from app.core.text import clean, one_line, shorten
from app.domain.agenda_changes import with_removed
from app.domain.timetables import Agenda, EventInfo, Party, PersonalMeeting, PlannedMeeting, Timetable
from app.io.atomic import write_bytes
from app.io.labels import kind_label

_PRODUCT = "-//fairmatch//meetings//EN"
_REFRESH = timedelta(minutes=15)
_LONGEST_SUMMARY = 200
_STATUS = {"planned": "CONFIRMED", "locked": "CONFIRMED", "live": "CONFIRMED", "held": "CONFIRMED"}


def personal_calendar(agenda: Agenda, *, lang: str = "en", cancelled_only: bool = False) -> bytes:
    """One participant's meetings; nobody but the participant and each counterpart is named.

    With `cancelled_only` it is the message that takes cancelled meetings off a calendar (METHOD:CANCEL, RFC 5546).
    """
    return _personal(agenda, lang, "CANCEL" if cancelled_only else "PUBLISH")


def personal_feed(timetable: Timetable, party_id: str, *, lang: str = "en", before: Timetable | None = None) -> bytes:
    """One participant's meetings for a calendar that subscribes to them, asked for again and again.

    Cancelled meetings stay in it as CANCELLED, and so do those of `before` (the timetable last published) that the
    present one no longer has, because some calendars keep what a feed just leaves out. A feed is a stored calendar,
    not a message, so it has no METHOD (RFC 5545, 3.7.2); it is served as `text/calendar` without one.

    Raises
    ------
    KeyError
        if nobody of that id takes part.
    """
    agenda = timetable.agenda(party_id)
    if before is not None and any(party.id == party_id for party in before.everybody()):
        agenda = with_removed(before.agenda(party_id), agenda)
    return _personal(agenda, lang, None)


def event_calendar(timetable: Timetable, *, lang: str = "en") -> bytes:
    """All meetings of the event, for the organiser."""
    calendar = _calendar(timetable.event, lang, "PUBLISH")
    for meeting in timetable.in_order():
        summary = " × ".join(one_line(party.names(lang)[0]) for party in meeting.parties)
        _add(calendar, timetable, meeting, summary, meeting.parties, lang)
    return bytes(calendar.to_ical())


def write_personal(agenda: Agenda, path: Path, *, lang: str = "en") -> None:
    """Write `personal_calendar` to a file."""
    write_bytes(path, personal_calendar(agenda, lang=lang))


def write_timetable(timetable: Timetable, path: Path, *, lang: str = "en") -> None:
    """Write `event_calendar` to a file."""
    write_bytes(path, event_calendar(timetable, lang=lang))


def _personal(agenda: Agenda, lang: str, method: str | None) -> bytes:
    calendar = _calendar(agenda.event, lang, method)
    for meeting in agenda.meetings:
        if meeting.is_cancelled or method != "CANCEL":
            summary = text("ics.meeting_with", lang, name=one_line(meeting.counterpart.names(lang)[0]))
            _add(calendar, agenda, meeting, summary, [meeting.counterpart], lang)
    return bytes(calendar.to_ical())


def _calendar(event: EventInfo, lang: str, method: str | None) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    name = text("ics.name", lang, event=one_line(event.name))
    for key in ("name", "x-wr-calname"):
        calendar.add(key, name)
    calendar.add("x-wr-timezone", event.zone)
    calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    return calendar


def _add(
    calendar: Calendar,
    source: Agenda | Timetable,
    meeting: PersonalMeeting | PlannedMeeting,
    summary: str,
    named: Iterable[Party],
    lang: str,
) -> None:
    event = source.event
    entry = Event()
    entry.add("uid", f"{one_line(meeting.id)}@fairmatch")
    entry.add("sequence", meeting.sequence)
    for stamp in ("dtstamp", "last-modified"):  # the state that the file shows, so that equal ones are equal bytes
        entry.add(stamp, as_utc(source.as_of).replace(microsecond=0))
    entry.add("dtstart", as_utc(meeting.starts_at))
    entry.add("dtend", as_utc(meeting.ends_at))
    entry.add("summary", shorten(summary, _LONGEST_SUMMARY), parameters={"LANGUAGE": language(lang)})
    table = text("pdf.table", lang, place=one_line(meeting.place)) if meeting.place else ""
    entry.add("location", ", ".join(part for part in (table, one_line(event.place)) if part))
    entry.add("description", _description(event, meeting, named, lang))
    entry.add("status", "CANCELLED" if meeting.is_cancelled else _STATUS.get(meeting.status, "CONFIRMED"))
    entry.add("transp", "TRANSPARENT" if meeting.is_cancelled else "OPAQUE")
    if event.contact:
        organiser = vCalAddress(f"mailto:{one_line(event.contact)}")
        organiser.params["CN"] = one_line(event.name).replace('"', "'")
        entry.add("organizer", organiser)
    calendar.add_component(entry)


def _description(event: EventInfo, meeting: PersonalMeeting | PlannedMeeting, named: Iterable[Party], lang: str) -> str:
    day = format_date(in_zone(meeting.starts_at, event.zone).date(), lang)
    span = format_span(meeting.starts_at, meeting.ends_at, event.zone, lang)
    zone = format_zone(event.zone, meeting.starts_at, lang)
    lines = [text("ics.local_time", lang, day=day, time=span, zone=zone)]
    for party in named:
        country = format_country(party.country, lang) if party.country else ""
        facts = [*party.names(lang), kind_label(party.kind, lang), country]
        lines.append(" · ".join(one_line(fact) for fact in facts if fact))
    if meeting.purpose:
        lines.append(clean(meeting.purpose))
    if meeting.interpreter:
        lines.append(text("pdf.interpreter", lang, name=one_line(meeting.interpreter)))
    if meeting.status not in ("planned", "locked"):
        lines.append(f"{text('column.status', lang)}: {known('status', meeting.status, lang)}")
    return "\n".join(lines)
