"""Applications to take part in an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified, Versioned, one_of
from app.domain.registrations import REGISTRATION_STATES


class Registration(Identified, Dated, Versioned, Base):
    """What somebody filled in to take part: organisation, person, sides, profile or request, consents.

    Approval makes an organisation, a participation and a representative of it.
    """

    __tablename__ = "registration"
    __table_args__ = (
        one_of("state", REGISTRATION_STATES),
        UniqueConstraint("event_id", "id"),
        CheckConstraint("(state = 'approved') = (participation_id IS NOT NULL)", name="approved"),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),
        ForeignKeyConstraint(["event_id", "participation_id"], ["participation.event_id", "participation.id"]),
        Index(
            "uq_registration_pending", "event_id", "email", unique=True,
            sqlite_where=text("state = 'pending'"), postgresql_where=text("state = 'pending'"),
        ),
    )  # fmt: skip

    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(16), default="pending")
    email: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(16), default="en")
    form: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str | None] = mapped_column(String(1000))
    decided_at: Mapped[datetime | None]
    participation_id: Mapped[UUID | None]
