"""Who has which role with the caller's tenant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.api import idempotency
from app.api.deps import Caller, Cursor, Limit, Reading, Writing
from app.api.schemas.access import MemberList
from app.services import accounts

router = idempotency.router("access")


@router.get("/memberships", summary="List accounts and their roles", response_model=MemberList)
def list_all(actor: Caller, session: Reading, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """People with a role, and those who had one (`ended_at`), the oldest first."""
    page = accounts.list_members(session, actor, cursor=cursor, limit=limit)
    return {"items": page.items, "next": page.next}


@router.delete("/memberships/{membership_id}", summary="Take a role away", status_code=204, responses={409: {}})
def end(membership_id: UUID, actor: Caller, session: Writing) -> None:
    """Take a role away from an account; its sessions in that role are dead from the next call on."""
    accounts.end_membership(session, actor, membership_id)
