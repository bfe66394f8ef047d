"""The report of an edition over the API: figures of firms that agreed, and of no firm alone."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from openpyxl import load_workbook
from pypdf import PdfReader

from app.db.engine import Database
from app.db.models import Meeting
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

EVENT = "/api/v1/events/e-2025"
PAIRS = (("s1", "b1", "s01"), ("s2", "b1", "s02"), ("s3", "b2", "s01"), ("s1", "b2", "s03"))


def _held(client: CheckedClient, fair: Fair, database: Database) -> list[str]:
    made = []
    for one, other, slot in PAIRS:
        body = {"organisations": [str(fair.organisations[name]) for name in (one, other)], "slot": slot}
        made.append(client.post(f"{EVENT}/meetings", headers=fair.key(), json=body).json()["id"])
    with database.write() as session:
        for key in made[:3]:
            session.get_one(Meeting, UUID(key)).status = "held"
        session.get_one(Meeting, UUID(made[3])).status = "no_show"
    return made


def _say(client: CheckedClient, fair: Fair, meeting: str, who: str, **said: Any) -> None:
    done = client.put(f"/api/v1/meetings/{meeting}/outcome", headers=fair.key(who), json=said)
    assert done.status_code == 200, done.text


def _read(client: CheckedClient, fair: Fair, who: str = "organiser") -> Any:
    return client.get(f"{EVENT}/report", headers=fair.key(who)).json()


def test_figures_are_counted_from_the_rows(client: CheckedClient, fair: Fair, database: Database) -> None:
    first, second, third, _ = _held(client, fair, database)
    _say(client, fair, first, "s1", rating=5, order_value=100, reportable=True, next_step="order")
    _say(client, fair, first, "b1", rating=3, order_value=90, reportable=True, sample_requested=True)
    _say(client, fair, second, "s2", rating=4, order_value=200, reportable=True)
    _say(client, fair, third, "s3", rating=2, order_value=50, reportable=True, currency="EUR",
         quotations=[{"quantity": 1, "unit_price": 2, "currency": "EUR"}])  # fmt: skip
    found = _read(client, fair)
    assert found["meetings"] == {"planned": 0, "held": 3, "no_show": 1, "cancelled": 0}
    assert (found["outcomes"], found["samples"], found["quotations"], found["follow_ups"]) == (4, 1, 1, 1)
    assert {one["code"]: one["count"] for one in found["by_kind"]} == {"manufacturer": 3, "brand-owner": 2}
    assert {one["code"]: one["count"] for one in found["by_country"]} == {"CN": 3, "FR": 2}
    assert found["load"] == {"least": 1, "median": 2, "most": 2}
    assert found["tables"] == {"used": 4, "offered": 12}
    assert found["interpreters"] == {"used": 0, "offered": 3}
    (ratings,) = found["ratings"]  # those of the one buyer are left out
    assert (ratings["side"], ratings["stars"], ratings["firms"]) == ("supply", [0, 1, 0, 1, 1], 3)
    (amount,) = found["amounts"]  # what both sides tell of one meeting counts once
    assert (amount["what"], amount["amount"], amount["firms"], amount["largest"]) == ("ordered", 350, 4, 0)
    assert found["before"] is None


def test_sums_need_consent_and_company(client: CheckedClient, fair: Fair, database: Database) -> None:
    first, second, third, _ = _held(client, fair, database)
    _say(client, fair, first, "s1", order_value=100, intended_value=7)
    assert _read(client, fair)["amounts"] == []
    _say(client, fair, first, "s1", order_value=100, reportable=True)
    _say(client, fair, second, "s2", order_value=200, reportable=True)
    (few,) = _read(client, fair)["amounts"]
    assert (few["amount"], few["firms"]) == (None, 2)
    _say(client, fair, third, "s3", order_value=50_000, reportable=True)
    (one_alone,) = _read(client, fair)["amounts"]
    assert one_alone["amount"] is None
    assert _read(client, fair, "viewer") == _read(client, fair)
    assert client.get(f"{EVENT}/report", headers=fair.key("s1")).status_code == 403


def test_page_paper_and_workbook_hold_it_too(client: CheckedClient, fair: Fair, database: Database) -> None:
    _held(client, fair, database)
    page = client.get(f"{EVENT}/report.html?lang=fr", headers=fair.key())
    assert page.headers["content-type"].startswith("text/html")
    assert 'lang="fr"' in page.text
    assert "Paris meeting" in page.text
    paper = client.get(f"{EVENT}/report.pdf", headers=fair.key())
    assert "Paris meeting" in PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
    book = client.get(f"{EVENT}/report.xlsx", headers=fair.key())
    assert 'filename="report-e-2025.xlsx"' in book.headers["content-disposition"]
    assert len(load_workbook(io.BytesIO(book.content)).sheetnames) > 3


def test_lessons_over_the_api_say_when_too_little_is_known(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    _held(client, fair, database)
    refused = client.post(f"{EVENT}/lessons", headers=fair.key())
    assert (refused.status_code, refused.json()["conflict"]) == (409, "too-little")
    assert refused.json()["needed"] == {"pairs": 20, "of_either_kind": 5}
    assert client.get(f"{EVENT}/lessons", headers=fair.key("viewer")).json() == {"items": []}
