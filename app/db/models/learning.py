"""What a series learned from the outcomes of an edition."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified


class SeriesLesson(Identified, Dated, Base):
    """Weights and calibration learned up to and including one edition, for the editions after it."""

    __tablename__ = "series_lesson"
    __table_args__ = (
        UniqueConstraint("series_id", "event_id", "number"),
        ForeignKeyConstraint(["tenant_id", "series_id"], ["series.tenant_id", "series.id"]),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),
    )

    tenant_id: Mapped[UUID]
    series_id: Mapped[UUID]
    event_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(default=1)
    #: as the ranking engine saves it
    model: Mapped[bytes] = mapped_column(LargeBinary)
    #: for people: how many pairs it saw, the weights before and after, how well it was calibrated
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
