"""The trail of changes, and the keys that make a repeated call harmless."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified


class AuditEntry(Identified, Base):
    """One change: who did what to which thing. Holds ids and no personal data; rows are never changed or deleted.

    A job seals committed entries into one hash chain per event (or tenant, for what belongs to no event): `number`
    counts from 1 within `chain_id`, `hash` covers the entry and the hash before it.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("chain_id", "number"),
        CheckConstraint("(number IS NULL) = (hash IS NULL)", name="sealed"),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),
        Index("ix_audit_entry_tenant_event", "tenant_id", "event_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    event_id: Mapped[UUID | None]
    #: the event's id, or the tenant's
    chain_id: Mapped[UUID]
    at: Mapped[datetime]
    #: "key", "account", "command" or "job", and which one
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[UUID | None]
    role: Mapped[str] = mapped_column(String(16))
    #: as in "meeting.booked"
    deed: Mapped[str] = mapped_column(String(64))
    target_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    number: Mapped[int | None]
    hash: Mapped[str | None] = mapped_column(String(64))


class IdempotencyKey(Identified, Dated, Base):
    """A call that has had its effect, with the answer it got; written in the transaction of the effect itself."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("caller_id", "key"), Index("ix_idempotency_key_created_at", "created_at"))

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    #: the key or account that called
    caller_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(255))
    #: of method, address and body
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
