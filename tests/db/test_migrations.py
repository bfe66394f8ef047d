"""Migrations over filled databases: no row is lost on the way down and up, and a kill leaves one revision or the other.

Everything goes by the metadata and the database's own catalogue, so a new migration is walked from the day it is there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, inspect, select, text

import app.db.models  # noqa: F401 - so that every table is known
from app.db import migrate
from app.db.engine import Database
from tests.processes import Process

ROOT = Path(__file__).parents[2]
_KEPT_BY_ALEMBIC = "alembic_version"
Rows = dict[str, set[tuple[tuple[str, str], ...]]]


def _revisions() -> list[str]:
    """From the first to the newest."""
    script = ScriptDirectory(str(ROOT / "migrations"))
    return [revision.revision for revision in script.walk_revisions()][::-1]


def _rows(database: Database) -> Rows:
    """Every row of every table, as column and value, as the database itself has them."""
    found: Rows = {}
    with database.engine.connect() as connection:
        metadata = MetaData()
        for name in inspect(connection).get_table_names():
            if name != _KEPT_BY_ALEMBIC:
                table = Table(name, metadata, autoload_with=connection, resolve_fks=False)
                rows = connection.execute(select(table)).mappings()
                found[name] = {tuple(sorted((key, repr(value)) for key, value in row.items())) for row in rows}
    return found


def _shared(rows: Rows, others: Rows, table: str) -> list[tuple[tuple[str, str], ...]]:
    """The rows of a table, with those columns only that both have."""
    columns = {name for row in others[table] for name, _ in row}
    return sorted(tuple(pair for pair in row if pair[0] in columns) for row in rows[table])


def _keys_hold(database: Database) -> bool:
    """On PostgreSQL they always do; SQLite checks none while it migrates."""
    with database.engine.connect() as connection:
        return not (database.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").all())


def test_every_step_down_and_up_keeps_the_rows(filled: Database) -> None:
    """A table or a column that a revision brought goes with it; whatever is left keeps all rows, with their values."""
    revisions = _revisions()
    rows = {revisions[-1]: _rows(filled)}
    assert all(rows[revisions[-1]].values()), "every table is filled"
    for newer, older in zip(revisions[::-1], revisions[-2::-1], strict=False):
        migrate.downgrade(filled, older)
        rows[older] = _rows(filled)
        assert set(rows[older]) <= set(rows[newer])
        for table in rows[older]:
            before, after = _shared(rows[newer], rows[older], table), _shared(rows[older], rows[newer], table)
            if (older, table) == ("0003", "api_key"):  # keys of newer roles stay, and are revoked
                assert len(before) == len(after)
            else:
                assert before == after, (older, table)
        assert _keys_hold(filled)
    before = rows[revisions[0]]
    for revision in revisions[1:]:
        migrate.upgrade(filled, revision)
        after = _rows(filled)
        for table in before:
            assert _shared(before, after, table) == _shared(after, before, table), (revision, table)
        assert set(after) == set(rows[revision])
        assert _keys_hold(filled)
        before = after


def test_a_lost_row_would_be_seen(filled: Database) -> None:
    """The control."""
    before = _rows(filled)
    with filled.engine.begin() as connection:
        connection.execute(text("DELETE FROM seat WHERE id IN (SELECT id FROM seat LIMIT 1)"))
    after = _rows(filled)
    assert _shared(before, after, "seat") != _shared(after, before, "seat")
    assert _shared(before, after, "slot") == _shared(after, before, "slot")


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_kill_leaves_one_revision_or_the_other(filled: Database, way: str) -> None:
    """Killed at some moment of a step over a filled database: old or new and nothing between, and the rest succeeds."""
    revisions = _revisions()
    shapes: dict[str | None, Any] = {}
    for revision in revisions[::-1]:
        migrate.downgrade(filled, revision)
        shapes[revision] = _shape(filled)
    if way == "down":
        migrate.upgrade(filled)
    start = migrate.current(filled)
    seen = []
    for delay in (None, 0.0, 0.02, 0.05, 0.1, 0.2, 0.4):
        with Process("tests.nursery:run_code", _MIGRATE, filled.url, way, str(revisions[0]), stderr=2) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "begun\n"
            child.kill_after(delay)
        seen.append(migrate.current(filled))
        assert _shape(filled) == shapes[seen[-1]], f"half way after {delay} s"
        assert _keys_hold(filled)
        if seen[-1] != start:
            break
    assert start in seen, "at least one was killed on the way"
    migrate.upgrade(filled)
    assert migrate.current(filled) == revisions[-1]
    assert _shape(filled) == shapes[revisions[-1]]


def _shape(database: Database) -> dict[str, list[str]]:
    """Tables and their columns."""
    with database.engine.connect() as connection:
        seen = inspect(connection)
        names = sorted(set(seen.get_table_names()) - {_KEPT_BY_ALEMBIC})
        return {name: sorted(column["name"] for column in seen.get_columns(name)) for name in names}


#: migrates, says when the first statement that changes a table has been sent, and goes on when it is told to
_MIGRATE = """
import sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from app.db import migrate
from app.db.engine import Database
told = []
@event.listens_for(Engine, "after_cursor_execute")
def after(connection, cursor, statement, *_):
    if not told and statement.lstrip().split()[0].upper() in ("CREATE", "ALTER", "DROP"):
        told.append(print("begun", flush=True) or sys.stdin.readline())
database = Database(sys.argv[1])
migrate.upgrade(database) if sys.argv[2] == "up" else migrate.downgrade(database, sys.argv[3])
"""
