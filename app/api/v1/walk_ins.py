"""Walk-ins: on the day, somebody comes who was not registered."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, EventName, Writing, created_at
from app.api.schemas.walk_ins import WalkInIn, WalkInOut
from app.services.events import find_event
from app.services.live.walk_ins import walk_in
from app.services.outcomes import organisations_of

router = idempotency.router("live day")

_EXAMPLE = {
    "name": "Invented Knit House", "kind": "manufacturer", "country": "CN", "person": "Li Na", "languages": ["zh"],
    "supplies": True, "products": ["knitted T-shirts"], "moq": 500,
}  # fmt: skip


@router.post(
    "/events/{event_id}/walk-ins",
    summary="Take in somebody who was not registered",
    status_code=201,
    response_model=WalkInOut,
    responses={201: created_at("/api/v1/organisations/{organisation_id}"), 409: {}},
)
def create(
    event_id: EventName,
    actor: Caller,
    body: Annotated[WalkInIn, Depends(JsonBody(WalkInIn, example=_EXAMPLE))],
    session: Writing,
    response: Response,
) -> Any:
    """They are checked in and scored against everybody; their best pairs stand by for free slots."""
    found = walk_in(session, actor, find_event(session, actor, event_id), body)
    sides = {one.provider_id if one.seeker_id == found.participation.id else one.seeker_id for one in found.partners}
    who = organisations_of(session, sides)
    response.headers["Location"] = f"/api/v1/organisations/{found.organisation.id}"
    return {
        "organisation": found.organisation,
        "participation_id": found.participation.id,
        "attendee_id": found.attendee.id,
        "code": found.attendee.code,
        "partners": [
            {"organisation": who.get(one.provider_id) or who[one.seeker_id], "value": one.value}
            for one in found.partners
        ],
    }
