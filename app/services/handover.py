"""Handing runs to the queue once their rows are committed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

_log = logging.getLogger(__name__)


class Jobs(Protocol):
    """The queue that starts match runs, schedule builds and other jobs once their rows are committed."""

    def match(self, run_id: UUID) -> None: ...
    def schedule(self, schedule_id: UUID) -> None: ...
    def job(self, job_id: UUID) -> None: ...


class Handover:
    """Hand a run to the queue of this process, if it has one; what is not handed over, the next sweep finds."""

    def __init__(self, jobs: Jobs | None) -> None:
        self._jobs = jobs

    def match(self, run_id: UUID) -> None:
        self._hand_over(run_id, self._jobs.match if self._jobs else None)

    def schedule(self, schedule_id: UUID) -> None:
        self._hand_over(schedule_id, self._jobs.schedule if self._jobs else None)

    def job(self, job_id: UUID) -> None:
        self._hand_over(job_id, self._jobs.job if self._jobs else None)

    def _hand_over(self, run_id: UUID, start: Callable[[UUID], None] | None) -> None:
        if start is None:
            return
        try:
            start(run_id)
        except Exception:  # noqa: BLE001 - the run is recorded; it must not fail because the queue is slow to take it
            _log.exception("run %s could not be queued; the next sweep starts it", run_id)
