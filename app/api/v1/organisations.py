"""Organisations."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response
from sqlalchemy.orm import Session

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, Limit, Reading, Writing, created_at
from app.api.etag import TAGGED, IfMatch, must_match, tag_of
from app.api.schemas.organisations import OrganisationItem, OrganisationList, OrganisationOut
from app.db.models import Organisation
from app.domain.organisations import OrganisationIn, OrganisationPatch
from app.services import lookups
from app.services.organisations import change_organisation, create_organisation, lock_organisation
from app.services.participants import list_organisations

router = idempotency.router("organisations")

_EXAMPLE = {
    "name": "Spring Garments",
    "name_local": "春服饰",
    "kind": "manufacturer",
    "country": "CN",
    "city": "Nanchang",
}


@router.get("/organisations", summary="List organisations", response_model=OrganisationList)
def list_all(actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Organisations of the caller's tenant; enterprises and buyers see their own."""
    page = list_organisations(session, actor, cursor=cursor, limit=limit)
    return {"items": page.items, "next": page.next}


@router.post(
    "/organisations",
    summary="Add an organisation",
    status_code=201,
    response_model=OrganisationOut,
    responses={201: created_at("/api/v1/organisations/{organisation_id}"), 409: {}},
)
def create(
    actor: Caller,
    shape: Annotated[OrganisationIn, Depends(JsonBody(OrganisationIn, example=_EXAMPLE))],
    session: Writing,
    response: Response,
) -> Any:
    """Add a legal entity to the organiser's list; it takes part in an event by a participation."""
    row = create_organisation(session, actor, shape)
    response.headers["Location"] = f"/api/v1/organisations/{row.id}"
    return _told(session, row, response)


@router.get(
    "/organisations/{organisation_id}",
    summary="Read an organisation",
    response_model=OrganisationOut,
    responses={200: TAGGED},
)
def read(organisation_id: UUID, actor: Caller, session: Reading, response: Response) -> Any:
    """An organisation, and how far its profiles have come."""
    return _told(session, lookups.organisation(session, actor, organisation_id), response)


@router.patch(
    "/organisations/{organisation_id}",
    summary="Change an organisation",
    response_model=OrganisationOut,
    responses={200: TAGGED},
)
def change(
    organisation_id: UUID,
    actor: Caller,
    patch: Annotated[OrganisationPatch, Depends(JsonBody(OrganisationPatch, example={"city": "Nanchang"}))],
    session: Writing,
    response: Response,
    if_match: IfMatch = None,
) -> Any:
    """Change what is said of an organisation; enterprises and buyers their own name, country and city."""
    row = lock_organisation(session, actor, organisation_id)
    must_match(if_match, row)
    change_organisation(session, actor, row, patch)
    return _told(session, row, response)


def _told(session: Session, row: Organisation, response: Response) -> dict[str, Any]:
    response.headers["ETag"] = tag_of(row)
    return {
        **OrganisationItem.model_validate(row).model_dump(),
        "capabilities": lookups.capabilities(session, row.id),
        "buyer_profile": lookups.buyer_profile(session, row.id),
    }
