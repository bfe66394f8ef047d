"""Organisations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.api import idempotency
from app.api.deps import Caller, Cursor, Limit, Reading
from app.api.schemas.organisations import OrganisationItem, OrganisationList, OrganisationOut
from app.services import lookups
from app.services.participants import list_organisations

router = idempotency.router("organisations")


@router.get("/organisations", summary="List organisations", response_model=OrganisationList)
def list_all(actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Organisations of the caller's tenant; enterprises and buyers see their own."""
    page = list_organisations(session, actor, cursor=cursor, limit=limit)
    return {"items": page.items, "next": page.next}


@router.get("/organisations/{organisation_id}", summary="Read an organisation", response_model=OrganisationOut)
def read(organisation_id: UUID, actor: Caller, session: Reading) -> Any:
    """An organisation, and how far its profiles have come."""
    row = lookups.organisation(session, actor, organisation_id)
    return {
        **OrganisationItem.model_validate(row).model_dump(),
        "capabilities": lookups.capabilities(session, row.id),
        "buyer_profile": lookups.buyer_profile(session, row.id),
    }
