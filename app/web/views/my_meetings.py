"""Requests for meetings, received and sent: answer them, take them back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.errors import AppError, NotFoundError
from app.domain.access import PARTIES
from app.domain.meeting_requests import REQUEST_STATES
from app.services import meeting_requests
from app.services.portal import others
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import own_address
from app.web.portal import Portal, portal_of
from app.web.views.my_answers import free_slots

router = Pages(roles=PARTIES)


@router.page("/my/meeting-requests")
def show(page: Asked, session: Reading) -> Response:
    """The two boxes; what waits for an answer comes first."""
    portal = portal_of(page, session)
    if portal.part is None:
        return portal.none_yet("meetings")
    query = page.request.query_params
    box = "out" if query.get("box") == "out" else "in"
    state = query.get("state") if query.get("state") in REQUEST_STATES else None
    found = meeting_requests.list_requests(
        session, portal.event, organisation_id=portal.own, box=box, state=state, cursor=query.get("cursor"), limit=50
    )
    rows = meeting_requests.shown(session, portal.event, found.items)
    rows.sort(key=lambda row: (row["state"] != "pending", row["expires_at"]))
    return portal.render(
        "requests.html", "meetings", rows=rows, box=box, state=state, next=found.next, states=REQUEST_STATES
    )


@router.page("/my/meeting-requests/{request_id}")
def one(request_id: UUID, page: Asked, session: Reading) -> Response:
    return _one(portal_of(page, session), session, request_id, Form(lang=page.lang))


@router.deed("/my/meeting-requests/{request_id}/accept")
def accept(request_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """Say yes; with a slot it becomes a meeting at once, where the event books already."""
    portal, held = portal_of(page, session), meeting_requests.hold(session, page.actor, request_id)
    with form.attempt(session):
        row = meeting_requests.accept(
            session, page.actor, held, page.settings.public_url, message=form.text("message", most=2000) or "",
            slot=form["slot"] or None,
        )  # fmt: skip
    if not form.right:
        return _one(portal, session, request_id, form)
    name = page.name_of(held.request.sender)
    booked = page.say("You meet {name}; it stands in your timetable.", name=name)
    agreed = page.say("You have agreed to meet {name}. The next schedule finds the time.", name=name)
    return page.to(portal.link("/meeting-requests"), booked if row.meeting_id else agreed)


@router.deed("/my/meeting-requests/{request_id}/decline")
def decline(request_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    portal, held = portal_of(page, session), meeting_requests.hold(session, page.actor, request_id)
    with form.attempt(session):
        meeting_requests.decline(session, page.actor, held, page.settings.public_url, form["message"][:2000])
    if not form.right:
        return _one(portal, session, request_id, form)
    told = page.say("You have declined the request of {name}.", name=page.name_of(held.request.sender))
    return page.to(portal.link("/meeting-requests"), told)


@router.deed("/my/meeting-requests/{request_id}/withdraw")
def withdraw(request_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    portal, held = portal_of(page, session), meeting_requests.hold(session, page.actor, request_id)
    with form.attempt(session):
        meeting_requests.withdraw(session, page.actor, held, page.settings.public_url, form["message"][:2000])
    if not form.right:
        return _one(portal, session, request_id, form)
    told = page.say("Your request to {name} is withdrawn.", name=page.name_of(held.request.receiver))
    return page.to(own_address(form["next"], portal.link("/meeting-requests", box="out")), told)


@router.page("/meeting-requests/{request_id}", roles=PARTIES)
def from_letter(request_id: UUID, page: Asked, session: Reading) -> Response:
    """Where the links of letters lead."""
    found = meeting_requests.find_request(session, page.actor, request_id)
    return page.to(f"/my/meeting-requests/{request_id}?event={found.event.code}")


def _one(portal: Portal, session: Session, request_id: UUID, form: Form) -> Response:
    page = portal.page
    found = meeting_requests.find_request(session, page.actor, request_id)
    if found.event.id != portal.event.id:
        raise NotFoundError(f"There is no meeting request {request_id} in {portal.event.name}.")
    row = meeting_requests.shown(session, found.event, [found.row])[0]
    received = found.receiver.id == portal.own
    other = found.sender if received else found.receiver
    slots = []
    if received and row["state"] == "pending":
        try:
            slots = free_slots(session, page.actor, portal.event, portal.own, other.id)
        except AppError:  # the other has left the event; the answer itself will say so
            slots = []
    stand = others(session, portal.must_part, [other.id]).get(other.id)
    return portal.render(
        "request_one.html", "meetings", form.status, form=form, row=row, received=received, other=other, slots=slots,
        stand=stand,
    )  # fmt: skip
