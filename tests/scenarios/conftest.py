"""Sample editions, run once on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.db.engine import Database
from tests.services.conftest import server
from tests.services.stage import Server, Stage, template

__all__ = ["server"]


@pytest.fixture(scope="session")
def paris(server: Server) -> Iterator[Stage]:
    """Scenario 1, matched and scheduled."""
    database = Database(server.new(template(server, "paris scheduled")))
    yield Stage(database)
    database.close()


@pytest.fixture(scope="session")
def zhuzhou(server: Server) -> Iterator[Stage]:
    """Scenario 2 in small, matched and scheduled."""
    database = Database(server.new(template(server, "zhuzhou scheduled")))
    yield Stage(database, "zhuzhou-1")
    database.close()


@pytest.fixture(scope="session")
def clusters(server: Server) -> Iterator[Stage]:
    """The specialities of scenario 5: nobody asks there, so nothing is matched beforehand."""
    database = Database(server.new(template(server, "clusters loaded")))
    yield Stage(database, "clusters-2025")
    database.close()
