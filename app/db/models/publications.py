"""Published schedules: frozen, numbered, and never changed again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified

_IN_FORCE = text("superseded_at IS NULL")


class Publication(Identified, Dated, Base):
    """A snapshot of the current schedule as everybody was told it; the next one supersedes it."""

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        UniqueConstraint("event_id", "id"),
        CheckConstraint("number >= 1", name="number"),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),
        ForeignKeyConstraint(["event_id", "schedule_id"], ["schedule.event_id", "schedule.id"]),
        Index("uq_publication_in_force", "event_id", unique=True, sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE),
    )

    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    number: Mapped[int]
    superseded_at: Mapped[datetime | None]
    #: each meeting with the ids of its slot, place, interpreter and parties, and its state when it was published
    meetings: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    #: what changed against the publication before, as counts
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
