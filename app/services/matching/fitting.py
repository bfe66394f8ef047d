"""The ranker of an event's suppliers, the same for match runs and for what is asked live."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from app.services.matching.lessons import Lesson
from scoring import SupplierRanker

#: more suppliers than this are ranked with compact texts: an answer then takes a third of the time
MANY = 5_000


def fitted(records: list[dict[str, Any]], as_of: date, lesson: Lesson | None = None) -> SupplierRanker:
    """Learn the suppliers of an event; with what earlier editions of its series taught, if anything."""
    text: Literal["compact", "full"] = "compact" if len(records) > MANY else "full"
    ranker = SupplierRanker(text=text, as_of=as_of, weights=lesson.weights if lesson else None).fit(records)
    if lesson is not None:
        ranker.calibration_ = lesson.calibration
    return ranker
