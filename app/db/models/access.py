"""Tenants (fair organisers) and the keys that machines use."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified, one_of

ROLES = ("organiser", "enterprise", "buyer")


class Tenant(Identified, Dated, Base):
    """The body that runs fairs here; nothing of one tenant is visible to another."""

    __tablename__ = "tenant"

    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]


class ApiKey(Identified, Dated, Base):
    """A key for one role; kept as a hash, shown once. Enterprise and buyer keys belong to one organisation."""

    __tablename__ = "api_key"
    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint("role = 'organiser' OR organisation_id IS NOT NULL", name="has_organisation"),
        ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    organisation_id: Mapped[UUID | None]
    role: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    revoked_at: Mapped[datetime | None]
