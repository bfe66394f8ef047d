"""Tenants (fair organisers), people who sign in, and the keys that machines use."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Dated, Identified, one_of
from app.domain.access import PARTIES, ROLES

_PARTY = f"role IN ({', '.join(repr(role) for role in PARTIES)})"


class Tenant(Identified, Dated, Base):
    """The body that runs fairs here; nothing of one tenant is visible to another."""

    __tablename__ = "tenant"

    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]


class Account(Identified, Dated, Base):
    """A person who can sign in; `email` is kept in lower case. What they may do, their memberships say."""

    __tablename__ = "account"

    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(16), default="en")
    #: argon2; None until an invitation or a reset has been answered
    password: Mapped[str | None] = mapped_column(String(255))
    closed_at: Mapped[datetime | None]


class Membership(Identified, Dated, Base):
    """A role of an account with one tenant; enterprises and buyers have it for one organisation."""

    __tablename__ = "membership"
    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint(f"({_PARTY}) = (organisation_id IS NOT NULL)", name="organisation"),
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
        ForeignKeyConstraint(
            ["organisation_id", "representative_id"], ["representative.organisation_id", "representative.id"]
        ),
        Index(
            "uq_membership_staff", "account_id", "tenant_id", "role", unique=True,
            sqlite_where=text("organisation_id IS NULL"), postgresql_where=text("organisation_id IS NULL"),
        ),
        UniqueConstraint("account_id", "organisation_id", "role"),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))
    organisation_id: Mapped[UUID | None]
    representative_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]


class Invitation(Identified, Dated, Base):
    """A role that is offered to an e-mail address; the token in the letter is kept as a digest and works once."""

    __tablename__ = "invitation"
    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint(f"({_PARTY}) = (organisation_id IS NOT NULL)", name="organisation"),
        ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    email: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(16))
    organisation_id: Mapped[UUID | None]
    language: Mapped[str] = mapped_column(String(16), default="en")
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class PasswordReset(Identified, Dated, Base):
    """A letter with a token that lets its holder set a new password, once."""

    __tablename__ = "password_reset"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignIn(Identified, Dated, Base):
    """A server session of an account, acting in one of its memberships; the token is kept as a digest."""

    __tablename__ = "sign_in"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    membership_id: Mapped[UUID] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Identified, Base):
    """A failed attempt to sign in, counted by who tried (a digest of account and network address)."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_who_at", "who", "at"),)

    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class ApiKey(Identified, Dated, Base):
    """A key for one role; kept as a hash, shown once. Enterprise and buyer keys belong to one organisation.

    `scopes` narrows what it may do; empty for all that its role may.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint(f"({_PARTY}) = (organisation_id IS NOT NULL)", name="organisation"),
        ForeignKeyConstraint(["tenant_id", "organisation_id"], ["organisation.tenant_id", "organisation.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    organisation_id: Mapped[UUID | None]
    role: Mapped[str] = mapped_column(String(16))
    scopes: Mapped[list[str]] = mapped_column(default=list)
    label: Mapped[str] = mapped_column(default="")
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
