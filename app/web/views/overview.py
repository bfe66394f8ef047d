"""The first page of an edition: what is done, what is next, and the way there."""

from __future__ import annotations

from starlette.responses import Response

from app.core.clock import utc_now
from app.domain.access import STAFF
from app.domain.phases import phase_of
from app.services import lookups, overview
from app.services.events import find_event
from app.web.deps import Asked, Pages, Reading

router = Pages(roles=STAFF)
_PATHS = {"Job": "job", "MatchRun": "match-run", "Schedule": "schedule"}


@router.page("/events/{code}")
def show(code: str, page: Asked, session: Reading) -> Response:
    event = find_event(session, page.actor, code)
    edition = lookups.edition(session, event, ())
    now = utc_now()
    told = overview.overview(session, event)
    return page.render(
        "overview/overview.html", event=event, edition=edition, told=told, now=now, phase=phase_of(edition.phases, now),
        kinds={row.id: _PATHS[type(row).__name__] for row in told.runs},
    )  # fmt: skip
