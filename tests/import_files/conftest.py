"""Small helpers for lists: tables from rows, CSV files from bytes, XLSX packages from raw XML."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from app.domain.lists import Parsed, Row, Table, read_list
from app.domain.lists.fields import Kind
from app.domain.lists.tables import Cell

# vocabularies are built when first used, which takes longer than an example usually may
settings.register_profile("lists", deadline=None)
settings.load_profile("lists")

MakeTable = Callable[..., Table]
ReadRows = Callable[..., Parsed]
Package = Callable[..., Path]

_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="xl/workbook.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="Exhibitors" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="worksheets/sheet1.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>',
}


def _table(header: str, *rows: Sequence[Cell], name: str = "Exhibitors") -> Table:
    cells = [tuple(header.split("|")), *(tuple(None if cell == "" else cell for cell in row) for row in rows)]
    return Table(name, [Row(number, row) for number, row in enumerate(cells, start=1)])


@pytest.fixture
def table() -> MakeTable:
    """A table from a header `A|B|C` and rows of cells; blank text is an empty cell."""
    return _table


@pytest.fixture
def read() -> ReadRows:
    """The parsed list of such a table."""

    def parse(header: str, *rows: Sequence[Cell], kind: Kind | None = "exhibitors", name: str = "Exhibitors") -> Parsed:
        return read_list(_table(header, *rows, name=name), kind)

    return parse


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """A workbook whose one sheet has this raw XML between <sheetData> tags (or is this XML altogether)."""

    def write(rows: str, *, whole: str | None = None, name: str = "list.xlsx", **more: str) -> Path:
        sheet = whole or (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f"<sheetData>{rows}</sheetData></worksheet>"
        )
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, text in {**_PARTS, "xl/worksheets/sheet1.xml": sheet, **more}.items():
                archive.writestr(part, text)
        return path

    return write
