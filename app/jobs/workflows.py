"""The workflows themselves. Each is one step that writes its result in one transaction, so repeating it is harmless."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from dbos import DBOS

from app.core.errors import AppError
from app.db.engine import Database
from app.services import fairness as _fairness  # noqa: F401 - its kind of job is registered
from app.services import jobs, matching, scheduling
from app.services import outlook as _outlook  # noqa: F401 - its kinds of job are registered
from app.services import transfers as _transfers  # noqa: F401 - its kinds of job are registered

HandOut = Callable[[UUID, int, bool], None]
_bound: tuple[Database, HandOut] | None = None


def bind(database: Database, hand_out: HandOut) -> None:
    """Say which database the workflows of this process work on, and how they give shards to the workers."""
    global _bound
    _bound = database, hand_out


def release() -> None:
    """The queue of this process closes."""
    global _bound
    _bound = None


def _here() -> tuple[Database, HandOut]:
    if _bound is None:
        raise RuntimeError("the job queue of this process is closed")
    return _bound


@DBOS.step(name="match")
def _match(run_id: str) -> None:
    database, hand_out = _here()
    try:
        matching.execute(database, UUID(run_id), hand_out=hand_out)
    except AppError:
        return  # recorded on the run's row, in words; the workflow itself did its work


@DBOS.workflow(name="match_run")
def match_run(run_id: str) -> None:
    """Score an event."""
    _match(run_id)


@DBOS.step(name="shard")
def _shard(run_id: str, number: int) -> None:
    try:
        matching.execute_shard(_here()[0], UUID(run_id), number)
    except AppError:
        return


@DBOS.workflow(name="match_shard")
def match_shard(run_id: str, number: int) -> None:
    """Explain the pairs of some requests of a match run."""
    _shard(run_id, number)


@DBOS.step(name="schedule")
def _schedule(schedule_id: str) -> None:
    try:
        scheduling.build(_here()[0], UUID(schedule_id))
    except AppError:
        return


@DBOS.workflow(name="schedule_build")
def schedule_build(schedule_id: str) -> None:
    """Build a schedule."""
    _schedule(schedule_id)


@DBOS.step(name="job")
def _job(job_id: str) -> None:
    try:
        jobs.execute(_here()[0], UUID(job_id))
    except AppError:
        return


@DBOS.workflow(name="job")
def job(job_id: str) -> None:
    """Do some other background work: an import, an export."""
    _job(job_id)
