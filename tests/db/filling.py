"""Rows for every table there is, made from the metadata alone: whatever table is added later is filled too.

Values are drawn until the database takes the row: foreign keys from rows that are there, words from CHECK lists, the
rest small numbers, near dates and odd words. The schema itself is the judge.
"""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Connection, MetaData, Table, insert, select
from sqlalchemy.exc import IntegrityError

from app.core.ids import new_id
from app.db.backup import in_order, kind

_WORDS = ("商务局 \u2028 'x' \"y\"", "é\\n", "", "fair", "[1]", '{"table": 1}', "\U0001f9f5")
_DOCUMENTS: tuple[Any, ...] = (
    {"a": 1e22, "b": -0.0, "ü": [1.0, 1e-7, 123456789012345678, True, None, "1e+16"]},
    {},
    {"z": {"y": [1e16, 0.1 + 0.2]}, "A": "商"},
)
_TRIES = 600


class StuckError(Exception):
    """The rows drawn so far leave no room for one in the next table."""


def fill(connection: Connection, metadata: MetaData, *, rows: int = 5) -> dict[str, int]:
    """Write `rows` rows into each table, fewer only where there is no room for more. Return how many."""
    stuck: list[str] = []
    for seed in range(40):
        draw = random.Random(seed)
        try:
            with connection.begin_nested():
                return {table.name: _fill(connection, table, rows, draw) for table in in_order(metadata)}
        except StuckError as error:
            stuck.append(str(error))
    raise AssertionError(f"the schema took no rows: {stuck}")


def _fill(connection: Connection, table: Table, rows: int, draw: random.Random) -> int:
    done = 0
    refused = ""
    for _ in range(_TRIES):
        row = _row(connection, table, draw)
        if row is None:
            continue
        try:
            with connection.begin_nested():
                connection.execute(insert(table).values(row))
            done += 1
        except IntegrityError as error:
            refused = str(error.orig)
        if done == rows:
            break
    if not done:
        raise StuckError(f"{table.name}: {refused}")
    return done


def _row(connection: Connection, table: Table, draw: random.Random) -> dict[str, Any] | None:
    """A row that agrees with the rows it refers to; None where these do not agree with each other this time."""
    row: dict[str, Any] = {}
    keys = sorted(table.foreign_key_constraints, key=lambda key: len(key.columns), reverse=True)
    for key in keys:
        pairs = [(element.parent, element.column) for element in key.elements]
        optional = [mine for mine, _ in pairs if mine.nullable and mine.name not in row]
        query = select(*(theirs for _, theirs in pairs)).order_by(*key.referred_table.primary_key.columns)
        for mine, theirs in pairs:
            if row.get(mine.name) is not None:
                query = query.where(theirs == row[mine.name])
        found = connection.execute(query).all()
        if found and not (optional and draw.random() < 0.2):
            parent = found[0] if draw.random() < 0.75 else draw.choice(found)  # most belong to one event
            row |= {mine.name: value for (mine, _), value in zip(pairs, parent, strict=True)}
        elif optional:
            row |= {mine.name: None for mine in optional}
        else:
            return None
    for column in table.columns:
        if column.name not in row and column.computed is None:
            row[column.name] = None if column.nullable and draw.random() < 0.3 else _value(table, column, draw)
    return row


def _value(table: Table, column: Column[Any], draw: random.Random) -> Any:
    held = kind(column)
    if held is str:
        return _word(table, column, draw)
    makers: dict[type, Any] = {
        UUID: new_id,
        bool: lambda: draw.random() < 0.5,
        int: lambda: draw.choice((0, 1, 2, 3, 7, 15, 30, 60)),
        float: lambda: draw.choice((0.0, 0.1 + 0.2, 0.5, 1.0, 1 / 3, 1e-9)),
        Decimal: lambda: Decimal(draw.randrange(1, 1000)) / 100,
        datetime: lambda: datetime(2025, 9, draw.randrange(1, 29), 12, 30, 0, draw.choice((0, 5)), UTC),
        date: lambda: date(2025, 9, draw.randrange(1, 29)),
        time: lambda: time(draw.randrange(24), 30),
        bytes: lambda: draw.randbytes(draw.randrange(1, 40)),
        object: lambda: draw.choice(_DOCUMENTS),  # JSON
    }  # fmt: skip
    return makers[held]()


def _word(table: Table, column: Column[Any], draw: random.Random) -> str:
    """A word of the column's CHECK list, if it has one; else an odd one that is not there yet."""
    for check in table.constraints:
        if isinstance(check, CheckConstraint):
            listed = re.search(rf"\b{column.name} IN \(([^)]*)\)", str(check.sqltext))
            if listed:
                return draw.choice(re.findall(r"'([^']*)'", listed[1]))
    length = getattr(column.type, "length", None) or 500
    word = f"{draw.choice(_WORDS)}{draw.randrange(10**6)}"
    return word[-length:] if length > 12 else "ABCDEFGHIJKL"[draw.randrange(3) :][:length]
