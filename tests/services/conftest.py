"""Databases with a sample edition in them, on both kinds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.db.engine import Database
from tests.services.stage import Server, Stage, template


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Where databases of one kind are made."""
    address = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    made = Server(request.param, tmp_path_factory.mktemp("databases"), address)
    yield made
    made.close()


@pytest.fixture
def blank(server: Server) -> Iterator[Database]:
    """A migrated database without a row."""
    database = Database(server.new(template(server, "blank")))
    yield database
    database.close()


@pytest.fixture
def paris(server: Server) -> Iterator[Stage]:
    """The Paris edition, matched and scheduled, to be changed at will."""
    database = Database(server.new(template(server, "paris scheduled")))
    yield Stage(database)
    database.close()


@pytest.fixture(scope="session")
def seen(server: Server) -> Iterator[Stage]:
    """The Paris edition, matched and scheduled, for tests that only read."""
    database = Database(server.new(template(server, "paris scheduled")))
    yield Stage(database)
    database.close()
