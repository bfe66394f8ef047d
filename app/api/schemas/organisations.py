"""Organisations and what they say of themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Reply


class OrganisationItem(Reply):
    """A legal entity."""

    id: UUID
    code: str
    name: str
    name_local: str | None
    kind: str
    country: str | None
    city: str | None
    created_at: datetime


class OrganisationList(Listing[OrganisationItem]):
    """A page of organisations."""


class ProfileState(Reply):
    """Which revision is in force, and how complete it is."""

    revision: int
    completeness: int


class OrganisationOut(OrganisationItem):
    """An organisation with the state of its profiles."""

    capabilities: ProfileState | None
    buyer_profile: ProfileState | None


class ResolvedWord(Reply):
    """A word and the code it stands for; `how` is code, exact, alias or fuzzy."""

    text: str
    code: str
    how: str


class RegisteredOut(Reply):
    """What came of saving a profile."""

    organisation_id: UUID
    revision: int
    resolved: list[ResolvedWord]
    unresolved: list[str] = Field(description="words no list knows; they are kept, and count as text")
    completeness: int = Field(ge=0, le=100)


class MissingField(Reply):
    """A field that says nothing yet."""

    field: str
    points: float = Field(description="what it would add to the completeness")


class CertificateOut(Reply):
    """A certificate that a profile claims, with what proves it."""

    id: UUID
    text: str
    code: str | None
    scope: str | None
    number: str | None
    body: str | None
    valid_from: date | None
    valid_to: date | None
    evidence: str = Field(description="declared, documented, verified or expired")
    document: str | None


class ProfileOut(RegisteredOut):
    """The profile in force."""

    missing: list[MissingField] = Field(description="what would make it more complete, the most telling first")
    document: dict[str, Any] = Field(description="the fields as they were said; those left out were not said")
    created_at: datetime


class CapabilitiesOut(ProfileOut):
    """The capability profile in force."""

    certificates: list[CertificateOut]
