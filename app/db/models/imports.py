"""Files that were imported: what came in, when, and what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified


class ImportedFile(Identified, Dated, Base):
    __tablename__ = "imported_file"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),)

    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    #: per table: its kind, how the columns were mapped, rows read and written
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
