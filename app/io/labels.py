"""What exported files call a thing that is a code inside: kinds of participants, the event's clock."""

from __future__ import annotations

from datetime import time

from app.core.clock import from_wall
from app.core.i18n import format_zone
from app.domain.timetables import EventInfo
from app.domain.vocabulary import vocabulary


def kind_label(kind: str, lang: str) -> str:
    """A kind of participant in words: `brand-owner` gives `Brand owner`, `品牌商`; other text stays as it is."""
    kinds = vocabulary("kinds")
    return kinds.label(kind, lang) if kind in kinds.terms else kind


def zone_label(event: EventInfo, lang: str) -> str:
    """The event's zone with its offset on the event's days; without one if the clocks change between them."""
    noon = time(12)
    days = (event.starts_on, event.ends_on)
    first, last = (format_zone(event.zone, from_wall(day, noon, event.zone), lang) for day in days)
    return first if first == last else event.zone
