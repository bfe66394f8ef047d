"""A function that the job queue expects of SQLite and that versions before 3.42 lack.

DBOS writes `unixepoch('subsec')` into its tables whenever Python is 3.12 or newer, whatever SQLite that Python was
built with (Debian 12 has 3.40). There the modifier gives NULL and the first insert fails, so on such a SQLite every
connection of this process gets the function.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Engine, event

_SUBSEC_SINCE = (3, 42)


def provide() -> None:
    """Give SQLite connections made from here on the function, where SQLite itself does not have it."""
    if sqlite3.sqlite_version_info < _SUBSEC_SINCE and not event.contains(Engine, "connect", _on_connect):
        event.listen(Engine, "connect", _on_connect)


def _on_connect(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("unixepoch", -1, _unixepoch)


def _unixepoch(*modifiers: str) -> float | int:
    """Seconds since 1970, now; the only ways the queue asks for it are without a modifier and with 'subsec'."""
    now = time.time()
    return round(now, 3) if "subsec" in modifiers else int(now)
