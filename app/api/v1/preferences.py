"""What participants answer to each other."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, Limit, Reading, Writing
from app.api.schemas.participations import PreferenceList, PreferenceOut
from app.domain.participations import PreferenceIn
from app.services.participations import find_participation
from app.services.preferences import Answered, answer, list_preferences, take_back

router = idempotency.router("preferences")


@router.get("/participations/{participation_id}/preferences", summary="List answers", response_model=PreferenceList)
def list_all(participation_id: UUID, actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """What a participant has answered to others, the oldest first; nobody but itself and the organiser sees it."""
    row = find_participation(session, actor, participation_id, own=True)
    page = list_preferences(session, row, cursor=cursor, limit=limit)
    return {"items": [_shown(one) for one in page.items], "next": page.next}


@router.put(
    "/participations/{participation_id}/preferences/{other_id}",
    summary="Answer to another participant",
    response_model=PreferenceOut,
    responses={409: {}},
)
def put(
    participation_id: UUID,
    other_id: UUID,
    actor: Caller,
    body: Annotated[PreferenceIn, Depends(JsonBody(PreferenceIn, example={"answer": "want"}))],
    session: Writing,
) -> Any:
    """Say what a participant wants of another: must_meet, want, neutral, no_thanks or blocked.

    `must_meet` is limited by the event's rule `max_must_meet`. Who is blocked does not learn of it; a meeting that the
    two still have before them is called off.
    """
    return _shown(answer(session, actor, participation_id, other_id, body.answer))


@router.delete(
    "/participations/{participation_id}/preferences/{other_id}",
    summary="Take an answer back",
    status_code=204,
    response_class=Response,
    responses={409: {}},
)
def remove(participation_id: UUID, other_id: UUID, actor: Caller, session: Writing) -> Response:
    """Forget what a participant has answered to another."""
    take_back(session, actor, participation_id, other_id)
    return Response(status_code=204)


def _shown(one: Answered) -> dict[str, Any]:
    return {
        "participation_id": one.preference.to_id,
        "organisation": one.organisation,
        "answer": one.preference.answer,
        "at": one.preference.at,
    }
