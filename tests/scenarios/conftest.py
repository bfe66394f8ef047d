"""Sample editions, run once on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Server
from tests.services.conftest import server
from tests.services.stage import Stage, staged

__all__ = ["server"]


@pytest.fixture(scope="session")
def paris(server: Server) -> Iterator[Stage]:
    """Scenario 1, matched and scheduled."""
    with staged(server, "paris scheduled") as made:
        yield made


@pytest.fixture(scope="session")
def zhuzhou(server: Server) -> Iterator[Stage]:
    """Scenario 2 in small, matched and scheduled."""
    with staged(server, "zhuzhou scheduled", "zhuzhou-1") as made:
        yield made


@pytest.fixture(scope="session")
def clusters(server: Server) -> Iterator[Stage]:
    """The specialities of scenario 5: nobody asks there, so nothing is matched beforehand."""
    with staged(server, "clusters loaded", "clusters-2025") as made:
        yield made
