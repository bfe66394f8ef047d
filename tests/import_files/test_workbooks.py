"""XLSX as people have it, and everything that is not what its name says."""
# ruff: noqa: DTZ001 - the times of a spreadsheet have no zone

from __future__ import annotations

import io
import random
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from app.io.spreadsheets import FileTooLargeError, Limits, UnreadableFileError, read_tables

CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'


def book(path: Path, fill: Any) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        fill(workbook)
    return path


def test_cells_keep_their_types(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("A")
        day = workbook.add_format({"num_format": "dd.mm.yyyy"})
        clock = workbook.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, ["Name", 600, 4.5, True])
        sheet.write_datetime(0, 4, date(2026, 3, 31), day)
        sheet.write_datetime(
            0, 5, datetime(2025, 9, 15, 13, 30), workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        )
        sheet.write_datetime(0, 6, time(13, 30), clock)
        sheet.write_string(0, 7, "=HYPERLINK(1)")
        sheet.write_string(0, 8, "  ")
        sheet.write_formula(0, 9, "=2*3", None, 6)

    cells = read_tables(book(tmp_path / "a.xlsx", fill))[0].rows[0].cells
    assert cells == (
        "Name",
        600,
        4.5,
        True,
        date(2026, 3, 31),
        datetime(2025, 9, 15, 13, 30),
        time(13, 30),
        "=HYPERLINK(1)",
        None,
        6,
    )
    assert type(cells[1]) is int


def test_rows_keep_their_numbers_and_blank_ones_are_left_out(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("A")
        sheet.write_string(2, 1, "Name")
        sheet.write_string(5, 1, "x")
        sheet.write_blank(90, 0, None, workbook.add_format({"bold": True}))

    table = read_tables(book(tmp_path / "a.xlsx", fill))[0]
    assert [(row.number, row.cells) for row in table.rows] == [(3, (None, "Name")), (6, (None, "x"))]


def test_merged_cells_fill_downwards_and_are_noted_sideways(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("A")
        sheet.write_row(0, 0, ["Buyer", "Product"])
        sheet.merge_range("A2:A4", "Acme (invented)")
        sheet.write_column(1, 1, ["shirts", "coats", "socks"])
        sheet.merge_range("A6:B6", "Second list")
        sheet.merge_range("A8:A20", "far down")

    table = read_tables(book(tmp_path / "a.xlsx", fill))[0]
    assert [row.cells[0] for row in table.rows[1:4]] == ["Acme (invented)"] * 3
    assert table.spans == ((6, 0, 1),)
    assert [row.number for row in table.rows] == [1, 2, 3, 4, 6, 8]


def test_hidden_sheets_are_passed_over_and_named(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        workbook.add_worksheet("Seen").write_string(0, 0, "Name")
        hidden = workbook.add_worksheet("Secret")
        hidden.write_string(0, 0, "salary")
        hidden.hide()
        very = workbook.add_worksheet("Deep")
        very.write_string(0, 0, "salary")
        very.very_hidden()
        workbook.add_worksheet("Empty")

    tables = read_tables(book(tmp_path / "a.xlsx", fill))
    assert [table.name for table in tables] == ["Seen"]
    assert tables[0].notes == ("sheet 'Secret' was not read (hidden)", "sheet 'Deep' was not read (hidden)")


def test_formulas_without_result_and_error_values_are_named(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"], sheet["B1"], sheet["C1"], sheet["D1"] = "Name", "=1+1", "#REF!", "x"
    workbook.save(tmp_path / "a.xlsx")
    table = read_tables(tmp_path / "a.xlsx")[0]
    assert [(fault.address, "never" in fault.message or "not stored" in fault.message) for fault in table.faults] == [
        ("B1", True),
        ("C1", False),
    ]
    assert table.rows[0].cells == ("Name", None, None, "x")


def test_a_formula_whose_result_is_an_empty_text_is_no_fault(package: Any) -> None:
    table = read_tables(package(CELL.replace("</row>", '<c r="B1" t="str"><f>""</f><v></v></c></row>')))[0]
    assert table.faults == ()


def test_cells_without_addresses_are_counted(package: Any) -> None:
    rows = '<row><c t="inlineStr"><is><t>Name</t></is></c><c><f>1+1</f></c></row>'
    assert read_tables(package(rows))[0].faults[0].address == "B1"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "list.xlsx", r"is empty \(0 bytes\)"),
        (b"", "list.csv", "is empty"),
        (b"PK\x03\x04" + b"\0" * 50, "list.xlsx", "damaged or was cut off"),
        (b"PK\x05\x06" + b"\0" * 18, "list.xlsx", "empty or split ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "list.xls", "before 2007"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "list.xlsx",
            "protected by a password",
        ),
        (b"\n <!DOCTYPE html><html><table><tr><td>Name</td></tr></table>", "list.xls", "web page"),
        (b"<table><tr><td>Name</td></tr></table>", "list.csv", "web page"),
        ("<html><table></table></html>".encode("utf-16"), "list.xls", "web page"),
        (b'<?xml version="1.0"?><Workbook></Workbook>', "list.xls", "XML file"),
        (b"%PDF-1.7 ...", "list.xlsx", "PDF"),
        (b"\x89PNG\r\n", "list.csv", "PNG"),
        (b"\x1f\x8b\x08rest", "list.csv.gz", "gzip"),
    ],
)
def test_what_a_file_really_is_decides(tmp_path: Path, content: bytes, name: str, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=words) as caught:
        read_tables(path)
    assert name in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="There is no file"):
        read_tables(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("word/document.xml", "Word document"),
        ("xl/workbook.bin", "binary workbook"),
        ("content.xml", "OpenDocument"),
        ("readme.txt", "ZIP archive without a workbook"),
    ],
)
def test_other_zip_files_are_called_by_name(tmp_path: Path, part: str, words: str) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(UnreadableFileError, match=words):
        read_tables(path)


