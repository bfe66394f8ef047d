"""Accounts, sessions, invitations and keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Named, Reply
from app.core.passwords import LONGEST
from app.domain.contacts import Email, LetterLanguage
from app.domain.profiles import Shape, Word

Role = Literal["organiser", "co-organiser", "desk", "viewer", "enterprise", "buyer"]
Password = Annotated[str, Field(min_length=1, max_length=LONGEST, json_schema_extra={"format": "password"})]
Token = Annotated[str, Field(min_length=1, max_length=100)]
Scope = Annotated[str, Field(max_length=40, pattern=r"^[a-z]+:(read|write)$")]


class SignInIn(Shape):
    """Who signs in, and in which of their roles if they have several."""

    email: Annotated[str, Field(min_length=1, max_length=320)]
    password: Password
    membership_id: UUID | None = None


class SwitchIn(Shape):
    """The role to go on in."""

    membership_id: UUID


class PasswordIn(Shape):
    """The password there is, and the one that is to be."""

    present: Password
    new: Password


class ResetIn(Shape):
    """Whose password is forgotten."""

    email: Email


class ResetAnswerIn(Shape):
    """The token from the letter, and the new password."""

    token: Token
    password: Password


class InvitationIn(Shape):
    """A role for whoever reads an e-mail address."""

    email: Email
    role: Role
    organisation_id: UUID | None = Field(None, description="for enterprises and buyers")
    language: LetterLanguage = "en"


class InvitationAnswerIn(Shape):
    """The token from the letter, and who answers; whoever has an account gives its password."""

    token: Token
    name: Word
    password: Password


class KeyIn(Shape):
    """A key to make; enterprises and buyers leave role and organisation out."""

    role: Role | None = None
    organisation_id: UUID | None = Field(None, description="for enterprises and buyers")
    label: Annotated[str, Field(max_length=200)] = ""
    scopes: Annotated[list[Scope], Field(max_length=20)] = []
    days: Annotated[int, Field(ge=1, le=3650, description="after how many days it ends")] | None = None


class TenantOut(Reply):
    """An organiser."""

    slug: str
    name: str


class AccountOut(Reply):
    """A person who can sign in."""

    id: UUID
    email: str
    name: str
    language: str


class MembershipOut(Reply):
    """A role with an organiser; enterprises and buyers have it for one organisation."""

    id: UUID
    role: Role
    tenant: TenantOut
    organisation: Named | None


class SessionOut(Reply):
    """Who is calling. A key has a role and scopes, and neither account nor memberships."""

    role: Role
    organisation_id: UUID | None
    scopes: list[str]
    expires_at: datetime | None
    account: AccountOut | None
    membership: MembershipOut | None
    memberships: list[MembershipOut]


class OpenedOut(Reply):
    """A session as it begins; the token is not shown again."""

    token: str = Field(description="for Authorization: Bearer TOKEN")
    expires_at: datetime
    account: AccountOut
    membership: MembershipOut
    memberships: list[MembershipOut] = Field(description="every role in force, this one too")


class MemberItem(Reply):
    """A person's role with the caller's tenant."""

    id: UUID
    account: AccountOut
    role: Role
    organisation: Named | None
    created_at: datetime
    ended_at: datetime | None


class MemberList(Listing[MemberItem]):
    """A page of memberships."""


class InvitationOut(Reply):
    """An invitation; `state` is open, accepted, revoked or expired."""

    id: UUID
    email: str
    role: Role
    organisation_id: UUID | None
    language: str
    state: Literal["open", "accepted", "revoked", "expired"]
    created_at: datetime
    expires_at: datetime


class InvitationList(Listing[InvitationOut]):
    """A page of invitations."""


class KeyItem(Reply):
    """A key, without the key."""

    id: UUID
    label: str
    role: Role
    organisation_id: UUID | None
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class KeyList(Listing[KeyItem]):
    """A page of keys."""


class KeyOut(KeyItem):
    """A new key; `key` is not shown again."""

    key: str
