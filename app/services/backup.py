"""Backup, restore and copy of a whole database, between SQLite and PostgreSQL as well.

A backup is what one moment saw, whoever writes meanwhile. Restore and copy are one transaction: checked before, and
read back and compared before the commit. The state of the job queue is not part of it: a run that was waiting or under
way is taken up by the sweep of the first worker, from its row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table

import app.db.models  # noqa: F401 - so that every table is known
from app.core.errors import ConflictError, InvalidInputError, NotReadyError
from app.db import backup, loading, migrate
from app.db.base import Base
from app.db.engine import Database
from app.io import backups

Progress = Callable[[float, str], None]
_METADATA = Base.metadata


@dataclass(frozen=True)
class Manifest:
    """What was carried: rows and checksum of each table, and of all of them."""

    revision: str
    rows: int
    sha256: str
    tables: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, revision: str, tables: dict[str, dict[str, Any]]) -> Manifest:
        return cls(revision, sum(told["rows"] for told in tables.values()), backup.whole(tables), tables)


def save(database: Database, path: Path, progress: Progress) -> Manifest:
    """Write all rows to a file, as they are at this moment; the file appears when it is whole."""
    with database.snapshot() as connection, backups.writing(path) as write:
        revision = _newest(connection)
        head = {"revision": revision, "release": version("fairmatch"), "made_at": datetime.now(UTC).isoformat()}
        write(json.dumps(head))
        tables: dict[str, backup.Sum] = {}
        for table, line in _rows(connection, progress):
            if table.name not in tables:
                tables[table.name] = backup.Sum()
                write(json.dumps({"table": table.name}))
            tables[table.name].add(line)
            write(line)
        manifest = Manifest.of(revision, {t.name: tables.get(t.name, backup.Sum()).told() for t in _all()})
        write(json.dumps(asdict(manifest)))
    return manifest


def inspect(path: Path, progress: Progress) -> Manifest:
    """Read a backup from end to end and return its manifest.

    Raises
    ------
    InvalidInputError
        It is damaged, no backup, or of another revision than this release works with.
    """
    backups.check(path)
    lines = backups.reading(path)
    head = json.loads(next(lines))
    if head["revision"] != migrate.newest():
        raise InvalidInputError(
            f"{path} was made by release {head['release']} at revision {head['revision']}; this one works with "
            f"revision {migrate.newest()}. Restore it with that release, then run: fairmatch db upgrade"
        )
    sums = {table.name: backup.Sum() for table in _all()}
    last = ""
    for table, line in _told(lines):
        if table is None:
            last = line
        else:
            sums[table.name].add(line)
            progress(0.0, f"checking {table.name}")
    manifest = Manifest(**json.loads(last))
    if manifest != Manifest.of(head["revision"], {name: total.told() for name, total in sums.items()}):
        raise InvalidInputError(f"{path} does not hold the rows that it says it holds. Use another copy.")
    return manifest


def restore(database: Database, path: Path, progress: Progress, *, force: bool = False) -> Manifest:
    """Fill an empty database from a backup; with `force`, replace what is there. All of it, or nothing.

    Raises
    ------
    InvalidInputError
        The backup cannot be used; nothing was touched.
    ConflictError
        The database holds rows already.
    """
    manifest = inspect(path, progress)
    told = _told(backups.reading(path))
    next(told)  # the head
    rows = ((table, line) for table, line in told if table is not None)
    _fill(database, _counted(rows, manifest.rows, progress), manifest, force=force)
    return manifest


def copy(source: Database, target: Database, progress: Progress, *, force: bool = False) -> Manifest:
    """Carry all rows to another database, of either kind; both have the same checksums then."""
    if source.engine.url == target.engine.url:
        raise InvalidInputError("This is the database itself. Name another one with --to.")
    with source.snapshot() as connection:
        revision = _newest(connection)
        sums = {table.name: backup.Sum() for table in _all()}

        def summed() -> Iterator[tuple[Table, str]]:
            for table, line in _rows(connection, progress):
                sums[table.name].add(line)
                yield table, line

        return _fill(
            target, summed(), lambda: Manifest.of(revision, {name: total.told() for name, total in sums.items()}),
            force=force,
        )  # fmt: skip


def _all() -> list[Table]:
    return backup.in_order(_METADATA)


def _fill(
    database: Database,
    rows: Iterable[tuple[Table, str]],
    expected: Manifest | Callable[[], Manifest],
    *,
    force: bool,
) -> Manifest:
    """Write, read back, compare, commit."""
    at = migrate.current(database)
    if at is None:
        migrate.upgrade(database)
    elif at != migrate.newest():
        raise NotReadyError(f"The database there is at revision {at}; bring it up first: fairmatch db upgrade")
    with database.engine.begin() as connection:
        loading.fill(connection, _METADATA, rows, force=force)
        manifest = expected() if callable(expected) else expected
        found = Manifest.of(manifest.revision, backup.sums(connection, _METADATA))
        if found != manifest:
            wrong = sorted(name for name in found.tables if found.tables[name] != manifest.tables.get(name))
            raise ConflictError(f"Nothing was kept: {', '.join(wrong)} would read back differently there.")
    return manifest


def _newest(connection: Connection) -> str:
    at, newest = migrate.revision_of(connection), migrate.newest()
    if at is None or at != newest:
        raise NotReadyError(f"The database is at revision {at}, newest is {newest}; run: fairmatch db upgrade")
    return at


def _rows(connection: Connection, progress: Progress) -> Iterator[tuple[Table, str]]:
    total = backup.count(connection, _METADATA)
    rows = ((table, line) for table in _all() for line in backup.lines(connection, table))
    yield from _counted(rows, total, progress)


def _counted(rows: Iterable[tuple[Table, str]], total: int, progress: Progress) -> Iterator[tuple[Table, str]]:
    for done, (table, line) in enumerate(rows):
        if done % 100 == 0:
            progress(done / total, table.name)
        yield table, line


def _told(lines: Iterable[str]) -> Iterator[tuple[Table | None, str]]:
    """Rows with their tables; a line about the file itself comes without a table."""
    table: Table | None = None
    for line in lines:
        if line.startswith("["):
            assert table is not None
            yield table, line
        elif line.startswith('{"table":'):
            table = _METADATA.tables[json.loads(line)["table"]]
        else:
            yield None, line
