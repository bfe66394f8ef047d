"""Requests for a meeting, and the slots they hold while they wait for an answer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified, Versioned, one_of
from app.domain.meeting_requests import REQUEST_STATES

_PENDING = text("state = 'pending'")


class MeetingRequest(Identified, Dated, Versioned, Base):
    """One participant asks another; pending until answered, withdrawn, or past `expires_at`.

    `slot_id` is the slot that the sender proposes and holds free until then; a hold is nothing but such a pending row,
    so none can outlive its deadline.
    """

    __tablename__ = "meeting_request"
    __table_args__ = (
        one_of("state", REQUEST_STATES),
        UniqueConstraint("event_id", "id"),
        CheckConstraint("from_id <> to_id", name="two_parties"),
        CheckConstraint("low_id < high_id", name="pair"),
        CheckConstraint("(state = 'pending') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("meeting_id IS NULL OR state = 'accepted'", name="booked"),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),
        ForeignKeyConstraint(["event_id", "from_id"], ["participation.event_id", "participation.id"]),
        ForeignKeyConstraint(["event_id", "to_id"], ["participation.event_id", "participation.id"]),
        ForeignKeyConstraint(["event_id", "request_id"], ["sourcing_request.event_id", "sourcing_request.id"]),
        ForeignKeyConstraint(["event_id", "slot_id"], ["slot.event_id", "slot.id"]),
        ForeignKeyConstraint(["meeting_id"], ["meeting.id"], ondelete="SET NULL"),
        Index(
            "uq_meeting_request_pending", "event_id", "low_id", "high_id", unique=True,
            sqlite_where=_PENDING, postgresql_where=_PENDING,
        ),
        Index("ix_meeting_request_to", "to_id", "state"),
        Index("ix_meeting_request_from", "from_id", "state"),
    )  # fmt: skip

    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    from_id: Mapped[UUID]
    to_id: Mapped[UUID]
    #: the pair once more, the smaller id first, so that two who ask each other at once are one pair
    low_id: Mapped[UUID]
    high_id: Mapped[UUID]
    #: the sourcing request it is about
    request_id: Mapped[UUID | None]
    purpose: Mapped[str] = mapped_column(String(200), default="")
    message: Mapped[str] = mapped_column(String(2000), default="")
    answer: Mapped[str] = mapped_column(String(2000), default="")
    slot_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(16), default="pending")
    expires_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    meeting_id: Mapped[UUID | None]
