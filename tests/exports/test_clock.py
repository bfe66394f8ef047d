"""Wall clocks and instants, on the days on which clocks change too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import as_utc, from_wall, in_zone, iso, utc_now, zone
from app.core.errors import InvalidInputError

ZONES = st.sampled_from(["Europe/Paris", "Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])


@pytest.mark.parametrize(
    ("day", "at", "name", "utc"),
    [
        (date(2025, 9, 15), time(13, 30), "Europe/Paris", datetime(2025, 9, 15, 11, 30, tzinfo=UTC)),
        (date(2025, 3, 30), time(1, 59), "Europe/Paris", datetime(2025, 3, 30, 0, 59, tzinfo=UTC)),
        (date(2025, 3, 30), time(3, 0), "Europe/Paris", datetime(2025, 3, 30, 1, 0, tzinfo=UTC)),
        (date(2025, 10, 26), time(2, 30), "Europe/Paris", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
        (date(2025, 10, 26), time(2, 30, fold=1), "Europe/Paris", datetime(2025, 10, 26, 1, 30, tzinfo=UTC)),
        (date(2025, 3, 30), time(2, 30), "Asia/Shanghai", datetime(2025, 3, 29, 18, 30, tzinfo=UTC)),
        (
            date(1990, 7, 1),
            time(9, 0),
            "Asia/Shanghai",
            datetime(1990, 7, 1, 0, 0, tzinfo=UTC),
        ),  # China had summer time
    ],
)
def test_wall_time_becomes_the_right_instant(day: date, at: time, name: str, utc: datetime) -> None:
    assert from_wall(day, at, name) == utc


def test_a_skipped_hour_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidInputError, match=r"02:30 does not exist on 2025-03-30 in Europe/Paris.*Choose"):
        from_wall(date(2025, 3, 30), time(2, 30), "Europe/Paris")


@pytest.mark.parametrize("name", ["Paris", "", "Europe/Nowhere", "../etc/passwd"])
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(InvalidInputError, match="IANA"):
        zone(name)


def test_naive_times_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="no zone"):
        as_utc(datetime(2025, 9, 15, 13, 30))  # noqa: DTZ001


@given(st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), ZONES)  # noqa: DTZ001
def test_every_instant_survives_the_wall_clock(moment: datetime, name: str) -> None:
    wall = in_zone(moment, name)
    assert from_wall(wall.date(), wall.time().replace(fold=wall.fold), name) == moment
    assert datetime.fromisoformat(iso(moment)) == moment


def test_now_is_utc() -> None:
    assert utc_now().utcoffset() == timedelta(0)
