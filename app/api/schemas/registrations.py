"""What anybody sees of an event that one can register for, and applications as the organiser sees them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Reply
from app.api.schemas.editions import AgendaItemOut
from app.api.schemas.events import BodyOut, PhaseOut


class OfferedWordingOut(Reply):
    """The words of a consent; their id goes with the form."""

    id: UUID
    purpose: str
    language: str
    version: int
    text: str


class OpenEventOut(Reply):
    """An event as its public page shows it."""

    code: str
    name: str
    name_local: str | None
    form: str
    organiser: str
    zone: str
    language: str
    place: str | None
    starts_on: date
    ends_on: date
    bodies: list[BodyOut]
    phases: list[PhaseOut]
    phase: str | None = Field(description="the phase it is in")
    registration: Literal["open", "later", "over"]
    agenda: list[AgendaItemOut]
    consents: list[OfferedWordingOut]
    kinds: list[str] = Field(description="kinds of organisation that the form can name")


class ReceivedOut(Reply):
    """An application was taken down; a letter follows."""

    received: Literal[True]


class LikelyOut(Reply):
    """An organisation that is known and may be the applicant."""

    id: UUID
    name: str
    because: Literal["name", "domain"]


class RegistrationItem(Reply):
    """An application, in short."""

    id: UUID
    event_id: UUID
    state: Literal["pending", "approved", "refused", "withdrawn"]
    organisation: str
    person: str
    email: str
    supplies: bool
    buys: bool
    language: str
    reason: str | None
    created_at: datetime
    decided_at: datetime | None
    participation_id: UUID | None


class RegistrationList(Listing[RegistrationItem]):
    """A page of applications."""


class RegistrationOut(RegistrationItem):
    """An application in full."""

    form: dict[str, Any] = Field(description="the form as it was filled in")
    likely: list[LikelyOut] = Field(description="organisations that are known and may be this one; while it is pending")
