"""Tenants, keys, and who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.crypto import digest, new_key
from app.core.errors import InvalidInputError, NotAllowedError, NotFoundError, NotSignedInError
from app.db.models import ApiKey, Organisation, Tenant
from app.db.models.access import ROLES
from app.db.queries.scoped import fetch


@dataclass(frozen=True)
class Actor:
    """On whose behalf a service acts: a tenant, a role, and for enterprises and buyers their organisation."""

    tenant_id: UUID
    role: str = "organiser"
    organisation_id: UUID | None = None

    def must_be_organiser(self) -> None:
        if self.role != "organiser":
            raise NotAllowedError(f"A key of role {self.role} may not do that; it takes an organiser's key.")

    def must_act_for(self, organisation_id: UUID) -> None:
        """Organisers act for every organisation of their tenant, others for their own only."""
        if self.role != "organiser" and self.organisation_id != organisation_id:
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


def create_key(session: Session, actor: Actor, role: str, organisation_id: UUID | None, label: str = "") -> str:
    """Make a key and return it; it cannot be shown again."""
    actor.must_be_organiser()
    if role not in ROLES:
        raise InvalidInputError(f"{role!r} is no role; one of {', '.join(ROLES)}.")
    if organisation_id is not None:
        fetch(session, Organisation, organisation_id, actor.tenant_id)
    elif role != "organiser":
        raise InvalidInputError(f"A key of role {role} belongs to an organisation; name it.")
    key = new_key()
    session.add(
        ApiKey(
            tenant_id=actor.tenant_id,
            organisation_id=None if role == "organiser" else organisation_id,
            role=role,
            label=label,
            digest=digest(key),
        )
    )
    session.flush()
    return key


def revoke_key(session: Session, actor: Actor, key: str) -> None:
    """Make a key useless from the next request on."""
    actor.must_be_organiser()
    row = session.scalar(select(ApiKey).where(ApiKey.digest == digest(key), ApiKey.tenant_id == actor.tenant_id))
    if row is None or row.revoked_at:
        raise NotFoundError("There is no such key in force.")
    row.revoked_at = datetime.now(UTC)
    session.flush()


def authenticate(session: Session, key: str) -> Actor:
    """Return who holds a key; raise NotSignedInError for unknown and revoked ones alike."""
    row = session.scalar(select(ApiKey).where(ApiKey.digest == digest(key), ApiKey.revoked_at.is_(None)))
    if row is None:
        raise NotSignedInError("This key is not known here, or it was revoked.")
    return Actor(row.tenant_id, row.role, row.organisation_id)
