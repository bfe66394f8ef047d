"""Organisations in an event, and what they answer to each other."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Named, Reply


class ExhibitorOut(Reply):
    """An organisation as an exhibitor list shows it."""

    id: UUID
    code: str
    name: str
    name_local: str | None
    country: str | None
    city: str | None


class AttendeeOut(Reply):
    """A seat, and who is on it."""

    number: int
    person: Named | None
    checked_in_at: datetime | None


class PartDetails(Reply):
    """What only the organiser's staff and the participant itself see."""

    min_meetings: int | None
    max_meetings: int | None
    own_max_meetings: int | None = Field(description="the most that it wants itself")
    request_quota: int | None
    delegation_id: UUID | None
    attendees: list[AttendeeOut]
    unavailable: list[str] = Field(description="names of slots in which it cannot meet")
    withdrawn_at: datetime | None


class ParticipationOut(Reply):
    """An organisation's part in an event."""

    id: UUID
    event_id: UUID
    organisation: ExhibitorOut
    kind: str
    supplies: bool
    buys: bool
    place: str | None = Field(description="code of the table or booth that is its own")
    details: PartDetails | None = Field(description="null for others than the organiser and itself")


class ParticipationList(Listing[ParticipationOut]):
    """A page of participations."""


class PreferenceOut(Reply):
    """What a participant has answered to another."""

    participation_id: UUID = Field(description="the other's participation")
    organisation: Named
    answer: Literal["must_meet", "want", "neutral", "no_thanks", "blocked"]
    at: datetime


class PreferenceList(Listing[PreferenceOut]):
    """A page of answers."""
