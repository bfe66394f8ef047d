"""Files that the service keeps for a while, and the tokens of calendar feeds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.db.base import Base, Dated, Identified


class StoredFile(Identified, Dated, Base):
    """A file brought in or made here, kept in the database so that every worker finds it; gone after `expires_at`."""

    __tablename__ = "stored_file"
    __table_args__ = (ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),)

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    event_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    expires_at: Mapped[datetime | None]


class FeedToken(Identified, Dated, Base):
    """The secret address of one participant's calendar; kept as a digest, revocable."""

    __tablename__ = "feed_token"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),
        ForeignKeyConstraint(
            ["event_id", "participation_id"], ["participation.event_id", "participation.id"], ondelete="CASCADE"
        ),
    )

    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    participation_id: Mapped[UUID]
    language: Mapped[str] = mapped_column(String(16), default="en")
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    revoked_at: Mapped[datetime | None]
