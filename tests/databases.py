"""Databases to test on: made empty or as copies of one that is filled already, and gone after the test.

SQLite files are copied; PostgreSQL copies a database it is told to take as a template. Building one takes seconds,
copying it a moment; thousands of them, kept, would fill a disk. All processes of a run share what is to be copied.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar
from uuid import uuid4

from sqlalchemy import Engine, create_engine, make_url, text

from app.db.engine import Database
from app.db.migrate import upgrade
from tests.shared import once

Kind = Literal["sqlite", "postgresql"]
_Told = TypeVar("_Told")


@dataclass(eq=False)
class Server:
    """Where databases of one kind are made: a folder for SQLite, a server for PostgreSQL."""

    kind: Kind
    folder: Path
    address: str | None = None

    @cached_property
    def _engine(self) -> Engine:
        assert self.address
        return create_engine(self.address, isolation_level="AUTOCOMMIT")

    def new(self, template: str | None = None) -> str:
        """The address of a new database: empty, or a copy of another that nobody is using."""
        name = f"t{uuid4().hex}"
        if self.kind == "sqlite":
            path = self.folder / f"{name}.db"
            if template:
                shutil.copyfile(name_of(template), path)
            return f"sqlite:///{path}"
        assert self.address
        # copying files is quicker than writing a log of them, where nothing waits for the disk
        source = f" TEMPLATE {name_of(template)} STRATEGY FILE_COPY" if template else ""
        self.tell(f"CREATE DATABASE {name}{source}")
        return self.address.replace("/postgres?", f"/{name}?")

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        if self.kind == "sqlite":
            for rest in Path(name_of(url)).parent.glob(f"{Path(name_of(url)).name}*"):
                rest.unlink()
        else:
            self.tell(f"DROP DATABASE {name_of(url)} WITH (FORCE)")

    @contextmanager
    def lent(self, template: str | None = None) -> Iterator[str]:
        """The address of a new database, for a while."""
        url = self.new(template)
        try:
            yield url
        finally:
            self.drop(url)

    def template(self, name: str, fill: Callable[[Database], _Told] | None = None) -> tuple[str, _Told | None]:
        """A migrated database to copy, filled when it is first asked for by this name, and what `fill` told of it."""
        return once(f"{self.kind} {name}", lambda: self._filled(fill))

    def _filled(self, fill: Callable[[Database], _Told] | None) -> tuple[str, _Told | None]:
        url = self.new(self.template("blank")[0] if fill else None)
        database = Database(url)
        upgrade(database)
        told = fill(database) if fill else None
        database.close()  # the last connection to leave folds SQLite's write-ahead log into the file
        return url, told

    def tell(self, statement: str) -> None:
        """Have the PostgreSQL server do something outside of any transaction."""
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        """Let go of the server."""
        if self.address:
            self._engine.dispose()


def name_of(url: str) -> str:
    """The name of the database that an address leads to: a file's path on SQLite."""
    return str(make_url(url).database)
