"""The programs in docs/live-day.md and docs/outcomes.md, run as they stand there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import Meeting
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

DOCS = Path(__file__).parents[2] / "docs"
EVENT = "/api/v1/events/e-2025"


def _program(page: str, name: str) -> Callable[..., Any]:
    (code,) = re.findall(r"^```python\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    space: dict[str, Any] = {}
    exec(compile(code, page, "exec"), space)
    found: Callable[..., Any] = space[name]
    return found


def _book(client: CheckedClient, fair: Fair, one: str, other: str, slot: str) -> str:
    body = {"organisations": [str(fair.organisations[name]) for name in (one, other)], "slot": slot}
    return str(client.post(f"{EVENT}/meetings", headers=fair.key(), json=body).json()["id"])


def test_somebody_is_missing(client: CheckedClient, fair: Fair, capsys: pytest.CaptureFixture[str]) -> None:
    _book(client, fair, "s1", "b1", "s01")
    later = _book(client, fair, "s1", "b2", "s03")
    client.post(f"{EVENT}/check-ins", headers=fair.key(), json={"name": "demo b1"})
    client.headers.update(fair.key())
    done = _program("live-day.md", "somebody_is_missing")(client, "e-2025", "2025-09-15T13:40")
    assert done["applied"]
    assert [one["meeting_id"] for one in done["cancelled"]] == [later]
    assert "s03 → None" in capsys.readouterr().out


def test_telling_what_came_of_it(client: CheckedClient, fair: Fair, database: Database) -> None:
    meeting = _book(client, fair, "s1", "b1", "s01")
    with database.write() as session:
        session.scalars(select(Meeting)).one().request_id = fair.requests["b1"]
    assert client.post(f"{EVENT}/publications", headers=fair.key()).status_code == 201
    client.headers.update(fair.key("b1"))
    offers = _program("outcomes.md", "tell")(client, meeting, str(fair.requests["b1"]))
    assert offers == [(5000.0, "EUR", 3.2), (20000.0, "EUR", 2.7)]
