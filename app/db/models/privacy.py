"""What people agreed to, in which words, and when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified, one_of
from app.domain.privacy import PURPOSES


class ConsentWording(Identified, Dated, Base):
    """The words of a consent in one language; a change is a new version, so that old consents keep their words."""

    __tablename__ = "consent_wording"
    __table_args__ = (
        one_of("purpose", PURPOSES),
        UniqueConstraint("tenant_id", "purpose", "language", "version"),
        UniqueConstraint("tenant_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=1)
    text: Mapped[str] = mapped_column(Text)


class Consent(Identified, Base):
    """A person's yes to one purpose; withdrawn, it stays as a record that it once was."""

    __tablename__ = "consent"
    __table_args__ = (
        one_of("purpose", PURPOSES),
        ForeignKeyConstraint(["tenant_id", "wording_id"], ["consent_wording.tenant_id", "consent_wording.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    representative_id: Mapped[UUID] = mapped_column(ForeignKey("representative.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    #: None where the consent came with an imported list, which does not hold its words
    wording_id: Mapped[UUID | None]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
