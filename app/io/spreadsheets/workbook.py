"""XLSX workbooks, unpacked by a process of their own that can be killed."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from app.core.errors import AppError
from app.domain.lists.tables import Cell, CellFault, Row, Table, trimmed
from app.io.spreadsheets.delimited import too_many_rows
from app.io.spreadsheets.errors import FileTooLargeError, UnreadableFileError
from app.io.spreadsheets.limits import Limits
from app.io.spreadsheets.package import check_package

_CHILD = Path(__file__).with_name("workbook_child.py")
_FAULTS = {
    "formula": "a formula whose result is not stored in the file",
    "error": "an error value such as #REF! or #DIV/0!",
}
_MEND = {
    "formula": "open the workbook, let it calculate, and save it; or paste the value in place of the formula",
    "error": "mend the formula or type the value",
}


def read_workbook(path: Path, limits: Limits) -> list[Table]:
    """Return the visible sheets of an XLSX workbook that have content.

    A cell merged downwards gives its value to every row it covers; one merged sideways is noted in `Table.spans`.

    Raises
    ------
    UnreadableFileError
        If the package is damaged, no workbook, protected, or defines XML entities.
    FileTooLargeError
        If it declares or holds more than `limits` allow, or takes too long.
    """
    check_package(path, limits)
    answers = _ask_child(path, limits)
    notes = [
        f"sheet {answer['sheet']!r} was not read ({answer['passed_over']})"
        for answer in answers
        if "passed_over" in answer
    ]
    tables = [_table(answer, tuple(notes)) for answer in answers if answer.get("rows")]
    if not tables:
        hidden = f" ({'; '.join(notes)})" if notes else ""
        raise UnreadableFileError(
            f"No visible sheet of {path.name!r} has any content{hidden}. Check that the list is in it."
        )
    return tables


def _ask_child(path: Path, limits: Limits) -> list[dict[str, Any]]:
    options = json.dumps({"path": str(path.resolve()), "limits": asdict(limits)})
    command = [sys.executable, "-I", str(_CHILD), options]
    try:
        # The command is our own file and interpreter; the user's path is data inside one JSON argument.
        done = subprocess.run(  # noqa: S603
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limits.seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise FileTooLargeError(
            f"Reading {path.name!r} was stopped after {limits.seconds:g} seconds; real lists take a second or two. "
            "Copy the values alone into a new workbook, or save the list as CSV.",
            seconds=limits.seconds,
        ) from None
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.endswith(b"}")]
    refused = next((answer for answer in answers if "refused" in answer), None)
    if refused:
        raise _refusal(refused, path.name, limits)
    if not answers or "done" not in answers[-1]:
        raise FileTooLargeError(
            f"Reading {path.name!r} needed more memory than the {limits.memory_bytes / 2**20:,.0f} MB allowed, or the "
            "file is damaged. Copy the values alone into a new workbook, or save the list as CSV.",
            exit_code=done.returncode,
        )
    return answers[:-1]


def _refusal(answer: dict[str, Any], name: str, limits: Limits) -> AppError:
    code = answer["refused"]
    if code == "rows":
        return too_many_rows(name, limits)
    if code == "entities":
        return UnreadableFileError(
            f"{name!r} defines XML entities, which no spreadsheet program does and attackers do. Save the list anew."
        )
    if code == "damaged":
        return UnreadableFileError(
            f"The workbook {name!r} is damaged ({answer['error']}). Open it in a spreadsheet program and save it again."
        )
    facts = {
        "columns": f"has content in cell {answer.get('cell')}; at most {limits.columns:,} columns are read",
        "cells": f"has more than {limits.cells:,} cells",
        "cell": f"has {answer.get('characters', 0):,} characters in cell {answer.get('cell')}; at most "
        f"{limits.cell_characters:,} are read",
        "characters": f"has more than {limits.characters:,} characters in all",
        "sheets": f"has {answer.get('sheets')} sheets; at most {limits.sheets} are read",
        "memory": "needs too much memory",
    }
    return FileTooLargeError(
        f"{name!r} {facts[code]}. Delete what is not part of the list, or split it.", cell=answer.get("cell")
    )


def _table(answer: dict[str, Any], notes: tuple[str, ...]) -> Table:
    rows = {number: [_cell(cell) for cell in cells] for number, cells in answer["rows"]}
    spans = []
    for (top, left), (bottom, right) in answer["merged"]:
        if right > left:
            spans.append((top + 1, left, right))
        elif bottom > top:
            _fill_down(rows, top + 1, min(bottom + 1, max(rows)), left)
    faults = [CellFault(cell, _FAULTS[what], f"{_FAULTS[what]}; {_MEND[what]}") for cell, what in answer["faults"]]
    return Table(
        name=answer["sheet"],
        rows=[Row(number, trimmed(cells)) for number, cells in sorted(rows.items())],
        faults=tuple(faults),
        spans=tuple(sorted(spans)),
        reading={"format": "xlsx"},
        notes=notes,
    )


def _fill_down(rows: dict[int, list[Cell]], top: int, bottom: int, column: int) -> None:
    first = rows.get(top, [])
    value = first[column] if column < len(first) else None
    if value is None:
        return
    for number in range(top + 1, bottom + 1):
        cells = rows.get(number)
        if cells is None:  # a blank row stays blank: nothing stands beside the merged cell
            continue
        cells.extend([None] * (column + 1 - len(cells)))
        if cells[column] is None:
            cells[column] = value


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        if "d" in value:
            return date.fromisoformat(value["d"])
        if "m" in value:
            return datetime.fromisoformat(value["m"])
        return time.fromisoformat(value["t"])
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(f"unexpected cell {value!r}")
