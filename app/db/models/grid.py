"""An event's grid: slots, tables or booths, interpreters, and when each is away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Identified


class Slot(Identified, Base):
    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("event_id", "position"),
        UniqueConstraint("event_id", "starts_at"),
        UniqueConstraint("event_id", "id"),
        CheckConstraint("starts_at < ends_at", name="times"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[int]
    session: Mapped[str] = mapped_column(String(64), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Place(Identified, Base):
    """A table or booth."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("event_id", "code"), UniqueConstraint("event_id", "id"))

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(32))
    zone: Mapped[str] = mapped_column(String(64), default="")


class Interpreter(Identified, Base):
    __tablename__ = "interpreter"
    __table_args__ = (UniqueConstraint("event_id", "name"), UniqueConstraint("event_id", "id"))

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    languages: Mapped[list[str]] = mapped_column(default=list)


class SlotClosed(Identified, Base):
    """A slot in which a place is closed or an interpreter is away."""

    __tablename__ = "slot_closed"
    __table_args__ = (
        UniqueConstraint("slot_id", "place_id"),
        UniqueConstraint("slot_id", "interpreter_id"),
        CheckConstraint("(place_id IS NULL) <> (interpreter_id IS NULL)", name="one_resource"),
        ForeignKeyConstraint(["event_id", "slot_id"], ["slot.event_id", "slot.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["event_id", "place_id"], ["place.event_id", "place.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["event_id", "interpreter_id"], ["interpreter.event_id", "interpreter.id"], ondelete="CASCADE"
        ),
    )

    event_id: Mapped[UUID]
    slot_id: Mapped[UUID]
    place_id: Mapped[UUID | None]
    interpreter_id: Mapped[UUID | None]
