"""Keys for machines."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, Limit, Reading, Secret, Writing
from app.api.schemas.access import KeyIn, KeyItem, KeyList, KeyOut
from app.services import keys

router = idempotency.router("access")

_EXAMPLE = {"label": "our stock system", "scopes": ["profiles:read", "profiles:write"], "days": 365}


@router.get("/api-keys", summary="List keys", response_model=KeyList)
def list_all(actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Keys of the tenant, or of the caller's own organisation and role; never the keys themselves."""
    page = keys.list_keys(session, actor, cursor=cursor, limit=limit)
    return {"items": page.items, "next": page.next}


@router.post("/api-keys", summary="Make a key", status_code=201, response_model=KeyOut, responses={409: {}})
def create(
    actor: Caller,
    body: Annotated[KeyIn, Depends(JsonBody(KeyIn, example=_EXAMPLE))],
    _secret: Secret,
    session: Writing,
) -> Any:
    """Make a key; it is shown in this answer and never again. Without a role it is one of the caller's own kind."""
    row, key = keys.make_key(session, actor, **body.model_dump())
    return KeyItem.model_validate(row).model_dump() | {"key": key}


@router.delete("/api-keys/{key_id}", summary="Revoke a key", status_code=204)
def revoke(key_id: UUID, actor: Caller, session: Writing) -> None:
    """Make a key useless, on every worker within half a second."""
    keys.revoke(session, actor, key_id)
