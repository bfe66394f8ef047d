"""Tenants, keys, and who is calling."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.crypto import digest, new_key
from app.core.errors import InvalidInputError, NotAllowedError, NotFoundError, NotSignedInError
from app.db.models import ApiKey, Organisation, Tenant
from app.db.queries.scoped import fetch
from app.domain.access import ROLES, RUNNERS, SCOPES, STAFF
from app.services.audit import record


@dataclass(frozen=True)
class Actor:
    """On whose behalf a service acts: a tenant, a role, and for enterprises and buyers their organisation.

    `kind` and `id` say who it is: a key, an account, a command of the command line, or a job of the service.
    """

    tenant_id: UUID
    role: str = "organiser"
    organisation_id: UUID | None = None
    kind: Literal["key", "account", "command", "job"] = "command"
    id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    #: the server session that the caller came with
    sign_in_id: UUID | None = None

    @property
    def is_staff(self) -> bool:
        """Whether the caller works for the organiser and sees the whole of its events."""
        return self.role in STAFF

    @property
    def runs_events(self) -> bool:
        return self.role in RUNNERS

    def must_be_organiser(self) -> None:
        """Organisers and co-organisers change events; the others of the staff look on."""
        if not self.runs_events:
            raise NotAllowedError(f"The role {self.role} may not do that; it takes an organiser.")

    def must_be_staff(self) -> None:
        if not self.is_staff:
            raise NotAllowedError(f"The role {self.role} may not see that; it takes somebody of the organiser's.")

    def must_act_for(self, organisation_id: UUID) -> None:
        """The organiser's staff deals with every organisation of its tenant, others with their own only."""
        if not self.is_staff and self.organisation_id != organisation_id:
            raise NotFoundError(f"There is no organisation {organisation_id}.")


def create_tenant(session: Session, slug: str, name: str) -> Tenant:
    if session.scalar(select(Tenant.id).where(Tenant.slug == slug)):
        raise InvalidInputError(f"There is a tenant {slug!r} already; choose another slug.")
    tenant = Tenant(slug=slug, name=name)
    session.add(tenant)
    session.flush()
    return tenant


def find_tenant(session: Session, slug: str) -> Tenant:
    tenant = session.scalar(select(Tenant).where(Tenant.slug == slug))
    if tenant is None:
        known = ", ".join(session.scalars(select(Tenant.slug).order_by(Tenant.slug)))
        raise NotFoundError(f"There is no tenant {slug!r}; there is {known or 'none yet'}.")
    return tenant


def organiser_of(session: Session, slug: str) -> Actor:
    """Return the actor that the command line uses for a tenant."""
    return Actor(find_tenant(session, slug).id)


def create_key(
    session: Session,
    actor: Actor,
    role: str,
    organisation_id: UUID | None,
    label: str = "",
    *,
    scopes: Collection[str] = (),
    expires_at: datetime | None = None,
    own: bool = False,
) -> str:
    """Make a key and return it; it cannot be shown again. `scopes` narrow it; none leave it all that its role may.

    `own`: whether enterprises and buyers may, which is so for keys of their own role and organisation.
    """
    if not (own and (role, organisation_id) == (actor.role, actor.organisation_id)):
        actor.must_be_organiser()
    if role not in ROLES:
        raise InvalidInputError(f"{role!r} is no role; one of {', '.join(ROLES)}.", field="role")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise InvalidInputError(f"{', '.join(unknown)}: no such scope; there is {', '.join(SCOPES)}.", field="scopes")
    if organisation_id is not None:
        fetch(session, Organisation, organisation_id, actor.tenant_id)
    elif role not in STAFF:
        raise InvalidInputError(f"A key of role {role} belongs to an organisation; name it.", field="organisation_id")
    key = new_key()
    row = ApiKey(
        tenant_id=actor.tenant_id,
        organisation_id=None if role in STAFF else organisation_id,
        role=role,
        label=label,
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        digest=digest(key),
    )
    session.add(row)
    session.flush()
    record(session, actor, "key.created", target_id=row.id, role=role)
    return key


def revoke_key(session: Session, actor: Actor, key: str) -> None:
    """Make a key useless from the next request on."""
    actor.must_be_organiser()
    row = session.scalar(select(ApiKey).where(ApiKey.digest == digest(key), ApiKey.tenant_id == actor.tenant_id))
    if row is None or row.revoked_at:
        raise NotFoundError("There is no such key in force.")
    row.revoked_at = datetime.now(UTC)
    session.flush()
    record(session, actor, "key.revoked", target_id=row.id)


def authenticate(session: Session, key: str) -> Actor:
    """Return who holds a key; raise NotSignedInError for unknown and revoked ones alike."""
    row = session.scalar(select(ApiKey).where(ApiKey.digest == digest(key), ApiKey.revoked_at.is_(None)))
    if row is None or (row.expires_at and row.expires_at <= datetime.now(UTC)):
        raise NotSignedInError("This key is not known here, has run out, or was revoked.")
    return Actor(row.tenant_id, row.role, row.organisation_id, "key", row.id, frozenset(row.scopes))
