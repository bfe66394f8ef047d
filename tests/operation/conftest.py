"""A small fair in a database of each kind, for services that run by themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.db.engine import Database
from app.db.migrate import upgrade
from tests.api.conftest import Fair, make_fair
from tests.cli.command import Shell

Make = Callable[[str], tuple[Shell, Fair]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Fill the database of an address, and give the shell to serve it and the fair that is in it."""

    def made(url: str) -> tuple[Shell, Fair]:
        database = Database(url)
        upgrade(database)
        fair = make_fair(database, "demo")
        database.close()
        return Shell(tmp_path, url, {"FAIRMATCH_WORKERS_IN_PROCESS": "false"}), fair

    return made
