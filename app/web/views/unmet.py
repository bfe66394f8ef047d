"""Demand that nobody serves well, by product, and what would help."""

from __future__ import annotations

from fastapi import BackgroundTasks
from starlette.responses import Response

from app.domain.access import STAFF
from app.services import outlook
from app.services.events import find_event
from app.services.problems import last_match_run
from app.web.deps import Asked, Pages, Queue, Reading, Writing
from app.web.views.progress import follow

router = Pages(roles=STAFF)
_PRODUCTS = 25


@router.page("/events/{code}/unmet")
def unmet(code: str, page: Asked, session: Reading) -> Response:
    """As it was worked out for the newest ranking; who comes first sets it going."""
    event = find_event(session, page.actor, code)
    work = outlook.newest(session, event, "unmet")
    if work is not None and work.state != "done":
        return page.to(follow("job", work.id, f"/events/{event.code}/unmet"))
    found = outlook.found_in(work, page.lang)
    cursor = page.request.query_params.get("cursor", "")
    first = int(cursor) if cursor.isdecimal() and len(cursor) < 7 else 0
    products = found.get("products", [])
    return page.render(
        "ranking/unmet.html", event=event, found=found, work=work, ranked=last_match_run(session, event.id),
        products=products[first : first + _PRODUCTS],
        next=str(first + _PRODUCTS) if first + _PRODUCTS < len(products) else None,
    )  # fmt: skip


@router.deed("/events/{code}/unmet")
def work_out(code: str, page: Asked, session: Writing, queue: Queue, after: BackgroundTasks) -> Response:
    event = find_event(session, page.actor, code)
    work = outlook.start(session, page.actor, event, "unmet")
    after.add_task(queue.job, work.id)
    return page.to(follow("job", work.id, f"/events/{event.code}/unmet"))
