"""The workflows themselves. Each is one step that writes its result in one transaction, so repeating it is harmless."""

from __future__ import annotations

import threading
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
_bound: tuple[Database, HandOut, threading.Event] | None = None


class Left(BaseException):
    """The process is to end: its work stays as it is, for another to take up."""


def bind(database: Database, hand_out: HandOut, ending: threading.Event) -> None:
    """Say which database the workflows of this process work on, how they give shards to the workers, and what is set
    when the process is to end."""
    global _bound
    _bound = database, hand_out, ending


def release() -> None:
    """The queue of this process closes."""
    global _bound
    _bound = None


def _here() -> tuple[Database, HandOut, Callable[..., None]]:
    """The database, how to hand out shards, and a listener that leaves the work where it is once the process ends:
    else the process would live on until a search of an hour is over, whoever told it to stop."""
    if _bound is None:
        raise RuntimeError("the job queue of this process is closed")
    database, hand_out, ending = _bound

    def stay(*_: object) -> None:
        if ending.is_set():
            raise Left

    return database, hand_out, stay


@DBOS.step(name="match")
def _match(run_id: str) -> None:
    database, hand_out, stay = _here()
    try:
        matching.execute(database, UUID(run_id), stay, hand_out=hand_out)
    except AppError:
        return  # recorded on the run's row, in words; the workflow itself did its work


@DBOS.workflow(name="match_run")
def match_run(run_id: str) -> None:
    """Score an event."""
    _match(run_id)


@DBOS.step(name="shard")
def _shard(run_id: str, number: int) -> None:
    database, _, stay = _here()
    try:
        matching.execute_shard(database, UUID(run_id), number, stay)
    except AppError:
        return


@DBOS.workflow(name="match_shard")
def match_shard(run_id: str, number: int) -> None:
    """Explain the pairs of some requests of a match run."""
    _shard(run_id, number)


@DBOS.step(name="schedule")
def _schedule(schedule_id: str) -> None:
    database, _, stay = _here()
    try:
        scheduling.build(database, UUID(schedule_id), stay)
    except AppError:
        return


@DBOS.workflow(name="schedule_build")
def schedule_build(schedule_id: str) -> None:
    """Build a schedule."""
    _schedule(schedule_id)


@DBOS.step(name="job")
def _job(job_id: str) -> None:
    database, _, stay = _here()
    try:
        jobs.execute(database, UUID(job_id), stay)
    except AppError:
        return


@DBOS.workflow(name="job")
def job(job_id: str) -> None:
    """Do some other background work: an import, an export."""
    _job(job_id)
