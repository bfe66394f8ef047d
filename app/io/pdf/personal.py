"""One participant's timetable: when, where, with whom, by page after page that can be read while walking."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from app.core.clock import in_zone
from app.core.i18n import (
    format_country,
    format_date,
    format_language,
    format_time,
    known,
    plural,
    text,
)
from app.core.text import one_line
from app.domain.timetables import Agenda, Party, PersonalMeeting
from app.io.labels import kind_label
from app.io.pdf.canvas import ACCENT, FAINT, INK, PAPER, SOFT, WASH, Canvas, Style
from app.io.pdf.pages import Block, Sheet

_NAME = Style(21, INK, strong=True)
_LOCAL_NAME = Style(13, INK)
_FACTS = Style(9, SOFT)
_DAY = Style(12, ACCENT, strong=True)
_TIME = Style(14, INK, strong=True)
_UNTIL = Style(9, SOFT)
_WHO = Style(12, INK, strong=True)
_WHO_LOCAL = Style(10, INK)
_NOTE = Style(9, INK)
_TABLE = Style(13, PAPER, strong=True)
_FREE = Style(8.5, SOFT)
_EMPTY = Style(14, SOFT, strong=True)
_TIME_WIDTH, _TABLE_WIDTH, _GAP = 24.0, 26.0, 5.0


def draw_agenda(canvas: Canvas, agenda: Agenda, lang: str) -> int:
    """Add the pages of one agenda; give their number."""
    sheet = Sheet(canvas, agenda.event, lang, agenda.as_of, text("pdf.personal", lang))
    return sheet.flow(_Agenda(sheet, agenda).blocks(), agenda.party.name)


def facts_of(party: Party, lang: str) -> str:
    """Kind, country and languages of a participant, in words."""
    languages = ", ".join(format_language(tag, lang) for tag in party.languages)
    country = format_country(party.country, lang) if party.country else ""
    return "  ·  ".join(fact for fact in (one_line(kind_label(party.kind, lang)), country, languages) if fact)


class _Agenda:
    def __init__(self, sheet: Sheet, agenda: Agenda) -> None:
        self.canvas, self.agenda, self.lang = sheet.canvas, agenda, sheet.lang
        self.left, self.width = sheet.left, sheet.width

    def blocks(self) -> list[Block]:
        found = [self._title()]
        if not self.agenda.meetings:
            return [*found, self._empty()]
        zone = self.agenda.event.zone
        for day, meetings in groupby(self.agenda.meetings, key=lambda m: in_zone(m.starts_at, zone).date()):
            found.append(self._day(format_date(day, self.lang)))
            free_from: datetime | None = None
            for meeting in meetings:
                if free_from and free_from < meeting.starts_at and not meeting.is_cancelled:
                    found.append(self._free(free_from, meeting.starts_at))
                found.append(self._meeting(meeting))
                if not meeting.is_cancelled:
                    free_from = max(free_from or meeting.ends_at, meeting.ends_at)
        return found

    def _title(self) -> Block:
        canvas, party = self.canvas, self.agenda.party
        first, second = map(one_line, party.names(self.lang))
        name = canvas.lines(first, _NAME, self.width, most=4)
        local = canvas.lines(second, _LOCAL_NAME, self.width, most=3)
        facts = canvas.lines(facts_of(party, self.lang), _FACTS, self.width - 45, most=3)
        held = len(self.agenda.held)
        count = plural("count.meetings", held, self.lang) if held else ""

        def draw(y: float) -> None:
            y = canvas.write_lines(self.left, y, name, _NAME)
            y = canvas.write_lines(self.left, y, local, _LOCAL_NAME)
            canvas.write(self.left + self.width, y + 1, count, Style(9.5, ACCENT), align="right")
            canvas.write_lines(self.left, y + 1, facts, _FACTS)

        lines = len(name) * _NAME.height + len(local) * _LOCAL_NAME.height + max(1, len(facts)) * _FACTS.height
        return Block(lines + 5, draw, keep=True)

    def _empty(self) -> Block:
        canvas, height = self.canvas, 48.0

        def draw(y: float) -> None:
            middle = self.left + self.width / 2
            canvas.box(self.left, y, self.width, height, WASH, radius=3)
            canvas.write(middle, y + 15, text("pdf.empty", self.lang), _EMPTY, align="middle")
            canvas.write(middle, y + 25, text("pdf.empty_hint", self.lang), _FACTS, align="middle")

        return Block(height, draw)

    def _day(self, day: str) -> Block:
        def draw(y: float) -> None:
            self.canvas.write(self.left, y + 2, day, _DAY)
            self.canvas.rule(self.left, y + 9.5, self.width, ACCENT, 0.3)

        return Block(11, draw, keep=True, again=True)

    def _free(self, start: datetime, end: datetime) -> Block:
        minutes = round((end - start).total_seconds() / 60)
        hours, rest = divmod(minutes, 60)
        parts = [plural("length.hours", hours, self.lang)] if hours else []
        parts += [plural("length.minutes", rest, self.lang)] if rest or not hours else []
        until = format_time(end, self.agenda.event.zone, self.lang)
        label = text("pdf.free", self.lang, time=until, length=" ".join(parts))

        def draw(y: float) -> None:
            self.canvas.box(self.left, y + 1.2, self.width, 6.6, WASH, radius=1.5)
            self.canvas.write(self.left + _TIME_WIDTH, y + 2.5, label, _FREE)

        return Block(9, draw)

    def _meeting(self, meeting: PersonalMeeting) -> Block:
        canvas, other, off = self.canvas, meeting.counterpart, meeting.is_cancelled
        room = self.width - _TIME_WIDTH - _TABLE_WIDTH - _GAP
        interpreter = text("pdf.interpreter", self.lang, name=meeting.interpreter) if meeting.interpreter else ""
        first, second = map(one_line, other.names(self.lang))
        texts = [
            (first, _WHO, 3),
            (second, _WHO_LOCAL, 2),
            (facts_of(other, self.lang), _FACTS, 2),
            ("  ·  ".join(note for note in (interpreter, meeting.purpose) if note), _NOTE, 4),
        ]
        styles = [Style(style.size, FAINT, style.strong and not off) if off else style for _, style, _ in texts]
        parts = [canvas.lines(words, style, room, most) for (words, _, most), style in zip(texts, styles, strict=True)]
        inside = sum(len(lines) * style.height for lines, style in zip(parts, styles, strict=True))
        height = max(inside, 12.5) + 4.2

        def draw(y: float) -> None:
            self._time_and_table(y + 1.9, meeting)
            below = y + 1.9
            for lines, style in zip(parts, styles, strict=True):
                below = canvas.write_lines(self.left + _TIME_WIDTH, below, lines, style)
            canvas.rule(self.left, y + height, self.width)

        return Block(height, draw)

    def _time_and_table(self, y: float, meeting: PersonalMeeting) -> None:
        canvas, zone, off = self.canvas, self.agenda.event.zone, meeting.is_cancelled
        start = format_time(meeting.starts_at, zone, self.lang)
        canvas.write(self.left, y - 0.6, start, Style(14, FAINT) if off else _TIME)
        canvas.write(self.left, y + 5.8, f"– {format_time(meeting.ends_at, zone, self.lang)}", _UNTIL)
        right = self.left + self.width
        if meeting.status in ("cancelled", "no-show"):
            canvas.write(right, y, known("status", meeting.status, self.lang), Style(9.5, SOFT), align="right")
        else:
            draw_table_badge(canvas, right - _TABLE_WIDTH, y - 0.4, _TABLE_WIDTH, meeting.place, self.lang)


def draw_table_badge(canvas: Canvas, x: float, y: float, width: float, place: str, lang: str) -> None:
    """The table's name on a filled box; a name too long for it becomes smaller, then is cut."""
    label = text("column.place", lang)
    canvas.box(x, y, width, 12, ACCENT, radius=2)
    canvas.write(x + width / 2, y + 0.9, label, Style(7, PAPER), align="middle")
    size = next((s for s in (13.0, 11.0, 9.0) if canvas.measure(place, Style(s)) <= width - 3), 7.5)
    style = Style(size, PAPER, strong=True)
    line = (canvas.lines(place, style, width - 3, most=1) or ["–"])[0]
    canvas.write(x + width / 2, y + 3.6 + (_TABLE.height - style.height) / 2, line, style, align="middle")
