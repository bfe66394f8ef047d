"""Schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Named, Reply
from app.domain.profiles import Shape

_Weight = Annotated[float, Field(ge=0, le=1000)]


class Objective(Shape):
    """What a plan pays for besides the value of its meetings; what is left out keeps the event's own weight."""

    break_: Annotated[_Weight | None, Field(alias="break", description="each gap between two meetings")] = None
    idle: Annotated[_Weight | None, Field(description="each slot spent waiting in such a gap")] = None
    place_change: Annotated[_Weight | None, Field(description="each change of table")] = None
    move: Annotated[_Weight | None, Field(description="each meeting moved from the plan before")] = None
    max_break_spread: Annotated[int | None, Field(ge=0, le=1000, description="most breaks less fewest")] = None


class ScheduleIn(Shape):
    """How to build a schedule; every field may be left out."""

    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    steps: Annotated[
        int | None, Field(ge=1, le=10**10, description="search this many steps: the same plan on every machine")
    ] = None
    time_limit: Annotated[float | None, Field(gt=0, le=3600, description="seconds; 30 if neither is given")] = None
    objective: Objective | None = None
    make_current: Annotated[bool, Field(description="false for a draft beside the current schedule")] = True


class MeetingOut(Reply):
    """A meeting: who, when, where; times are those of the event's zone."""

    id: UUID
    slot: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    interpreter: str | None
    organisations: list[Named]
    status: Literal["planned", "locked", "live", "held", "no_show", "cancelled"]
    value: float


class Unscheduled(Reply):
    """A pair worth meeting that the plan could not hold, and what stood in the way."""

    pair: list[Named]
    code: str
    reason: str
    value: float


class ScheduleOut(Reply):
    """A schedule: `bound` is an upper limit on what any plan can reach, `gap` how far this one may be from it.

    `advice` says what would let more meetings in, and which required meetings contradict each other.
    """

    id: UUID
    event_id: UUID
    status: Literal["queued", "running", "failed", "cancelled", "optimal", "feasible", "infeasible", "unknown"]
    progress: float
    stage: str
    error: str | None
    current: bool
    seed: int
    value: float | None
    objective: float | None
    bound: float | None
    gap: float | None
    breaks: int | None
    shortfall: int | None
    missing_required: int | None
    meetings: list[MeetingOut]
    unscheduled: list[Unscheduled]
    advice: list[str]
