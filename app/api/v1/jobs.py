"""Long work: list it, follow it, call it off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from app.api import idempotency
from app.api.deps import CODE, Caller, Cursor, EventName, Limit, Reading, Writing
from app.api.progress import Watch
from app.api.schemas.jobs import JobItem, JobList, RunItem, RunList
from app.db.models import Job, MatchRun, Schedule
from app.services import history
from app.services.events import find_event
from app.services.jobs import find_job

router = idempotency.router("long work")


@router.get("/jobs", summary="List jobs", response_model=JobList)
def list_all(
    actor: Caller,
    session: Reading,
    event_id: Annotated[str | None, Query(pattern=CODE, description="only those of this event (id or code)")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Imports, exports and other background work; enterprises and buyers see their own."""
    event = find_event(session, actor, event_id) if event_id is not None else None
    return history.jobs(session, actor, event, cursor=cursor, limit=limit)


@router.get("/jobs/{job_id}", summary="Read a job", response_model=JobItem)
def read(job_id: UUID, actor: Caller, session: Reading) -> Any:
    """How far a job has come, and what came of it."""
    return find_job(session, actor, job_id)


@router.get("/events/{event_id}/match-runs", summary="List match runs", response_model=RunList)
def match_runs(event_id: EventName, actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """The match runs of an event."""
    return history.runs_of(session, MatchRun, find_event(session, actor, event_id), cursor=cursor, limit=limit)


@router.get("/events/{event_id}/schedules", summary="List schedules", response_model=RunList)
def schedules(event_id: EventName, actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """The schedules of an event: built, being built, and those that failed."""
    return history.runs_of(session, Schedule, find_event(session, actor, event_id), cursor=cursor, limit=limit)


_CANCELLED: dict[int | str, dict[str, Any]] = {409: {}}


@router.post("/match-runs/{run_id}/cancel", summary="Cancel a match run", response_model=RunItem, responses=_CANCELLED)
def cancel_match_run(run_id: UUID, actor: Caller, session: Writing) -> Any:
    """Call a match run off; what it has done is thrown away. 409 if it has ended."""
    return history.cancel(session, actor, MatchRun, run_id)


@router.post(
    "/schedules/{schedule_id}/cancel", summary="Cancel a schedule build", response_model=RunItem, responses=_CANCELLED
)
def cancel_schedule(schedule_id: UUID, actor: Caller, session: Writing) -> Any:
    """Call a schedule build off; what it has done is thrown away. 409 if it has ended."""
    return history.cancel(session, actor, Schedule, schedule_id)


@router.post("/jobs/{job_id}/cancel", summary="Cancel a job", response_model=JobItem, responses=_CANCELLED)
def cancel_job(job_id: UUID, actor: Caller, session: Writing) -> Any:
    """Call a job off; what it has done is thrown away. 409 if it has ended."""
    find_job(session, actor, job_id)
    return history.cancel(session, actor, Job, job_id)


async def _match_run(request: Request, run_id: UUID, actor: Caller) -> None:
    await run_in_threadpool(history.seen, request.app.state.database, actor, MatchRun, run_id)


async def _schedule(request: Request, schedule_id: UUID, actor: Caller) -> None:
    await run_in_threadpool(history.seen, request.app.state.database, actor, Schedule, schedule_id)


async def _job(request: Request, job_id: UUID, actor: Caller) -> None:
    await run_in_threadpool(history.seen, request.app.state.database, actor, Job, job_id)


def _stream(request: Request, model: Any, key: UUID) -> AsyncIterator[ServerSentEvent]:
    watch: Watch = request.app.state.watch
    return watch.follow((model, key))


@router.get(
    "/match-runs/{run_id}/progress",
    summary="Follow a match run",
    response_class=EventSourceResponse,
    dependencies=[Depends(_match_run)],
)
async def follow_match_run(run_id: UUID, request: Request) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `progress` with each change of `{state, progress, stage, error}`, then `ended`."""
    async for event in _stream(request, MatchRun, run_id):
        yield event


@router.get(
    "/schedules/{schedule_id}/progress",
    summary="Follow a schedule build",
    response_class=EventSourceResponse,
    dependencies=[Depends(_schedule)],
)
async def follow_schedule(schedule_id: UUID, request: Request) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `progress` with each change of `{state, progress, stage, error}`, then `ended`."""
    async for event in _stream(request, Schedule, schedule_id):
        yield event


@router.get(
    "/jobs/{job_id}/progress",
    summary="Follow a job",
    response_class=EventSourceResponse,
    dependencies=[Depends(_job)],
)
async def follow_job(job_id: UUID, request: Request) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `progress` with each change of `{state, progress, stage, error}`, then `ended`."""
    async for event in _stream(request, Job, job_id):
        yield event
