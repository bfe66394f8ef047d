"""Sourcing requests: what an organisation wants at an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.api.schemas.common import Listing, Reply
from app.api.schemas.organisations import MissingField, ResolvedWord
from app.domain.fairs import Code
from app.domain.profiles import SourcingRequest

_ADDRESS = {"code", "organisation_id"}


class RequestIn(SourcingRequest):
    """A sourcing request with its address: a code of its own at the event, and whose it is."""

    code: Code
    organisation_id: UUID | None = Field(None, description="whose request; a buyer's key stands for its own")

    @model_validator(mode="after")
    def _gates_are_wishes(self) -> Self:
        for field in ("must", "info"):
            wrong = _ADDRESS.intersection(getattr(self, field))
            if wrong:
                raise ValueError(f"{field} names {min(wrong)!r}, which no supplier can meet or fail")
        return self

    def request(self) -> SourcingRequest:
        return SourcingRequest.model_validate(self.model_dump(exclude=_ADDRESS, exclude_unset=True))


class RequestItem(Reply):
    """A sourcing request, in short."""

    id: UUID
    event_id: UUID
    organisation_id: UUID
    code: str
    title: str | None
    withdrawn: bool
    revision: int
    completeness: int
    created_at: datetime


class RequestList(Listing[RequestItem]):
    """A page of sourcing requests."""


class RequestOut(RequestItem):
    """A sourcing request in full."""

    document: dict[str, Any] = Field(description="the fields as they were said; those left out were not said")
    resolved: list[ResolvedWord]
    unresolved: list[str]
    missing: list[MissingField] = Field(description="what would make it more complete, the most telling first")


class RevisionOut(Reply):
    """What a request said at a time."""

    id: UUID
    revision: int
    completeness: int
    document: dict[str, Any]
    resolved: list[ResolvedWord]
    unresolved: list[str]
    created_at: datetime


class RevisionList(Listing[RevisionOut]):
    """A page of revisions."""
