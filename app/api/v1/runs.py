"""Match runs: score every pair of an event."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, EventName, Queue, Reading, Writing, created_at
from app.api.schemas.common import Run
from app.api.schemas.ranking import MatchRunIn, MatchRunOut
from app.services import lookups
from app.services.events import find_event
from app.services.matching import start_run

router = idempotency.router("match runs")


@router.post(
    "/events/{event_id}/match-runs",
    summary="Match an event",
    status_code=202,
    response_model=Run,
    responses={202: created_at("/api/v1/match-runs/{run_id}")},
)
def start(
    event_id: EventName,
    actor: Caller,
    body: Annotated[MatchRunIn, Depends(JsonBody(MatchRunIn, optional=True))],
    session: Writing,
    queue: Queue,
    after: BackgroundTasks,
    response: Response,
) -> Any:
    """Start scoring every pair of an event; follow the run at `status_url`."""
    run = start_run(session, actor, find_event(session, actor, event_id), as_of=body.as_of, evenness=body.evenness)
    after.add_task(queue.match, run.id)  # runs once the answer is sent, so after the commit
    response.headers["Location"] = f"/api/v1/match-runs/{run.id}"
    return {"id": run.id, "status_url": response.headers["Location"]}


@router.get("/match-runs/{run_id}", summary="Follow a match run", response_model=MatchRunOut)
def read(run_id: UUID, actor: Caller, session: Reading) -> Any:
    """How far a match run has come."""
    return lookups.match_run(session, actor, run_id)
