"""Series, agendas and what falls out when the day shrinks; times are those of the event's zone, with their offset."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Named, Reply


class EditionOut(Reply):
    """An edition of a series, in short."""

    id: UUID
    code: str
    name: str
    starts_on: date
    ends_on: date
    copied_from_id: UUID | None = Field(description="the edition that it was copied from")


class SeriesItem(Reply):
    """A recurring club or fair with its editions, the earliest first."""

    id: UUID
    code: str
    name: str
    editions: list[EditionOut]


class SeriesList(Listing[SeriesItem]):
    """A page of series."""


class AgendaItemOut(Reply):
    """Something of the programme besides meetings."""

    id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime
    title: str
    title_local: str | None
    speaker: str | None
    place: str | None
    description: str


class AgendaOut(Reply):
    """An agenda in the order of time."""

    items: list[AgendaItemOut]


class FallenOut(Reply):
    """A meeting that falls out, as it was."""

    id: UUID
    slot: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    interpreter: str | None
    organisations: list[Named]
    status: str = Field(description="planned or locked: what it was")
    because: Literal["slot", "place", "interpreter"] = Field(description="what it loses")


class ClosuresOut(Reply):
    """What comes, or would come, of closing slots, places and interpreters."""

    preview: bool = Field(description="true: nothing has been changed")
    fell_out: list[FallenOut]
