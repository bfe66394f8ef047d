"""Schedules: build one, follow it, read it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, EventName, Lang, Queue, Reading, Writing, created_at
from app.api.schemas.common import Run
from app.api.schemas.schedules import ScheduleIn, ScheduleOut
from app.services.current import make_current
from app.services.events import find_event
from app.services.publishing.schedules import schedule_view
from app.services.scheduling import start_schedule

router = idempotency.router("schedules")


@router.post(
    "/events/{event_id}/schedules",
    summary="Build a schedule",
    status_code=202,
    response_model=Run,
    responses={202: created_at("/api/v1/schedules/{schedule_id}")},
)
def build(
    event_id: EventName,
    actor: Caller,
    body: Annotated[ScheduleIn, Depends(JsonBody(ScheduleIn, optional=True, example={"seed": 0, "time_limit": 20}))],
    session: Writing,
    queue: Queue,
    after: BackgroundTasks,
    response: Response,
) -> Any:
    """Start building a schedule from the last match run; follow it at `status_url`."""
    row = start_schedule(
        session,
        actor,
        find_event(session, actor, event_id),
        seed=body.seed,
        steps=body.steps,
        time_limit=body.time_limit,
        objective=body.objective.model_dump(by_alias=True, exclude_unset=True) if body.objective else None,
        make_current=body.make_current,
    )
    after.add_task(queue.schedule, row.id)  # runs once the answer is sent, so after the commit
    response.headers["Location"] = f"/api/v1/schedules/{row.id}"
    return {"id": row.id, "status_url": response.headers["Location"]}


@router.get("/schedules/{schedule_id}", summary="Read a schedule", response_model=ScheduleOut)
def read(schedule_id: UUID, actor: Caller, session: Reading, lang: Lang = "en") -> Any:
    """A schedule as it stands: while it is built its progress, then its meetings, bound, gap, and who was left out.

    Enterprises and buyers see their own meetings only, of a schedule that has been published, and as it was published.
    """
    return schedule_view(session, actor, schedule_id, lang)


@router.post(
    "/schedules/{schedule_id}/make-current", summary="Make a schedule current", response_model=ScheduleOut,
    responses={409: {}},
)  # fmt: skip
def choose(schedule_id: UUID, actor: Caller, session: Writing, lang: Lang = "en") -> Any:
    """Let a finished schedule be the one that bookings act on and that is published next.

    409 where meetings that are locked or have begun in the current one stand elsewhere in it.
    """
    return schedule_view(session, actor, make_current(session, actor, schedule_id).id, lang)
