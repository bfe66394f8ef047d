"""Organisations and what they say of themselves."""

from __future__ import annotations

from datetime import datetime
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


class ProfileOut(RegisteredOut):
    """The profile in force."""

    document: dict[str, Any] = Field(description="the fields as they were said; those left out were not said")
    created_at: datetime
