"""Demand that nobody serves well, by product, and what would help."""

from __future__ import annotations

from starlette.responses import Response

from app.core.errors import InvalidInputError
from app.domain.access import STAFF
from app.services import matching
from app.services.events import find_event
from app.web.deps import Asked, Pages, Reading

router = Pages(roles=STAFF)


@router.page("/events/{code}/unmet")
def unmet(code: str, page: Asked, session: Reading) -> Response:
    """As things are now, not as the last match run left them; empty while nobody supplies or nobody asks."""
    event = find_event(session, page.actor, code)
    try:
        found = matching.unmet_demand(session, page.actor, event, lang=page.lang)
    except InvalidInputError:
        found = None
    return page.render("ranking/unmet.html", event=event, found=found)
