"""From file to records in one go: whatever a file holds, it is read or refused in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import AppError
from app.domain.lists import KINDS, LANGUAGES, fields_of, read_list, read_lists
from app.domain.lists.headers import recognise_header
from app.domain.lists.tables import Cell, Row, Table
from app.io.spreadsheets import Limits, read_tables

Result = TypeVar("Result")
DOCUMENT = Path(__file__).parents[2] / "docs" / "import.md"
HEADERS = sorted({word for kind in KINDS for field in fields_of(kind).values() for word in field.headers["en"][:2]})
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    st.sampled_from(
        ["T-shirts; socks", "600 pcs", "12万", "GOTS (2027)", "FR", "03/04/2027", "=1+1", "n/a", "Müller", "是"]
    ),
    st.text(max_size=20),
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6),
    st.booleans(),
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)


def _attempt(read: Callable[[], Result]) -> tuple[Result | None, str]:
    """The result, or the message of an error that is meant for people; any other error goes through."""
    try:
        return read(), ""
    except AppError as error:
        return None, error.message


@settings(max_examples=60)
@given(
    st.sampled_from(KINDS),
    st.lists(st.sampled_from(HEADERS) | st.text(max_size=15), min_size=1, max_size=8),
    st.lists(st.lists(CELLS, max_size=9), max_size=6),
)
def test_no_table_whatever_it_holds_causes_an_accident(kind: Any, headers: list[str], rows: list[list[Cell]]) -> None:
    cells = [tuple(headers), *(tuple(row) for row in rows)]
    table = Table("Sheet1", [Row(number, row) for number, row in enumerate(cells, start=1) if row])
    parsed, refusal = _attempt(lambda: read_list(table, kind))
    if parsed is None:
        assert "Sheet1" in refusal
        return
    assert len(parsed.good) <= len(parsed.records) <= len(rows)
    for record in parsed.good:
        assert all(record.part_of(name) != "extra" for name in record.values)
    for problem in parsed.problems:
        assert problem.message
        assert str(problem)


@settings(max_examples=25)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), max_size=12)
            | st.integers(-(10**9), 10**9)
            | st.booleans()
            | st.floats(-1e6, 1e6).filter(lambda number: not number.is_integer()),
            min_size=1,
            max_size=5,
        ),
        min_size=1,
        max_size=5,
    ).filter(lambda rows: any(cell != "" for row in rows for cell in row))
)
def test_any_workbook_reads_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[Any]]) -> None:
    path = tmp_path_factory.mktemp("any") / "list.xlsx"
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("A")
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                write = sheet.write_string if isinstance(cell, str) else sheet.write
                write(number, column, cell)
    read = {(row.number - 1, place): cell for row in read_tables(path)[0].rows for place, cell in enumerate(row.cells)}
    wanted = {(y, x): cell for y, row in enumerate(rows) for x, cell in enumerate(row) if cell != ""}
    found = {place: cell for place, cell in read.items() if cell is not None}
    assert found.keys() == wanted.keys()
    for place, cell in wanted.items():
        assert found[place] == (pytest.approx(cell) if isinstance(cell, float) else cell)


@settings(max_examples=40)
@given(st.binary(max_size=400))
def test_no_bytes_whatever_they_are_cause_an_accident(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "list.csv"
    path.write_bytes(data)
    found, refusal = _attempt(lambda: read_lists(read_tables(path)))
    assert found is not None or len(refusal) > 20


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "gb18030"])
def test_the_same_list_reads_the_same_in_every_encoding(tmp_path: Path, lang: str, codec: str) -> None:
    fields = [fields_of("exhibitors")[name] for name in ("name", "country", "products", "moq", "contact_email")]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([field.header(lang) for field in fields])
    writer.writerow(["南昌甲针织有限公司（虚构）", "中国", "针织T恤、羽绒服", "600件", "a@b.example"])
    path = tmp_path / "exhibitors.csv"
    path.write_bytes(out.getvalue().encode(codec))
    parsed = read_list(read_tables(path)[0])
    assert parsed.problems == []
    assert parsed.records[0].values["products"] == ["针织T恤", "羽绒服"]
    assert parsed.records[0].values["unit"] == "H87"


def test_the_document_names_the_limits_the_lists_and_headers_that_are_known() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    limits = Limits()
    for figure in (
        f"{limits.file_bytes // 2**20} MB",
        f"{limits.rows:,} rows",
        f"{limits.columns} columns",
        f"{limits.cells // 10**6} million cells",
        f"{limits.sheets} sheets",
    ):
        assert figure in text
    for kind in KINDS:
        assert f"| {kind} |" in text
    for header in (
        "公司名称 / Company name",
        "起订量",
        "quantité minimale",
        "minimo d'ordine",
        "Price (USD)",
        "MOQ (m/colour)",
    ):
        assert header in text
        assert recognise_header("exhibitors", header)[0] in ("name", "moq", "price")


def test_the_example_of_the_document_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    code = text.partition("```python\n")[2].partition("```")[0]
    with xlsxwriter.Workbook(tmp_path / "exhibitors.xlsx") as book:
        sheet = book.add_worksheet("Lieferanten")
        sheet.write_row(0, 0, ["Firma", "Land", "Mindestbestellmenge"])
        sheet.write_row(1, 0, ["A (erfunden)", "Deutschland", 5])
        sheet.write_row(2, 0, ["B (erfunden)", "Deutschlnd", -5])
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "import.md", "exec"), {})
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "exhibitors 1 of 2"
    for line, documented in zip(
        shown[1:], [line for line in text.splitlines() if line.startswith("error: Lief")], strict=True
    ):
        assert line == documented.replace("!D3", "!C3")
