"""Background work other than match runs and schedule builds: imports, exports and the like, each a row with progress.

A kind of job is a function from its row to a result for whoever asked. It writes its effect and the state `done` in one
transaction (`Done.write`), so that a job that is repeated after a crash has its effect once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.db.engine import Database, WriteSession
from app.db.models import Event, Job
from app.db.queries.scoped import fetch
from app.services import runs
from app.services.access import Actor
from app.services.audit import record


@dataclass(frozen=True)
class Done:
    """What a job came to: its result as JSON, and what is to be written together with it."""

    result: dict[str, Any] = field(default_factory=dict)
    write: Callable[[WriteSession, Job], dict[str, Any] | None] | None = None


Work = Callable[[Database, Job, runs.Progress], Done]
#: kind → the work; modules of services add theirs with `job`
KINDS: dict[str, Work] = {}


def job(kind: str) -> Callable[[Work], Work]:
    """Register a function as the work of a kind of job."""

    def register(work: Work) -> Work:
        KINDS[kind] = work
        return work

    return register


def actor_of(row: Job) -> Actor:
    """On whose behalf a job runs: who started it."""
    started = row.parameters["by"]
    organisation = started.get("organisation_id")
    return Actor(
        row.tenant_id,
        started["role"],
        UUID(organisation) if organisation else None,
        "job",
        row.id,
    )


def start_job(session: Session, actor: Actor, kind: str, event: Event | None, parameters: dict[str, Any]) -> Job:
    """Record that work is to be done; a worker takes it from there. Hand its id to the queue after the commit."""
    assert kind in KINDS, kind
    by = {"role": actor.role, "organisation_id": str(actor.organisation_id) if actor.organisation_id else None}
    row = Job(
        tenant_id=actor.tenant_id,
        event_id=event.id if event else None,
        kind=kind,
        parameters={**parameters, "by": by},
    )
    session.add(row)
    session.flush()
    record(session, actor, f"{kind}.started", event_id=row.event_id, target_id=row.id)
    return row


def find_job(session: Session, actor: Actor, job_id: UUID) -> Job:
    """Return a job; enterprises and buyers see those that were started for their own organisation."""
    row = fetch(session, Job, job_id, actor.tenant_id)
    if not actor.is_staff and row.parameters["by"].get("organisation_id") != str(actor.organisation_id):
        raise NotFoundError(f"There is no job {job_id}.")
    return row


def execute(database: Database, job_id: UUID, listener: runs.Progress | None = None) -> None:
    """Do the work of a job; safe to call again after any crash. An error is recorded on its row."""

    def work(report: runs.Progress) -> None:
        with database.read() as session:
            row = session.get_one(Job, job_id)
        done = KINDS[row.kind](database, row, report)
        database.run(lambda session: _write(session, job_id, done))

    runs.perform(database, Job, job_id, work, listener)


def _write(session: WriteSession, job_id: UUID, done: Done) -> None:
    row = runs.finish(session, Job, job_id)
    if row is None:
        return
    more = done.write(session, row) if done.write else None
    row.result = {**done.result, **(more or {})}
