"""Cells that hold amounts: numbers, quantities with units, money, spans of time, ranges."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from typing import Any

from app.domain.lists.amounts import (
    Amount,
    AmountError,
    days_of,
    per_month,
    per_year,
    read_amount,
    read_centimetres,
    read_grams,
)
from app.domain.lists.cells import Context, Reading
from app.domain.lists.numbers import figure, plain
from app.domain.lists.tables import Cell, shown
from app.domain.lists.words import choose, nearest
from app.domain.vocabulary import vocabulary

#: fabrics are wider than so many centimetres; a smaller figure without a unit may be in inches
_NARROW = 75.0
_FROM = re.compile(r"\b(from|ab|dès|à partir|da|min|at least|mindestens)\b|起|以上|至少|[≥>]", re.IGNORECASE)
_UP_TO = re.compile(r"\b(up to|bis zu|jusqu|fino a|max|at most|höchstens)\b|以内|不超过|最多|[≤<]", re.IGNORECASE)
_OVER = re.compile(
    r"\b(over|more than|above|plus de|über|mehr als|oltre|più di)\b|超过|超|以上|余|[>≥+]", re.IGNORECASE
)
_ABOUT = re.compile(
    r"\b(about|around|approx\w*|circa|ca|environ|etwa|rund|nearly|near)\b|约|近|大约|[~≈]", re.IGNORECASE
)


def _amount(cell: Cell, context: Context, reading: Reading, expected: str, *, whole: bool = False) -> Amount | None:
    """Read a number with its words; None after a fault was noted."""
    if isinstance(cell, bool):
        reading.refuse(f"{shown(cell)!r} is no number", expected)
        return None
    if isinstance(cell, date | datetime | time):
        message = f"it holds a date ({shown(cell)}); spreadsheet programs take figures such as 3-5 for dates"
        reading.refuse(message, f"{expected}, in a cell formatted as text")
        return None
    if isinstance(cell, int | float):
        if not math.isfinite(cell):
            reading.refuse(f"{cell} is no number", expected)
            return None
        return Amount(float(cell), float(cell))
    try:
        amount = read_amount(str(cell), context.decimal, whole=whole)
    except AmountError as error:
        reading.refuse(f"{shown(cell)!r} cannot be read as a number: {error}", expected)
        return None
    if amount.ambiguous and not context.decimal_proven:
        other = "." if context.decimal == "," else ","
        reading.warn(
            f"{shown(cell)!r} was read as {figure(amount.low)}", f"without separators; “{other}” may have been meant"
        )
    return amount


def _no_less_than(amount: Amount | None, least: float, reading: Reading, expected: str) -> Amount | None:
    if amount is not None and amount.low < least:
        reading.refuse(f"{figure(amount.low)} is {'negative' if amount.low < 0 else 'too small'}", expected)
        return None
    return amount


def _whole(value: float, reading: Reading, expected: str) -> int | None:
    if not float(value).is_integer():
        reading.refuse(f"{figure(value)} is not a whole number", expected)
        return None
    return int(value)


def _check_words(amount: Amount, cell: Cell, reading: Reading, *, unit: bool) -> None:
    """Refuse a word that stands where the unit should; other words are only mentioned."""
    if not amount.unknown:
        return
    word = amount.unknown[0]
    if unit and amount.unit is None:
        reading.refuse(f"{word!r} in {shown(cell)!r} is no unit we know", unit_suggestions(word))
    else:
        reading.warn(f"{' '.join(amount.unknown)!r} in {shown(cell)!r} was not understood")
        reading.whole = shown(cell)


def unit_suggestions(word: str) -> str:
    """Return `pieces (H87), metres (MTR) …`, those most like the word first."""
    units = vocabulary("units")
    names = {units.label(code): code for code in units.terms}
    words = {alias: code for code, term in units.terms.items() for group in term.aliases.values() for alias in group}
    near = [(names | words)[hit] for hit in nearest(word, names | words)]
    best = list(dict.fromkeys([*near, "H87", "MTR", "KGM"]))[:4]
    return "one of " + ", ".join(f"{units.label(code).lower()} ({code})" for code in best if code in units.terms)


def _pass_on(amount: Amount, context: Context, reading: Reading, *, unit: bool = False, money: bool = False) -> None:
    """Hand unit, currency and basis to the fields they belong to; the cell's own words before the header's."""
    if unit and (code := amount.unit or context.hints.unit):
        reading.passing["unit"] = code
    if money and (code := amount.currency or context.hints.currency):
        reading.passing["currency"] = code


def read_number(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    kind, name = context.field.type, context.field.name
    least = {"number": 0.0, "whole": 0.0, "count": 1.0}[kind]
    expected = {"number": "a number such as 180", "whole": "a whole number, 0 or more"}.get(
        kind, "a whole number from 1"
    )
    if name.partition("_")[0] in ("gsm", "gauge", "width") and isinstance(cell, str):
        amount = _measured(cell, context, reading, expected, name)
    else:
        amount = _amount(cell, context, reading, expected, whole=kind != "number")
    amount = _no_less_than(amount, least, reading, expected)
    if amount is None:
        return reading
    value: Any = amount.low
    if amount.is_range:
        value = (amount.low + amount.high) / 2 if kind == "number" else amount.low
        reading.warn(f"of the range {figure(amount.low)}–{figure(amount.high)}, {figure(value)} is used", "one number")
    if kind != "number":
        value = _whole(value, reading, expected)
    if value is not None:
        reading.values[name] = value
    return reading


def _measured(cell: str, context: Context, reading: Reading, expected: str, name: str) -> Amount | None:
    try:
        return (read_centimetres if name.startswith("width") else read_grams)(cell, context.decimal)
    except AmountError as error:
        reading.refuse(f"{cell!r} cannot be read as a number: {error}", expected)
        return None


def read_range(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    stem = context.field.argument
    expected = "a number or a range such as 140-320"
    amount = (
        _measured(cell, context, reading, expected, stem)
        if isinstance(cell, str)
        else _amount(cell, context, reading, expected)
    )
    amount = _no_less_than(amount, 0.0, reading, expected)
    if amount is not None:
        reading.values = {f"{stem}_from": amount.low, f"{stem}_to": amount.high}
        if stem == "width" and amount.high < _NARROW and not any(sign.isalpha() for sign in shown(cell)):
            reading.warn(f"{shown(cell)!r} was read as centimetres", f'for inches: {shown(cell)}"')
    return reading


def read_moq(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    expected = "a whole number from 1, with its unit if you like: 600 pcs per colour"
    if isinstance(cell, str) and choose("none", cell):
        reading.values["moq"] = 1
        reading.warn("no minimum was read as a minimum of 1", "1")
        return reading
    amount = _amount(cell, context, reading, expected, whole=True)
    if amount is not None and amount.low == 0:
        reading.values["moq"] = 1
        reading.warn("0 was read as no minimum, that is 1", "1")
        return reading
    amount = _no_less_than(amount, 1.0, reading, expected)
    value = None if amount is None else _whole(amount.low, reading, expected)
    if amount is None or value is None:
        return reading
    if amount.is_range:
        reading.warn(f"of the range {figure(amount.low)}–{figure(amount.high)}, the lower end is used", "one number")
    _check_words(amount, cell, reading, unit=True)
    reading.values["moq"] = value
    _pass_on(amount, context, reading, unit=True)
    if basis := amount.basis or context.hints.basis:
        reading.passing["moq_per"] = basis
    return reading


def read_quantity(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    kind, name = context.field.type, context.field.name
    expected = "a number with its unit if you like, such as 200000 pcs"
    amount = _amount(cell, context, reading, expected, whole=True)
    amount = _no_less_than(amount, 0.0, reading, expected)
    if amount is None:
        return reading
    value: float | None = amount.low
    if amount.is_range:
        reading.warn(f"of the range {figure(amount.low)}–{figure(amount.high)}, the lower end is used", "one number")
    _check_words(amount, cell, reading, unit=amount.currency is None)
    period = amount.period or context.hints.period
    if kind != "quantity":
        value = _in_period(amount.low, period, kind, reading)
        if value is None:
            return reading
    elif amount.period:
        reading.warn(f"the quantity is per {amount.period}; the period is not kept", "the quantity of one order")
        reading.whole = shown(cell)
    reading.values[name] = value
    _pass_on(amount, context, reading, unit=True)
    return reading


def _in_period(value: float, period: str | None, kind: str, reading: Reading) -> float | None:
    """Return a capacity per month, or a volume per year."""
    result = per_month(value, period) if kind == "capacity" else per_year(value, period)
    if result is None:
        reading.refuse("a figure per day cannot be turned into one per month", "the capacity per month (or per year)")
        return None
    natural = {"capacity": "month", "volume": "year"}[kind]
    if period and period != natural:
        reading.warn(f"{figure(value)} per {period} was turned into {figure(result)} per {natural}")
    return result


def read_days(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    expected = "a number of days, or such as 5 weeks, 30-45 days, 24 h"
    amount = _no_less_than(_amount(cell, context, reading, expected), 0.0, reading, expected)
    if amount is None:
        return reading
    amount.span = amount.span or context.hints.span
    days = days_of(amount)
    if days > 3650:
        return reading.refuse(f"{figure(days)} days is longer than ten years", expected)
    _check_words(amount, cell, reading, unit=False)
    reading.values[context.field.name] = days
    return reading


def read_money(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    expected = "one amount such as 4.50 or EUR 4.50"
    amount = _no_less_than(_amount(cell, context, reading, expected), 0.0, reading, expected)
    if amount is None:
        return reading
    if amount.is_range:
        return reading.refuse(f"{shown(cell)!r} is a range", expected)
    _check_words(amount, cell, reading, unit=False)
    reading.values[context.field.name] = amount.low
    _pass_on(amount, context, reading, money=True)
    return reading


def read_band(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    expected = "a price or a range such as USD 3.50-5.00"
    amount = _no_less_than(_amount(cell, context, reading, expected), 0.0, reading, expected)
    if amount is None:
        return reading
    _check_words(amount, cell, reading, unit=False)
    text = plain(shown(cell))
    reading.values = {"price_from": amount.low, "price_to": amount.high}
    if not amount.is_range and _FROM.search(text):
        del reading.values["price_to"]
    elif not amount.is_range and _UP_TO.search(text):
        del reading.values["price_from"]
    _pass_on(amount, context, reading, money=True)
    return reading


def read_fact_value(cell: Cell, context: Context) -> Reading:
    reading = Reading()
    expected = "one number such as 45000000000 or over 75 bn"
    amount = _amount(cell, context, reading, expected)
    if amount is None:
        return reading
    if amount.is_range:
        return reading.refuse(f"{shown(cell)!r} is a range", expected)
    text = plain(shown(cell))
    reading.values["value"] = amount.low
    if qualifier := "over" if _OVER.search(text) else "about" if _ABOUT.search(text) else None:
        reading.passing["qualifier"] = qualifier
    if unit := amount.currency or amount.unit or context.hints.currency or context.hints.unit:
        reading.passing["unit"] = unit
    return reading
