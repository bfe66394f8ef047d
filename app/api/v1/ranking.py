"""The ranked list of suppliers: for a stored request from the last match run, for any other at once."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Query, Response

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Lang, Reading
from app.api.etag import TAGGED, quoted, unchanged
from app.api.schemas.ranking import MOST, RankedListOut, RankIn
from app.services.events import find_event
from app.services.matching import rank_live, ranked_list

router = idempotency.router("ranking")

_EXAMPLE = {
    "event_id": "paris-2025",
    "request": {
        "text": "Light down jackets for autumn",
        "products": ["down jackets"],
        "quantity": 5000,
        "certificates": ["RDS"],
        "must": ["certificates"],
    },
    "limit": 20,
    "lang": "en",
}


@router.get(
    "/sourcing-requests/{request_id}/suppliers",
    summary="Ranked suppliers of a stored request",
    response_model=RankedListOut,
    responses={200: TAGGED, 304: {"description": "The answer is the one you have."}},
)
def suppliers(
    request_id: UUID,
    actor: Caller,
    session: Reading,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MOST, description="most suppliers in the list")] = 20,
    lang: Lang = "en",
    if_none_match: Annotated[str | None, Header(description="ETag of the answer you have")] = None,
) -> Any:
    """Suppliers for a sourcing request, as the event's last match run ranked them."""
    found = ranked_list(session, actor, request_id, limit=limit, lang=lang)
    headers = {"ETag": quoted(found.etag), "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if unchanged(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return {"items": found.items, "left_out": found.left_out}


@router.post("/rank", summary="Rank suppliers for any request", response_model=RankedListOut)
def rank(actor: Caller, body: Annotated[RankIn, Depends(JsonBody(RankIn, example=_EXAMPLE))], session: Reading) -> Any:
    """Suppliers of an event for a request that is not stored, ranked now; nothing is kept."""
    event = find_event(session, actor, body.event_id)
    found = rank_live(session, actor, event.id, body.request, limit=body.limit, lang=body.lang)
    return {"items": found.items, "left_out": found.left_out}
