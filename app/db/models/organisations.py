"""Legal entities and the people who represent them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified, Versioned, one_of
from app.domain.participants import KINDS


class Organisation(Identified, Dated, Versioned, Base):
    """A legal entity of one tenant; keeps its profile over all the tenant's editions."""

    __tablename__ = "organisation"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("tenant_id", "id"),
        one_of("kind", KINDS),
        ForeignKeyConstraint(["tenant_id", "cluster_id"], ["cluster.tenant_id", "cluster.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    cluster_id: Mapped[UUID | None]
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    name_local: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(32))
    country: Mapped[str | None] = mapped_column(String(2))
    city: Mapped[str | None]
    #: columns of an imported list that fit no field; kept, so that nothing is lost
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Representative(Identified, Versioned, Base):
    """A person; contact data is shown only under the privacy rules."""

    __tablename__ = "representative"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        UniqueConstraint("organisation_id", "id"),
        ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    organisation_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(64))
    languages: Mapped[list[str]] = mapped_column(default=list)
    consent: Mapped[bool] = mapped_column(default=False)
    #: since when nothing is left of the person but that there was one
    erased_at: Mapped[datetime | None]
