"""The workflows themselves. Each is one step that writes its result in one transaction, so repeating it is harmless."""

from __future__ import annotations

from uuid import UUID

from dbos import DBOS

from app.core.errors import AppError
from app.db.engine import Database
from app.services import matching, scheduling

_bound: Database | None = None


def bind(database: Database | None) -> None:
    """Say which database the workflows of this process work on."""
    global _bound
    _bound = database


def _database() -> Database:
    if _bound is None:
        raise RuntimeError("the job queue of this process is closed")
    return _bound


@DBOS.step(name="match")
def _match(run_id: str) -> None:
    try:
        matching.execute(_database(), UUID(run_id))
    except AppError:
        return  # recorded on the run's row, in words; the workflow itself did its work


@DBOS.workflow(name="match_run")
def match_run(run_id: str) -> None:
    """Score an event."""
    _match(run_id)


@DBOS.step(name="schedule")
def _schedule(schedule_id: str) -> None:
    try:
        scheduling.build(_database(), UUID(schedule_id))
    except AppError:
        return


@DBOS.workflow(name="schedule_build")
def schedule_build(schedule_id: str) -> None:
    """Build a schedule."""
    _schedule(schedule_id)
