"""The life of a match run or a schedule build: queued, running, done, failed.

The row is the truth and the queue its servant: a row that is queued but was never started, or running without a sign
of life, is started again by a sweep. Results are written in one transaction together with the state `done`, so a run
that is repeated after a crash has its effect once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Update, func, or_, select, update
from sqlalchemy.orm import Session

from app.core.errors import AppError, ConflictError, NotFoundError, NotReadyError
from app.db.engine import Database
from app.db.models import Job, MatchRun, Schedule
from app.db.models.runs import STATES

RunRow = TypeVar("RunRow", MatchRun, Schedule, Job)
Progress = Callable[[float, str], None]
_BEAT_SECONDS = 2.0
ENDED = ("done", "failed", "cancelled")
#: without a sign of life for this long, a run is taken to have died with its process
STALE_AFTER = timedelta(seconds=20)

#: so often a run is begun: what dies with its process each time would take the next one along as well
ATTEMPTS = 3
_GIVEN_UP = (
    f"The process that worked on this died {ATTEMPTS} times before it was done, as happens when memory runs out; it is "
    "not tried again. See what the log of the service and of the machine say, give it more memory or less to do, and "
    "start it anew."
)

#: what waits for this long was perhaps never queued; to queue it twice does no harm
WAITING_AFTER = timedelta(seconds=3)


def silent(_share: float, _stage: str) -> None:
    """Listen to no progress."""


def _now() -> datetime:
    return datetime.now(UTC)


def clock(session: Session) -> datetime:
    """The time by which signs of life are given and judged: the database's, as machines may go wrong by minutes."""
    if session.get_bind().dialect.name == "sqlite":  # a file, so all are on this machine
        return _now()
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now


def silent_since(sign: Any, now: datetime) -> ColumnElement[bool]:
    """Whether a column of signs of life has an old one; or one of the future, from before the clock was put back."""
    found: ColumnElement[bool] = or_(sign < now - STALE_AFTER, sign > now + STALE_AFTER)
    return found


def begin(database: Database, model: type[RunRow], run_id: UUID) -> bool:
    """Mark a run as running; False when it has ended already, or ends here as one that kills its workers."""

    def work(session: Session) -> bool:
        run = session.get(model, run_id, with_for_update=True)
        if run is None:
            raise NotFoundError(f"There is no run {run_id}.")
        if run.state in ENDED:
            return False
        if run.attempts >= ATTEMPTS:
            give_up(session, model, run_id)
            return False
        run.attempts += 1
        run.state, run.heartbeat_at = "running", clock(session)
        run.started_at = run.started_at or run.heartbeat_at
        return True

    return database.run(work)


class CancelledError(Exception):
    """Somebody has cancelled the run: leave the work where it is."""


class Heart:
    """Reports progress of long work and keeps its row alive from a thread of its own.

    `sign` makes the update of the row that shows it, from the share that is done and the stage; its `heartbeat_at` is
    set here. Where it finds no row that is running, the run was cancelled, and the next report raises CancelledError.
    """

    def __init__(
        self,
        database: Database,
        sign: Callable[[float, str], Update],
        name: str,
        listener: Progress | None = None,
    ) -> None:
        self._database = database
        self._sign = sign
        self._listener = listener
        self._state = (0.0, "")
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=name, daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self._report

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _report(self, share: float, stage: str) -> None:
        if self._lost.is_set():
            raise CancelledError
        self._state = (min(1.0, max(0.0, share)), stage)
        if self._listener:
            self._listener(*self._state)

    def _beat(self) -> None:
        while not self._stop.wait(_BEAT_SECONDS):
            with suppress(NotReadyError):  # a database that is busy once must not be the end of it
                if not self._database.run(self._give_sign):
                    self._lost.set()
                    return

    def _give_sign(self, session: Session) -> int:
        sign = self._sign(*self._state).values(heartbeat_at=clock(session))
        return rows(session.execute(sign))


def rows(result: Any) -> int:
    """How many rows a change has changed."""
    return int(result.rowcount)


