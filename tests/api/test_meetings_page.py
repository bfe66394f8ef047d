"""The program in docs/meetings.md runs, for its three users, one after the other."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from app.db.engine import Database
from tests.api.checked import calling
from tests.api.coming import coming
from tests.api.conftest import Fair, make_app
from tests.api.test_meetings import book


def test_three_users_come_to_a_published_meeting(database: Database, database_url: str, fair: Fair) -> None:
    text = (Path(__file__).parents[2] / "docs" / "meetings.md").read_text(encoding="utf-8")
    space: dict[str, Any] = {}
    exec(text.partition("```python\n")[2].partition("```")[0], space)
    coming(database, fair)
    printed = io.StringIO()

    with calling(make_app(database_url)) as client, redirect_stdout(printed):

        def of(who: str) -> Any:
            client.headers.update(fair.key(who))
            return client

        assert book(client, fair, "s2", "b1", "s02").status_code == 201  # so that the buyer has to take another slot
        asked = space["a_buyer_asks"](of("b1"), "e-2025", str(fair.organisations["s1"]))
        assert (asked["state"], asked["slot"]) == ("pending", "s01")
        space["an_enterprise_answers"](of("s1"), "e-2025")
        published = space["an_organiser_publishes"](of("organiser"), "e-2025")
        mine = of("b1").get("/api/v1/events/e-2025/timetable").json()
    assert published["number"] == 1
    assert published["changes"]["added"] == 2
    assert {one["counterpart"]["name"] for one in mine["meetings"]} == {"demo s1", "demo s2"}
    assert "demo b1 asks until" in printed.getvalue()
