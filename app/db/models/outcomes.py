"""What came of a meeting, told by each side."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified, Versioned, one_of
from app.domain.outcomes import NEXT_STEPS

_MONEY = Numeric(16, 4)


class Outcome(Identified, Dated, Versioned, Base):
    """One side's account of one meeting. Sums are shown in reports only where `reportable` says so."""

    __tablename__ = "outcome"
    __table_args__ = (
        one_of("next_step", NEXT_STEPS),
        UniqueConstraint("meeting_id", "participation_id"),
        CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("intended_value IS NULL OR intended_value >= 0", name="intended_value"),
        CheckConstraint("order_value IS NULL OR order_value >= 0", name="order_value"),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),
        ForeignKeyConstraint(
            ["event_id", "schedule_id", "meeting_id"], ["meeting.event_id", "meeting.schedule_id", "meeting.id"]
        ),
        ForeignKeyConstraint(["event_id", "participation_id"], ["participation.event_id", "participation.id"]),
    )

    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    schedule_id: Mapped[UUID]
    meeting_id: Mapped[UUID]
    participation_id: Mapped[UUID]
    rating: Mapped[int | None]
    sample_requested: Mapped[bool] = mapped_column(default=False)
    intended_value: Mapped[Decimal | None] = mapped_column(_MONEY)
    order_value: Mapped[Decimal | None] = mapped_column(_MONEY)
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    next_step: Mapped[str] = mapped_column(String(16), default="none")
    next_step_on: Mapped[date | None]
    comment: Mapped[str] = mapped_column(String(2000), default="")
    reportable: Mapped[bool] = mapped_column(default=False)


class Quotation(Identified, Base):
    """A price for one volume; an outcome may hold several, so that offers are compared on more than one price."""

    __tablename__ = "quotation"
    __table_args__ = (
        UniqueConstraint("outcome_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        CheckConstraint("lead_time_days IS NULL OR lead_time_days >= 0", name="lead_time_days"),
    )

    outcome_id: Mapped[UUID] = mapped_column(ForeignKey("outcome.id", ondelete="CASCADE"))
    position: Mapped[int]
    product: Mapped[str] = mapped_column(default="")
    quantity: Mapped[Decimal] = mapped_column(_MONEY)
    unit: Mapped[str] = mapped_column(String(8), default="H87")
    unit_price: Mapped[Decimal] = mapped_column(_MONEY)
    currency: Mapped[str] = mapped_column(String(3))
    incoterm: Mapped[str | None] = mapped_column(String(8))
    place: Mapped[str | None] = mapped_column(String(120))
    lead_time_days: Mapped[float | None]
    certificates: Mapped[list[str]] = mapped_column(default=list)
    valid_to: Mapped[date | None]
