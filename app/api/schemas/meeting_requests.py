"""Requests for a meeting."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Named, Reply
from app.api.schemas.meetings import SlotName
from app.domain.profiles import Shape

Words = Annotated[str, Field(max_length=2000, description="to the other side")]


class MeetingRequestIn(Shape):
    """Whom to ask for a meeting, and what about."""

    from_: Annotated[UUID | None, Field(alias="from", description="the organisation that asks; your own if absent")] = (
        None
    )
    to: Annotated[UUID, Field(description="the organisation that is asked")]
    sourcing_request: Annotated[UUID | None, Field(description="of one of the two, if it is about one")] = None
    purpose: Annotated[str, Field(max_length=200)] = ""
    message: Words = ""
    slot: Annotated[
        SlotName | None, Field(description="a slot to meet in; a seat of the sender is held until then")
    ] = None
    expires_in_hours: Annotated[int | None, Field(ge=1, le=2160, description="the event's own if absent")] = None


class AnswerIn(Shape):
    """Words that go with an answer."""

    message: Words = ""


class AcceptIn(AnswerIn):
    """A yes; with a slot, for that slot instead of the one proposed."""

    slot: SlotName | None = None


class MeetingRequestOut(Reply):
    """A request for a meeting, as it stands at this moment; `answer` are the words of who answered."""

    id: UUID
    event_id: UUID
    from_: Annotated[Named, Field(alias="from")]
    to: Named
    sourcing_request: UUID | None
    purpose: str
    message: str
    answer: str
    slot: str | None
    state: Literal["pending", "accepted", "declined", "expired", "withdrawn"]
    created_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    meeting: UUID | None


class MeetingRequestList(Listing[MeetingRequestOut]):
    """A page of requests."""
