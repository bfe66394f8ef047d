"""Profiles and requests as append-only revisions, and the certificates each revision claims."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db.base import Base, Dated, Identified, one_of
from app.domain.participants import EVIDENCE


class _Revision(Identified, Dated):
    """A document as it was said, the codes found in it, and what could not be resolved."""

    revision: Mapped[int]
    document: Mapped[dict[str, Any]]
    resolved: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    unresolved: Mapped[list[str]] = mapped_column(default=list)
    completeness: Mapped[int]
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)


class _OrganisationRevision(_Revision):
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    organisation_id: Mapped[UUID]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - SQLAlchemy's class hook
        return (
            UniqueConstraint("organisation_id", "revision"),
            CheckConstraint("revision >= 1", name="revision"),
            CheckConstraint("completeness BETWEEN 0 AND 100", name="completeness"),
            ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        )


class CapabilityProfile(_OrganisationRevision, Base):
    """What an organisation supplies."""

    __tablename__ = "capability_profile"


class BuyerProfile(_OrganisationRevision, Base):
    """Who buys; the supplier → buyer direction ranks it."""

    __tablename__ = "buyer_profile"


class Certificate(Identified, Base):
    """A certificate or audit that one revision of a capability profile claims."""

    __tablename__ = "certificate"
    __table_args__ = (
        one_of("evidence", EVIDENCE),
        CheckConstraint("valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to", name="dates"),
    )

    capability_profile_id: Mapped[UUID] = mapped_column(
        ForeignKey("capability_profile.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    text: Mapped[str]
    code: Mapped[str | None] = mapped_column(String(64))
    scope: Mapped[str | None]
    number: Mapped[str | None]
    body: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(String(16), default="declared")
    document: Mapped[str | None]


class SourcingRequest(Identified, Dated, Base):
    """Something an organisation wants, at one event; its content lives in revisions."""

    __tablename__ = "sourcing_request"
    __table_args__ = (
        UniqueConstraint("event_id", "code"),
        UniqueConstraint("event_id", "id"),
        ForeignKeyConstraint(["tenant_id", "event_id"], ["event.tenant_id", "event.id"]),
        ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
    )

    tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(String(64))
    withdrawn: Mapped[bool] = mapped_column(default=False)


class RequestRevision(_Revision, Base):
    __tablename__ = "request_revision"
    __table_args__ = (
        UniqueConstraint("request_id", "revision"),
        UniqueConstraint("request_id", "id"),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("completeness BETWEEN 0 AND 100", name="completeness"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("sourcing_request.id", ondelete="CASCADE"))
