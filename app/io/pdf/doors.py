"""The list at the door: everybody by the letters of their name, with a box to tick, how many meetings and the first."""

from __future__ import annotations

from app.core.clock import in_zone
from app.core.i18n import format_country, format_date, format_time, plural, text
from app.core.text import one_line
from app.domain.alphabet import in_order
from app.domain.timetables import Agenda, Timetable
from app.io.labels import kind_label
from app.io.pdf.canvas import ACCENT, INK, SOFT, WASH, Canvas, Style
from app.io.pdf.pages import Block, Sheet

_TITLE, _COUNT = Style(19, INK, strong=True), Style(9, SOFT)
_HEAD, _LETTER = Style(8, SOFT), Style(12, ACCENT, strong=True)
_NAME, _SMALL, _FIRST = Style(10.5, INK), Style(8, SOFT), Style(10.5, INK, strong=True)
_BOX, _MEETINGS_WIDTH, _FIRST_WIDTH, _GAP = 4.2, 20.0, 44.0, 4.0


def draw_doors(canvas: Canvas, timetable: Timetable, lang: str) -> int:
    """Add the pages of the list; give their number."""
    sheet = Sheet(canvas, timetable.event, lang, timetable.as_of, text("pdf.doors", lang))
    agendas = timetable.agendas()
    blocks = [_title(sheet, len(agendas)), _head(sheet)]
    for letter, entries in in_order(agendas, lambda agenda: _shown(agenda, lang)[0]):
        blocks.append(_letter(sheet, letter))
        blocks += [_row(sheet, agenda) for agenda in entries]
    return sheet.flow(blocks, text("pdf.doors", lang))


def _shown(agenda: Agenda, lang: str) -> tuple[str, str]:
    """The name that readers of this language look for, and the other one."""
    first, second = agenda.party.names(lang)
    return one_line(first), one_line(second)


def _title(sheet: Sheet, count: int) -> Block:
    canvas = sheet.canvas

    def draw(y: float) -> None:
        canvas.write(sheet.left, y, text("pdf.doors", sheet.lang), _TITLE)
        said = plural("count.participants", count, sheet.lang)
        canvas.write(sheet.left + sheet.width, y + 3.2, said, _COUNT, align="right")

    return Block(_TITLE.height + 2, draw, keep=True)


def _head(sheet: Sheet) -> Block:
    canvas = sheet.canvas
    meetings_right = sheet.left + sheet.width - _FIRST_WIDTH - _GAP

    def draw(y: float) -> None:
        canvas.write(sheet.left + _BOX + _GAP, y + 1, text("column.participant", sheet.lang), _HEAD)
        canvas.write(meetings_right, y + 1, text("column.meetings", sheet.lang), _HEAD, align="right")
        canvas.write(meetings_right + _GAP, y + 1, text("column.first_meeting", sheet.lang), _HEAD)
        canvas.rule(sheet.left, y + _HEAD.height + 2, sheet.width, ACCENT, 0.3)

    return Block(_HEAD.height + 2.6, draw, keep=True, again=True)


def _letter(sheet: Sheet, letter: str) -> Block:
    def draw(y: float) -> None:
        sheet.canvas.box(sheet.left, y + 1.6, sheet.width, 6.6, WASH, radius=1.5)
        sheet.canvas.write(sheet.left + 2.5, y + 2, letter, _LETTER)

    return Block(9, draw, keep=True)


def _row(sheet: Sheet, agenda: Agenda) -> Block:
    canvas, lang = sheet.canvas, sheet.lang
    width = sheet.width - _BOX - _MEETINGS_WIDTH - _FIRST_WIDTH - 2 * _GAP
    shown, other = _shown(agenda, lang)
    country = format_country(agenda.party.country, lang) if agenda.party.country else ""
    facts = "  ·  ".join(part for part in (other, one_line(kind_label(agenda.party.kind, lang)), country) if part)
    name = canvas.lines(shown, _NAME, width, most=3)
    small = canvas.lines(facts, _SMALL, width, most=2)
    table = [line for words in _where(agenda, lang) for line in canvas.lines(words, _SMALL, _FIRST_WIDTH - 14, most=1)]
    height = max(len(name) * _NAME.height + len(small) * _SMALL.height, len(table) * _SMALL.height) + 3

    def draw(y: float) -> None:
        canvas.frame(sheet.left + 0.4, y + 1.9, _BOX, _BOX, SOFT)
        below = canvas.write_lines(sheet.left + _BOX + _GAP, y + 1.3, name, _NAME)
        canvas.write_lines(sheet.left + _BOX + _GAP, below, small, _SMALL)
        right = sheet.left + sheet.width - _FIRST_WIDTH - _GAP
        canvas.write(right, y + 1.3, str(len(agenda.held)), _NAME, align="right")
        if agenda.held:
            start = format_time(agenda.held[0].starts_at, sheet.event.zone, lang)
            canvas.write(right + _GAP, y + 1.3, start, _FIRST)
            canvas.write_lines(right + _GAP + 14, y + 1.9, table, _SMALL)
        canvas.rule(sheet.left, y + height, sheet.width)

    return Block(height, draw)


def _where(agenda: Agenda, lang: str) -> list[str]:
    """The table of the first meeting, and the day where the event has several; nothing without a meeting."""
    if not agenda.held:
        return []
    first, event = agenda.held[0], agenda.event
    day = format_date(in_zone(first.starts_at, event.zone).date(), lang, "medium")
    place = text("pdf.table", lang, place=one_line(first.place)) if first.place else ""
    return [part for part in (place, "" if event.starts_on == event.ends_on else day) if part]
