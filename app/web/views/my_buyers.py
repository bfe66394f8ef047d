"""An enterprise's side of the ranking: which requests suit it and why, and what would lift it."""

from __future__ import annotations

from uuid import UUID

from fastapi import BackgroundTasks
from starlette.responses import Response

from app.core.errors import NotFoundError
from app.services import matching, outlook
from app.services import portal as standing
from app.services.problems import last_match_run
from app.web.deps import Asked, Pages, Queue, Reading, Writing
from app.web.portal import portal_of
from app.web.views.progress import follow

router = Pages(roles=("enterprise",))
_SHOWN = 20


@router.page("/my/buyers")
def buyers(page: Asked, session: Reading) -> Response:
    """The requests that suit this enterprise best, with the reasons of both sides."""
    portal = portal_of(page, session)
    if portal.part is None:
        return portal.none_yet("buyers")
    items, why = [], ""
    try:
        items = matching.requests_for(session, page.actor, portal.event, portal.own, limit=_SHOWN, lang=page.lang)
    except NotFoundError as error:
        why = error.message
    codes = [item["request"]["code"] for item in items]
    own = matching.supplier_reasons(session, page.actor, portal.event, portal.own, codes, lang=page.lang)
    known = standing.others(session, portal.part, {UUID(str(item["buyer"]["id"])) for item in items})
    return portal.render("buyers.html", "buyers", items=items, own=own, known=known, why=why, tab="buyers")


@router.page("/my/lifts")
def lifts(page: Asked, session: Reading) -> Response:
    """The smallest changes that would bring this enterprise most, as they were worked out for the newest ranking."""
    portal = portal_of(page, session)
    if portal.part is None:
        return portal.none_yet("buyers")
    work = outlook.newest(session, portal.event, "lifts", portal.own)
    if work is not None and work.state != "done":
        return page.to(follow("job", work.id, portal.link("/lifts")))
    return portal.render(
        "lifts.html", "buyers", found=outlook.found_in(work, page.lang), work=work, tab="lifts",
        ranked=portal.row.supplies and last_match_run(session, portal.event.id),
    )  # fmt: skip


@router.deed("/my/lifts")
def work_out(page: Asked, session: Writing, queue: Queue, after: BackgroundTasks) -> Response:
    portal = portal_of(page, session)
    work = outlook.start(session, page.actor, portal.event, "lifts", portal.own)
    after.add_task(queue.job, work.id)
    return page.to(follow("job", work.id, portal.link("/lifts")))
