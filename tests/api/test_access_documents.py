"""The programs of docs/access.md and docs/privacy.md, run as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from app.db.engine import Database
from tests.api.checked import CheckedClient, calling
from tests.api.conftest import Fair, make_app
from tests.api.test_privacy import Parts, parts
from tests.api.test_sessions import letter_token

_DOCS = Path(__file__).parents[2] / "docs"
__all__ = ["parts"]
Clients = Callable[[str | None], CheckedClient]


def _program(name: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec((_DOCS / name).read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0], space)
    return space


@pytest.fixture
def as_key(database_url: str, fair: Fair) -> Iterator[Clients]:
    """Clients of one service, each with a key of its own."""
    with ExitStack() as stack:

        def make(who: str | None) -> CheckedClient:
            client = stack.enter_context(calling(make_app(database_url)))
            client.headers.update(fair.key(who) if who else {})
            return client

        yield make


def test_the_program_about_access(as_key: Clients, fair: Fair, database: Database) -> None:
    say, mia = _program("access.md"), as_key(None)
    say["invite"](as_key("organiser"), str(fair.organisations["b1"]))
    assert say["accept"](mia, letter_token(database, "invitation")).startswith("fs_")
    who = say["sign_in"](mia)
    assert (who["role"], who["account"]["name"]) == ("buyer", "Mia Martin")
    key = say["hand_to_a_machine"](mia)
    machine = as_key(None)
    machine.headers["Authorization"] = f"Bearer {key}"
    assert machine.get("/api/v1/sourcing-requests").status_code == 200
    assert machine.get("/api/v1/organisations").status_code == 403


def test_the_program_about_privacy(as_key: Clients, fair: Fair, parts: Parts) -> None:
    say, organiser, buyer = _program("privacy.md"), as_key("organiser"), as_key("b1")
    person = say["ask_for_consent"](organiser, as_key("s1"), str(fair.organisations["s1"]))
    assert say["contacts"](buyer, "e-2025") == []
    parts.prefer("b1", "s1")
    parts.prefer("s1", "b1", "must_meet")
    assert [one["email"] for one in say["contacts"](buyer, "e-2025")[0]["people"]] == ["wang@example.com"]
    everything = say["forget"](organiser, person)
    assert everything["person"]["name"] == "Wang Fang"
    assert say["contacts"](buyer, "e-2025")[0]["people"] == []
