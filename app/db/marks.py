"""Whether anything was committed since: SQLite tells it in 2 µs, without a lock and a transaction kept open."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from app.core.ids import new_id


class Mark(NamedTuple):
    """A moment of one database as one process sees it."""

    watcher: UUID
    version: int


class Marks:
    """Marks of an SQLite file, for any number of threads.

    SQLite counts, for each connection, the commits of all others (`PRAGMA data_version`); the connection that asks
    here never writes. It never waits either: what is locked just now has no mark.
    """

    def __init__(self, file: str) -> None:
        self._file, self._watcher = file, new_id()
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    def now(self) -> Mark | None:
        """The mark of this moment; None where there is none to be had."""
        with self._lock:
            try:
                version = self._opened().execute("PRAGMA data_version").fetchone()[0]
                return Mark(self._watcher, version)
            except sqlite3.Error:
                self._let_go()
                return None

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            # a new connection counts from another number: what was marked by the one before is not compared with it
            self._watcher = new_id()
            address = f"{Path(self._file).absolute().as_uri()}?mode=ro"
            self._connection = sqlite3.connect(
                address, uri=True, timeout=0, isolation_level=None, check_same_thread=False
            )
        return self._connection

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
