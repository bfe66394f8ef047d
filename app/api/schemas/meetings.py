"""Meetings, and where two participants could meet."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Named, Reply
from app.api.schemas.schedules import MeetingOut
from app.domain.profiles import Shape

SlotName = Annotated[str, Field(min_length=1, max_length=64, description="name (s01) or id of a slot of the event")]
PlaceName = Annotated[str, Field(min_length=1, max_length=64, description="code or id of a place")]
InterpreterName = Annotated[str, Field(min_length=1, max_length=120, description="name or id of an interpreter")]
Note = Annotated[str, Field(max_length=500, description="in words, for both parties")]
OverHolds = Annotated[bool, Field(description="take a seat even if a pending request holds it")]


class MeetingIn(Shape):
    """A pair to book into the current schedule."""

    organisations: Annotated[tuple[UUID, UUID], Field(description="the two that meet")]
    slot: SlotName
    place: Annotated[PlaceName | None, Field(description="the first free one if absent")] = None
    override_holds: OverHolds = False


class MeetingChange(Shape):
    """What is to be different; fields that are not there stay as they are."""

    slot: SlotName | None = None
    place: PlaceName | None = None
    interpreter: Annotated[InterpreterName | None, Field(description="null takes one if one is needed")] = None
    locked: Annotated[bool | None, Field(description="whether it stays where it is when a schedule is built")] = None
    note: Note | None = None
    override_holds: OverHolds = False


class CancelIn(Shape):
    """Why a meeting is called off; enterprises and buyers have to say it."""

    note: Note = ""


class SwapIn(Shape):
    """The meeting to swap with, and what the two should have then if they may, in the order of the meetings.

    To undo a swap, give the `places` and the `interpreters` that they had.
    """

    meeting: UUID
    places: tuple[PlaceName | None, PlaceName | None] = (None, None)
    interpreters: tuple[InterpreterName | None, InterpreterName | None] = (None, None)


class MeetingItem(MeetingOut):
    """A meeting of the current schedule; `sequence` counts the changes that a calendar shows."""

    event_id: UUID
    schedule_id: UUID
    note: str
    sequence: int
    changed_at: datetime | None


class Swapped(Reply):
    """Two meetings after they have swapped, the one that was named first before the other."""

    meetings: list[MeetingItem]


class MeetingList(Listing[MeetingItem]):
    """A page of meetings."""


class SlotReason(Reply):
    """Why a slot will not do, and whom it is about; `until` is the end of a hold."""

    code: Annotated[
        str,
        Field(
            description="blocked, withdrawn, pair, maximum, availability, participant, held, place, interpreter, length"
        ),
    ]
    organisation: Named | None
    until: datetime | None


class LegalSlot(Reply):
    """A slot: whether the two can meet then, and with what; `places` names at most a hundred."""

    id: UUID
    slot: str
    starts_at: datetime
    ends_at: datetime
    current: bool
    legal: bool
    reasons: list[SlotReason]
    free_places: int
    places: list[str]
    interpreter: str | None


class LegalSlots(Reply):
    """All slots of an event, for two organisations."""

    organisations: list[Named]
    slots: list[LegalSlot]
