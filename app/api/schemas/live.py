"""The live day: check-in, arrivals, states of meetings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.api.schemas.common import Listing, Named, Reply
from app.api.schemas.schedules import MeetingOut
from app.domain.fairs import LocalTime
from app.domain.profiles import Shape

At = Annotated[
    LocalTime | None, Field(description="what counts as now, in local time; for rehearsals, by organisers only")
]


class CheckInIn(Shape):
    """Who has come: exactly one of the code of the badge, the attendee, or a name."""

    code: Annotated[str, Field(min_length=1, max_length=120, description="what the QR code says")] | None = None
    attendee_id: UUID | None = None
    name: Annotated[str, Field(min_length=2, max_length=200, description="of the person or the firm")] | None = None
    at: At = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(value is not None for value in (self.code, self.attendee_id, self.name)) != 1:
            raise ValueError("give exactly one of code, attendee_id and name")
        return self


class CheckInOut(Reply):
    """Somebody at the door. `again` says that they had been checked in before, at `checked_in_at`."""

    attendee_id: UUID
    name: str | None = Field(description="null for a member of staff without a name")
    number: int
    organisation: Named
    checked_in_at: datetime | None
    again: bool


class PersonOut(Reply):
    """One of the people who are expected."""

    attendee_id: UUID
    name: str | None
    number: int
    checked_in_at: datetime | None


class NextMeetingOut(Reply):
    """The meeting that is on or comes next."""

    id: UUID
    slot: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    counterpart: Named


class ArrivalOut(Reply):
    """An organisation on the day; `late` when nobody of it is there though a meeting of theirs has begun."""

    organisation: Named
    state: Literal["expected", "arrived", "late"]
    expected: int = Field(description="people who are expected")
    arrived: int
    arrived_at: datetime | None
    people: list[PersonOut]
    next_meeting: NextMeetingOut | None


class Counts(Reply):
    """How many organisations are in each state."""

    expected: int
    arrived: int
    late: int


class ArrivalList(Listing[ArrivalOut]):
    """Who has come and who is missing."""

    at: datetime
    counts: Counts


class StateIn(Shape):
    """What has become of a meeting."""

    state: Literal["live", "held", "no_show", "planned"] = Field(description="`planned` takes a mark back")
    absent: UUID | None = Field(None, description="of a no-show the organisation that did not come")
    at: At = None


class MeetingStateOut(MeetingOut):
    """A meeting as it stands now."""

    absent: Named | None = Field(description="of a no-show the organisation that did not come")
    note: str
