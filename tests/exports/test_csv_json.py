"""CSV and JSON read back."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.matchlists import MatchRow
from app.domain.timetables import Party, Timetable
from app.io import csvfiles, jsonfiles
from app.io.csvfiles import neutral


def test_csv_shows_chinese_in_a_spreadsheet(timetable: Timetable, tmp_path: Path) -> None:
    csvfiles.write_timetable(timetable, tmp_path / "t.csv", lang="zh")
    content = (tmp_path / "t.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["开始"] for row in rows] == ["13:30", "14:00", "14:30", "15:00"]
    assert rows[0]["甲方本名"] == "青山湖港湾针织有限公司"
    assert rows[0]["时区"] == "Europe/Paris"
    assert len(pd.read_csv(tmp_path / "t.csv")) == 4


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＋1", "\x0b=1"])
def test_formulas_are_neutralised(timetable: Timetable, tmp_path: Path, evil: str) -> None:
    party = Party("x", evil, evil, evil, evil)
    meeting = replace(timetable.meetings[0], parties=(party, party), purpose=evil, interpreter=evil, reasons=(evil,))
    csvfiles.write_timetable(replace(timetable, meetings=(meeting,)), tmp_path / "t.csv")
    _, row = csv.reader(io.StringIO((tmp_path / "t.csv").read_text("utf-8-sig"), newline=""))
    # a control character is replaced first, and then the cell begins with that sign
    assert not any(cell.lstrip()[:1] in tuple("=+-@＝＋－＠") for cell in row if cell)
    assert row[4][0] in "'�"


@given(st.text(max_size=20))
def test_harmless_text_stays_as_it_is(raw: str) -> None:
    shown = neutral(raw)
    assert shown.lstrip()[:1] not in tuple("=+-@")
    assert neutral("Maison " + raw)[:7] == "Maison "


def test_numbers_stay_numbers(matches: list[MatchRow], tmp_path: Path) -> None:
    csvfiles.write_matches([replace(matches[0], score=-2.5)], tmp_path / "m.csv", called=str)
    assert pd.read_csv(tmp_path / "m.csv")["Score"].tolist() == [-2.5]


def test_left_out_pairs_have_a_file(timetable: Timetable, tmp_path: Path) -> None:
    csvfiles.write_left_out(timetable, tmp_path / "l.csv", lang="de")
    row = pd.read_csv(tmp_path / "l.csv").iloc[0]
    assert row["Code"] == "Einkäufer ausgebucht"
    assert row["Grund"] == "Maison Été & Fils has its 2 meetings."


def test_json_holds_everything(timetable: Timetable, matches: list[MatchRow], tmp_path: Path) -> None:
    jsonfiles.write_timetable(timetable, tmp_path / "t.json")
    document = json.loads((tmp_path / "t.json").read_text("utf-8"))
    assert document["format"] == "fairmatch/timetable@1"
    assert document["meetings"][0]["starts_at"] == "2025-09-15T12:00:00Z"
    assert document["facts"]["gap"] == pytest.approx(0.5 / 213)
    assert document["event"]["bodies"][0] == {"name": "Nanchang Bureau of Commerce 南昌市商务局", "role": "host"}
    jsonfiles.write_matches([replace(matches[0], probability=float("nan")), matches[1]], tmp_path / "m.json")
    pairs = json.loads((tmp_path / "m.json").read_text("utf-8"))["matches"]
    assert pairs[0]["probability"] is None
    assert sum(term["points"] for term in pairs[0]["terms"]) == pairs[0]["score"]


def test_equal_timetables_give_equal_bytes(timetable: Timetable, tmp_path: Path) -> None:
    for name in ("a", "b"):
        csvfiles.write_timetable(timetable, tmp_path / f"{name}.csv")
        jsonfiles.write_timetable(timetable, tmp_path / f"{name}.json")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
