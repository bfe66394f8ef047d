"""Editions to test on: loaded, matched and scheduled by the services, once on each kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy.orm import undefer

from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Event, MatchRun, Schedule
from app.services import events, matching, runs, sampling, scheduling
from app.services.access import Actor, find_tenant
from tests.databases import Server

#: the same plan on every machine, and enough of a search to have something to check
STEPS = 20_000


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


def template(server: Server, name: str) -> str:
    """A database to copy, made when it is first asked for: "blank", "EDITION loaded" or "EDITION scheduled"."""
    edition, _, how = name.partition(" ")
    return server.template(name, None if name == "blank" else fill_with(edition, scheduled=how == "scheduled"))[0]


@contextmanager
def staged(server: Server, name: str, code: str = "paris-2025") -> Iterator[Stage]:
    """A copy of such a database with an edition, for a while."""
    with server.lent(template(server, name)) as url:
        database = Database(url)
        yield Stage(database, code)
        database.close()


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
