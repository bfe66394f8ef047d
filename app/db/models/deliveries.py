"""The outbox: letters and webhook calls, written with what they tell of and sent by a job."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db.base import Base, Dated, Identified, Versioned, one_of
from app.domain.deliveries import DELIVERY_STATES


class _Delivery(Identified, Dated):
    """Waiting until `next_at`, tried again after each failure, delivered or dead in the end.

    `taken_at` marks who is on it just now; a mark that is old was left by a process that died.
    """

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(1000))

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - SQLAlchemy's class hook
        return (
            one_of("state", DELIVERY_STATES),
            CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
            Index(f"ix_{cls.__tablename__}_state_next_at", "state", "next_at"),  # type: ignore[attr-defined]
            *cls._more(),
        )

    @classmethod
    def _more(cls) -> tuple[Any, ...]:
        return ()


class Letter(_Delivery, Base):
    """An e-mail. What it says is made when it is written, so that it says what was true then."""

    __tablename__ = "letter"

    event_id: Mapped[UUID | None]
    #: as in "meeting_request.received"
    kind: Mapped[str] = mapped_column(String(64))
    #: what makes it the only one of its kind, so that a job that runs twice writes it once
    once: Mapped[str | None] = mapped_column(String(200), unique=True)
    email: Mapped[str] = mapped_column(String(320), index=True)
    language: Mapped[str] = mapped_column(String(16), default="en")
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    #: [{"name", "media_type", "content" (base64)}]
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(default=list)

    @classmethod
    def _more(cls) -> tuple[Any, ...]:
        return (ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),)


class Webhook(Identified, Dated, Versioned, Base):
    """An address of the tenant's that is told of some kinds of change. The secret signs what is sent."""

    __tablename__ = "webhook"
    __table_args__ = (UniqueConstraint("tenant_id", "id"),)

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    url: Mapped[str] = mapped_column(String(2000))
    #: kinds of change, as in "schedule.published"; empty for all
    kinds: Mapped[list[str]] = mapped_column(default=list)
    secret: Mapped[str] = mapped_column(String(120))
    label: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)


class WebhookDelivery(_Delivery, Base):
    """One change told to one address; `id` is the message's id in every attempt."""

    __tablename__ = "webhook_delivery"

    webhook_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[int | None]

    @classmethod
    def _more(cls) -> tuple[Any, ...]:
        hook = ForeignKeyConstraint(
            ["tenant_id", "webhook_id"], ["webhook.tenant_id", "webhook.id"], ondelete="CASCADE"
        )
        return (hook,)
