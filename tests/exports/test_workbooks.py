"""Workbooks read back by two other libraries."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from app.core.errors import InvalidInputError
from app.core.i18n import LANGUAGES
from app.domain.matchlists import MatchRow, MatchTerm
from app.domain.timetables import Party, Timetable
from app.io import workbooks

FORMULAS = ['=HYPERLINK("http://evil","x")', "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "{=1+1}", "＝1+1"]


def _read(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        return openpyxl.load_workbook(path)


def test_one_row_a_meeting_with_real_dates_in_the_events_zone(timetable: Timetable, tmp_path: Path) -> None:
    workbooks.write_timetable(timetable, tmp_path / "t.xlsx")
    sheet = CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_name("Timetable")
    head, *rows = sheet.to_python()
    assert head[:4] == ["Date", "From", "To", "Table"]
    assert rows[0][:4] == [date(2025, 9, 15), time(13, 30), time(14, 0), "T1"]
    assert rows[0][5] == "青山湖港湾针织有限公司"
    assert [row[1] for row in rows] == [time(13, 30), time(14, 0), time(14, 30), time(15, 0)]
    assert [row[head.index("Status")] for row in rows] == ["locked", "planned", "cancelled", "planned"]
    assert rows[1][head.index("Reasons")] == "fibres fit\nGOTS verified"
    assert rows[1][head.index("Score")] == 71.25


def test_the_sheets_are_ready_to_filter_and_print(timetable: Timetable, tmp_path: Path) -> None:
    workbooks.write_timetable(timetable, tmp_path / "t.xlsx")
    book = _read(tmp_path / "t.xlsx")
    assert book.sheetnames == ["Timetable", "Grid", "Agendas", "Left out", "Facts"]
    sheet = book["Timetable"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:S5"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert all(sheet.column_dimensions[letter].width >= 8 for letter in "ABCDEFGH")
    assert sheet["A2"].number_format == "yyyy-mm-dd"


def test_the_grid_shows_who_sits_where(timetable: Timetable, tmp_path: Path) -> None:
    workbooks.write_timetable(timetable, tmp_path / "t.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_name("Grid").to_python()
    assert rows[0] == ["Date", "From", "To", "T1", "T2", "T10"]
    assert rows[1][3] == "Qingshanhu Harbour Knitting\n× Maison Été & Fils"
    assert rows[3][3:] == ["", "", ""]  # the cancelled meeting is not in it
    assert len(rows) == 5


def test_agendas_name_everybody_even_without_a_meeting(timetable: Timetable, tmp_path: Path) -> None:
    workbooks.write_timetable(timetable, tmp_path / "t.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_name("Agendas").to_python()[1:]
    assert len(rows) == 2 * 4 + 1
    assert [row[4] for row in rows if row[0] == "Unbooked Garments"] == [""]
    harbour = [row[8] for row in rows if row[0] == "Qingshanhu Harbour Knitting"]
    assert harbour == ["Maison Été & Fils", "Größenwahn Strickwaren GmbH"]


def test_left_out_and_facts(timetable: Timetable, tmp_path: Path) -> None:
    workbooks.write_timetable(timetable, tmp_path / "t.xlsx", lang="fr")
    book = CalamineWorkbook.from_path(tmp_path / "t.xlsx")
    left = book.get_sheet_by_name("Non retenus").to_python()
    assert left[1][-2:] == ["acheteur complet", "Maison Été & Fils has its 2 meetings."]
    facts = {row[0]: row[1] for row in book.get_sheet_by_name("Synthèse").to_python()}
    assert facts["Rendez-vous"] == 3
    assert facts["Borne supérieure"] == 213.0
    assert facts["Accueilli par"] == "Nanchang Bureau of Commerce 南昌市商务局"
    assert facts["Participants sans rendez-vous"] == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headers_come_in_each_language(timetable: Timetable, tmp_path: Path, lang: str) -> None:
    workbooks.write_timetable(timetable, tmp_path / "t.xlsx", lang=lang)
    names = CalamineWorkbook.from_path(tmp_path / "t.xlsx").sheet_names
    assert len(set(names)) == 5
    assert (names[0] == "Timetable") == (lang == "en")


@pytest.mark.parametrize("evil", FORMULAS)
def test_no_text_becomes_a_formula(timetable: Timetable, tmp_path: Path, evil: str) -> None:
    party = Party("x", evil, evil, evil, evil)
    meeting = replace(
        timetable.meetings[0], parties=(party, timetable.meetings[0].parties[1]), purpose=evil, place=evil
    )
    infected = replace(
        timetable, meetings=(meeting,), places=(evil,), event=replace(timetable.event, name=f"&{evil}", place=evil)
    )
    workbooks.write_timetable(infected, tmp_path / "t.xlsx")
    book = _read(tmp_path / "t.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)


def test_impossible_texts_do_not_break_the_file(timetable: Timetable, tmp_path: Path) -> None:
    odd = "\x00\x07\ud800\uffff _x0041_ 😀 שלום <&>\"' " + "很长" * 30_000
    party = Party("x", odd, odd, odd, odd)
    meeting = replace(timetable.meetings[0], parties=(party, party), purpose=odd, score=float("nan"))
    workbooks.write_timetable(replace(timetable, meetings=(meeting,)), tmp_path / "t.xlsx")
    name = CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_name("Timetable").to_python()[1][4]
    assert name.startswith("���� _x0041_ 😀 שלום <&>\"' 很长")
    assert name.endswith("…")
    assert len(name.encode("utf-16-le")) // 2 == 32_767


def test_equal_timetables_give_equal_bytes(timetable: Timetable, matches: list[MatchRow], tmp_path: Path) -> None:
    for name in ("a", "b"):
        workbooks.write_timetable(timetable, tmp_path / f"{name}.xlsx", lang="zh")
        workbooks.write_matches(matches, tmp_path / f"m{name}.xlsx", called=str, title="Paris", as_of=timetable.as_of)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert (tmp_path / "ma.xlsx").read_bytes() == (tmp_path / "mb.xlsx").read_bytes()


def test_matches_carry_terms_gates_and_unknowns(matches: list[MatchRow], tmp_path: Path) -> None:
    workbooks.write_matches(matches, tmp_path / "m.xlsx", called=str)
    book = CalamineWorkbook.from_path(tmp_path / "m.xlsx")
    head, first, _ = book.get_sheet_by_name("Matches").to_python()
    row = dict(zip(head, first, strict=True))
    assert row["Score"] == 37.5
    assert row["Probability"] == 0.61
    assert row["Strongest reasons"] == "products +40: T恤 asked and offered"
    assert (row["Conditions met"], row["Still to confirm"], row["Not stated"]) == ("countries", "certificates", "price")
    reasons = book.get_sheet_by_name("Reasons").to_python()[1:]
    assert sum(row[5] for row in reasons if row[2] == 1) == 37.5


def test_matches_use_the_readers_words_and_figures(matches: list[MatchRow], tmp_path: Path) -> None:
    named = {"products": "Produkte", "price_from": "Preis", "price_to": "Preis", "certificates": "Zertifikate"}
    asked = [
        replace(
            matches[0],
            terms=(MatchTerm("products", 19.46, "T恤 asked and offered"),),
            unknown=("price_from", "price_to"),
            notes=("Schon Partner.",),
        )
    ]
    workbooks.write_matches(asked, tmp_path / "m.xlsx", lang="de", called=lambda code: named.get(code, code))
    book = CalamineWorkbook.from_path(tmp_path / "m.xlsx")
    head, first = book.get_sheet_by_name("Paarungen").to_python()
    row = dict(zip(head, first, strict=True))
    assert row["Wichtigste Gründe"] == "Produkte +19,5: T恤 asked and offered"
    assert (row["Noch zu bestätigen"], row["Nicht angegeben"]) == ("Zertifikate", "Preis")
    assert row["Anmerkungen"] == "Schon Partner."
    assert book.get_sheet_by_name("Gründe").to_python()[1][4] == "Produkte"


def test_an_empty_timetable_still_makes_a_workbook(timetable: Timetable, tmp_path: Path) -> None:
    workbooks.write_timetable(
        replace(timetable, meetings=(), slots=(), places=(), parties=(), left_out=()), tmp_path / "t.xlsx"
    )
    assert len(CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_name("Timetable").to_python()) == 1


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(
    timetable: Timetable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "_ROWS_PER_SHEET", 3)
    workbooks.write_timetable(timetable, tmp_path / "t.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "t.xlsx")
    assert "Timetable 2" in book.sheet_names
    assert len(book.get_sheet_by_name("Timetable 2").to_python()) == 2


def test_a_file_is_whole_or_not_there(timetable: Timetable, tmp_path: Path) -> None:
    target = tmp_path / "t.xlsx"
    target.write_text("old")
    broken = replace(timetable, event=replace(timetable.event, zone="Europe/Nowhere"))
    with pytest.raises(InvalidInputError, match="IANA"):
        workbooks.write_timetable(broken, target)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["t.xlsx"]


def test_a_folder_in_the_way_is_said_so(timetable: Timetable, tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").mkdir()
    with pytest.raises(InvalidInputError, match=r"Cannot write .*t\.xlsx: Is a directory"):
        workbooks.write_timetable(timetable, tmp_path / "t.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["t.xlsx"]


def test_kinds_are_in_the_readers_words(timetable: Timetable, tmp_path: Path) -> None:
    workbooks.write_timetable(timetable, tmp_path / "t.xlsx", lang="zh")
    head, first, *_ = CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_name("会谈安排表").to_python()
    assert first[head.index("甲方类型")] == "制造商"


def test_an_event_of_several_days_says_so(timetable: Timetable, tmp_path: Path) -> None:
    longer = replace(timetable, event=replace(timetable.event, ends_on=date(2025, 9, 16)))
    workbooks.write_timetable(longer, tmp_path / "t.xlsx")
    facts = dict(CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_name("Facts").to_python())
    assert facts["Dates"] == "2025-09-15 – 2025-09-16"


def test_a_folder_that_cannot_be_made_is_said_so(timetable: Timetable, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="Cannot write"):
        workbooks.write_timetable(timetable, tmp_path / "file" / "t.xlsx")
