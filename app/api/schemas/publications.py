"""Publications of a schedule, what the next one would change, and personal timetables."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Named, Reply
from app.domain.profiles import Shape


class Where(Reply):
    """When and where a meeting is."""

    slot: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    interpreter: str | None


class DifferenceRow(Reply):
    """A meeting that is added, removed, moved (another time) or changed (another place or interpreter)."""

    kind: Literal["added", "removed", "moved", "changed"]
    meeting: UUID
    organisations: list[Named]
    before: Where | None
    after: Where | None


class Changes(Reply):
    """How many meetings are added, removed, moved, changed, and how many there are then."""

    added: int
    removed: int
    moved: int
    changed: int
    meetings: int


class PublishingProblem(Reply):
    """Why a schedule cannot be published."""

    meeting: UUID
    code: str
    detail: str
    slot: str


class DifferenceOut(Reply):
    """A schedule against the publication in force; `publication` is its number, null where there is none yet.

    `problems` are what publishing would refuse.
    """

    schedule: UUID
    publication: int | None
    changes: Changes
    items: list[DifferenceRow]
    problems: list[PublishingProblem]


class PublicationItem(Reply):
    """A publication, in short."""

    id: UUID
    event_id: UUID
    schedule_id: UUID
    number: int
    created_at: datetime
    superseded_at: datetime | None
    changes: Changes


class PublicationList(Listing[PublicationItem]):
    """A page of publications."""


class PublishedMeeting(Where):
    """A meeting as it was published; calendars know it by `uid` and `sequence`."""

    id: UUID
    uid: UUID
    sequence: int
    organisations: list[Named]
    status: str
    value: float


class PublicationOut(PublicationItem):
    """A publication in full, as everybody was told it; meetings that are off stay as cancelled."""

    meetings: list[PublishedMeeting]


class Counterpart(Reply):
    """Whom one meets."""

    id: UUID
    name: str
    name_local: str | None
    kind: str
    country: str | None
    languages: list[str]


class OwnMeeting(Where):
    """A meeting as one of its two sides sees it.

    `changed` says that it is not as it was published: called off, agreed on since, or moved on the day.
    """

    id: UUID
    uid: UUID
    sequence: int
    counterpart: Counterpart
    status: Literal["planned", "locked", "live", "held", "no_show", "cancelled"]
    purpose: str
    reasons: list[str]
    changed: bool


class TimetableOut(Reply):
    """The meetings of one participant, in the order of time; times are those of the event's zone."""

    event: Annotated[str, Field(description="the event's code")]
    zone: str
    organisation: Named
    publication: Annotated[int | None, Field(description="number of the publication in force")]
    published_at: datetime | None
    meetings: list[OwnMeeting]


class FeedIn(Shape):
    """Whose calendar, and in which language."""

    organisation: Annotated[UUID | None, Field(description="your own if absent")] = None
    language: Literal["en", "zh", "zh-Hans", "fr", "de", "it"] = "en"


class FeedItem(Reply):
    """The address of a calendar that can be subscribed to, without the address itself: it is shown once."""

    id: UUID
    organisation: Named
    language: str
    created_at: datetime


class FeedOut(FeedItem):
    """A new feed with its secret address; whoever has that reads the timetable."""

    address: str


class FeedList(Listing[FeedItem]):
    """A page of feeds."""
