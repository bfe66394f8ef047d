"""`fairmatch demo`, as a newcomer sees it: what it prints, what it writes, and that it can be repeated."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import openpyxl
import pytest
from pypdf import PdfReader

from app.core.i18n import format_number, format_share, known, text
from app.services.matching import field_name
from tests.cli.conftest import Demo

_DOWN = "Jiangxi Xueling Down Garments Co., Ltd."
_MADE = {
    "timetable.xlsx", "timetable.csv", "left-out.csv", "timetable.json", "timetable.ics", "timetable.pdf",
    "tables.pdf", "doors.pdf", "personal.pdf", "matches.xlsx", "matches.csv", "matches.json",
}  # fmt: skip


def _names(meeting: dict[str, Any]) -> frozenset[str]:
    return frozenset(party["name"] for party in meeting["organisations"])


def test_every_buyer_gets_its_five_best_suppliers_with_three_reasons(demo: Demo) -> None:
    assert len(demo.data["buyers"]) == 12
    for buyer in demo.data["buyers"]:
        assert [item["rank"] for item in buyer["items"]] == [1, 2, 3, 4, 5]
        assert len({item["supplier"]["id"] for item in buyer["items"]}) == 5
        assert all(a["score"] >= b["score"] for a, b in pairwise(buyer["items"]))
        for item in buyer["items"]:
            assert sum(term["points"] > 0 and bool(term["because"]) for term in item["terms"]) >= 3
            assert sum(term["points"] for term in item["terms"]) == pytest.approx(item["score"])


def test_people_see_the_same_as_machines(demo: Demo) -> None:
    """Each buyer's part of the text: five lines of suppliers, three reasons each, then who was left out."""
    text = demo.told.out
    for buyer in demo.data["buyers"]:
        part = re.split(r"\n\n", text.split(f"\n{buyer['buyer']['name']}\n", 1)[1])[0]
        lines = part.splitlines()
        ranked = [line for line in lines if re.match(r"^ +[1-5]\. +\d", line)]
        reasons = [line for line in lines if re.match(r"^ +\+ ?\d+\.\d ", line)]
        left = [line for line in lines if line.strip().startswith("left out")]
        assert len(ranked) == 5
        assert len(reasons) == 15
        for line, item in zip(ranked, buyer["items"], strict=True):
            assert item["supplier"]["name"] in line
            assert f"{item['score']:.1f}" in line
            unknown = [gate["name"] for gate in item["gates"] if gate["state"] == "unknown"]
            assert ("to confirm" in line) == bool(unknown)
            assert all(field_name(name, "en") in line for name in unknown)
        assert len(left) == len(buyer["left_out"]) >= 1
        for line, out in zip(left, buyer["left_out"], strict=True):
            for words in (out["supplier"]["name"], field_name(out["gate"], "en"), out["wanted"], out["found"]):
                assert words in line


def test_some_gates_are_still_to_confirm(demo: Demo) -> None:
    states = Counter(gate["state"] for buyer in demo.data["buyers"] for i in buyer["items"] for gate in i["gates"])
    assert states["unknown"] > 0
    assert states["passed"] > 0
    assert set(states) == {"unknown", "passed"}


def test_the_one_maker_of_down_jackets_leads_in_german_and_in_chinese(demo: Demo) -> None:
    assert demo.data["asked"] == {"Daunenjacken": _DOWN, "羽绒服": _DOWN}
    for words in ("Daunenjacken", "羽绒服"):
        assert f"Asked for {words}, {_DOWN} leads." in demo.told.out


def test_the_timetable_keeps_its_promises(demo: Demo) -> None:
    plan = demo.data["schedule"]
    meetings = plan["meetings"]
    assert 0 < len(meetings) <= 99
    held = Counter(name for meeting in meetings for name in _names(meeting))
    suppliers = [name for name in held if re.search(r"Ltd\.|Factory", name)]
    assert len(suppliers) == 15
    assert min(held[name] for name in suppliers) >= 5
    for taken in ("place", "interpreter"):
        used = Counter((m["slot"], m[taken]) for m in meetings if m[taken])
        assert max(used.values()) == 1, f"one {taken} twice in a slot"
    # two of the enterprises send a second person, and the rule is one meeting for each pair
    assert max(Counter(_names(meeting) for meeting in meetings).values()) == 1
    assert {m["place"] for m in meetings} <= {f"T{n:02d}" for n in range(1, 12)}
    for meeting in meetings:
        starts, ends = (datetime.fromisoformat(meeting[key]) for key in ("starts_at", "ends_at"))
        assert str(starts.date()) == "2025-09-15"
        assert "13:30" <= starts.strftime("%H:%M") < ends.strftime("%H:%M") <= "18:00"
        assert starts.utcoffset() == datetime(2025, 9, 15, tzinfo=ZoneInfo("Europe/Paris")).utcoffset()


