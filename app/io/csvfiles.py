"""CSV out: UTF-8 with a byte order mark, so that spreadsheets show Chinese, and no cell that runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import date, time
from pathlib import Path

from app.core.text import clean
from app.domain.matchlists import Called, MatchRow
from app.domain.timetables import Timetable
from app.io.atomic import write_bytes
from app.io.tables import Cell, Table, left_out_table, matches_table, timetable_table

# A spreadsheet takes a text for a formula by its first character that is not a space; full-width forms count in
# Chinese and Japanese editions.
# Texts that begin with apostrophes before such a sign get one more, so that taking one off gives what was there.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


def neutral(value: str) -> str:
    """The text, with an apostrophe in front if a spreadsheet would run it as a formula."""
    return kept_from_running(clean(value))


def kept_from_running(value: str) -> str:
    """The text as it is, with an apostrophe in front if a spreadsheet would run it; the import takes it off again."""
    return f"'{value}" if _FORMULA.match(value) else value


def write_timetable(timetable: Timetable, path: Path, *, lang: str = "en") -> None:
    """Write one row a meeting."""
    write_bytes(path, _encode(timetable_table(timetable, lang)))


def write_left_out(timetable: Timetable, path: Path, *, lang: str = "en") -> None:
    """Write one row for each pair that does not meet, with its reason."""
    write_bytes(path, _encode(left_out_table(timetable, lang)))


def write_matches(rows: Iterable[MatchRow], path: Path, *, called: Called, lang: str = "en") -> None:
    """Write one row a ranked pair."""
    write_bytes(path, _encode(matches_table(rows, lang, called)))


def _encode(table: Table) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(table.labels)
    writer.writerows([_cell(cell) for cell in row] for row in table.rows)
    return lines.getvalue().encode("utf-8-sig")


def _cell(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return neutral(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    return cell
