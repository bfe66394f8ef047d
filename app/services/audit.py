"""The trail of changes: every service that changes something records it in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.paging import Page
from app.db.models import Account, ApiKey, AuditEntry
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


def doers(session: Session, entries: Iterable[AuditEntry]) -> dict[UUID, str]:
    """Names of the accounts and labels of the keys behind entries, by id; those that are gone are left out."""
    by_kind: dict[str, set[UUID]] = {"account": set(), "key": set()}
    for entry in entries:
        if entry.actor_id and entry.actor_kind in by_kind:
            by_kind[entry.actor_kind].add(entry.actor_id)
    people = session.execute(select(Account.id, Account.name).where(Account.id.in_(by_kind["account"])))
    keys = session.execute(select(ApiKey.id, ApiKey.label).where(ApiKey.id.in_(by_kind["key"])))
    return {key: name for key, name in (*people, *keys) if name}


def trail(
    session: Session,
    actor: Actor,
    *,
    event_id: UUID | None = None,
    target_id: UUID | None = None,
    deed: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
    newest: bool = False,
) -> Page[AuditEntry]:
    """Entries of the tenant, the oldest first unless `newest` are."""
    asked = select(AuditEntry).where(AuditEntry.tenant_id == actor.tenant_id)
    for column, value in ((AuditEntry.event_id, event_id), (AuditEntry.target_id, target_id), (AuditEntry.deed, deed)):
        if value is not None:
            asked = asked.where(column == value)
    return page(session, asked, AuditEntry, cursor=cursor, limit=limit, newest=newest)