def test_a_csv_under_a_workbook_name_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_text("Name,Country\nA,FR\n", encoding="utf-8")
    assert read_tables(path)[0].reading["format"] == "csv"


def test_cut_and_flipped_bytes_never_pass_unseen_as_something_else(tmp_path: Path, package: Any) -> None:
    """A damaged workbook is refused, or (where only slack was hit) still reads the same."""
    path = package(CELL)
    whole = path.read_bytes()
    good = [row.cells for row in read_tables(path)[0].rows]
    dice = random.Random(7)
    for trial in range(12):
        broken = bytearray(whole)
        if trial % 2:
            del broken[dice.randrange(20, len(broken)) :]
        else:
            broken[dice.randrange(30, len(broken))] ^= 0xFF
        path.write_bytes(broken)
        refusal, cells = None, None
        try:
            cells = [row.cells for row in read_tables(path)[0].rows]
        except (UnreadableFileError, FileTooLargeError) as error:
            refusal = str(error)
        assert cells == good if refusal is None else "list.xlsx" in refusal


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>', "content in cell XFD1"),
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            "100,000 rows",
        ),
        (
            f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 40_000}</t></is></c></row>',
            "40,000 characters in cell A1",
        ),
    ],
)
def test_cells_in_the_far_corner_are_refused_before_the_grid_is_built(package: Any, rows: str, words: str) -> None:
    with pytest.raises(FileTooLargeError, match=words):
        read_tables(package(rows))


def test_a_million_rows_are_refused(package: Any) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 1_000_001))
    with pytest.raises(FileTooLargeError, match="more than 100,000 rows"):
        read_tables(package(rows))


def test_xml_entities_are_refused(package: Any) -> None:
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises(UnreadableFileError, match="XML entities"):
        read_tables(package("", whole=bomb))


