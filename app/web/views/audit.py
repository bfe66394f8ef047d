"""The audit trail of an edition, the newest entries first."""

from __future__ import annotations

from starlette.responses import Response

from app.domain.access import STAFF
from app.services import audit
from app.services.events import find_event
from app.web.deeds import DEEDS
from app.web.deps import Asked, Pages, Reading

router = Pages(roles=STAFF)


@router.page("/events/{code}/audit")
def trail(code: str, page: Asked, session: Reading) -> Response:
    asked = page.request.query_params
    event = find_event(session, page.actor, code)
    deed = asked.get("deed", "").strip()[:64]
    found = audit.trail(
        session, page.actor, event_id=event.id, deed=deed or None, cursor=asked.get("cursor") or None, newest=True
    )
    return page.render(
        "audit/trail.html", deeds=DEEDS, event=event, entries=found.items, next=found.next, deed=deed,
        doers=audit.doers(session, found.items),
    )  # fmt: skip
