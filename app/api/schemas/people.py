"""Representatives, consents, contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Named, Reply
from app.domain.people import Purpose


class PersonOut(Reply):
    """A person; a viewer sees neither address nor number."""

    id: UUID
    organisation_id: UUID
    name: str
    role: str | None
    email: str | None
    phone: str | None
    languages: list[str]


class PersonList(Listing[PersonOut]):
    """A page of people."""


class WordingOut(Reply):
    """The words of a consent in one language and version."""

    id: UUID
    purpose: Purpose
    language: str
    version: int
    text: str
    created_at: datetime


class WordingList(Listing[WordingOut]):
    """A page of wordings."""


class ConsentOut(Reply):
    """A consent; without wording where it came with an imported list."""

    id: UUID
    purpose: Purpose
    wording: WordingOut | None
    given_at: datetime
    withdrawn_at: datetime | None


class ConsentList(Reply):
    """All consents of a person, withdrawn ones too."""

    items: list[ConsentOut]
    next: None = None


class ContactPerson(Reply):
    """What may be shown of a person; fields that the event does not permit are left out."""

    name: str | None = None
    role: str | None = None
    email: str | None = None
    phone: str | None = None
    languages: list[str] | None = None


class ContactItem(Reply):
    """An organisation that the caller has agreed to meet, and its people who consent to be contacted."""

    organisation: Named
    because: list[str] = Field(description="request, preference, meeting: what makes the agreement")
    people: list[ContactPerson]


class ContactList(Listing[ContactItem]):
    """A page of contacts."""


class PersonExport(Reply):
    """Everything that concerns a person."""

    made_at: datetime
    person: dict[str, Any]
    organisation: dict[str, Any]
    consents: list[dict[str, Any]]
    attendance: list[dict[str, Any]] = Field(description="events at which the person has a seat, and when they came")
    meetings: list[dict[str, Any]]
    requests: list[dict[str, Any]] = Field(description="meeting requests that the organisation sent")
    registrations: list[dict[str, Any]]
    invitations: list[dict[str, Any]]
    letters: list[dict[str, Any]]
    account: dict[str, Any] | None


class ErasedOut(Reply):
    """What was erased, as counts."""

    representative_id: UUID
    erased_at: datetime
    rows: dict[str, int] = Field(description="rows changed or deleted, by table")
