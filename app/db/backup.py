"""Rows in a form that does not depend on the database: to carry them to a file or to another database and compare.

A row is one line of JSON: its values in the order of the columns' names, ids and times as text, bytes as base64, a
number always in one spelling. A table is its rows in the order of the primary key, and its checksum is the SHA-256 of
these lines. Everything goes by the metadata, so a new table is carried from the day it is there.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, ForeignKeyConstraint, MetaData, String, Table, TypeDecorator, func, select
from sqlalchemy.sql.ddl import sort_tables_and_constraints

_BATCH = 200
#: spellings of numbers that JSONB changes: 1e+16 becomes a whole number, -0.0 loses its sign
_ODD = re.compile(r"\de\+\d|-0\.0\b")
_READ: dict[type, Callable[[Any], Any]] = {
    bytes: b64decode,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
    Decimal: Decimal,
    float: float,
    time: time.fromisoformat,
    UUID: UUID,
}


@dataclass
class Sum:
    """Number and checksum of rows."""

    rows: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, line: str) -> None:
        self.rows += 1
        self._hash.update(line.encode())
        self._hash.update(b"\n")

    def told(self) -> dict[str, Any]:
        return {"rows": self.rows, "sha256": self._hash.hexdigest()}


def whole(sums: dict[str, dict[str, Any]]) -> str:
    """Return the checksum of a database from those of its tables."""
    lines = (f"{name} {told['rows']} {told['sha256']}\n" for name, told in sorted(sums.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def in_order(metadata: MetaData) -> list[Table]:
    """All tables, each after those that it refers to, as far as they do not refer to each other in a circle."""
    return [table for table, _ in _sorted(metadata) if table is not None]


def late_keys(metadata: MetaData) -> list[ForeignKeyConstraint]:
    """Foreign keys that can only be checked when all rows are there: within one table, or in a circle of tables."""
    circles = [key for table, keys in _sorted(metadata) if table is None for key in keys]
    own = [key for table in in_order(metadata) for key in table.foreign_key_constraints if key.referred_table is table]
    return [*circles, *(key for key in own if key not in circles)]


def _sorted(metadata: MetaData) -> list[Any]:
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    return list(sort_tables_and_constraints(tables))  # type: ignore[no-untyped-call]


@cache
def columns(table: Table) -> tuple[Column[Any], ...]:
    """The columns that are carried: all but those that the database works out itself."""
    return tuple(sorted((c for c in table.columns if c.computed is None), key=lambda column: column.name))


def lines(connection: Connection, table: Table) -> Iterator[str]:
    """Each row of a table as a line, in the order of the primary key, some rows in memory at a time."""
    order = [
        # by bytes, as SQLite does; PostgreSQL would sort text by the rules of a language
        key.collate("C") if isinstance(key.type, String) and connection.dialect.name == "postgresql" else key
        for key in table.primary_key.columns
    ]
    query = select(*columns(table)).order_by(*order)
    with connection.execute(query, execution_options={"yield_per": _BATCH}) as rows:
        for row in rows:
            yield _line(tuple(row))


def sums(connection: Connection, metadata: MetaData) -> dict[str, dict[str, Any]]:
    """Return rows and checksum of every table."""
    found = {}
    for table in in_order(metadata):
        total = Sum()
        for line in lines(connection, table):
            total.add(line)
        found[table.name] = total.told()
    return found


def count(connection: Connection, metadata: MetaData) -> int:
    """Return how many rows there are in all tables together."""
    return sum(connection.scalar(select(func.count()).select_from(table)) or 0 for table in in_order(metadata))


def values(table: Table, line: str) -> dict[str, Any]:
    """Return the row that a line stands for, as it is handed to an insert."""
    found = json.loads(line)
    pairs = zip(columns(table), found, strict=True)
    return {column.name: None if value is None else _reader(column)(value) for column, value in pairs}


@cache
def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    return _READ.get(kind(column), _same)


def kind(column: Column[Any]) -> type:
    """Return what values of a column are in Python; `object` for JSON."""
    held = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return held.python_type


def _same(value: Any) -> Any:
    return value


def _line(row: Iterable[Any]) -> str:
    text = _text(list(row))
    return _text(_spelled(json.loads(text))) if _ODD.search(text) else text


def _text(value: Any) -> str:
    return json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":"))


def _spelled(value: Any) -> Any:
    """The same value with every number as PostgreSQL would spell it."""
    if isinstance(value, dict):
        return {key: _spelled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_spelled(inner) for inner in value]
    if isinstance(value, float):
        return int(Decimal(repr(value))) if abs(value) >= 1e16 and value.is_integer() else value + 0.0
    return value


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (bytes, memoryview)):
        return b64encode(value).decode("ascii")
    raise TypeError(f"no form for {type(value).__name__} in a backup")
