"""Time: UTC inside, the event's zone at the edge. Naive datetimes are refused, because they are how hours get lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.core.errors import InvalidInputError


def utc_now() -> datetime:
    """The present instant in UTC, to the microsecond."""
    return datetime.now(UTC)


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name.

    Raises
    ------
    InvalidInputError
        if no such zone is known.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(
            f"There is no time zone {name!r}: give an IANA name such as Europe/Paris or Asia/Shanghai.", zone=name
        ) from error


def as_utc(moment: datetime) -> datetime:
    """The same instant in UTC; a datetime without a zone is refused.

    Raises
    ------
    InvalidInputError
        if `moment` says nothing of its zone.
    """
    if moment.tzinfo is None:
        raise InvalidInputError(f"The time {moment.isoformat()} has no zone: add Z or an offset such as +02:00.")
    return moment.astimezone(UTC)


def in_zone(moment: datetime, name: str) -> datetime:
    """The instant as the clock on the wall of zone `name` shows it."""
    return as_utc(moment).astimezone(zone(name))


def from_wall(day: date, at: time, name: str) -> datetime:
    """The UTC instant at which the wall clock of zone `name` shows `at` on `day`.

    Of an hour that comes twice (clocks go back) the first is meant, unless `at.fold` is 1.

    Raises
    ------
    InvalidInputError
        if the wall clock skips that time (clocks go forward).
    """
    wall = datetime.combine(day, at.replace(tzinfo=None), zone(name))
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone(name)).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise InvalidInputError(
            f"{at.isoformat('minutes')} does not exist on {day.isoformat()} in {name}: the clocks go forward over it. "
            "Choose a time before or after the change.",
            zone=name,
        )
    return instant


def iso(moment: datetime) -> str:
    """The instant as text for machines: `2025-09-15T11:30:00Z`, with microseconds only where there are some."""
    return as_utc(moment).isoformat().replace("+00:00", "Z")
