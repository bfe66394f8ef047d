"""Sourcing requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from sqlalchemy.orm import Session

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import CODE, Caller, Cursor, EventName, Limit, Reading, Writing, created_at
from app.api.etag import TAGGED, IfMatch, must_match, tag_of
from app.api.schemas.requests import RequestIn, RequestList, RequestOut, RevisionList
from app.core.errors import InvalidInputError
from app.db.models import RequestRevision, SourcingRequest
from app.domain.profiles import REQUEST_WEIGHTS, missing
from app.domain.requests import RequestPatch
from app.services import lookups
from app.services.events import find_event
from app.services.participants import list_requests
from app.services.requests import change_request, list_revisions, lock_request, publish_request, withdraw_request

router = idempotency.router("sourcing requests")

_EXAMPLE = {
    "code": "tees-spring",
    "title": "Organic T-shirts for spring",
    "products": ["knitted T-shirts"],
    "materials": ["organic cotton"],
    "quantity": 5000,
    "unit": "H87",
    "certificates": ["GOTS"],
    "must": ["certificates"],
    "ship_by": "2026-02-01",
    "delivery_country": "FR",
}


@router.get("/sourcing-requests", summary="List sourcing requests", response_model=RequestList, responses={404: {}})
def list_all(
    actor: Caller,
    session: Reading,
    event_id: Annotated[str | None, Query(pattern=CODE, description="only those of this event (id or code)")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Sourcing requests of the caller's tenant; enterprises and buyers see their own."""
    event = find_event(session, actor, event_id) if event_id is not None else None
    page = list_requests(session, actor, event.id if event else None, cursor=cursor, limit=limit)
    newest = lookups.revisions(session, [row.id for row in page.items])
    return {"items": [_item(row, newest[row.id]) for row in page.items], "next": page.next}


@router.get(
    "/sourcing-requests/{request_id}",
    summary="Read a sourcing request",
    response_model=RequestOut,
    responses={200: TAGGED},
)
def read(request_id: UUID, actor: Caller, session: Reading, response: Response) -> Any:
    """A sourcing request as it stands, and what would make it more complete."""
    return _told(session, lookups.request(session, actor, request_id), response)


@router.patch(
    "/sourcing-requests/{request_id}",
    summary="Change a sourcing request",
    response_model=RequestOut,
    responses={200: TAGGED, 409: {}},
)
def change(
    request_id: UUID,
    actor: Caller,
    patch: Annotated[RequestPatch, Depends(JsonBody(RequestPatch, example={"quantity": 6000}))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Change some fields, as the request's next revision; what is left out stays, null takes a field back.

    Organisers may at any time, others from registration until booking ends, where the event has such phases.
    """
    row = lock_request(session, actor, request_id)
    must_match(if_match, _state(session, row))
    change_request(session, actor, row, patch)
    return _told(session, row, response)


@router.delete(
    "/sourcing-requests/{request_id}",
    summary="Withdraw a sourcing request",
    response_model=RequestOut,
    responses={200: TAGGED, 409: {}},
)
def withdraw(request_id: UUID, actor: Caller, session: Writing, response: Response, if_match: IfMatch = None) -> Any:
    """Take a request back: it is matched no more. It stays readable, and can be published again with its code."""
    row = lock_request(session, actor, request_id)
    must_match(if_match, _state(session, row))
    withdraw_request(session, actor, row)
    return _told(session, row, response)


@router.get("/sourcing-requests/{request_id}/revisions", summary="List revisions", response_model=RevisionList)
def revisions(request_id: UUID, actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """All that a request has said, the oldest first; match runs name the revision they read."""
    page = list_revisions(session, lookups.request(session, actor, request_id), cursor=cursor, limit=limit)
    return {"items": page.items, "next": page.next}


@router.post(
    "/events/{event_id}/sourcing-requests",
    summary="Publish a sourcing request",
    status_code=201,
    response_model=RequestOut,
    responses={
        200: {"description": "It was there already; this is its next revision.", "model": RequestOut},
        201: created_at("/api/v1/sourcing-requests/{request_id}"),
        409: {},
    },
)
def publish(
    event_id: EventName,
    actor: Caller,
    body: Annotated[RequestIn, Depends(JsonBody(RequestIn, example=_EXAMPLE))],
    session: Writing,
    response: Response,
) -> Any:
    """Say what an organisation wants at an event; the same code again makes the next revision of the same request.

    Organisers may at any time, others from registration until booking ends, where the event has such phases.
    """
    event = find_event(session, actor, event_id)
    owner = body.organisation_id or actor.organisation_id
    if owner is None:
        raise InvalidInputError("Name the organisation whose request this is.", field="organisation_id")
    saved = publish_request(session, actor, event, owner, body.code, body.request())
    if saved.revision > 1:
        response.status_code = 200
    response.headers["Location"] = f"/api/v1/sourcing-requests/{saved.owner_id}"
    return _told(session, lookups.request(session, actor, saved.owner_id), response)


def _item(row: SourcingRequest, newest: RequestRevision) -> dict[str, Any]:
    return {
        "id": row.id,
        "event_id": row.event_id,
        "organisation_id": row.organisation_id,
        "code": row.code,
        "title": newest.document.get("title"),
        "withdrawn": row.withdrawn,
        "revision": newest.revision,
        "completeness": newest.completeness,
        "created_at": row.created_at,
    }


def _whole(session: Session, row: SourcingRequest) -> dict[str, Any]:
    newest = lookups.revisions(session, [row.id])[row.id]
    return {
        **_item(row, newest),
        "document": newest.document,
        "resolved": newest.resolved,
        "unresolved": newest.unresolved,
        "missing": missing(newest.document, REQUEST_WEIGHTS),
    }


@dataclass(frozen=True)
class _State:
    """A request as a tag names it: its revision, and whether it was withdrawn."""

    id: UUID
    version: int


def _state(session: Session, row: SourcingRequest) -> _State:
    return _State(row.id, 2 * lookups.revisions(session, [row.id])[row.id].revision + row.withdrawn)


def _told(session: Session, row: SourcingRequest, response: Response) -> dict[str, Any]:
    response.headers["ETag"] = tag_of(_state(session, row))
    return _whole(session, row)
