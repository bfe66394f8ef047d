"""Editions as the interface shows them; times are those of the event's zone, with their offset."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.api.schemas.common import Listing, Reply
from app.domain.fairs import EventShape


class EventIn(EventShape):
    """An edition to create; all times are local times of its zone."""


class EventItem(Reply):
    """An edition, in short."""

    id: UUID
    code: str
    name: str
    name_local: str | None
    form: str
    zone: str
    currency: str
    language: str
    place: str | None
    starts_on: date
    ends_on: date
    slot_minutes: int
    as_of: date | None
    created_at: datetime


class EventList(Listing[EventItem]):
    """A page of editions."""


class BodyOut(Reply):
    """A body that organises, guides or supports."""

    name: str
    name_local: str | None
    role: str


class PhaseOut(Reply):
    """A stretch of an event's life."""

    name: str
    starts_at: datetime
    ends_at: datetime


class SeriesOut(Reply):
    """What this is an edition of."""

    code: str
    name: str


class HostFairOut(Reply):
    """The larger fair around it."""

    name: str
    place: str | None
    starts_on: date | None
    ends_on: date | None


class SlotOut(Reply):
    """A slot; `name` is what bookings and plans call it."""

    id: UUID
    name: str
    session: str
    starts_at: datetime
    ends_at: datetime


class PlaceOut(Reply):
    """A table or booth."""

    id: UUID
    code: str
    zone: str
    closed: list[str]


class InterpreterOut(Reply):
    """An interpreter, with the slots in which they are away."""

    id: UUID
    name: str
    languages: list[str]
    away: list[str]


class PairingOut(Reply):
    """A kind that may seek from a kind."""

    seeker: str
    provider: str


class EventOut(EventItem):
    """An edition in full."""

    rules: dict[str, Any]
    series: SeriesOut | None
    host_fair: HostFairOut | None
    bodies: list[BodyOut]
    phases: list[PhaseOut]
    slots: list[SlotOut]
    places: list[PlaceOut]
    interpreters: list[InterpreterOut]
    pairing_rules: list[PairingOut]
