"""Dates and times as they are typed in five languages."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import cache

from babel.dates import get_month_names

from app.domain.lists.fields import LANGUAGES
from app.domain.lists.numbers import plain
from app.domain.lists.tables import Cell
from app.domain.lists.words import key

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*(?:日|号)?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})")
_COMPACT = re.compile(r"(20\d{2}|19\d{2})(\d{2})(\d{2})")
_MONTH_ONLY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?|(\d{1,2})\s*[-/.]\s*(\d{4})")
_DAY_WORD_YEAR = re.compile(
    r"(?:\w+,\s*)?(\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s*(?:of\s+|de\s+)?([^\W\d]+)\.?,?\s*(\d{4})"
)
_WORD_DAY_YEAR = re.compile(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_WORD_YEAR = re.compile(r"([^\W\d]+)\.?\s+(\d{4})")
_CLOCK = re.compile(
    r"(\d{1,2})\s*(?:[:.hH时点]|uhr)\s*(\d{2})?\s*(?:[:.]\s*(\d{2}))?\s*(?:分|uhr|h)?\s*(am|pm|a\.m\.|p\.m\.)?",
    re.IGNORECASE,
)
_NOON = {"上午": 0, "早上": 0, "下午": 12, "晚上": 12, "中午": 12}


class UnclearDateError(ValueError):
    """A text that is a date in more than one way; `days` are those, and the message says them."""

    def __init__(self, text: str, *days: date) -> None:
        super().__init__(f"{text} could be {' or '.join(map(str, days))}")
        self.days = days


@cache
def _months() -> dict[str, int]:
    found: dict[str, int] = {}
    for lang in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, word in get_month_names(width, context=context, locale=lang).items():
                    found.setdefault(key(word), number)
    found.update({"sept": 9, "marz": 3, "maerz": 3, "janner": 1})
    return found


def read_date(cell: Cell, *, last_day: bool = False, day_first: bool | None = None) -> date:
    """Return the date a cell gives.

    Parameters
    ----------
    cell
        A date, or text in a usual form: 2026-03-31, 31.03.2026, 31/3/2026, 31 mars 2026, March 31, 2026, 2026年3月31日.
    last_day
        For a month alone: its last day (an expiry) rather than its first.
    day_first
        Which of the first two figures is the day in forms with both under 13; None refuses them as unclear.

    Raises
    ------
    UnclearDateError
        If the text could be two dates.
    ValueError
        If it is no date.
    """
    if isinstance(cell, date):
        return cell.date() if isinstance(cell, datetime) else cell
    found = _from_text(cell, last_day=last_day, day_first=day_first)
    if not 1900 <= found.year <= 2200:
        raise ValueError(f"the year {found.year} is out of range")
    return found


def _from_text(cell: Cell, *, last_day: bool, day_first: bool | None) -> date:
    text = plain(str(cell)).strip() if not isinstance(cell, float) else f"{cell:g}"
    text = re.sub(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$", "", text)
    for pattern in (_YEAR_FIRST, _COMPACT):
        if match := pattern.fullmatch(text):
            year, month, day = (int(part) for part in match.groups())
            return date(year, month, day)
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(*match.groups(), dotted="." in text, day_first=day_first)
    return _with_words(text, last_day=last_day)


def _year_last(first: str, second: str, last: str, *, dotted: bool, day_first: bool | None) -> date:
    a, b = int(first), int(second)
    year = int(last) if len(last) == 4 else 2000 + int(last)
    if a > 12 or dotted or a == b:
        return date(year, b, a)
    if b > 12:
        return date(year, a, b)
    if day_first is None:
        raise UnclearDateError(f"{first}/{second}/{last}", date(year, b, a), date(year, a, b))
    return date(year, b, a) if day_first else date(year, a, b)


def _with_words(text: str, *, last_day: bool) -> date:
    for pattern, order in ((_DAY_WORD_YEAR, (2, 1, 0)), (_WORD_DAY_YEAR, (2, 0, 1))):
        if match := pattern.fullmatch(text):
            parts = [match.group(position + 1) for position in order]
            return date(int(parts[0]), _month(parts[1]), int(parts[2]))
    if match := _MONTH_ONLY.fullmatch(text):
        year, month, month_first, year_last = match.groups()
        return _whole_month(int(year or year_last), int(month or month_first), last_day=last_day)
    if match := _WORD_YEAR.fullmatch(text):
        return _whole_month(int(match.group(2)), _month(match.group(1)), last_day=last_day)
    raise ValueError(f"{text!r} is no date")


def _month(word: str) -> int:
    number = _months().get(key(word))
    if number is None:
        raise ValueError(f"{word!r} is no month")
    return number


def _whole_month(year: int, month: int, *, last_day: bool) -> date:
    first = date(year, month, 1)
    if not last_day:
        return first
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def slash_order(texts: list[str]) -> bool | None:
    """Return whether the day comes first in a column of slashed dates, from those that can be only one; else None."""
    for text in texts:
        match = _YEAR_LAST.fullmatch(plain(text).strip())
        if match and "." not in text:
            a, b = int(match.group(1)), int(match.group(2))
            if a > 12 >= b:
                return True
            if b > 12 >= a:
                return False
    return None


def read_moment(cell: Cell, *, day_first: bool | None = None) -> datetime | time:
    """Return the local date and time, or the time alone, that a cell gives; a date alone is its first minute.

    Raises
    ------
    UnclearDateError, ValueError
        If it is neither, or the date is unclear.
    """
    if isinstance(cell, datetime | time):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    text = plain(str(cell)).strip()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    head, clock = _split_clock(text)
    if clock is None:
        return datetime.combine(read_date(text, day_first=day_first), time())
    return datetime.combine(read_date(head, day_first=day_first), clock) if head else clock


def _split_clock(text: str) -> tuple[str, time | None]:
    matches = [match for match in _CLOCK.finditer(text) if match.end() == len(text)]
    if not matches or (matches[0].start() > 0 and text[matches[0].start() - 1] in ".-/0123456789"):
        return text, None
    match = matches[0]
    hour, minute, second = int(match.group(1)), int(match.group(2) or 0), int(match.group(3) or 0)
    if (match.group(4) or "").lower().startswith("p") and hour < 12:
        hour += 12
    head = text[: match.start()].strip(" ,T")
    for word, offset in _NOON.items():
        if head.endswith(word):
            head = head.removesuffix(word).strip()
            hour += offset if hour < 12 else 0
    if re.fullmatch(r".*\d\.", text[: match.start()]):
        return text, None
    return head, time(hour, minute, second)
