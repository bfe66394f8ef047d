"""All meetings of an event, slot by slot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from app.core.clock import in_zone
from app.core.i18n import format_date, format_span, known, plural, text
from app.core.text import one_line
from app.domain.timetables import PlannedMeeting, Timetable
from app.io.pdf.canvas import ACCENT, FAINT, INK, SOFT, WASH, Canvas, Style
from app.io.pdf.pages import Block, Sheet

_TITLE = Style(19, INK, strong=True)
_COUNT = Style(9, SOFT)
_SLOT = Style(11, INK, strong=True)
_DAY = Style(8.5, SOFT)
_TABLE = Style(9.5, ACCENT, strong=True)
_ROW = Style(9.5, INK)
_SMALL = Style(8, SOFT)
_TABLE_WIDTH, _GAP = 20.0, 4.0


def draw_event(canvas: Canvas, timetable: Timetable, lang: str) -> int:
    """Add the pages of the whole timetable; give their number."""
    sheet = Sheet(canvas, timetable.event, lang, timetable.as_of, text("pdf.event", lang))
    held = [meeting for meeting in timetable.meetings if not meeting.is_cancelled]
    blocks = [_title(sheet, text("sheet.timetable", lang), plural("count.meetings", len(held), lang))]
    slots = groupby(timetable.in_order(), key=lambda meeting: meeting.starts_at)
    for _, meetings in slots:
        rows = list(meetings)
        blocks.append(_slot(sheet, rows[0]))
        blocks += [_row(sheet, meeting) for meeting in rows]
    if not timetable.meetings:
        blocks.append(empty_note(sheet))
    return sheet.flow(blocks, text("sheet.timetable", lang))


def _title(sheet: Sheet, title: str, count: str, style: Style = _TITLE) -> Block:
    canvas = sheet.canvas
    lines = canvas.lines(title, style, sheet.width, most=2)

    def draw(y: float) -> None:
        y = canvas.write_lines(sheet.left, y, lines, style)
        canvas.write(sheet.left, y, count, _COUNT)

    return Block(len(lines) * style.height + _COUNT.height + 4, draw, keep=True)


def empty_note(sheet: Sheet) -> Block:
    """A box that says that nothing is planned."""

    def draw(y: float) -> None:
        sheet.canvas.box(sheet.left, y, sheet.width, 30, WASH, radius=3)
        middle = sheet.left + sheet.width / 2
        sheet.canvas.write(middle, y + 11, text("pdf.empty", sheet.lang), Style(13, SOFT, strong=True), align="middle")

    return Block(30, draw)


def _slot(sheet: Sheet, first: PlannedMeeting) -> Block:
    canvas, zone, lang = sheet.canvas, sheet.event.zone, sheet.lang
    span = format_span(first.starts_at, first.ends_at, zone, lang)
    day = format_date(in_zone(first.starts_at, zone).date(), lang)

    def draw(y: float) -> None:
        canvas.box(sheet.left, y + 2, sheet.width, 7, WASH, radius=1.5)
        canvas.write(sheet.left + 2.5, y + 3, span, _SLOT)
        canvas.write(sheet.left + sheet.width - 2.5, y + 3.6, day, _DAY, align="right")

    return Block(10, draw, keep=True, again=True)


def _row(sheet: Sheet, meeting: PlannedMeeting) -> Block:
    """Table, one side, the other side with interpreter and, where it is not as planned, the status."""
    canvas, off = sheet.canvas, meeting.is_cancelled
    column = (sheet.width - _TABLE_WIDTH - 2 * _GAP) / 2
    style = Style(_ROW.size, FAINT) if off else _ROW
    table = canvas.lines(meeting.place, _TABLE, _TABLE_WIDTH - 3, most=2)
    sides = [_side(canvas, party.names(sheet.lang), style, column) for party in meeting.parties]
    notes = [text("pdf.interpreter", sheet.lang, name=meeting.interpreter)] if meeting.interpreter else []
    if meeting.status not in ("planned", "locked"):
        notes.append(known("status", meeting.status, sheet.lang))
    note = canvas.lines("  ·  ".join(notes), _SMALL, column, most=2)
    lowest = max(_height(side) for side in (sides[0], [*sides[1], (note, _SMALL)]))
    height = max(lowest, len(table) * _TABLE.height) + 2.4

    def draw(y: float) -> None:
        canvas.write_lines(sheet.left + 2.5, y + 1.2, table, Style(_TABLE.size, FAINT) if off else _TABLE)
        x = sheet.left + _TABLE_WIDTH
        for side in (sides[0], [*sides[1], (note, _SMALL)]):
            below = y + 1.2
            for lines, look in side:
                below = canvas.write_lines(x, below, lines, look)
            x += column + _GAP
        canvas.rule(sheet.left, y + height, sheet.width)

    return Block(height, draw)


def _side(canvas: Canvas, names: tuple[str, str], style: Style, width: float) -> list[tuple[list[str], Style]]:
    looks = zip(names, (style, _SMALL), (3, 2), strict=True)
    return [(canvas.lines(one_line(text), look, width, most), look) for text, look, most in looks]


def _height(side: Sequence[tuple[list[str], Style]]) -> float:
    return sum(len(lines) * style.height for lines, style in side)
