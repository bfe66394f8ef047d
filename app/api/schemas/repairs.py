"""Repairs of the current schedule, and the pairs that wait for a freed slot."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Named, Reply
from app.api.schemas.live import At
from app.domain.fairs import LocalTime
from app.domain.profiles import Shape

_Slot = Annotated[str, Field(min_length=1, max_length=64, description="name (s05) or id of a slot")]
_Time = Annotated[LocalTime | None, Field(description="local time, instead of a slot")]
_State = Annotated[
    str | None, Field(min_length=1, max_length=64, description="`state` of a preview: apply that, or nothing")
]
_Seed = Annotated[int, Field(ge=0, lt=2**31)]


class RepairIn(Shape):
    """What happened, and whether to do something about it or only to say what would be done."""

    kind: Literal["no_show", "late", "leaves", "back", "place_closed", "interpreter_ill", "fill"] = Field(
        description="`back`: who was said to be away is there after all, and their pairs come in; "
        "`fill`: nothing new happened; give slots that are free to pairs that wait"
    )
    organisation: UUID | None = Field(None, description="of no_show, late, leaves, back; of fill, whose pairs come in")
    slot: Annotated[_Slot | None, Field(description="late: the first with them; leaves: the first without")] = None
    time: _Time = None
    place: Annotated[str | None, Field(min_length=1, max_length=64, description="code or id")] = None
    interpreter: Annotated[str | None, Field(min_length=1, max_length=120, description="name or id")] = None
    slots: Annotated[
        list[_Slot], Field(max_length=500, description="of a place or an interpreter; all from now on if empty")
    ] = []
    preview: bool = True
    state: _State = None
    fill: Annotated[bool, Field(description="give freed slots to pairs that wait")] = True
    seed: _Seed = 0
    at: At = None


class LateIn(Shape):
    """Somebody comes late."""

    organisation: UUID
    slot: Annotated[_Slot | None, Field(description="the first with them")] = None
    time: _Time = None
    preview: bool = True
    state: _State = None
    fill: bool = True
    seed: _Seed = 0
    at: At = None


class SeatOut(Reply):
    """When and where."""

    slot: str
    starts_at: datetime
    place: str | None
    interpreter: str | None


class MoveOut(Reply):
    """A meeting that is moved, cancelled (no `to`) or comes in (no `from`), and why."""

    meeting_id: UUID | None = Field(description="null for one that a preview would add")
    organisations: list[Named]
    value: float
    from_: SeatOut | None = Field(alias="from")
    to: SeatOut | None
    code: str
    reason: str


class StandbyOut(Reply):
    """A pair that could take a freed slot, and which."""

    organisations: list[Named]
    value: float
    slots: list[str]


class RepairOut(Reply):
    """What a repair does, or has done. Nothing before the first of `slots` is touched."""

    applied: bool
    publication: int | None = Field(description="number under which the repaired timetable was published, if it was")
    state: str = Field(description="send it back to apply exactly this")
    at: datetime
    slots: list[str] = Field(description="slots that are left of the day")
    moved: list[MoveOut]
    cancelled: list[MoveOut]
    added: list[MoveOut]
    standby: list[StandbyOut] = Field(description="pairs for the freed slots, before any of them was taken")


class StandbyList(Reply):
    """Pairs that could take a free slot, the best first."""

    at: datetime
    slots: list[str]
    items: list[StandbyOut]