def perform(
    database: Database,
    model: type[RunRow],
    run_id: UUID,
    work: Callable[[Progress], None],
    listener: Progress | None = None,
) -> None:
    """Do the work of a run, unless it has ended already; safe to call again after any crash.

    An error is recorded on the row as the reason the run failed, and raised. Work that is cancelled ends at its next
    report. An attempt that is left because the process is to end does not count.
    """
    if not begin(database, model, run_id):
        return

    def sign(share: float, stage: str) -> Update:
        told = {"progress": share, "stage": stage[:120]}
        return update(model).where(model.id == run_id, model.state == "running").values(told)

    with Heart(database, sign, f"run {run_id}", listener) as report:
        try:
            work(report)
        except CancelledError:
            return
        except Exception as error:
            fail(database, model, run_id, error)
            raise
        except BaseException:
            left = update(model).where(model.id == run_id, model.state == "running", model.attempts > 0)
            database.run(lambda session: session.execute(left.values(attempts=model.attempts - 1)))
            raise


def finish(session: Session, model: type[RunRow], run_id: UUID) -> RunRow | None:
    """Lock a run to write its result; None when another attempt has written it already."""
    run = session.get(model, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.state != "running":
        return None
    run.state, run.progress, run.stage, run.finished_at = "done", 1.0, "", _now()
    return run


def fail(database: Database, model: type[RunRow], run_id: UUID, error: Exception) -> None:
    """Record why a run ended without a result, in words for the organiser."""
    said = error.message if isinstance(error, AppError) else f"An unexpected error: {type(error).__name__}: {error}"
    database.run(lambda session: _fail(session, model, run_id, said))


def give_up(session: Session, model: type[RunRow], run_id: UUID) -> None:
    """Let a run fail that has killed its workers often enough."""
    _fail(session, model, run_id, _GIVEN_UP)


def _fail(session: Session, model: type[RunRow], run_id: UUID, said: str) -> None:
    session.execute(
        update(model)
        .where(model.id == run_id, model.state.in_(("queued", "running")))
        .values(state="failed", error=said[:2000], finished_at=_now())
    )


def cancel(session: Session, run: RunRow) -> None:
    """Call a run off: what waits never starts, what runs ends within seconds and leaves nothing behind.

    Raises
    ------
    ConflictError
        The run has ended.
    """
    asked = update(type(run)).where(type(run).id == run.id, type(run).state.in_(("queued", "running")))
    if not rows(session.execute(asked.values(state="cancelled", finished_at=_now()))):
        session.refresh(run)
        raise ConflictError(f"It is too late to cancel this: it is {run.state}.")
    session.refresh(run)


def abandoned(session: Session, model: type[RunRow]) -> list[UUID]:
    """Return runs that nobody works on: queued and never started, or running without a sign of life."""
    waiting = (model.state == "queued") & (model.created_at < _now() - WAITING_AFTER)
    old = silent_since(model.heartbeat_at, clock(session))
    silent = (model.state == "running") & or_(model.heartbeat_at.is_(None), old)
    return list(session.scalars(select(model.id).where(or_(waiting, silent)).order_by(model.id)))


def by_state(session: Session) -> dict[tuple[str, str], int]:
    """Count the runs of all tenants by kind and state, those with none included."""
    models = (MatchRun, Schedule, Job)
    found = dict.fromkeys(((model.__tablename__, state) for model in models for state in STATES), 0)
    for model in models:
        for state, number in session.execute(select(model.state, func.count()).group_by(model.state)):
            found[model.__tablename__, state] = number
    return found


def wait(database: Database, model: type[RunRow], run_id: UUID, on_progress: Progress | None = None) -> RunRow:
    """Wait until a run has ended and return its row."""
    while True:
        with database.read() as session:
            run = session.get(model, run_id)
            if run is None:
                raise NotFoundError(f"There is no run {run_id}.")
            if run.state in ENDED:
                return run
            if on_progress:
                on_progress(run.progress, run.stage)
        time.sleep(0.1)
