"""The trail of changes: every service that changes something records it in the transaction of the change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.paging import Page
from app.db.models import AuditEntry
from app.db.queries.scoped import page

if TYPE_CHECKING:
    from app.services.access import Actor

_RECORDED = "recorded"


def record(
    session: Session,
    actor: Actor,
    deed: str,
    *,
    event_id: UUID | None = None,
    target_id: UUID | None = None,
    **details: Any,
) -> None:
    """Write one change into the trail.

    Parameters
    ----------
    deed
        What was done, as in "meeting.booked".
    target_id
        The thing it was done to.
    **details
        Facts as JSON holds them: ids, numbers, codes. No personal data, for entries are never erased.
    """
    session.add(
        AuditEntry(
            tenant_id=actor.tenant_id,
            event_id=event_id,
            chain_id=event_id or actor.tenant_id,
            at=utc_now(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            role=actor.role,
            deed=deed,
            target_id=target_id,
            details=details,
        )
    )
    session.info[_RECORDED] = True


def recorded(session: Session) -> bool:
    """Whether something has been recorded in this session."""
    return bool(session.info.get(_RECORDED))


def trail(
    session: Session,
    actor: Actor,
    *,
    event_id: UUID | None = None,
    target_id: UUID | None = None,
    deed: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AuditEntry]:
    """Entries of the tenant, the oldest first."""
    asked = select(AuditEntry).where(AuditEntry.tenant_id == actor.tenant_id)
    for column, value in ((AuditEntry.event_id, event_id), (AuditEntry.target_id, target_id), (AuditEntry.deed, deed)):
        if value is not None:
            asked = asked.where(column == value)
    return page(session, asked, AuditEntry, cursor=cursor, limit=limit)
