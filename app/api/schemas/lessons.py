"""What a series learned from the outcomes of its editions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Reply


class HeldBack(Reply):
    """An edition predicted from those before it: mean squared error of the probabilities, less is better."""

    edition: str
    pairs: int
    brier_before: float = Field(description="with the built-in points")
    brier_after: float = Field(description="with those learned")


class LessonOut(Reply):
    """Points per term before and after, and how well probabilities fit what came of the meetings."""

    id: UUID
    event_id: UUID
    number: int
    created_at: datetime
    pairs: int = Field(description="pairs of which it is known what came of their meeting")
    came_to_something: int
    editions: list[str]
    weights_before: dict[str, float]
    weights_after: dict[str, float]
    calibration_before: list[float] = Field(description="intercept and slope of the logistic curve over the score")
    calibration_after: list[float]
    brier_before: float
    brier_after: float
    held_back: list[HeldBack]
    in_use: bool = Field(description="false where it did worse than the built-in points on editions held back")


class LessonList(Reply):
    """The lessons of an edition, the oldest first."""

    items: list[LessonOut]
