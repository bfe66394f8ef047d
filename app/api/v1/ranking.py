"""The ranked list of suppliers: for a stored request from the last match run, for any other at once."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Lang, Reading
from app.api.etag import TAGGED, quoted, unchanged
from app.api.schemas.ranking import MOST, RankedListOut, RankedNowOut, RankIn
from app.core.kept import Kept
from app.db.engine import Database
from app.db.marks import Mark
from app.services.access import Actor
from app.services.events import find_event
from app.services.matching import RankedList, rank_live, read_learned, read_stored, stored

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
#: answers as they were sent, by their tags: who may see one is asked before it is looked for
_written: Kept[str, bytes] = Kept(256)


class _Asked(NamedTuple):
    """What an answer depends on, besides what is stored: `organisation_id` is None for staff, who see every list."""

    tenant_id: UUID
    organisation_id: UUID | None
    request_id: UUID
    limit: int
    lang: str


#: the tag of each answer, as it was found under a mark of the database
_tags: Kept[_Asked, tuple[Mark, str]] = Kept(4096)


@router.get(
    "/sourcing-requests/{request_id}/suppliers",
    summary="Ranked suppliers of a stored request",
    response_model=RankedListOut,
    responses={200: TAGGED, 304: {"description": "The answer is the one you have."}},
)
async def suppliers(
    request_id: UUID,
    actor: Caller,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST, description="most suppliers in the list")] = 20,
    lang: Lang = "en",
    if_none_match: Annotated[str | None, Header(description="ETag of the answer you have")] = None,
) -> Any:
    """Suppliers for a sourcing request, as the event's last match run ranked them.

    Once the buyer has answered to suppliers (what it wants, what not), the list is ranked anew with what the answers
    say of their like; each item tells in `terms` what it gained or lost by that.
    """
    # asked more often than anything else: where nothing was committed since the last time, no thread and no query
    database: Database = request.app.state.database
    asked = _Asked(actor.tenant_id, None if actor.is_staff else actor.organisation_id, request_id, limit, lang)
    return _again(database, asked, if_none_match) or await run_in_threadpool(
        _suppliers, database, actor, asked, if_none_match
    )


def _again(database: Database, asked: _Asked, if_none_match: str | None) -> Response | None:
    """The answer of the last time, if nothing was committed since and it is still at hand."""
    marked = _tags.get(asked)
    if marked is None or marked[0] != database.mark():
        return None
    written = _written.get(marked[1])
    return None if written is None else _response(marked[1], written, if_none_match)


def _suppliers(database: Database, actor: Actor, asked: _Asked, if_none_match: str | None) -> Response:
    mark = database.mark()
    with database.read() as session:
        at = stored(session, actor, asked.request_id, limit=asked.limit, lang=asked.lang)
        written = _written.get(at.tag)
        if written is None and not unchanged(if_none_match, quoted(at.tag)):
            written = _answer(read_learned(session, at) if at.answered else read_stored(session, at))
            _written.put(at.tag, written)
    if mark is not None:
        _tags.put(asked, (mark, at.tag))
    return _response(at.tag, written or b"", if_none_match)


def _response(tag: str, written: bytes, if_none_match: str | None) -> Response:
    headers = {"ETag": quoted(tag), "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if unchanged(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(written, media_type="application/json", headers=headers)


@router.post("/rank", summary="Rank suppliers for any request", response_model=RankedNowOut)
def rank(actor: Caller, body: Annotated[RankIn, Depends(JsonBody(RankIn, example=_EXAMPLE))], session: Reading) -> Any:
    """Suppliers of an event for a request that is not stored, ranked now; nothing is kept.

    What the request leaves open a buyer's own profile fills in; `from_profile` names those fields.
    """
    event = find_event(session, actor, body.event_id)
    found = rank_live(session, actor, event.id, body.request, limit=body.limit, lang=body.lang)
    shown = RankedNowOut.model_validate(_shown(found) | vars(found.heard))
    return Response(shown.model_dump_json().encode(), media_type="application/json")


def _answer(found: RankedList) -> bytes:
    return RankedListOut.model_validate(_shown(found)).model_dump_json().encode()


def _shown(found: RankedList) -> dict[str, Any]:
    return {"items": found.items, "left_out": found.left_out}
