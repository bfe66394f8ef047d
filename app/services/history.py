"""Runs and jobs of the past and the present: list them, see one, call one off."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.paging import Page
from app.db.base import Base
from app.db.engine import Database
from app.db.models import Event, Job, MatchRun, Schedule
from app.db.queries.scoped import fetch, page
from app.services import runs
from app.services.access import Actor
from app.services.audit import record
from app.services.jobs import find_job

RunRow = TypeVar("RunRow", MatchRun, Schedule, Job)
_CALLED: dict[type[Base], str] = {MatchRun: "matching", Schedule: "schedule", Job: "job"}


def runs_of(
    session: Session, model: type[RunRow], event: Event, *, cursor: str | None = None, limit: int = 50
) -> Page[RunRow]:
    """The runs of an event, the oldest first."""
    return page(session, select(model).where(model.event_id == event.id), model, cursor=cursor, limit=limit)


def jobs(
    session: Session, actor: Actor, event: Event | None, *, cursor: str | None = None, limit: int = 50
) -> Page[Job]:
    """Jobs of the tenant, of one event if given; enterprises and buyers see their own."""
    asked = select(Job).where(Job.tenant_id == actor.tenant_id)
    if event is not None:
        asked = asked.where(Job.event_id == event.id)
    if not actor.is_staff:
        asked = asked.where(Job.parameters["by"]["organisation_id"].as_string() == str(actor.organisation_id))
    return page(session, asked, Job, cursor=cursor, limit=limit)


def visible(session: Session, actor: Actor, model: type[RunRow], run_id: UUID) -> RunRow:
    """Return a run; raise NotFoundError unless the caller may see it."""
    row = fetch(session, model, run_id, actor.tenant_id)
    if isinstance(row, Job):
        find_job(session, actor, run_id)
    elif not actor.is_staff:
        raise NotFoundError(f"There is no {_CALLED[model]} {run_id}.")
    return row


def seen(database: Database, actor: Actor, model: type[RunRow], run_id: UUID) -> None:
    """Raise NotFoundError unless the caller may see this run."""
    with database.read() as session:
        visible(session, actor, model, run_id)


def cancel(session: Session, actor: Actor, model: type[RunRow], run_id: UUID) -> RunRow:
    """Call a run off; raise ConflictError if it has ended."""
    row = fetch(session, model, run_id, actor.tenant_id)
    runs.cancel(session, row)
    record(session, actor, f"{_CALLED[model]}.cancelled", event_id=row.event_id, target_id=row.id)
    return row
