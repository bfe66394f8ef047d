"""The cards that stand on the tables: the table to be read from afar, whose meetings it holds today."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from app.core.clock import in_zone
from app.core.i18n import format_date, format_span, plural, text
from app.core.text import one_line
from app.domain.timetables import Party, PlannedMeeting, Timetable
from app.io.pdf.canvas import ACCENT, INK, SOFT, Canvas, Style
from app.io.pdf.listing import empty_note
from app.io.pdf.pages import Block, Sheet

_SIZES = (66.0, 54.0, 42.0, 32.0, 24.0)
_DAY, _COUNT = Style(15, INK, strong=True), Style(10, SOFT)
_AGAIN = Style(18, ACCENT, strong=True)
_SCALES = (1.0, 0.86, 0.74, 0.64)  # a day's meetings on one page if they fit


def draw_cards(canvas: Canvas, timetable: Timetable, lang: str) -> int:
    """Add a card for each table and day (of more pages, if it is long); give the number of pages."""
    sheet = Sheet(canvas, timetable.event, lang, timetable.as_of, text("pdf.cards", lang))
    held = [meeting for meeting in timetable.in_order() if not meeting.is_cancelled]
    zone, pages = timetable.event.zone, 0

    def day_of(meeting: PlannedMeeting) -> date:
        return in_zone(meeting.starts_at, zone).date()

    for place in filter(None, timetable.tables()):
        mine = [meeting for meeting in held if meeting.place == place]
        for day, meetings in groupby(mine, key=day_of):
            pages += sheet.flow(
                _card(sheet, place, day, list(meetings)), f"{place} · {format_date(day, lang, 'medium')}"
            )
        if not mine:
            pages += sheet.flow([_title(sheet, place, None, 0), empty_note(sheet)], place)
    return pages


def _card(sheet: Sheet, place: str, day: date, meetings: list[PlannedMeeting]) -> list[Block]:
    title = _title(sheet, place, day, len(meetings))
    for scale in _SCALES:
        rows = [_row(sheet, meeting, scale) for meeting in meetings]
        if title.height + sum(row.height for row in rows) <= sheet.room():
            return [title, *rows]
    return [title, _continued(sheet, place, day), *rows]


def _title(sheet: Sheet, place: str, day: date | None, count: int) -> Block:
    """The table as large as its name allows, the day below it."""
    canvas, name = sheet.canvas, text("pdf.table", sheet.lang, place=place)
    size = next((size for size in _SIZES if canvas.measure(name, Style(size)) <= sheet.width), _SIZES[-1])
    style = Style(size, ACCENT, strong=True)
    lines = canvas.lines(name, style, sheet.width, most=2)
    height = len(lines) * style.height + (_DAY.height + 5 if day else 4)

    def draw(y: float) -> None:
        y = canvas.write_lines(sheet.left, y, lines, style)
        if day:
            canvas.write(sheet.left, y, format_date(day, sheet.lang), _DAY)
            held = plural("count.meetings", count, sheet.lang)
            canvas.write(sheet.left + sheet.width, y + 1.6, held, _COUNT, align="right")
            canvas.rule(sheet.left, y + _DAY.height + 2.5, sheet.width, ACCENT, 0.3)

    return Block(height, draw, keep=True)


def _continued(sheet: Sheet, place: str, day: date) -> Block:
    """The table and the day once more, small, at the head of each further page of the card."""
    canvas = sheet.canvas
    words = f"{text('pdf.table', sheet.lang, place=place)}  ·  {format_date(day, sheet.lang)}"
    lines = canvas.lines(words, _AGAIN, sheet.width, most=2)

    def draw(y: float) -> None:
        canvas.write_lines(sheet.left, y, lines, _AGAIN)

    return Block(len(lines) * _AGAIN.height + 3, draw, keep=True, again=True, first=False)


def _row(sheet: Sheet, meeting: PlannedMeeting, scale: float) -> Block:
    """The time large, both names to be read from where one stands, the interpreter."""
    canvas = sheet.canvas
    big, name, small = Style(16 * scale, INK, strong=True), Style(14 * scale, INK), Style(9.5 * scale, SOFT)
    span = format_span(meeting.starts_at, meeting.ends_at, sheet.event.zone, sheet.lang)
    indent = canvas.measure(span, big) + 7
    width = sheet.width - indent
    parts = [part for party in meeting.parties for part in _names(sheet, party, name, small, width)]
    if meeting.interpreter:
        note = text("pdf.interpreter", sheet.lang, name=one_line(meeting.interpreter))
        parts.append((canvas.lines(note, small, width, most=1), small))
    inside = sum(len(lines) * style.height for lines, style in parts)
    height = inside + 4.4 * scale

    def draw(y: float) -> None:
        below = y + 2.2 * scale
        canvas.write(sheet.left, below - 0.4 * scale, span, big)
        for lines, style in parts:
            below = canvas.write_lines(sheet.left + indent, below, lines, style)
        canvas.rule(sheet.left, y + height, sheet.width)

    return Block(height, draw)


def _names(sheet: Sheet, party: Party, name: Style, small: Style, width: float) -> list[tuple[list[str], Style]]:
    canvas = sheet.canvas
    first, second = map(one_line, party.names(sheet.lang))
    return [(canvas.lines(first, name, width, most=2), name), (canvas.lines(second, small, width, most=1), small)]
