"""Keys of a tenant or an organisation: made, listed and revoked over the interface."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.crypto import digest
from app.core.errors import InvalidInputError, NotFoundError
from app.core.paging import Page
from app.db.models import ApiKey
from app.db.queries.scoped import fetch, page
from app.services.access import Actor, create_key
from app.services.audit import record


def make_key(
    session: Session,
    actor: Actor,
    *,
    role: str | None = None,
    organisation_id: UUID | None = None,
    label: str = "",
    scopes: Collection[str] = (),
    days: int | None = None,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its row; organisers for any role, enterprises and buyers for their own.

    Parameters
    ----------
    scopes
        What it is narrowed to; none for all that its role may. A narrowed caller gives no more than it has.
    days
        After how many days it ends; None for never.
    """
    if not actor.is_staff:
        if (role or actor.role) != actor.role or (organisation_id or actor.organisation_id) != actor.organisation_id:
            raise InvalidInputError("You can make keys of your own role and organisation only.", field="role")
        role, organisation_id = actor.role, actor.organisation_id
    if actor.scopes and not (scopes and set(scopes) <= actor.scopes):
        had = ", ".join(sorted(actor.scopes))
        raise InvalidInputError(f"This key has {had}; name some of these for the new one.", field="scopes")
    expires_at = utc_now() + timedelta(days=days) if days is not None else None
    key = create_key(
        session, actor, role or "organiser", organisation_id, label, scopes=scopes, expires_at=expires_at, own=True
    )
    return session.scalars(select(ApiKey).where(ApiKey.digest == digest(key))).one(), key


def list_keys(session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[ApiKey]:
    """Keys of the tenant; enterprises and buyers see those of their organisation and role."""
    mine = select(ApiKey).where(ApiKey.tenant_id == actor.tenant_id)
    if not actor.is_staff:
        mine = mine.where(ApiKey.organisation_id == actor.organisation_id, ApiKey.role == actor.role)
    return page(session, mine, ApiKey, cursor=cursor, limit=limit)


def revoke(session: Session, actor: Actor, key_id: UUID) -> None:
    """Make a key useless, on every worker within half a second."""
    row = fetch(session, ApiKey, key_id, actor.tenant_id)
    theirs = not actor.is_staff and (row.organisation_id, row.role) != (actor.organisation_id, actor.role)
    if theirs or row.revoked_at:
        raise NotFoundError(f"There is no key {key_id} in force.")
    row.revoked_at = utc_now()
    session.flush()
    record(session, actor, "key.revoked", target_id=row.id)
