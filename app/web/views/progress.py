"""How far long work has come: a page that can be left and come back to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import JSONResponse, Response

from app.core.errors import NotFoundError
from app.db.models import Event, Job, MatchRun, Schedule
from app.domain.access import ROLES, RUNNERS
from app.services import history
from app.services.runs import ENDED
from app.web import sentences
from app.web.deps import Asked, Pages, Reading, Writing
from app.web.page import HEADERS, own_address

router = Pages(roles=ROLES)
_KINDS: dict[str, Any] = {"match-run": MatchRun, "schedule": Schedule, "job": Job}


def _model(kind: str) -> Any:
    if kind not in _KINDS:
        raise NotFoundError(f"There is no long work of kind {kind!r}.")
    return _KINDS[kind]


def follow(kind: str, run_id: UUID, after: str) -> str:
    """The address where a run is followed; from there one goes on to `after` when it is done."""
    return f"/progress/{kind}/{run_id}?next={after}"


@router.page("/progress/{kind}/{run_id}")
def show(kind: str, run_id: UUID, page: Asked, session: Reading) -> Response:
    run = history.visible(session, page.actor, _model(kind), run_id)
    after = own_address(page.request.query_params.get("next"), "/")
    if run.state == "done":
        return page.to(after)
    event = session.get(Event, run.event_id) if run.event_id else None
    return page.render("progress/progress.html", run=run, kind=kind, after=after, event=event, ended=run.state in ENDED)


@router.page("/progress/{kind}/{run_id}/state")
def state(kind: str, run_id: UUID, page: Asked, session: Reading) -> Response:
    """For the page's script: `{state, progress, stage, text}`."""
    run = history.visible(session, page.actor, _model(kind), run_id)
    told = {"state": run.state, "progress": round(run.progress, 3), "text": sentences.plain(run.stage, page.lang)}
    return JSONResponse(told, headers=HEADERS)


@router.deed("/progress/{kind}/{run_id}/cancel", roles=RUNNERS)
def cancel(kind: str, run_id: UUID, page: Asked, session: Writing) -> Response:
    run = history.cancel(session, page.actor, _model(kind), run_id)
    event = session.get(Event, run.event_id) if run.event_id else None
    return page.to(f"/events/{event.code}" if event else "/", page.say("Called off. Nothing was changed."))
