"""Blocks of known height put on pages, with the event's head and a foot that counts the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from app.core.i18n import format_date, format_datetime, known, text
from app.domain.timetables import EventInfo
from app.io.labels import zone_label
from app.io.pdf.canvas import ACCENT, FAINT, INK, SOFT, Canvas, Style

MARGIN = 18.0
_TOP = 12.0
_EVENT = Style(10.5, ACCENT, strong=True)
_SMALL = Style(8, SOFT)
_SMALL_INK = Style(8, INK)
_FOOT = Style(7.5, FAINT)
_FOOT_SPACE = 12.0


@dataclass(frozen=True)
class Block:
    """Something that is drawn whole: `draw(y)` with its upper edge at `y`. With `keep` it stays with the next one;
    a block with `again` is drawn anew at the top of each page that its section continues on, and without `first` only
    there."""

    height: float
    draw: Callable[[float], None]
    keep: bool = False
    again: bool = False
    first: bool = True


@dataclass(frozen=True)
class Sheet:
    """What all pages of one section share."""

    canvas: Canvas
    event: EventInfo
    lang: str
    as_of: datetime
    kind: str  # what the document is, small in the upper right corner

    @property
    def left(self) -> float:
        return MARGIN

    @property
    def width(self) -> float:
        return self.canvas.width - 2 * MARGIN

    def dates(self) -> str:
        """The event's day or days, in words."""
        first, last = self.event.starts_on, self.event.ends_on
        if first == last:
            return format_date(first, self.lang)
        return f"{format_date(first, self.lang, 'long')} – {format_date(last, self.lang, 'long')}"

    def flow(self, blocks: Iterable[Block], name: str) -> int:
        """Lay the blocks on new pages, with head and foot, listed as `name` in the outline; give their number."""
        head = self._head()
        top = _TOP + head.height + 4
        pages = paginate(list(blocks), self.room())
        for number, page in enumerate(pages, start=1):
            self.canvas.new_page()
            if number == 1:
                self.canvas.bookmark(name)
            head.draw(_TOP)
            self._foot(number, len(pages))
            y = top
            for block in page:
                block.draw(y)
                y += block.height
        return len(pages)

    def room(self) -> float:
        """The height that a page has for blocks."""
        return self.canvas.height - _FOOT_SPACE - 3 - (_TOP + self._head().height + 4)

    def _head(self) -> Block:
        """The event's name, day and place, who stands behind it, and on the right the kind of document."""
        canvas, event = self.canvas, self.event
        kind_width = canvas.measure(self.kind, _SMALL)
        name = canvas.lines(event.name, _EVENT, self.width - kind_width - 8, most=2)
        where = canvas.lines(
            " · ".join(part for part in (self.dates(), event.place) if part), _SMALL, self.width, most=2
        )
        bodies = [
            (f"{known('role', body.role, self.lang)}  ", canvas.lines(body.name, _SMALL_INK, self.width - 45, most=2))
            for body in event.bodies
        ]
        label = max((canvas.measure(role, _SMALL) for role, _ in bodies), default=0.0)
        count = len(where) + sum(len(lines) for _, lines in bodies)
        height = len(name) * _EVENT.height + count * _SMALL.height + (1.2 if bodies else 0) + 3

        def draw(y: float) -> None:
            bottom = y + height
            canvas.write(self.left + self.width, y + 0.6, self.kind, _SMALL, align="right")
            y = canvas.write_lines(self.left, y, name, _EVENT)
            y = canvas.write_lines(self.left, y, where, _SMALL) + 1.2
            for role, lines in bodies:
                canvas.write(self.left, y, role, _SMALL)
                y = canvas.write_lines(self.left + label + 1, y, lines, _SMALL_INK)
            canvas.rule(self.left, bottom, self.width, ACCENT, 0.5)

        return Block(height, draw)

    def _foot(self, page: int, pages: int) -> None:
        canvas, event = self.canvas, self.event
        y = canvas.height - _FOOT_SPACE
        zone = zone_label(event, self.lang)
        moment = format_datetime(self.as_of, event.zone, self.lang)
        left = f"{text('pdf.times_in', self.lang, zone=zone)}   ·   {text('pdf.as_of', self.lang, moment=moment)}"
        canvas.rule(self.left, y - 2, self.width)
        canvas.write(self.left, y, left, _FOOT)
        number = text("pdf.page", self.lang, page=page, pages=pages)
        canvas.write(self.left + self.width, y, number, _FOOT, align="right")


def paginate(blocks: list[Block], room: float) -> list[list[Block]]:
    """Blocks in pages of at most `room` height; at least one page, and at least one block on a page.

    A block that is kept with its follower goes to the next page if that one has no room left; the last block marked
    `again` opens each further page.
    """
    pages: list[list[Block]] = [[]]
    used, heading = 0.0, None
    for index, block in enumerate(blocks):
        need = block.height
        for chained, after in zip(blocks[index:], blocks[index + 1 :], strict=False):
            if not chained.keep:
                break
            need += after.height
        if block.again:
            heading = block
        if not block.first:
            continue
        if pages[-1] and used + min(need, room) > room:
            pages.append([heading] if heading and heading is not block else [])
            used = sum(opened.height for opened in pages[-1])
        pages[-1].append(block)
        used += block.height
    return pages