def test_external_entities_are_refused(package: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("canary")
    bomb = (
        f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{tmp_path}/secret.txt">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises(UnreadableFileError, match="XML entities") as caught:
        read_tables(package("", whole=bomb))
    assert "canary" not in str(caught.value)


def test_a_part_that_grows_too_much_is_refused_before_it_is_unpacked(package: Any) -> None:
    with pytest.raises(FileTooLargeError, match=r"would grow .* times") as caught:
        read_tables(package(CELL + "<row/>" * 2_000_000))
    assert caught.value.details["ratio"] > 400


def test_the_sum_of_declared_sizes_is_limited(package: Any) -> None:
    with pytest.raises(FileTooLargeError, match="would unpack to"):
        read_tables(package(CELL + "<row/>" * 500_000), limits=Limits(unpacked_bytes=2**20, unpacked_ratio=10**6))


def test_too_many_parts_are_refused(tmp_path: Path, package: Any) -> None:
    path = package(CELL, **{f"xl/media/{number}.bin": "x" for number in range(60)})
    with pytest.raises(FileTooLargeError, match="parts inside"):
        read_tables(path, limits=Limits(parts=50))


def test_a_package_that_lies_about_its_sizes_is_refused(package: Any) -> None:
    """The directory says 100 bytes where 3 MB come out."""
    path = package(CELL + "<row/>" * 500_000)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    forged = data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert forged != data
    path.write_bytes(forged)
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_tables(path)


def test_a_slow_file_is_stopped_by_the_clock(package: Any) -> None:
    path = package(CELL + "<row/>" * 1_500_000)
    with pytest.raises(FileTooLargeError, match=r"stopped after 0\.05 seconds"):
        read_tables(path, limits=Limits(unpacked_ratio=10**6, seconds=0.05))


def test_a_file_that_needs_too_much_memory_is_stopped(package: Any) -> None:
    """Shared strings repeated: small in the file, large in memory."""
    shared = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
        + "x" * 30_000
        + "</t></si></sst>"
    )
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_001))
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="worksheets/sheet1.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
        '<Relationship Id="rId2" Target="sharedStrings.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>'
    )
    path = package(cells, **{"xl/sharedStrings.xml": shared, "xl/_rels/workbook.xml.rels": relations})
    with pytest.raises(FileTooLargeError, match=r"memory|characters in all"):
        read_tables(path, limits=Limits(memory_bytes=400 * 2**20))


def test_an_encrypted_part_is_named(tmp_path: Path, package: Any) -> None:
    path = package(CELL)
    data = bytearray(path.read_bytes())
    position = data.rindex(b"PK\x01\x02")
    data[position + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match="password"):
        read_tables(path)


def test_a_workbook_without_content_says_so(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        workbook.add_worksheet("Empty")
        hidden = workbook.add_worksheet("Hidden")
        hidden.write_string(0, 0, "Name")
        hidden.hide()

    with pytest.raises(UnreadableFileError, match=r"No visible sheet .* has any content .*'Hidden'"):
        read_tables(book(tmp_path / "a.xlsx", fill))


def test_too_many_sheets_are_refused(tmp_path: Path) -> None:
    def fill(workbook: Any) -> None:
        for number in range(6):
            workbook.add_worksheet(f"S{number}").write_string(0, 0, "Name")

    with pytest.raises(FileTooLargeError, match="has 6 sheets"):
        read_tables(book(tmp_path / "a.xlsx", fill), limits=Limits(sheets=5))


def test_a_second_reader_agrees(tmp_path: Path) -> None:
    """openpyxl reads the same cells from a workbook with Chinese, accents and signs."""
    rows = [["名称", "Größe", "a\nb"], ["甲（虚构）", 1, 2.5], ["<&>", "'", "😀"]]

    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("A")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    path = book(tmp_path / "a.xlsx", fill)
    other = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True).active
    assert other is not None
    assert [list(row.cells) for row in read_tables(path)[0].rows] == [
        list(row) for row in other.iter_rows(values_only=True)
    ]
