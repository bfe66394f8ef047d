"""Empty lists to fill in: a workbook with one sheet per kind and an explanation, or a CSV file per kind."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from app.domain.lists.examples import choices_of, example_of, list_name
from app.domain.lists.fields import KINDS, LANGUAGES, Field, Kind, fields_of
from app.domain.lists.notes import NOTE_COLUMNS, note_rows, word
from app.domain.lists.tables import column_letters

_ROWS_WITH_CHOICES = 5_000


def template_xlsx(kinds: Sequence[Kind] = KINDS, lang: str = "en", *, example: bool = False) -> bytes:
    """Return a workbook with an empty sheet for each kind of list and one that explains every column.

    Parameters
    ----------
    kinds
        Which lists, in this order.
    lang
        Language of headers and notes: en, zh, fr, de or it.
    example
        Whether each sheet begins with its example row; the notes give the examples in any case.

    Raises
    ------
    ValueError
        If the language is none of the five.
    """
    _check_language(lang)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        styles = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"}),
            "needed": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F9D9A8"}),
            "text": book.add_format({"num_format": "@"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        sheets = [(kind, book.add_worksheet(list_name(kind, lang))) for kind in kinds]
        notes = book.add_worksheet(list_name("notes", lang))
        options = _Options(book.add_worksheet("options"))
        for kind, sheet in sheets:
            _fill_sheet(sheet, kind, lang, styles, options, example=example)
        _fill_notes(notes, kinds, lang, styles)
    return buffer.getvalue()


def _check_language(lang: str) -> None:
    if lang not in LANGUAGES:
        raise ValueError(f"templates are in {', '.join(LANGUAGES)}, not in {lang!r}")


class _Options:
    """The words of the drop-downs, a column each, in a hidden sheet: a rule itself holds 255 characters only."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.ranges: dict[tuple[str, ...], str] = {}
        sheet.hide()

    def range_of(self, words: list[str]) -> str:
        known = tuple(words)
        if known not in self.ranges:
            column = len(self.ranges)
            for row, text in enumerate(words):
                self.sheet.write_string(row, column, text)
            letters = column_letters(column)
            self.ranges[known] = f"=options!${letters}$1:${letters}${len(words)}"
        return self.ranges[known]


def _fill_sheet(sheet: Any, kind: Kind, lang: str, styles: dict[str, Any], options: _Options, *, example: bool) -> None:
    sheet.freeze_panes(1, 2)
    sheet.set_row(0, 45)
    for column, field in enumerate(fields_of(kind).values()):
        sheet.write_string(0, column, field.header(lang), styles["needed" if field.required else "head"])
        # text format, so that the program does not turn 3-5 into a date or 0012 into 12
        sheet.set_column(column, column, _width(field), styles["text"])
        words = choices_of(field, lang)
        if words:
            _offer(sheet, column, options.range_of(words), strict=field.type in ("choice", "code"))
        if example and (text := example_of(field, lang)):
            sheet.write_string(1, column, text)


def _width(field: Field) -> int:
    return {"text": 50, "words": 30, "certificates": 40, "name": 30}.get(field.type, 16)


def _offer(sheet: Any, column: int, source: str, *, strict: bool) -> None:
    rule = {"validate": "list", "source": source, "error_type": "stop" if strict else "information"}
    sheet.data_validation(1, column, _ROWS_WITH_CHOICES, column, rule)


def _fill_notes(sheet: Any, kinds: Sequence[Kind], lang: str, styles: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    for column, (name, width) in enumerate(zip(NOTE_COLUMNS, (22, 28, 14, 60, 44), strict=True)):
        sheet.write_string(0, column, word(name, lang), styles["head"])
        sheet.set_column(column, column, width, styles["wrap"])
    for row, cells in enumerate(note_rows(kinds, lang), start=1):
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text, styles["wrap"])


def template_csv(kind: Kind, lang: str = "en", *, example: bool = False) -> bytes:
    """Return a CSV file (UTF-8 with byte-order mark) with the headers of a kind of list.

    `example` adds the example row. See `notes_csv` for the explanation of the columns.
    """
    _check_language(lang)
    fields = fields_of(kind).values()
    rows = [[field.header(lang) for field in fields]]
    if example:
        rows.append([example_of(field, lang) for field in fields])
    return _csv(rows)


def notes_csv(kinds: Sequence[Kind] = KINDS, lang: str = "en") -> bytes:
    """Return the explanation of every column as a CSV file (UTF-8 with byte-order mark)."""
    _check_language(lang)
    return _csv([[word(name, lang) for name in NOTE_COLUMNS], *note_rows(kinds, lang)])


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
