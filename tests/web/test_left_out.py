"""Pairs that were left out are written with what they were worth, the most valuable first, as a page shows them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from app.db.engine import Database
from app.io import csvfiles, workbooks
from app.services import access, sampling, schedules
from app.services.events import find_event
from app.services.problems import current_schedule
from tests.web.conftest import EVENT


def test_the_value_of_a_pair_left_out_is_written(paris: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{paris}")
    try:
        with database.read() as session:
            actor = access.organiser_of(session, sampling.TENANT)
            schedule = current_schedule(session, find_event(session, actor, EVENT).id)
            assert schedule is not None
            values = [row.value for row in schedules.left_out(session, schedule.id)]
            plan = schedules.timetable(session, actor, schedule.id, "fr")
    finally:
        database.close()
    assert values
    assert values == sorted(values, reverse=True)
    assert [left.score for left in plan.left_out] == values
    csvfiles.write_left_out(plan, tmp_path / "left.csv", lang="fr")
    workbooks.write_timetable(plan, tmp_path / "t.xlsx", lang="fr")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Non retenus"]
    at = [cell.value for cell in sheet[1]].index("Score")
    assert [row[at].value for row in sheet.iter_rows(min_row=2)] == pytest.approx(values)
    assert len((tmp_path / "left.csv").read_text(encoding="utf-8-sig").splitlines()) == len(values) + 1
