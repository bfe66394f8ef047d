"""The process that unpacks workbooks, looked at from inside: its scan, its answers, its refusals."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from app.io.spreadsheets import Limits, workbook_child
from app.io.spreadsheets.workbook_child import RefusedError, Scan, plain, read

# ruff: noqa: DTZ001 - the times of a spreadsheet have no zone
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def scan(xml: str, **limits: Any) -> Scan:
    found = Scan(asdict(Limits(**limits)))
    found.run(io.BytesIO(f"<worksheet {NS}><sheetData>{xml}</sheetData></worksheet>".encode()).read)
    return found


def test_only_cells_with_content_count() -> None:
    found = scan('<row r="9"/><row r="12"><c r="A12" s="1"/><c r="ZZ12"><v></v></c><c r="B12"><v>1</v></c></row>')
    assert (found.cells, found.faults) == (1, [])


def test_prefixes_and_missing_addresses_are_understood() -> None:
    found = Scan(asdict(Limits()))
    sheet = (
        f"<x:worksheet {NS.replace('xmlns=', 'xmlns:x=')}><x:sheetData><x:row><x:c><x:v>1</x:v></x:c>"
        "<x:c><x:f>1+1</x:f></x:c></x:row><x:row><x:c><x:f>2</x:f></x:c></x:row></x:sheetData></x:worksheet>"
    )
    found.run(io.BytesIO(sheet.encode()).read)
    assert found.faults == [("B1", "formula"), ("A2", "formula")]


@pytest.mark.parametrize(
    ("rows", "limits", "code"),
    [
        ('<row r="5"><c r="A5"><v>1</v></c></row>', {"rows": 4}, "rows"),
        ('<row r="1"><c r="D1"><v>1</v></c></row>', {"columns": 3}, "columns"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>1</v></c></row>', {"cells": 1}, "cells"),
    ],
)
def test_the_scan_stops_at_the_first_limit_passed(rows: str, limits: dict[str, Any], code: str) -> None:
    with pytest.raises(RefusedError, match=code):
        scan(rows, **limits)


def test_cells_become_plain_json() -> None:
    values = [5.0, 4.5, datetime(2026, 3, 31), datetime(2026, 3, 31, 9, 30), date(2026, 3, 31), time(9, 30), True, "x"]
    assert [plain(value) for value in values] == [
        5, 4.5, {"d": "2026-03-31"}, {"m": "2026-03-31T09:30:00"}, {"d": "2026-03-31"}, {"t": "09:30:00"}, True, "x",
    ]  # fmt: skip
    assert plain(timedelta(hours=30)) == "1 day, 6:00:00"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Seen & heard")
        sheet.write_row(0, 0, ["Name", "=1", "x" * 50])
        sheet.write_row(2, 0, ["A", 1.5])
        book.add_worksheet("Chart data").hide()
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "='Seen & heard'!$B$3:$B$3"})
        book.add_chartsheet("Picture").set_chart(chart)
    return path


def test_sheets_are_answered_one_by_one(workbook: Path) -> None:
    answers: list[dict[str, Any]] = []
    read(str(workbook), asdict(Limits()), answers.append)
    assert answers[0]["sheet"] == "Seen & heard"
    assert answers[0]["rows"] == [(1, ["Name", 0, "x" * 50]), (3, ["A", 1.5])]
    assert [(answer["sheet"], answer.get("passed_over")) for answer in answers[1:]] == [
        ("Chart data", "hidden"),
        ("Picture", "chart"),
    ]


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"sheets": 2}, "sheets"), ({"cell_characters": 20}, "cell"), ({"characters": 20}, "characters")],
)
def test_limits_beyond_the_scan_are_kept_too(workbook: Path, limits: dict[str, Any], code: str) -> None:
    with pytest.raises(RefusedError, match=code):
        read(str(workbook), asdict(Limits(**limits)), [].append)


@pytest.mark.parametrize("bad", ["limits", "file"])
def test_the_process_always_answers_and_says_that_it_is_done(
    workbook: Path, bad: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    if bad == "file":
        workbook.write_bytes(b"PK nonsense")
    limits = asdict(Limits(sheets=2 if bad == "limits" else 50))
    monkeypatch.setattr(sys, "argv", ["child", json.dumps({"path": str(workbook), "limits": limits})])
    monkeypatch.setattr(workbook_child, "bound_memory", lambda limits: None)
    assert workbook_child.main() == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert answers[0]["refused"] == ("sheets" if bad == "limits" else "damaged")
    assert answers[-1] == {"done": True}
