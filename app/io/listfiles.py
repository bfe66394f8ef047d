"""Lists out as files that the import takes back: a workbook, CSV, and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from app.core.clock import as_utc
from app.core.errors import InvalidInputError
from app.core.text import one_line, shorten
from app.domain.lists.fields import Kind
from app.domain.lists.records import Record
from app.domain.lists.tables import Cell
from app.domain.lists.writing import Listing
from app.io.atomic import replacing, write_bytes
from app.io.csvfiles import kept_from_running

_HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"}
_WIDEST = 50


def write_xlsx(listings: Sequence[Listing], path: Path, *, title: str, as_of: datetime) -> None:
    """Write a workbook with a sheet for each list, named as the templates name it; texts are texts, never formulas.

    Raises
    ------
    InvalidInputError
        If a text is longer than a cell may be (32,767 characters), or the file cannot be written.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with replacing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), options)
        book.set_properties({"title": shorten(one_line(title), 200), "created": as_utc(as_of).replace(tzinfo=None)})
        looks = {
            "head": book.add_format(_HEAD),
            "text": book.add_format({"num_format": "@", "valign": "top"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"}),
            "number": book.add_format({"valign": "top"}),
        }
        for listing in listings:
            _sheet(book.add_worksheet(listing.title), listing, looks)
        book.close()


def _sheet(sheet: Any, listing: Listing, looks: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 2)
    sheet.set_row(0, 45)
    for place, header in enumerate(listing.headers):
        sheet.write_string(0, place, _writable(header), looks["head"])
        longest = max((len(str(row[place] or "")) for row in listing.rows), default=0)
        sheet.set_column(place, place, min(_WIDEST, max(12, longest + 2)))
    sheet.autofilter(0, 0, len(listing.rows), len(listing.headers) - 1)
    for number, row in enumerate(listing.rows, start=1):
        for place, cell in enumerate(row):
            if _write(sheet, number, place, cell, looks):
                raise InvalidInputError(
                    f"A text in the column {listing.headers[place]!r} of {listing.title!r} is longer than a cell of a "
                    "workbook may be; the CSV file has it whole."
                )


def _write(sheet: Any, row: int, place: int, cell: Cell, looks: dict[str, Any]) -> int:
    if cell is None:
        return 0
    if isinstance(cell, str):
        return int(sheet.write_string(row, place, _writable(cell), looks["text"]))
    if isinstance(cell, date):
        return int(sheet.write_datetime(row, place, cell, looks["date"]))
    return int(sheet.write_number(row, place, cell, looks["number"]))


def _writable(text: str) -> str:
    """The text as it is, but for half characters, which no file may hold."""
    return text.encode("utf-8", "replace").decode()


def write_csv(listing: Listing, path: Path) -> None:
    """Write a list (made with `as_text`) as CSV: UTF-8 with a byte order mark, no cell that runs as a formula.

    The apostrophe in front of such a cell is taken off again by the import.
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    for row in (listing.headers, *listing.rows):
        writer.writerow([kept_from_running(_writable(str(cell))) if cell is not None else "" for cell in row])
    write_bytes(path, lines.getvalue().encode("utf-8-sig"))


def write_json(records: Mapping[Kind, Sequence[Record]], path: Path) -> None:
    """Write all lists, `format` `fairmatch/lists@1`: by kind, each row with its fields, and its own columns as
    `extra`."""
    lists: dict[str, object] = {
        str(kind): [{**record.values, **({"extra": record.extra} if record.extra else {})} for record in found]
        for kind, found in records.items()
    }
    document: dict[str, object] = {"format": "fairmatch/lists@1", **lists}
    write_bytes(
        path, (json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n").encode("utf-8", "replace")
    )
