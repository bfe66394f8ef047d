"""What happens at an event besides meetings: talks, discussions, visits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Identified, one_of
from app.domain.fairs import AGENDA_KINDS


class AgendaItem(Identified, Base):
    __tablename__ = "agenda_item"
    __table_args__ = (one_of("kind", AGENDA_KINDS), CheckConstraint("starts_at < ends_at", name="times"))

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    title: Mapped[str]
    title_local: Mapped[str | None]
    speaker: Mapped[str | None]
    place: Mapped[str | None] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
