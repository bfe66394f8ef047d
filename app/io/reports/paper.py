"""The report of an edition on paper: its figures as tables, with bars beside the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.core.i18n import text
from app.core.text import one_line
from app.domain.reports import EditionReport
from app.io.pdf import typeface_for
from app.io.pdf.canvas import ACCENT, INK, SOFT, WASH, Canvas, Style
from app.io.pdf.pages import Block, Sheet
from app.io.reports.sections import Section, Value, sections_of, shown

_TITLE = Style(22, INK, strong=True)
_SUBTITLE, _SECTION = Style(9.5, SOFT), Style(13, ACCENT, strong=True)
_HEAD, _ROW, _NOTE = Style(8, SOFT), Style(9.5, INK), Style(7.5, SOFT)
_NUMBER, _BARS, _GAP, _NAME = 23.0, 40.0, 3.0, 34.0  # widths: a figure, the bars, between them, the least for names
_TOGETHER = 8  # sections of so many rows stay on one page


def report_pdf(report: EditionReport, *, lang: str = "en", font_path: Path | None = None) -> bytes:
    """The report as a PDF; equal reports and fonts give equal bytes."""
    sections = sections_of(report, lang)
    title = text("report.title", lang)
    typeface = typeface_for(
        [report.event, title, [[s.title, s.labels, s.rows, s.note] for s in sections]], lang, font_path
    )
    whole = f"{one_line(report.event.name)} – {title}"
    canvas = Canvas(typeface, title=whole, lang=lang, as_of=report.as_of)
    sheet = Sheet(canvas, report.event, lang, report.as_of, title)
    blocks = [_title(sheet, report)]
    for section in sections:
        blocks += _section(sheet, section)
    if not sections:
        blocks.append(_line(sheet, text("report.none", lang), _SUBTITLE))
    sheet.flow(blocks, title)
    return canvas.output()


def _title(sheet: Sheet, report: EditionReport) -> Block:
    canvas = sheet.canvas
    lines = canvas.lines(text("report.title", sheet.lang), _TITLE, sheet.width, most=2)
    before = one_line(report.before.event.name) if report.before else ""
    compared = text("report.compared", sheet.lang, event=before) if before else ""
    below = canvas.lines(compared, _SUBTITLE, sheet.width, most=2)

    def draw(y: float) -> None:
        canvas.write_lines(sheet.left, canvas.write_lines(sheet.left, y, lines, _TITLE), below, _SUBTITLE)

    return Block(len(lines) * _TITLE.height + len(below) * _SUBTITLE.height + 2, draw, keep=True)


def _line(sheet: Sheet, words: str, style: Style) -> Block:
    lines = sheet.canvas.lines(words, style, sheet.width, most=3)

    def draw(y: float) -> None:
        sheet.canvas.write_lines(sheet.left, y + 1, lines, style)

    return Block(len(lines) * style.height + 2, draw)


def _section(sheet: Sheet, section: Section) -> list[Block]:
    """Heading and head of the columns (again on each page that it goes on), rows, note."""
    canvas, columns = sheet.canvas, len(section.labels) - 1
    each = min(_NUMBER, (sheet.width - _NAME) / columns)
    bars = bool(section.charted()) and columns * each + _BARS + 60 <= sheet.width
    figures = sheet.left + sheet.width - (_BARS + _GAP if bars else 0)  # the right edge of the last column
    room = figures - columns * each - sheet.left - _GAP
    labels = [canvas.lines(label, _HEAD, each - 2, most=3) for label in section.labels[1:]]
    first = canvas.lines(section.labels[0], _HEAD, room, most=2)
    deep = max(map(len, [first, *labels])) * _HEAD.height

    def head(y: float) -> None:
        canvas.write(sheet.left, y + 6, section.title, _SECTION)
        y += 6 + _SECTION.height + 1
        canvas.write_lines(sheet.left, y + deep - len(first) * _HEAD.height, first, _HEAD)
        for number, lines in enumerate(labels):
            top = y + deep - len(lines) * _HEAD.height
            for line in lines:
                canvas.write(figures - (columns - 1 - number) * each, top, line, _HEAD, align="right")
                top += _HEAD.height
        canvas.rule(sheet.left, y + deep + 1, sheet.width, ACCENT, 0.3)

    longest = max((value for _, value in section.charted()), default=0.0)
    blocks = [Block(6 + _SECTION.height + 1 + deep + 2, head, keep=True, again=True)]
    rows = [_row(sheet, section, row, room, figures, each, longest if bars else 0.0) for row in section.rows]
    if len(rows) <= _TOGETHER:
        rows = [replace(row, keep=number < len(rows) - 1) for number, row in enumerate(rows)]
    blocks += rows
    return [*blocks, _line(sheet, section.note, _NOTE)] if section.note else blocks


def _row(
    sheet: Sheet, section: Section, row: Sequence[Value], room: float, figures: float, each: float, longest: float
) -> Block:
    canvas, lang = sheet.canvas, sheet.lang
    name = canvas.lines(shown(row[0], section.kinds[0], lang), _ROW, room, most=3)
    cells = [shown(value, kind, lang) for value, kind in zip(row[1:], section.kinds[1:], strict=True)]
    height = max(1, len(name)) * _ROW.height + 2

    def draw(y: float) -> None:
        canvas.write_lines(sheet.left, y + 1, name, _ROW)
        for number, cell in enumerate(cells):
            canvas.write(figures - (len(cells) - 1 - number) * each, y + 1, cell, _ROW, align="right")
        value = row[section.bars] if longest and section.bars is not None else None
        if isinstance(value, float | int):
            most = 1.0 if section.kinds[section.bars or 0] == "share" else max(longest, 1e-9)
            canvas.box(figures + _GAP, y + 1.5, _BARS, _ROW.height - 1, WASH)
            canvas.box(figures + _GAP, y + 1.5, _BARS * min(1.0, value / most), _ROW.height - 1, ACCENT)
        canvas.rule(sheet.left, y + height, sheet.width)

    return Block(height, draw)
