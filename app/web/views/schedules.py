"""Build schedules, choose how evenly, say which one is current."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import BackgroundTasks
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.db.models import Event, Job
from app.domain.access import RUNNERS, STAFF
from app.services import boards, fairness
from app.services.current import make_current
from app.services.events import find_event
from app.services.problems import current_schedule, last_match_run
from app.services.scheduling import start_schedule
from app.web.deps import Asked, Pages, Queue, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page, Undo
from app.web.reasons import refused
from app.web.views.progress import follow

router = Pages(roles=STAFF)
_MOST = 20
_WEIGHTS = ("break", "idle", "place_change")


@router.page("/events/{code}/schedule/builds")
def builds(code: str, page: Asked, session: Reading) -> Response:
    """All schedules of the edition, a form for the next one, and value against evenness."""
    event = find_event(session, page.actor, code)
    asked = page.request.query_params
    filled = {"seconds": "20", "seed": "0", "floor": asked.get("floor", ""), "draft": asked.get("draft", "")}
    return _shown(page, session, event, Form.filled(filled, page.lang))


def _shown(page: Page, session: Session, event: Event, form: Form) -> Response:
    cursor = page.request.query_params.get("cursor") or ""
    first = int(cursor) if cursor.isdecimal() and len(cursor) < 7 else 0
    rows = boards.builds(session, event, first=first, most=_MOST + 1)
    curve = fairness.last_curve(session, event)
    return page.render(
        "schedule/builds.html", form.status, event=event, form=form, rows=rows[:_MOST],
        next=str(first + _MOST) if len(rows) > _MOST else None, curve=_curve(curve) if curve else None,
        ranked=last_match_run(session, event.id), current=current_schedule(session, event.id),
    )  # fmt: skip


def _curve(row: Job) -> dict[str, Any]:
    """The points of a curve, with where they stand in a picture of 100 by 40: more even to the right, more value up."""
    points = [dict(one) for one in (row.result or {}).get("points", [])]
    top = max((one["value"] for one in points), default=0) or 1
    low = min((one["value"] for one in points), default=0)
    most, span = max((one["floor"] for one in points), default=0) or 1, (top - low) or 1
    for one in points:
        one["kept"] = one["value"] / top
        one["x"], one["y"] = round(46 + 500 * one["floor"] / most, 1), round(20 + 140 * (top - one["value"]) / span, 1)
    return {"points": points, "at": row.finished_at, "seconds": row.parameters["seconds"], "top": top, "low": low}


@router.deed("/events/{code}/schedule/builds", roles=RUNNERS)
def build(
    code: str, page: Asked, session: Writing, form: Sent, queue: Queue, after: BackgroundTasks
) -> Response:  # fmt: skip
    """Start building; the page follows it."""
    event = find_event(session, page.actor, code)
    seconds = form.number("seconds", least=0.1, most=3600)
    seed, floor = form.integer("seed", most=2**31 - 1), form.integer("floor", most=1000)
    weights = {name: form.number(name, most=1000) for name in _WEIGHTS}
    draft = form.yes("draft")
    if form.right:
        with form.attempt(session):
            row = start_schedule(
                session, page.actor, event, seed=seed or 0, time_limit=seconds or 20.0, make_current=not draft,
                objective={name: value for name, value in weights.items() if value is not None} or None,
                floor=floor or 0,
            )  # fmt: skip
        if form.right:
            after.add_task(queue.schedule, row.id)
            where = f"/events/{event.code}/schedule"
            draft_page = f"{where}/difference?schedule={row.id}"
            return page.to(follow("schedule", row.id, draft_page if draft else where))
    return _shown(page, session, event, form)


@router.deed("/events/{code}/schedule/curve", roles=RUNNERS)
def curve(
    code: str, page: Asked, session: Writing, form: Sent, queue: Queue, after: BackgroundTasks
) -> Response:  # fmt: skip
    """Compute plans along the dial, each within some seconds."""
    event = find_event(session, page.actor, code)
    seconds = form.number("seconds", least=0.1, most=600) or 5.0
    if form.right:
        with form.attempt(session):
            row = fairness.start_curve(session, page.actor, event, seconds=seconds)
        if form.right:
            after.add_task(queue.job, row.id)
            return page.to(follow("job", row.id, f"/events/{event.code}/schedule/builds#curve"))
    return _shown(page, session, event, form)


@router.deed("/events/{code}/schedule/current", roles=RUNNERS)
def choose(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Let a finished schedule be the current one."""
    event = find_event(session, page.actor, code)
    before, wanted = current_schedule(session, event.id), form.id("schedule")
    where = f"/events/{event.code}/schedule"
    if wanted:
        with form.attempt(session):
            make_current(session, page.actor, wanted, event)
    if not form.right:
        said = refused(page, form.refusal) if form.refusal else page.say("Choose one of those offered.")
        return page.to(f"{where}/builds", said, bad=True)
    undo = Undo(f"{where}/current", {"schedule": str(before.id)}) if before and before.id != wanted else None
    return page.to(where, page.say("This schedule is the current one now."), undo=undo)


def schedule_of(page: Page) -> UUID | None:
    """The schedule that an address names."""
    form = Form({"schedule": [page.request.query_params.get("schedule", "")]}, page.lang)
    return form.id("schedule", needed=False)
