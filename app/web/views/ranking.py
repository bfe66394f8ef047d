"""The ranking of an edition: the match runs, the requests with their suppliers, the suppliers with their requests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import BackgroundTasks
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.db.models import Event, MatchRun
from app.domain.access import RUNNERS, STAFF
from app.services import matching
from app.services.events import find_event
from app.services.matching.overview import SEEN
from app.services.problems import current_schedule, last_match_run
from app.services.runs import ENDED
from app.web.deps import Asked, Pages, Queue, Reading, Sent, Writing
from app.web.entries import asked_for
from app.web.forms import Form
from app.web.page import Page
from app.web.views.progress import follow

router = Pages(roles=STAFF)
_ROWS = 25
_FIRST = 20


@router.page("/events/{code}/ranking")
def ranking(code: str, page: Asked, session: Reading) -> Response:
    """Requests with their best suppliers, or (`by=supplier`) the other way round."""
    form = Form.filled({"evenness": 0}, page.lang)
    return _overview(page, session, find_event(session, page.actor, code), form)


@router.deed("/events/{code}/ranking", roles=RUNNERS)
def rank_again(
    code: str, page: Asked, session: Writing, form: Sent, queue: Queue, after: BackgroundTasks
) -> Response:  # fmt: skip
    event = find_event(session, page.actor, code)
    evenness = form.number("evenness", least=0, most=1) or 0.0
    if form.right:
        with form.attempt(session):
            run = matching.start_run(session, page.actor, event, evenness=evenness)
        if form.right:
            after.add_task(queue.match, run.id)
            return page.to(follow("match-run", run.id, f"/events/{event.code}/ranking"))
    return _overview(page, session, event, form)


@router.page("/events/{code}/ranking/{request_id}")
def request(code: str, request_id: UUID, page: Asked, session: Reading) -> Response:
    """One request: its suppliers in their order, and who was left out."""
    event = find_event(session, page.actor, code)
    limit = 100 if page.request.query_params.get("all") else _FIRST
    listed = matching.list_of(session, page.actor, event, request_id, limit=limit, lang=page.lang)
    return page.render("ranking/request.html", event=event, listed=listed, limit=limit, **_named(listed, page.lang))


@router.page("/events/{code}/ranking/{request_id}/compare")
def compare(code: str, request_id: UUID, page: Asked, session: Reading) -> Response:
    """Two to four suppliers of a request side by side."""
    event = find_event(session, page.actor, code)
    here = f"/events/{event.code}/ranking/{request_id}"
    chosen = _ids(page)
    if not 2 <= len(chosen) <= 4:
        return page.to(here, page.say("Choose two to four suppliers to put side by side."), bad=True)
    listed = matching.list_of(session, page.actor, event, request_id, limit=100, lang=page.lang)
    sides = matching.side_by_side(session, event, listed, chosen, page.lang)
    return page.render("ranking/compare.html", event=event, listed=listed, sides=sides, **_named(listed, page.lang))


def _ids(page: Page) -> list[UUID]:
    """The suppliers asked for, each once; what is no id is left out."""
    found = []
    for value in page.request.query_params.getlist("suppliers"):
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _named(listed: Any, lang: str) -> dict[str, Any]:
    return {
        "title": matching.title_of(listed.revision.document),
        "products": matching.products_of(listed.revision, lang),
        "wanted": asked_for(listed.revision.document, listed.revision.resolved, lang),
    }


def _overview(page: Page, session: Session, event: Event, form: Form) -> Response:
    asked = page.request.query_params
    runs, run = matching.recent_runs(session, event), last_match_run(session, event.id)
    by = "supplier" if asked.get("by") == "supplier" else "request"
    facts: dict[str, Any] = {"search": asked.get("q", "").strip()[:100], "unmet": asked.get("unmet") == "yes"}
    return page.render(
        "ranking/ranking.html", form.status, event=event, runs=runs, run=run, by=by, form=form, seen=SEEN, **facts,
        running=next((row for row in runs if row.state not in ENDED), None),
        begin=run is not None and page.actor.runs_events and current_schedule(session, event.id) is None,
        **(_rows(page, session, event, run, by, facts) if run else {"part": None, "unserved": 0, "unranked": 0}),
    )  # fmt: skip


def _rows(
    page: Page, session: Session, event: Event, run: MatchRun, by: str, facts: dict[str, Any]
) -> dict[str, Any]:  # fmt: skip
    begin = page.request.query_params.get("cursor", "")
    first = int(begin) if begin.isdecimal() and len(begin) < 9 else 0
    unserved = len(matching.unserved(session, event, run))
    if by == "supplier":
        found = matching.ranked_suppliers(session, event, run, search=facts["search"], begin=first, limit=_ROWS)
    else:
        found = matching.ranked_requests(
            session, event, run, search=facts["search"], unmet=facts["unmet"], begin=first, limit=_ROWS, lang=page.lang
        )
    return {"part": found, "unserved": unserved, "unranked": matching.unranked(session, event, run)}
