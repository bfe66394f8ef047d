"""The audit trail."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from app.api import idempotency
from app.api.deps import CODE, Caller, Cursor, Limit, Reading
from app.api.schemas.audit import AuditList
from app.services.audit import trail
from app.services.events import find_event

router = idempotency.router("audit")


@router.get("/audit", summary="Read the audit trail", response_model=AuditList)
def read(
    actor: Caller,
    session: Reading,
    event_id: Annotated[str | None, Query(pattern=CODE, description="only of this event (id or code)")] = None,
    target_id: Annotated[UUID | None, Query(description="only what was done to this thing")] = None,
    deed: Annotated[str | None, Query(max_length=64, description="only this deed, as in meeting.booked")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """Who changed what, and when; the oldest first. Nobody can change or delete an entry."""
    event = find_event(session, actor, event_id) if event_id is not None else None
    return trail(
        session, actor, event_id=event.id if event else None, target_id=target_id, deed=deed, cursor=cursor, limit=limit
    )
