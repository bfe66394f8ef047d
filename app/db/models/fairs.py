"""Series of fairs, their editions, and who stands behind them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified, Versioned, one_of
from app.domain.fairs import BODY_ROLES, EVENT_FORMS, PHASES


class Series(Identified, Base):
    """A recurring club or fair."""

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("tenant_id", "code"), UniqueConstraint("tenant_id", "id"))

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]


class HostFair(Identified, Base):
    """The larger fair that an event sits inside."""

    __tablename__ = "host_fair"
    __table_args__ = (UniqueConstraint("tenant_id", "name", "starts_on"), UniqueConstraint("tenant_id", "id"))

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    name: Mapped[str]
    place: Mapped[str | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class Event(Identified, Dated, Versioned, Base):
    """One edition. Times of its slots are UTC; `zone` says how people there read them."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("tenant_id", "id"),
        one_of("form", EVENT_FORMS),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("slot_minutes BETWEEN 5 AND 480", name="slot_minutes"),
        ForeignKeyConstraint(["tenant_id", "series_id"], ["series.tenant_id", "series.id"]),
        ForeignKeyConstraint(["tenant_id", "copied_from_id"], ["event.tenant_id", "event.id"]),
        ForeignKeyConstraint(["tenant_id", "host_fair_id"], ["host_fair.tenant_id", "host_fair.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    series_id: Mapped[UUID | None]
    host_fair_id: Mapped[UUID | None]
    #: the edition that this one was copied from
    copied_from_id: Mapped[UUID | None]
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    name_local: Mapped[str | None]
    form: Mapped[str] = mapped_column(String(32), default="matchmaking")
    zone: Mapped[str] = mapped_column(String(64))
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    language: Mapped[str] = mapped_column(String(16), default="en")
    place: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    slot_minutes: Mapped[int] = mapped_column(default=30)
    as_of: Mapped[date | None]
    #: limits and rules that an organiser sets for the whole event; see `app.domain.fairs.Rules`
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict)


class EventBody(Identified, Base):
    """A body that organises, guides or supports an event."""

    __tablename__ = "event_body"
    __table_args__ = (one_of("role", BODY_ROLES), UniqueConstraint("event_id", "name", "role"))

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str]
    name_local: Mapped[str | None]
    role: Mapped[str] = mapped_column(String(32))


class Phase(Identified, Base):
    """A stretch of an event's life: registration, matching, booking, live, closed."""

    __tablename__ = "phase"
    __table_args__ = (
        one_of("name", PHASES),
        UniqueConstraint("event_id", "name"),
        CheckConstraint("starts_at < ends_at", name="times"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(32))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
