"""Write carried rows into a database: all of them in one transaction that the caller commits, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, MetaData, Table, delete, func, insert, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from app.core.errors import ConflictError, InvalidInputError, NotReadyError
from app.db import backup

_ROWS, _CHARACTERS = 500, 2_000_000


def fill(connection: Connection, metadata: MetaData, rows: Iterable[tuple[Table, str]], *, force: bool) -> None:
    """Write lines of `app.db.backup.lines` into empty tables; with `force`, empty them first.

    Raises
    ------
    ConflictError
        The tables hold rows already, and `force` is not given.
    InvalidInputError
        A row cannot be kept in this database, or refers to one that is not there.
    NotReadyError
        Others write at the same time and do not end.
    """
    with _refusals(), _keys_checked_late(connection, metadata):
        _hold_writers_off(connection, metadata)
        held = backup.count(connection, metadata)
        if held and not force:
            raise ConflictError(
                f"The database there holds {held:,} rows already. Name an empty one, or say --force to replace them."
            )
        with _triggers_off(connection, metadata):
            if held:
                for table in reversed(backup.in_order(metadata)):
                    connection.execute(delete(table))
            for table, lines in groupby(rows, key=lambda row: row[0]):
                for batch in _batches(line for _, line in lines):
                    connection.execute(insert(table), [backup.values(table, line) for line in batch])
    _numbers_go_on(connection, metadata)


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    """Some rows at a time, few where they are long."""
    batch: list[str] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line)
        if len(batch) >= _ROWS or size >= _CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (DataError, IntegrityError) as error:
        raise InvalidInputError(f"Nothing was written; a row cannot be kept there: {_reason(error)}") from error
    except OperationalError as error:
        raise NotReadyError(f"Nothing was written; the database does not take it: {_reason(error)}") from error


def _reason(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]


@contextmanager
def _keys_checked_late(connection: Connection, metadata: MetaData) -> Iterator[None]:
    """Let rows refer to rows that come later, and check them all before leaving."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # until the commit, which then refuses
        yield
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken:
            raise InvalidInputError(
                f"Nothing was written; a row of {broken[0]} refers to one of {broken[2]} not there."
            )
        return
    keys = [_altered(connection, key) for key in backup.late_keys(metadata)]
    for key in keys:
        connection.exec_driver_sql(f"{key} DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for key in keys:
        connection.exec_driver_sql(f"{key} NOT DEFERRABLE")


def _altered(connection: Connection, key: Any) -> str:
    named = connection.dialect.identifier_preparer
    return f"ALTER TABLE {named.format_table(key.table)} ALTER CONSTRAINT {named.format_constraint(key)}"


def _hold_writers_off(connection: Connection, metadata: MetaData) -> None:
    """Nobody else writes until the end; readers go on. SQLite lets one write at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        named = connection.dialect.identifier_preparer
        tables = ", ".join(named.format_table(table) for table in backup.in_order(metadata))
        connection.exec_driver_sql(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")


@contextmanager
def _triggers_off(connection: Connection, metadata: MetaData) -> Iterator[None]:
    """Rows come as they were: what triggers would add or forbid was decided when they were first written."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _ in found:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        yield
        for _, sql in found:
            connection.exec_driver_sql(sql)
        return
    named = connection.dialect.identifier_preparer
    tables = [named.format_table(table) for table in backup.in_order(metadata)]
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _numbers_go_on(connection: Connection, metadata: MetaData) -> None:
    """Where PostgreSQL numbers rows, let it go on after the highest; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in backup.in_order(metadata):
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)  # NULL where there is none: nothing happens
            connection.execute(select(func.setval(sequence, func.max(column))))
