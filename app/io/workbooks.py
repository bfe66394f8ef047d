"""XLSX out: workbooks that can be filtered, sorted and printed as they come, and in which no text runs as a formula."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter

from app.core.clock import as_utc, in_zone
from app.core.i18n import text
from app.core.text import clean, one_line, shorten
from app.domain.matchlists import Called, MatchRow
from app.domain.timetables import PlannedMeeting, Timetable
from app.io.atomic import replacing
from app.io.tables import (
    Cell,
    Column,
    Table,
    agendas_table,
    facts_table,
    left_out_table,
    matches_table,
    reasons_table,
    timetable_table,
)

_LONGEST_NAME = 31  # of a sheet, a limit of the format
_LONGEST_CELL = 32_767  # UTF-16 units, a limit of the format
_ROWS_PER_SHEET = 1_000_000  # the format allows 1,048,576
_LINE, _TALLEST_ROW = 15.0, 409.0  # points; the second is a limit of the format
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_NUMBER_FORMATS = {
    "date": "yyyy-mm-dd", "time": "hh:mm", "number": "0", "points": "0.0", "share": "0.0%",
    "figure": "General",  # 27 firms and a median of 7.5 meetings, in one column
}  # fmt: skip
_HEAD = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A4D", "valign": "vcenter", "text_wrap": True}


def write_timetable(timetable: Timetable, path: Path, *, lang: str = "en") -> None:
    """Write the workbook of a schedule: Timetable, Grid, Agendas, Left out, Facts.

    Equal timetables give equal bytes: the file is dated with `timetable.as_of`.
    """
    title = one_line(timetable.event.name)
    with _workbook(path, title, timetable.as_of) as book:
        book.add(timetable_table(timetable, lang), faint=[m.is_cancelled for m in timetable.in_order()])
        book.add_grid(timetable, lang)
        book.add(agendas_table(timetable, lang))
        book.add(left_out_table(timetable, lang))
        book.add(facts_table(timetable, lang), filters=False)


def write_matches(
    rows: Iterable[MatchRow],
    path: Path,
    *,
    called: Called,
    lang: str = "en",
    title: str = "",
    as_of: datetime | None = None,
) -> None:
    """Write ranked pairs: one sheet with a row a pair, one with a row for each term of each pair."""
    rows = list(rows)
    with _workbook(path, one_line(title), as_of or _EPOCH) as book:
        book.add(matches_table(rows, lang, called))
        book.add(reasons_table(rows, lang, called))


def write_tables(tables: Iterable[Table], path: Path, *, title: str, as_of: datetime) -> None:
    """Write a sheet for each table, dated `as_of`."""
    with _workbook(path, one_line(title), as_of) as book:
        for table in tables:
            book.add(replace(table, title=shorten(table.title, _LONGEST_NAME)), filters=False)


@contextmanager
def _workbook(path: Path, title: str, as_of: datetime) -> Iterator[_Book]:
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
        "default_date_format": "yyyy-mm-dd",
    }
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), options)
        book.set_properties({"title": shorten(title, 200), "created": as_utc(as_of).replace(tzinfo=None)})
        yield _Book(book, title)
        book.close()


class _Book:
    """A workbook under way, with its formats made once."""

    def __init__(self, book: xlsxwriter.Workbook, title: str) -> None:
        self._book = book
        self._title = title
        self._head = book.add_format(_HEAD)
        self._formats: dict[tuple[str, bool], Any] = {}

    def _format(self, kind: str, faint: bool) -> Any:
        if (kind, faint) not in self._formats:
            look: dict[str, Any] = {"valign": "top"}
            if kind in _NUMBER_FORMATS:
                look["num_format"] = _NUMBER_FORMATS[kind]
            if kind in ("date", "time"):
                look["align"] = "left"  # else they touch the text in the next column
            if kind == "wrapped":
                look |= {"text_wrap": True, "indent": 1}
            if faint:
                look |= {"font_color": "#8A8A8A", "font_strikeout": True}
            self._formats[kind, faint] = self._book.add_format(look)
        return self._formats[kind, faint]

    def add(self, table: Table, *, filters: bool = True, faint: Sequence[bool] = ()) -> None:
        """Add a table as a sheet, or as several where it has more rows than a sheet may hold."""
        chunks = range(0, max(1, len(table.rows)), _ROWS_PER_SHEET)
        for number, first in enumerate(chunks, start=1):
            rows = table.rows[first : first + _ROWS_PER_SHEET]
            sheet = self._sheet(table.title if number == 1 else f"{table.title} {number}", table.columns, table.labels)
            if filters:
                sheet.autofilter(0, 0, len(rows), len(table.columns) - 1)
            for index, row in enumerate(rows, start=1):
                dim = bool(faint) and faint[first + index - 1]
                sheet.set_row(index, _height(table.columns, row))
                for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
                    self._write(sheet, index, place, cell, self._format(column.kind, dim))

    def add_grid(self, timetable: Timetable, lang: str) -> None:
        """Add slots × tables; each cell names the two who meet."""
        zone, tables = timetable.event.zone, timetable.tables()
        when = (Column("date", 12, "date"), Column("start", 8, "time"), Column("end", 8, "time"))
        columns = (*when, *[Column("place", 26, "wrapped")] * len(tables))
        labels = (*[column.label(lang) for column in when], *(table or "–" for table in tables))
        sheet = self._sheet(text("sheet.grid", lang), columns, labels, frozen=3)
        for index, slot in enumerate(timetable.slots, start=1):
            busy = timetable.at(slot)
            start, end = in_zone(slot.starts_at, zone), in_zone(slot.ends_at, zone)
            cells: list[Cell] = [start.date(), start.time(), end.time()]
            cells += ["\n".join(_pair(one, lang) for one in busy.get(table, ())) or None for table in tables]
            sheet.set_row(index, _height(columns, cells))
            for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
                self._write(sheet, index, place, cell, self._format(column.kind, False))

    def _sheet(self, name: str, columns: Sequence[Column], labels: Sequence[str], frozen: int = 0) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, frozen)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        title = shorten(self._title, 80).replace("&", "&&")
        sheet.set_header(f"&L{title}&R{name}")
        sheet.set_footer("&C&P / &N")
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        sheet.set_row(0, 30)
        for place, label in enumerate(labels):
            self._write(sheet, 0, place, label, self._head)
        return sheet

    @staticmethod
    def _write(sheet: Any, row: int, place: int, cell: Cell, look: Any) -> None:
        if cell is None or cell == "":
            sheet.write_blank(row, place, None, look)
        elif isinstance(cell, str):
            sheet.write_string(row, place, _fitting(clean(cell)), look)
        elif isinstance(cell, (date, time)):
            sheet.write_datetime(row, place, cell.replace(tzinfo=None) if isinstance(cell, time) else cell, look)
        elif math.isfinite(cell):
            sheet.write_number(row, place, cell, look)
        else:
            sheet.write_string(row, place, str(cell), look)


def _height(columns: Sequence[Column], cells: Sequence[Cell]) -> float:
    """The height of a row in points: not every program finds out by itself how many lines a wrapped cell takes."""
    lines = 1
    for column, cell in zip(columns, cells, strict=True):
        if column.kind == "wrapped" and isinstance(cell, str):
            room = max(1, column.width - 3)
            lines = max(lines, sum(max(1, math.ceil(_columns(line) / room)) for line in cell.split("\n")))
    return min(_TALLEST_ROW, _LINE * lines)


def _columns(line: str) -> int:
    """How many columns a text takes; East Asian signs take two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in line)


def _fitting(value: str) -> str:
    """The text, cut with an ellipsis where it is longer than a cell may be."""
    if len(value) <= _LONGEST_CELL // 2:
        return value
    units = value.encode("utf-16-le")
    if len(units) <= 2 * _LONGEST_CELL:
        return value
    return units[: 2 * (_LONGEST_CELL - 1)].decode("utf-16-le", "ignore") + "…"


def _pair(meeting: PlannedMeeting, lang: str) -> str:
    first, second = meeting.parties
    return f"{one_line(first.names(lang)[0])}\n× {one_line(second.names(lang)[0])}"
