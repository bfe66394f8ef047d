"""The job queue of one process: started with the service or a command, closed with it.

Match runs and schedule builds are DBOS workflows whose id is the id of their row. The row is written first, in the
caller's transaction, and the workflow is queued after the commit; what falls between the two, and what a killed
process leaves behind, is picked up by the sweep: at the start and every few seconds.

A large match run hands its shards to a queue of their own, from which every process takes one at a time, the one that
sees the run through included; it also hands out again what a killed process had taken.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from contextvars import Context
from importlib.metadata import version
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self
from uuid import UUID

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy.engine import make_url

from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Job, MatchRun, Schedule
from app.jobs import older_sqlite, workflows
from app.services import runs
from app.services.chores import CHORES

QUEUE, SHARDS, JOBS = "runs", "shards", "jobs"
SWEEP_SECONDS = 5.0
_log = logging.getLogger(__name__)


class JobQueue:
    """Runs workflows in this process, beside any number of other processes on the same queue.

    Use as a context manager. One process holds one queue at a time.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._url = settings.jobs_database_url
        self._settings = settings
        self._database = database
        self._stop = threading.Event()
        self._sweeper = threading.Thread(target=self._sweep_now_and_then, name="job sweep", daemon=True)
        self._housekeeper = threading.Thread(target=self._do_chores, name="chores", daemon=True)

    def __enter__(self) -> Self:
        url = make_url(self._url)
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        workflows.bind(self._database, self.shard, self._stop)
        older_sqlite.provide()
        self._dbos = DBOS(
            config=DBOSConfig(
                name="fairmatch",
                system_database_url=self._url,
                # An id of its own for every process: with a shared one, a second process would take the first one's
                # running jobs for its own unfinished ones. What a dead process leaves behind, the sweep finds.
                executor_id=f"{os.getpid()}-{secrets.token_hex(4)}",
                application_version=version("fairmatch"),
                log_level="ERROR",
            )
        )
        try:
            DBOS.launch()
            for name in (QUEUE, SHARDS, JOBS):
                DBOS.register_queue(name, worker_concurrency=1, polling_interval_sec=0.2)
            self._sweeper.start()
            self._housekeeper.start()
        except BaseException:  # Ctrl-C, say: threads that have begun would work on, and the process with them
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in (self._sweeper, self._housekeeper):
            if thread.ident is not None:
                thread.join()
        self._leave_to_others()
        DBOS.destroy()
        workflows.release()

    def _leave_to_others(self) -> None:
        """Let go of the threads whose workflow another process took over: they ask every second whether it is done,
        beyond the end of the queue, and this process would not end before the other had."""

        def ended(*_: object, **__: object) -> NoReturn:
            raise SystemExit  # ends the thread only

        self._dbos._sys_db.check_workflow_result = ended  # type: ignore[method-assign]

    def match(self, run_id: UUID) -> None:
        """Queue a match run; a second call for the same run changes nothing."""
        with SetWorkflowID(str(run_id)):
            DBOS.enqueue_workflow(QUEUE, workflows.match_run, str(run_id))

    def schedule(self, schedule_id: UUID) -> None:
        """Queue a schedule build; a second call for the same one changes nothing."""
        with SetWorkflowID(str(schedule_id)):
            DBOS.enqueue_workflow(QUEUE, workflows.schedule_build, str(schedule_id))

    def job(self, job_id: UUID) -> None:
        """Queue other background work; a second call for the same one changes nothing."""
        with SetWorkflowID(str(job_id)):
            DBOS.enqueue_workflow(JOBS, workflows.job, str(job_id))

    def shard(self, run_id: UUID, number: int, again: bool) -> None:
        """Queue a shard of a match run; `again` takes it from a process that has died with it."""
        # Outside the workflow that asks: what is left of a run is for its rows to say, not for the workflow's record.
        Context().run(self._shard, run_id, number, again)

    def _shard(self, run_id: UUID, number: int, again: bool) -> None:
        # Each attempt is a workflow of its own: a process that is slow rather than dead keeps the one it has, and ends.
        for attempt in count():
            key = f"{run_id}.{number}.{attempt}"
            status = DBOS.get_workflow_status(key)
            if status is None:
                with SetWorkflowID(key):
                    DBOS.enqueue_workflow(SHARDS, workflows.match_shard, str(run_id), number)
                return
            if status.status == "ENQUEUED" or not again:
                return
            if status.status == "PENDING":
                _log.warning("shard %d of run %s was left by a process that died", number, run_id)
                DBOS.cancel_workflow(key)

    def sweep(self) -> int:
        """Start what was recorded and never started, resume what died; return how many."""
        with self._database.read() as session:
            matches = runs.abandoned(session, MatchRun)
            schedules = runs.abandoned(session, Schedule)
            others = runs.abandoned(session, Job)
        for run_id in matches:
            self._revive(run_id, QUEUE)
            self.match(run_id)
        for run_id in schedules:
            self._revive(run_id, QUEUE)
            self.schedule(run_id)
        for run_id in others:
            self._revive(run_id, JOBS)
            self.job(run_id)
        return len(matches) + len(schedules) + len(others)

    def _revive(self, run_id: UUID, queue: str) -> None:
        status = DBOS.get_workflow_status(str(run_id))
        if status is None or status.status in ("ENQUEUED", "DELAYED"):
            return
        if status.status == "PENDING":
            _log.warning("run %s was left by a process that died; it goes on here", run_id)
            DBOS.resume_workflow(str(run_id), queue_name=queue)
        else:  # its row came back from a backup, or its end could not be written
            _log.warning("run %s is unfinished, though the queue has ended it; it starts again", run_id)
            DBOS.delete_workflow(str(run_id))

    def _do_chores(self) -> None:
        due = dict.fromkeys(CHORES, 0.0)
        while not self._stop.wait(1.0):
            for chore, at in due.items():
                if self._stop.is_set() or time.monotonic() < at:
                    continue
                try:
                    chore.work(self._database, self._settings)
                except Exception:  # noqa: BLE001 - a chore that fails once is done the next time
                    _log.exception("the chore %r failed; it is tried again", chore.name)
                due[chore] = time.monotonic() + chore.seconds

    def _sweep_now_and_then(self) -> None:
        while True:
            try:
                self.sweep()
            except Exception:  # noqa: BLE001 - a sweep that fails once must not be the last
                _log.exception("the sweep for abandoned runs failed; it tries again")
            if self._stop.wait(SWEEP_SECONDS):
                return
