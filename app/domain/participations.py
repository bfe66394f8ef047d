"""An organisation's part in an edition: what is said when it joins, and what can change."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from app.domain.fairs import Clock, Kind, Limit
from app.domain.participants import KINDS
from app.domain.patches import Patch, unsaid
from app.domain.profiles import Day, Shape

PlaceCode = Annotated[str, Field(min_length=1, max_length=32)]
#: what an enterprise or a buyer may change of its own part; the rest is for those who run the event
OWN_FIELDS = ("unavailable", "attendees", "own_max_meetings")


def known_kind(value: str) -> str:
    """Return a kind of organisation; any other word is refused."""
    if value not in KINDS:
        raise ValueError(f"{value!r} is no kind of organisation; one of {', '.join(KINDS)}")
    return value


class AwayShape(Shape):
    """A time in which an organisation cannot meet: slots by name, or local times of one day or of every day."""

    slots: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=2000)] = []
    date: Day | None = Field(None, description="of the times below; every day of the event, if not given")
    starts: Clock | None = None
    ends: Clock | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        timed = self.date is not None or self.starts is not None or self.ends is not None
        if bool(self.slots) == timed:
            raise ValueError("name either slots, or a date or times")
        if self.starts is not None and self.ends is not None and self.starts >= self.ends:
            raise ValueError(f"{self.ends} is not after {self.starts}")
        return self


Away = Annotated[list[AwayShape], Field(max_length=500)]
Staff = Annotated[int, Field(ge=1, le=100, description="how many can meet at the same time")]
People = Annotated[list[UUID], Field(max_length=500, description="representatives who come, by id")]


class ParticipationIn(Shape):
    """An organisation joins an edition."""

    organisation_id: UUID
    kind: Kind | None = Field(None, description="what it is here; its own kind, if not given")
    supplies: bool = False
    buys: bool = False
    min_meetings: Limit = None
    max_meetings: Limit = None
    request_quota: Limit = None
    place: PlaceCode | None = Field(None, description="code of the table or booth that is its own")
    delegation_id: UUID | None = Field(None, description="participation of the body that it comes with")
    staff: Staff = 1

    @field_validator("kind")
    @classmethod
    def _kind(cls, value: str | None) -> str | None:
        return known_kind(value) if value is not None else None


class ParticipationPatch(Patch):
    """What changes of an organisation's part.

    Enterprises and buyers change who comes, when they are away, and the most meetings that they want.
    """

    kind: Kind = unsaid()
    supplies: bool = unsaid()
    buys: bool = unsaid()
    min_meetings: Limit = None
    max_meetings: Limit = None
    own_max_meetings: Limit = Field(None, description="the most that it wants itself; never more than it may have")
    request_quota: Limit = None
    place: PlaceCode | None = None
    delegation_id: UUID | None = None
    staff: Staff = unsaid()
    attendees: People = unsaid()
    unavailable: Away = unsaid()

    @field_validator("kind")
    @classmethod
    def _kind(cls, value: str) -> str:
        return known_kind(value)


class PreferenceIn(Shape):
    """What one participant answers to another."""

    answer: Literal["must_meet", "want", "neutral", "no_thanks", "blocked"]
