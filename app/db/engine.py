"""Engines and sessions for SQLite and PostgreSQL.

SQLite: WAL, foreign keys on, writers begin IMMEDIATE (so that two never deadlock on upgrading a lock), readers begin
plainly. PostgreSQL: statement and lock timeouts; serialisation failures and deadlocks are retried by `Database.run`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from app.core.errors import NotReadyError
from app.db.marks import Mark, Marks

T = TypeVar("T")
_BUSY_MS = 15_000
_RETRYABLE = {"40001", "40P01"}
#: read-only transaction, table not there (yet), database shutting down
_NOT_NOW = {"25006", "42P01", "57P01", "57P02", "57P03"}
_AWAY = "The database does not answer just now; try again in a moment."
_FULL = "The database takes no changes: its disk is full. Make room there, then try again."
#: a database that does not even refuse must not hold a request for minutes
_CONNECT_SECONDS = 5


def cannot_work(error: Exception) -> bool:
    """Whether the database is away, busy, full, read-only or not set up, so that the same may work later."""
    if isinstance(error, (InterfaceError, OperationalError, PoolTimeoutError)):
        return True
    return getattr(getattr(error, "orig", None), "sqlstate", None) in _NOT_NOW


def _is_full(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "53100" or "disk is full" in str(error.orig)


class ReadSession(Session):
    """A session that cannot write: a flush with changes is a mistake of ours and fails loudly."""

    def flush(self, objects: Any = None) -> None:
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("a read session was asked to write")
        super().flush(objects)


class WriteSession(Session):
    """A session whose owner commits; services only flush."""


def make_engine(url: str) -> Engine:
    """Create an engine with the house's settings for the backend that `url` names; its errors quote no data."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url, parsed.database)
    options = "-c statement_timeout=60000 -c lock_timeout=10000 -c timezone=UTC"
    arguments = {"options": options, "connect_timeout": _CONNECT_SECONDS}
    return create_engine(
        url, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=arguments, hide_parameters=True
    )


def _sqlite(url: str, file: str | None) -> Engine:
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    arguments = {"timeout": _BUSY_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE"))

    return engine


def _version(connection: Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


class Database:
    """One engine and the ways to use it: `read()`, `write()`, `run(work)`, `mark()`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self._readers = self.engine.execution_options(sqlite_begin="BEGIN")
        file = self.engine.url.database if self.is_sqlite else None
        self._marks = Marks(file) if file and file != ":memory:" else None

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def mark(self) -> Mark | None:
        """A mark of what is committed: whoever reads under equal marks reads the same. None where nothing tells.

        Take it before reading. It costs microseconds and never waits, so it may be asked for on an event loop.
        """
        return self._marks.now() if self._marks else None

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """A session for queries; rolled back at the end."""
        with ReadSession(self._readers, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[WriteSession]:
        """One transaction: committed at the end, rolled back by any error."""
        with WriteSession(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees the database as it is now, whatever others write meanwhile; it cannot write."""
        how = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._readers.connect().execution_options(**how) as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield connection

    def run(self, work: Callable[[WriteSession], T], *, tries: int = 5) -> T:
        """Run `work` in one transaction, again where the database asks for it (40001, 40P01).

        Raises
        ------
        NotReadyError
            The database stayed locked or cannot be reached.
        """
        for attempt in range(tries):
            try:
                with self.write() as session:
                    return work(session)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state in _RETRYABLE and attempt + 1 < tries:
                    time.sleep(0.05 * 2**attempt)
                    continue
                if cannot_work(error) and "no such" not in str(error) and "no column" not in str(error):
                    raise NotReadyError(_FULL if _is_full(error) else _AWAY) from error
                raise
        raise AssertionError("unreachable: the last try returns or raises")

    def probe(self) -> None:
        """Commit a write that changes nothing: raises what a real one would raise where none can be made."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql(f"PRAGMA user_version={_version(connection)}")
            else:
                connection.exec_driver_sql("SELECT pg_current_xact_id()")
                if connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
                    raise NotReadyError("The database takes no changes just now: it is read-only.")
            connection.commit()

    def close(self) -> None:
        if self._marks:
            self._marks.close()
        self.engine.dispose()
