"""Requests for a meeting: from one participant to another, with a deadline."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

REQUEST_STATES = ("pending", "accepted", "declined", "expired", "withdrawn")
#: phases in which participants ask each other and answer
ASKING = ("matching", "booking", "live")
#: hours that a request waits for its answer, unless the event or the sender says otherwise
HOURS = 72
_REMINDED_BEFORE = timedelta(hours=24)


def state_at(state: str, expires_at: datetime, now: datetime) -> str:
    """What a request is: one past its deadline has expired, whether or not its row says so yet."""
    return "expired" if state == "pending" and expires_at <= now else state


def deadline(now: datetime, hours: int, ends: Iterable[datetime]) -> datetime:
    """When a request that is sent now expires: after so many hours, but by no later than any of `ends` to come."""
    return min([now + timedelta(hours=hours), *(end for end in ends if end > now)])


def reminder_due(created_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether to remind of an answer: in the last quarter of the time there is, and at most a day before its end."""
    before = min(_REMINDED_BEFORE, (expires_at - created_at) / 4)
    return expires_at - before <= now < expires_at
