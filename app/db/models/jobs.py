"""Work that the service does in the background, besides match runs and schedule builds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.runs import Run


class Job(Run, Base):
    """An import or an export: its file or files are stored beside it, its result is for whoever asked."""

    __tablename__ = "job"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    #: None for work that belongs to no event
    event_id: Mapped[UUID | None] = mapped_column(nullable=True)  # type: ignore[assignment]
    kind: Mapped[str] = mapped_column(String(32))
    result: Mapped[dict[str, Any] | None]
