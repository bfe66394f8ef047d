"""Organisations in an event: sides, people present, availability, wishes, and who may meet whom."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified, Versioned, one_of
from app.domain.participants import ANSWERS, KINDS


class Participation(Identified, Dated, Versioned, Base):
    """An organisation in an event. It may supply, buy, do both, or only attend."""

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("event_id", "organisation_id"),
        UniqueConstraint("event_id", "id"),
        UniqueConstraint("organisation_id", "id"),
        one_of("kind", KINDS),
        CheckConstraint("min_meetings IS NULL OR min_meetings >= 0", name="min_meetings"),
        CheckConstraint("max_meetings IS NULL OR max_meetings >= coalesce(min_meetings, 0)", name="max_meetings"),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),
        ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        CheckConstraint("delegation_id IS NULL OR delegation_id <> id", name="delegation"),
        CheckConstraint("request_quota IS NULL OR request_quota >= 0", name="request_quota"),
        CheckConstraint("own_max_meetings IS NULL OR own_max_meetings >= 0", name="own_max_meetings"),
        ForeignKeyConstraint(["event_id", "delegation_id"], ["participation.event_id", "participation.id"]),
        ForeignKeyConstraint(["event_id", "place_id"], ["place.event_id", "place.id"]),
        Index("ix_participation_delegation_id", "delegation_id"),
    )

    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(32))
    supplies: Mapped[bool] = mapped_column(default=False)
    buys: Mapped[bool] = mapped_column(default=False)
    min_meetings: Mapped[int | None]
    max_meetings: Mapped[int | None]
    #: what it wants itself; it only ever lowers what the organiser allows
    own_max_meetings: Mapped[int | None]
    place_id: Mapped[UUID | None]
    #: the participation of the body that it came with; the two meet as one
    delegation_id: Mapped[UUID | None]
    #: most requests for a meeting that it may send; None for what the event says
    request_quota: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None]


class Attendee(Identified, Base):
    """One seat's worth of an organisation at an event: a named representative, or a numbered member of staff."""

    __tablename__ = "attendee"
    __table_args__ = (
        UniqueConstraint("participation_id", "number"),
        UniqueConstraint("event_id", "representative_id"),
        UniqueConstraint("event_id", "id"),
        CheckConstraint("number >= 1", name="number"),
        ForeignKeyConstraint(
            ["event_id", "participation_id"], ["participation.event_id", "participation.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["organisation_id", "participation_id"], ["participation.organisation_id", "participation.id"]
        ),
        ForeignKeyConstraint(
            ["organisation_id", "representative_id"], ["representative.organisation_id", "representative.id"]
        ),
    )

    event_id: Mapped[UUID]
    participation_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    representative_id: Mapped[UUID | None]
    number: Mapped[int] = mapped_column(default=1)
    #: what the QR code of the badge says; made when the badge is
    code: Mapped[str | None] = mapped_column(String(32), unique=True)
    checked_in_at: Mapped[datetime | None]


class Unavailable(Identified, Base):
    """A slot in which a participant cannot meet."""

    __tablename__ = "unavailable"
    __table_args__ = (
        UniqueConstraint("participation_id", "slot_id"),
        ForeignKeyConstraint(
            ["event_id", "participation_id"], ["participation.event_id", "participation.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["event_id", "slot_id"], ["slot.event_id", "slot.id"], ondelete="CASCADE"),
    )

    event_id: Mapped[UUID]
    participation_id: Mapped[UUID]
    slot_id: Mapped[UUID]


class Preference(Identified, Dated, Base):
    """What one participant wants of another: must meet, want, neutral, no thanks, blocked."""

    __tablename__ = "preference"
    __table_args__ = (
        one_of("answer", ANSWERS),
        UniqueConstraint("from_id", "to_id"),
        CheckConstraint("from_id <> to_id", name="two_parties"),
        ForeignKeyConstraint(
            ["event_id", "from_id"], ["participation.event_id", "participation.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["event_id", "to_id"], ["participation.event_id", "participation.id"], ondelete="CASCADE"),
    )

    event_id: Mapped[UUID]
    from_id: Mapped[UUID]
    to_id: Mapped[UUID]
    answer: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class PairingRule(Identified, Dated, Base):
    """Seeker kind × provider kind allowed in an event; the highest revision is in force, earlier ones are kept."""

    __tablename__ = "pairing_rule"
    __table_args__ = (
        one_of("seeker", KINDS),
        one_of("provider", KINDS),
        UniqueConstraint("event_id", "revision", "seeker", "provider"),
        CheckConstraint("revision >= 1", name="revision"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(default=1)
    seeker: Mapped[str] = mapped_column(String(32))
    provider: Mapped[str] = mapped_column(String(32))