def test_bound_gap_and_a_reason_for_each_pair_left_out(demo: Demo) -> None:
    plan = demo.data["schedule"]
    assert plan["status"] in ("optimal", "feasible")
    assert plan["objective"] <= plan["bound"]
    assert plan["gap"] == pytest.approx((plan["bound"] - plan["objective"]) / plan["bound"], abs=1e-4)
    assert plan["gap"] < 0.02
    assert f"gap {format_share(plan['gap'], decimals=2)};" in demo.told.out
    assert f"bound {format_number(plan['bound'], decimals=1)}," in demo.told.out
    left = demo.told.out.split("\nLeft out\n", 1)[1].split("\n\n", 1)[0].splitlines()
    assert len(left) == len(plan["unscheduled"]) > 0
    for line, pair in zip(left, plan["unscheduled"], strict=True):
        assert pair["code"]
        assert line.strip() == f"{' × '.join(p['name'] for p in pair['pair'])}: {pair['reason']}"


def test_a_second_run_gives_the_same_plan(demo: Demo) -> None:
    """The first run was told in text, the second in JSON: every meeting, slot, table and figure agree."""
    plan = demo.data["schedule"]
    figures = {name: format_number(plan[name], decimals=1) for name in ("value", "bound")}
    head = f"{len(plan['meetings'])} meetings, {known('plan', plan['status'])}: value {figures['value']}, bound"
    assert head in demo.told.out
    third = demo.shell.json("schedule", "show", "-e", "paris-2025")
    assert third == plan
    table = demo.told.out.split(head, 1)[1].split("\nLeft out\n", 1)[0]
    words = " ".join(table.split())
    for meeting in plan["meetings"]:
        assert meeting["place"] in words
    rows = [line[:18].split() for line in table.splitlines() if re.match(r"^(\d\d-\d\d \d\d:\d\d| {11}) +T\d\d ", line)]
    slots: list[tuple[str, str]] = []
    time = ""
    for row in rows:
        time = row[1] if len(row) == 3 else time
        slots.append((time, row[-1]))
    assert slots == [(m["starts_at"][11:16], m["place"]) for m in plan["meetings"]]


@pytest.mark.parametrize(
    ("lang", "head"), [("zh", "会谈"), ("fr", "rendez-vous"), ("de", "Gespräche"), ("it", "incontri")]
)
def test_the_timetable_is_shown_in_the_language_asked_for(demo: Demo, lang: str, head: str) -> None:
    shown = demo.shell.run("schedule", "show", "-e", "paris-2025", "--lang", lang).out
    assert head in shown.splitlines()[0]
    for title in ("sheet.left_out", "schedule.advice", "column.time", "column.interpreter"):
        assert text(title, lang) in shown
    for english in ("meetings", "bound ", "left out", "Left out", "What would", "Time "):
        assert english not in shown


def test_no_word_about_itself_on_standard_error(demo: Demo) -> None:
    assert demo.told.err == ""


def test_the_files_are_there(demo: Demo) -> None:
    assert {path.name for path in demo.out.iterdir() if path.is_file()} == _MADE
    assert len(list((demo.out / "participants").glob("*.ics"))) == 27
    assert len(list((demo.out / "participants").glob("*.pdf"))) == 27
    assert {Path(name) for name in demo.data["files"]} == {path for path in demo.out.rglob("*") if path.is_file()}


def test_the_workbook_can_be_read(demo: Demo) -> None:
    book = openpyxl.load_workbook(demo.out / "timetable.xlsx")
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    for meeting in demo.data["schedule"]["meetings"]:
        assert all(any(name in cell for cell in cells) for name in _names(meeting))
    assert not [cell for cell in cells if cell.startswith("=")]


def test_the_csv_opens_in_a_spreadsheet(demo: Demo) -> None:
    raw = (demo.out / "timetable.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert len(rows) - 1 == len(demo.data["schedule"]["meetings"])


def test_the_json_is_the_plan(demo: Demo) -> None:
    plan = json.loads((demo.out / "timetable.json").read_text(encoding="utf-8"))
    assert len(plan["meetings"]) == len(demo.data["schedule"]["meetings"])


def test_the_calendar_has_every_meeting_at_its_instant(demo: Demo) -> None:
    calendar = icalendar.Calendar.from_ical((demo.out / "timetable.ics").read_bytes())
    events = list(calendar.walk("VEVENT"))
    wanted = Counter(datetime.fromisoformat(m["starts_at"]) for m in demo.data["schedule"]["meetings"])
    assert Counter(event["DTSTART"].dt for event in events) == wanted
    assert len({str(event["UID"]) for event in events}) == len(events)


@pytest.mark.parametrize(
    "name", ["timetable.pdf", "tables.pdf", "doors.pdf", "personal.pdf", "participants/QSH-09.pdf"]
)
def test_the_pages_can_be_read_chinese_and_accents_too(demo: Demo, name: str) -> None:
    pages = PdfReader(demo.out / name).pages
    text = "".join(page.extract_text() for page in pages)
    assert re.search(r"\w[à-ÿ]\w", text)
    assert re.search(r"[一-鿿]{3}", text)
    assert "�" not in text


def test_an_edition_nobody_knows(demo: Demo) -> None:
    answer = demo.shell.run("demo", "--edition", "milano", code=2)
    assert "milano" in answer.err
    assert "paris" in answer.err
