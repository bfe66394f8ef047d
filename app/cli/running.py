"""Run long work from the command line: through the same durable queue as the service, with progress, killable."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from app.cli.console import Session, organiser_and_event

if TYPE_CHECKING:
    from app.db.models import MatchRun, Schedule

Run = TypeVar("Run", "MatchRun", "Schedule")


def run_matching(
    state: Session, event: str, tenant: str | None, as_of: date | None = None, evenness: float = 0.0
) -> MatchRun:
    """Start a match run and wait for it; raise ConflictError with its reason if it failed."""
    from app.db.models import MatchRun
    from app.jobs.queue import JobQueue
    from app.services import matching, runs

    with state.database.write() as session:
        actor, found = organiser_and_event(session, tenant, event)
        run_id = matching.start_run(session, actor, found, as_of=as_of, evenness=evenness).id
    state.goes_on = True
    with JobQueue(state.settings, state.database) as jobs, state.progress("matching") as report:
        jobs.match(run_id)
        run = runs.wait(state.database, MatchRun, run_id, report)
    state.goes_on = False
    return ended(run)


def run_scheduling(state: Session, event: str, tenant: str | None, **options: Any) -> Schedule:
    """Start a schedule build and wait for it."""
    from app.db.models import Schedule
    from app.jobs.queue import JobQueue
    from app.services import runs, scheduling

    with state.database.write() as session:
        actor, found = organiser_and_event(session, tenant, event)
        schedule_id = scheduling.start_schedule(session, actor, found, **options).id
    state.goes_on = True
    with JobQueue(state.settings, state.database) as jobs, state.progress("scheduling") as report:
        jobs.schedule(schedule_id)
        row = runs.wait(state.database, Schedule, schedule_id, report)
    state.goes_on = False
    return ended(row)


def ended(run: Run) -> Run:
    """The run, if it came to its end."""
    from app.core.errors import ConflictError

    if run.state != "done":
        raise ConflictError(run.error or f"The run {run.id} was {run.state}.", run=str(run.id))
    return run
