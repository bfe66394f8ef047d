"""Meeting requests of an edition, by state, for whoever runs it; answered on behalf of those who were asked."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from app.core.errors import NotFoundError
from app.domain.access import RUNNERS, STAFF
from app.services import meeting_requests
from app.services.events import find_event
from app.services.meeting_requests import boards
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.page import own_address
from app.web.reasons import refused

router = Pages(roles=STAFF)
_MOST = 50


@router.page("/events/{code}/meeting-requests")
def board(code: str, page: Asked, session: Reading) -> Response:
    event, asked = find_event(session, page.actor, code), page.request.query_params
    state = asked.get("state", "pending")
    state = state if state in boards.STATES else "pending"
    cursor, words = asked.get("cursor", ""), asked.get("q", "")
    first = int(cursor) if cursor.isdecimal() and len(cursor) < 7 else 0
    counts = boards.counted(session, event, words)
    rows = boards.board(session, event, state, words=words, first=first, most=_MOST)
    return page.render(
        "meeting_requests/board.html", event=event, state=state, counts=counts, rows=rows,
        next=str(first + _MOST) if first + _MOST < counts[state] else None,
    )  # fmt: skip


@router.deed("/events/{code}/meeting-requests/{request_id}/{deed}", roles=RUNNERS)
def answer(code: str, request_id: UUID, deed: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Accept or refuse for the side that was asked, take back for the other, or remind."""
    event, site = find_event(session, page.actor, code), page.settings.public_url
    said = {
        "accept": page.say("Accepted on their behalf."), "decline": page.say("Refused on their behalf."),
        "withdraw": page.say("Taken back on their behalf."), "remind": page.say("A reminder is on its way."),
    }.get(deed)  # fmt: skip
    if said is None or meeting_requests.find_request(session, page.actor, request_id).event.id != event.id:
        raise NotFoundError(f"There is no such request at {code!r}.")
    message = form.text("message", most=2000) or ""
    with form.attempt(session):
        if deed == "remind":
            boards.remind_now(session, page.actor, request_id, site)
        else:
            held = meeting_requests.hold(session, page.actor, request_id)
            act = getattr(meeting_requests, deed)
            act(session, page.actor, held, site, message=message)
    back = own_address(form["next"], f"/events/{event.code}/meeting-requests")
    if not form.right:
        told = refused(page, form.refusal) if form.refusal else next(iter(form.faults.values()))[0]
        return page.to(back, told, bad=True)
    return page.to(back, said)
