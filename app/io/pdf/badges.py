"""Badges, ten to a page of A4, each 90 × 55 mm as the usual holders are, with marks to cut along and a QR code."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import segno

from app.core.i18n import format_country, format_language
from app.core.text import one_line
from app.domain.badges import Badge
from app.domain.timetables import EventInfo
from app.io.pdf.canvas import ACCENT, INK, PAPER, SOFT, Canvas, Style

WIDTH, HEIGHT, _COLUMNS, _ROWS = 90.0, 55.0, 2, 5
_BAR, _INSET, _CODE_SIDE, _QUIET = 9.0, 5.0, 27.0, 4
_LONGEST_CODE, _SHOWN_CODE = 120, 24
_EVENT, _FACTS, _SMALL = Style(8.5, PAPER, strong=True), Style(8.5, SOFT), Style(5, SOFT)
_LOCAL, _ROLE = Style(11.5, INK), Style(9, ACCENT, strong=True)
# sizes of the type with the lines they may take, the first that holds the whole text is used
_NAME = ((19.0, 1), (16.0, 1), (14.0, 2), (12.0, 2), (10.0, 3))
_ORGANISATION = ((10.5, 3), (9.0, 3), (8.0, 4), (7.0, 4))


def check_codes(badges: Sequence[Badge]) -> None:
    """Refuse codes that a scanner does not read from this size.

    Raises
    ------
    ValueError
        if a code is empty or has more than 120 characters.
    """
    for badge in badges:
        if not 0 < len(badge.code) <= _LONGEST_CODE:
            raise ValueError(f"a badge's code has 1 to {_LONGEST_CODE} characters, not {len(badge.code)}")


def draw_badges(canvas: Canvas, event: EventInfo, badges: Sequence[Badge], lang: str) -> int:
    """Add the pages; give their number."""
    left = (canvas.width - _COLUMNS * WIDTH) / 2
    top = (canvas.height - _ROWS * HEIGHT) / 2
    sheets = [badges[start : start + _COLUMNS * _ROWS] for start in range(0, len(badges), _COLUMNS * _ROWS)]
    for page in sheets:
        canvas.new_page()
        _marks(canvas, left, top)
        for place, badge in enumerate(page):
            row, column = divmod(place, _COLUMNS)
            _draw(canvas, left + column * WIDTH, top + row * HEIGHT, event, badge, lang)
    return len(sheets)


def _marks(canvas: Canvas, left: float, top: float) -> None:
    """Short lines outside the badges, where to cut."""
    right, bottom, length = left + _COLUMNS * WIDTH, top + _ROWS * HEIGHT, 5.0
    for column in range(_COLUMNS + 1):
        for y in (top - length - 1, bottom + 1):
            canvas.box(left + column * WIDTH - 0.05, y, 0.1, length, INK)
    for row in range(_ROWS + 1):
        for x in (left - length - 1, right + 1):
            canvas.box(x, top + row * HEIGHT - 0.05, length, 0.1, INK)


def _draw(canvas: Canvas, x: float, y: float, event: EventInfo, badge: Badge, lang: str) -> None:
    canvas.box(x, y, WIDTH, _BAR, ACCENT)
    title = canvas.lines(one_line(event.name), _EVENT, WIDTH - 2 * _INSET, most=1)
    canvas.write_lines(x + _INSET, y + (_BAR - _EVENT.height) / 2, title, _EVENT)
    below = _name(canvas, x + _INSET, y + _BAR + 3, badge)
    room = y + HEIGHT - _INSET - below  # what the names leave above the lower edge
    _code(canvas, x + WIDTH - _CODE_SIDE - 2, y + HEIGHT - _CODE_SIDE - 3.2, badge.code)
    width = WIDTH - _CODE_SIDE - _INSET - 4
    country = format_country(badge.country, lang) if badge.country else ""
    languages = ", ".join(format_language(tag, lang) for tag in badge.languages)
    role = canvas.lines(one_line(badge.role), _ROLE, width, most=2)
    facts = canvas.lines("  ·  ".join(fact for fact in (country, languages) if fact), _FACTS, width, most=2)
    foot = len(role) * _ROLE.height + len(facts) * _FACTS.height
    lines, style = _fitted(canvas, badge.organisation, _ORGANISATION, width, room - foot - 1)
    canvas.write_lines(x + _INSET, below + 1, lines, style)
    at = canvas.write_lines(x + _INSET, y + HEIGHT - _INSET - foot, role, _ROLE)
    canvas.write_lines(x + _INSET, at, facts, _FACTS)


def _name(canvas: Canvas, x: float, y: float, badge: Badge) -> float:
    """The name as large as it can be; give its lower edge."""
    width = WIDTH - 2 * _INSET
    lines, style = _fitted(canvas, badge.name, _NAME, width, HEIGHT, strong=True)
    y = canvas.write_lines(x, y, lines, style)
    local = one_line(badge.name_local or "")
    return canvas.write_lines(x, y, canvas.lines(local, _LOCAL, width, most=1), _LOCAL)


def _fitted(
    canvas: Canvas, words: str, sizes: Sequence[tuple[float, int]], width: float, height: float, *, strong: bool = False
) -> tuple[list[str], Style]:
    """The lines of a text in the largest size that shows all of it; in the smallest, cut, if none does."""
    for size, most in sizes:
        style = Style(size, INK, strong=strong)
        lines = canvas.lines(one_line(words), style, width)
        if len(lines) <= min(most, int(height / style.height)):
            return lines, style
    return canvas.lines(one_line(words), style, width, most=max(1, min(most, int(height / style.height)))), style


def _code(canvas: Canvas, x: float, y: float, code: str) -> None:
    """The QR code as squares, runs of a row as one box; a short code also in letters, for when a camera fails."""
    rows = tuple(segno.make(code, micro=False, error="m").matrix)
    module = _CODE_SIDE / (len(rows) + 2 * _QUIET)
    canvas.box(x, y, _CODE_SIDE, _CODE_SIDE, PAPER)
    for number, row in enumerate(rows):
        start = 0
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:  # a hair wider, so that no line of paper shows between rows
                at = x + (start + _QUIET) * module, y + (number + _QUIET) * module
                canvas.box(*at, length * module, module * 1.02, INK)
            start += length
    if len(code) <= _SHOWN_CODE:
        canvas.write(x + _CODE_SIDE / 2, y + _CODE_SIDE - 2.2, code, _SMALL, align="middle")
