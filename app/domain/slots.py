"""The time grid of an event: sessions in local time become slots in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Span:
    """One slot: UTC moments and the session it belongs to."""

    session: str
    starts_at: datetime
    ends_at: datetime


def cut(sessions: Iterable[tuple[date, time, time, str | None]], minutes: int, zone: ZoneInfo) -> list[Span]:
    """Cut sessions into slots of `minutes`, in time order.

    A remainder shorter than a slot is left free. The cut is made in elapsed time, so a session that crosses a
    daylight-saving change has the slots that really fit.

    Raises
    ------
    ValueError
        Two sessions overlap.
    """
    step = timedelta(minutes=minutes)
    spans: list[Span] = []
    for number, (day, starts, ends, name) in enumerate(sorted(sessions, key=lambda s: (s[0], s[1])), 1):
        at = datetime.combine(day, starts, zone).astimezone(UTC)
        last = datetime.combine(day, ends, zone).astimezone(UTC)
        if spans and at < spans[-1].ends_at:
            raise ValueError(f"the session of {day} at {starts:%H:%M} overlaps the one before it")
        while at + step <= last:
            spans.append(Span(name or f"{number}", at, at + step))
            at += step
    return spans


def overlapping(spans: list[Span], starts: time, ends: time, zone: ZoneInfo) -> list[int]:
    """Return positions of the slots that local times `starts`–`ends` of any day touch."""
    touched = []
    for position, span in enumerate(spans):
        begin, end = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
        if begin.time() < ends and (end.time() > starts or end.date() > begin.date()):
            touched.append(position)
    return touched
