"""What match runs and schedule builds have in common: a state, progress, and a sign of life."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db.base import Dated, Identified, one_of

STATES = ("queued", "running", "done", "failed", "cancelled")


class Run(Identified, Dated):
    """A row and its workflow share one id. `heartbeat_at` is renewed while somebody works on it; `attempts` counts how
    often it was begun since it last came further."""

    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(16), default="queued")
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress: Mapped[float] = mapped_column(default=0.0)
    stage: Mapped[str] = mapped_column(String(120), default="")
    error: Mapped[str | None] = mapped_column(String(2000))
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    finished_at: Mapped[datetime | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - SQLAlchemy's class hook
        return (
            one_of("state", STATES),
            UniqueConstraint("event_id", "id"),
            CheckConstraint("progress BETWEEN 0 AND 1", name="progress"),
            ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),
        )
