"""Databases with a sample edition in them, on both kinds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.db.engine import Database
from tests.conftest import server_of
from tests.databases import Server
from tests.services.stage import Stage, staged


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server:
    """Where databases of one kind are made."""
    return server_of(request)


@pytest.fixture
def blank(server: Server) -> Iterator[Database]:
    """A migrated database without a row."""
    with staged(server, "blank") as made:
        yield made.database


@pytest.fixture
def paris(server: Server) -> Iterator[Stage]:
    """The Paris edition, matched and scheduled, to be changed at will."""
    with staged(server, "paris scheduled") as made:
        yield made


@pytest.fixture(scope="session")
def seen(server: Server) -> Iterator[Stage]:
    """The Paris edition, matched and scheduled, for tests that only read."""
    with staged(server, "paris scheduled") as made:
        yield made
