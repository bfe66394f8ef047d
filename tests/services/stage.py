"""Databases to test on, each kind made once and then copied: building one takes seconds, copying it a moment.

SQLite files are copied; PostgreSQL copies a database it is told to take as a template.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import undefer

from app.core.settings import Settings
from app.db.engine import Database
from app.db.migrate import upgrade
from app.db.models import Event, MatchRun, Schedule
from app.services import events, matching, runs, sampling, scheduling
from app.services.access import Actor, find_tenant

#: the same plan on every machine, and enough of a search to have something to check
STEPS = 20_000


@dataclass
class Server:
    """Where databases of one kind are made: a folder for SQLite, a server for PostgreSQL."""

    kind: str
    folder: Path
    address: str | None = None

    @cached_property
    def _engine(self) -> Engine:
        assert self.address
        return create_engine(self.address, isolation_level="AUTOCOMMIT")

    def new(self, template: str | None = None) -> str:
        """The address of a new database: empty, or a copy of another that nobody is using."""
        name = f"s{uuid4().hex}"
        if self.kind == "sqlite":
            path = self.folder / f"{name}.db"
            if template:
                shutil.copyfile(make_url(template).database or "", path)
            return f"sqlite:///{path}"
        assert self.address
        source = f" TEMPLATE {make_url(template).database}" if template else ""
        with self._engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}{source}"))
        return self.address.replace("/postgres?", f"/{name}?")

    def close(self) -> None:
        if self.address:
            self._engine.dispose()


@dataclass
class Stage:
    """A database with an edition in it: by default the Paris one, of the tenant `demo`."""

    database: Database
    code: str = "paris-2025"
    slug: str = sampling.TENANT

    @cached_property
    def actor(self) -> Actor:
        with self.database.read() as session:
            return Actor(find_tenant(session, self.slug).id)

    @cached_property
    def event(self) -> Event:
        with self.database.read() as session:
            return events.find_event(session, self.actor, self.code)

    def settings(self, **more: object) -> Settings:
        return Settings(database_url=self.database.url, **more)  # type: ignore[arg-type]

    def match(self) -> MatchRun:
        """Run a match to its end, here."""
        with self.database.write() as session:
            run_id = matching.start_run(session, self.actor, self.event).id
        matching.execute(self.database, run_id)
        return self.run(MatchRun, run_id)

    def build(self, **options: object) -> Schedule:
        """Build a schedule to its end, here."""
        given: dict[str, object] = {"steps": STEPS} | options
        with self.database.write() as session:
            row = scheduling.start_schedule(session, self.actor, self.event, **given)  # type: ignore[arg-type]
        scheduling.build(self.database, row.id)
        return self.run(Schedule, row.id)

    def run(self, model: type[runs.RunRow], run_id: UUID) -> runs.RunRow:
        with self.database.read() as session:
            return session.get_one(model, run_id, options=[undefer("*")])


def prepare(server: Server, fill: Callable[[Database], None]) -> str:
    """Make a migrated database, fill it, let go of it, and return its address as one to copy."""
    url = server.new()
    database = Database(url)
    upgrade(database)
    fill(database)
    database.close()  # the last connection to leave folds SQLite's write-ahead log into the file
    return url


_templates: dict[tuple[str, str], str] = {}


def template(server: Server, name: str) -> str:
    """A database to copy, made when it is first asked for: "blank", "EDITION loaded" or "EDITION scheduled"."""
    key = (server.kind, name)
    if key not in _templates:
        edition, _, how = name.partition(" ")
        fill = (lambda _: None) if name == "blank" else fill_with(edition, scheduled=how == "scheduled")
        _templates[key] = prepare(server, fill)
    return _templates[key]


def fill_with(edition: str, *, scheduled: bool) -> Callable[[Database], None]:
    """Load a sample edition; match and schedule it if asked to."""

    def fill(database: Database) -> None:
        with database.write() as session:
            code = sampling.load(session, edition)
        if scheduled:
            stage = Stage(database, code)
            assert stage.match().state == "done"
            assert stage.build().state == "done"

    return fill
