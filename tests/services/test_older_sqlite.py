"""The queue's tables work on a SQLite older than the queue expects."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import create_engine, text

from app.jobs import older_sqlite


def test_time_with_fractions_is_there_on_every_sqlite(tmp_path: Path) -> None:
    older_sqlite.provide()
    older_sqlite.provide()
    engine = create_engine(f"sqlite:///{tmp_path / 'queue.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER, at INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000))"))
        connection.execute(text("INSERT INTO t (x) VALUES (1)"))
        at = connection.execute(text("SELECT at FROM t")).scalar_one()
        whole = connection.execute(text("SELECT unixepoch()")).scalar_one()
    engine.dispose()
    assert abs(at / 1000 - time.time()) < 60
    assert abs(whole - time.time()) < 60
