"""One cell, one meaning: how the cells of each type of field are read, and what is said when they cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from app.domain.lists.dates import UnclearDateError, read_date, read_moment
from app.domain.lists.fields import Field
from app.domain.lists.index import Index
from app.domain.lists.numbers import Mark
from app.domain.lists.problems import Severity
from app.domain.lists.splitting import Known
from app.domain.lists.tables import Cell, shown

LINE = 200
#: how spreadsheet programs count days; the counts of 1982 to 2091 are taken for days, other figures are not
_EPOCH, _SERIALS = date(1899, 12, 30), (30_000, 70_000)
_DATES = "2026-03-31, 31.03.2026 or 2026年3月31日"


@dataclass(frozen=True)
class Hints:
    """What a header says of all cells below it, such as `Price (USD)`, `Lead time (weeks)` or `Annual capacity`."""

    unit: str | None = None
    currency: str | None = None
    period: str | None = None
    span: str | None = None
    basis: str | None = None


@dataclass(frozen=True)
class Context:
    """What is known of a column when one of its cells is read."""

    field: Field
    hints: Hints = Hints()
    decimal: Mark = "."
    decimal_proven: bool = False
    day_first: bool | None = None
    known: Known | None = None
    index: Index | None = None
    lang: str = "en"


@dataclass
class Reading:
    """What a cell gave: values by field, values it gives to other fields in passing, and what is wrong with it.

    `whole` is the cell as written where something of it found no place in a field.
    """

    values: dict[str, Any] = field(default_factory=dict)
    passing: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, str, Severity]] = field(default_factory=list)
    whole: str | None = None

    def refuse(self, message: str, expected: str) -> Reading:
        """Note an error: the cell gives nothing that can be used."""
        self.faults.append((message, expected, "error"))
        return self

    def warn(self, message: str, expected: str = "") -> None:
        """Note what was assumed."""
        self.faults.append((message, expected, "warning"))


def read_text(cell: Cell, context: Context) -> Reading:
    return Reading({context.field.name: shown(cell)})


def read_line(cell: Cell, context: Context) -> Reading:
    text = re.sub(r"\s+", " ", shown(cell)).strip()
    reading = Reading()
    if len(text) > LINE:
        return reading.refuse(f"{len(text)} characters are too many", f"at most {LINE} characters")
    if context.field.type == "name" and not re.search(r"\w", text):
        return reading.refuse(f"{text!r} is no name", "a name with letters")
    reading.values[context.field.name] = text
    return reading


def read_id(cell: Cell, context: Context) -> Reading:
    text = re.sub(r"\s+", " ", shown(cell)).strip()
    reading = Reading()
    if len(text) > 64:
        return reading.refuse(
            f"the code has {len(text)} characters", "a code of at most 64 characters, such as ORG-001"
        )
    reading.values[context.field.name] = text
    return reading


def read_email(cell: Cell, context: Context) -> Reading:
    text = shown(cell).replace("＠", "@").removeprefix("mailto:")
    addresses = [part.strip("<>. ") for part in re.split(r"[;,，；/\s]+", text) if "@" in part]
    reading = Reading()
    good = [part for part in addresses if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]{2,}", part)]
    if not good or len(good) < len(addresses):
        return reading.refuse(f"{text!r} is no e-mail address", "an address such as li.na@example.org")
    if len(good) > 1:
        reading.warn(f"the first of {len(good)} addresses is used")
        reading.whole = text
    reading.values[context.field.name] = good[0]
    return reading


def read_date_cell(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    name = context.field.name
    if isinstance(cell, time | bool):
        return reading.refuse(f"{shown(cell)!r} is no date", f"a date such as {_DATES}")
    if isinstance(cell, int | float) and _SERIALS[0] <= cell <= _SERIALS[1]:
        day = _EPOCH + timedelta(days=int(cell))
        reading.warn(f"{shown(cell)}, a day counted from 1900 as spreadsheet programs do, was read as {day}", str(day))
        reading.values[name] = day
        return reading
    try:
        reading.values[name] = read_date(cell, last_day=name != "valid_from", day_first=context.day_first)
    except UnclearDateError as error:
        return reading.refuse(f"{error}", "the year first, as in 2026-03-31, or the month as a word")
    except ValueError as error:
        why = "there is no such day" if "out of range" in str(error) or "month must be" in str(error) else "is no date"
        return reading.refuse(f"{shown(cell)!r}: {why}", f"a date such as {_DATES}")
    return reading


def read_moment_cell(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    moment: datetime | time | None = None
    try:
        if isinstance(cell, float) and 0 < cell < 1:  # a time whose format was lost is the fraction of a day
            minutes = min(round(cell * 1440), 1439)
            moment = time(*divmod(minutes, 60))
        elif not isinstance(cell, bool | int | float):
            moment = read_moment(cell, day_first=context.day_first)
    except UnclearDateError as error:
        return reading.refuse(str(error), "the year first, as in 2025-09-15 14:00")
    except ValueError:
        moment = None
    if moment is None:
        return reading.refuse(f"{shown(cell)!r} is no time", "a time such as 14:00 or 2025-09-15 14:00")
    reading.values[context.field.name] = moment
    return reading


def read_year(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    found = re.search(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)", str(cell.year) if isinstance(cell, date) else shown(cell))
    if found is None:
        return reading.refuse(f"{shown(cell)!r} is no year", "a year such as 2008")
    reading.values[context.field.name] = int(found.group())
    return reading


def read_level(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    numerals = str.maketrans("零一二三四五", "012345")
    found = re.findall(r"-?\d+(?:[.,]\d+)?", shown(cell).translate(numerals))
    if len(found) != 1 or found[0] not in ("0", "1", "2", "3", "4", "5"):
        return reading.refuse(f"{shown(cell)!r} is no level", "a whole number from 0 to 5")
    reading.values[context.field.name] = int(found[0])
    return reading
