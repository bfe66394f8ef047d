"""The programs of docs/organiser.md, docs/enterprise.md and docs/buyer.md, run against a live server."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.api.conftest import Fair
from tests.api.test_races import serving

DOCS = Path(__file__).parents[2] / "docs"
EVENT = "first-meeting"


def _page(name: str) -> tuple[dict[str, Any], list[str]]:
    """What the program of a page defines, and the lists it shows."""
    text = (DOCS / name).read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    space: dict[str, Any] = {}
    exec(compile(code, name, "exec"), space)
    return space, re.findall(r"^```csv\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_three_users_from_lists_to_calendars(database_url: str, fair: Fair, tmp_path: Path) -> None:
    organiser, tables = _page("organiser.md")
    enterprise, _ = _page("enterprise.md")
    buyer, _ = _page("buyer.md")
    lists = [tmp_path / name for name in ("exhibitors.csv", "buyers.csv")]
    for path, table in zip(lists, tables, strict=True):
        path.write_text(table, encoding="utf-8")
    day = f"{datetime.now(UTC) + timedelta(days=60):%Y-%m-%d}"

    printed = io.StringIO()
    with serving(database_url, workers=True) as address, redirect_stdout(printed):

        def client(key: str) -> httpx.Client:
            return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60)

        with client(fair.keys["organiser"]) as desk:
            organiser["set_up"](desk, EVENT, day, lists)
            keys = organiser["hand_out_keys"](desk, EVENT)
            assert set(keys) == {"M1", "M2", "B1", "B2"}
            with client(keys["M1"]) as maker, client(keys["B1"]) as brand, client(keys["B2"]) as outdoor:
                registered = enterprise["register"](maker)
                assert registered["unresolved"] == []
                found = buyer["look_around"](outdoor, EVENT)
                assert found["items"][0]["supplier"]["name"] == "Hillside Down (invented)"
                request = buyer["publish"](brand, EVENT)
                asked = buyer["ask_the_best"](brand, EVENT, {"products": ["t-shirts en maille"]})
                assert asked["to"]["name"] == "Lakeside Knits (invented)"
                assert enterprise["answer_everybody"](maker, EVENT) == ["Maison Brume (invented)"]
                assert isinstance(enterprise["what_would_lift_us"](maker, EVENT), list)
                assert enterprise["my_day"](maker, EVENT) == []
                report = organiser["match_plan_publish"](desk, EVENT)
                ranked = buyer["my_list"](brand, request)
                day_of_maker = enterprise["my_day"](maker, EVENT)
                calendar = buyer["my_calendar"](brand, EVENT)
        feed = httpx.get(f"{address}{calendar[calendar.index('/api') :]}")
    assert report["meetings"]["planned"] > 0
    assert [item["supplier"]["name"] for item in ranked["items"]] == ["Lakeside Knits (invented)"]
    assert "Maison Brume (invented)" in [meeting["counterpart"]["name"] for meeting in day_of_maker]
    assert feed.text.count("BEGIN:VEVENT") >= 1
    assert "exhibitors.csv → exhibitors 2 rows" in printed.getvalue()
    assert "针织T恤 → t-shirts-knitted" in printed.getvalue()
