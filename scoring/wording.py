"""From codes and numbers to sentences in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from scoring import codes, places
from scoring.fields import DERIVED
from scoring.gates import BANDS, MEASURED, Gate
from scoring.messages import (
    REGIONS,
    Counted,
    date,
    ended,
    field_name,
    listing,
    measured,
    number,
    priced,
    region_name,
    sentence,
    template,
)
from scoring.records import Record
from scoring.terms.base import Reason
from scoring.terms.numbers import told_units

_REGION_LEAST = 3  # countries of the smallest region that is told by its name
_UNIT_OF = {"quantity": 0, "moq": 1, "capacity": 1, "currency": 0}  # whose unit: the demand's, the supplier's
_PLACES = ("markets", "country", "exports_to", "delivery_country", "sourcing_countries", "goes_to", "sells_to")


def item(kind: str, code: str, lang: str) -> str:
    """One code of a field in the reader's language."""
    if kind in _PLACES:
        return places.country_name(code, lang)
    if kind == "languages":
        return places.language_name(code, lang)
    told = codes.label("kinds" if kind == "kind" else kind, code, lang)
    # The trade says FOB in every language; its long name explains it.
    return f"{code} ({told})" if kind == "incoterms" and told != code else told


def items(kind: str, found: Iterable[str], lang: str) -> str:
    """Codes in a row."""
    return _items(kind, tuple(found), lang)


@lru_cache(maxsize=1 << 14)
def _items(kind: str, found: tuple[str, ...], lang: str) -> str:
    return listing(_named(kind, found, lang), lang)


def _named(kind: str, found: tuple[str, ...], lang: str) -> list[str]:
    """Codes in the reader's language; the countries of a whole region under its name, the largest region first."""
    if kind not in _PLACES or len(found) < _REGION_LEAST:
        return [item(kind, code, lang) for code in found]
    left = dict.fromkeys(found)
    named = []
    for name, members in _regions():
        if members <= set(found) and not members.isdisjoint(left):
            named.append(region_name(name, lang))
            left = {code: None for code in left if code not in members}
    return [*named, *(item(kind, code, lang) for code in left)]


def is_region(found: Iterable[str]) -> bool:
    """Whether countries are all those of a region that is told by its name."""
    members = set(found)
    return any(members == region for _, region in _regions())


@cache
def _regions() -> list[tuple[str, frozenset[str]]]:
    """Regions and their countries, the largest first."""
    known = [(name, frozenset(places.countries(name) or places.market(name))) for name in REGIONS]
    return sorted(known, key=lambda one: -len(one[1]))


def explain_reason(reason: Reason, lang: str) -> str:
    """The sentence of a term."""
    key, values = reason
    fill, names = template(key, lang)
    units = values.get("units")
    shown: dict[str, str] = {}
    for name in names:
        value = values[name]
        shown[name] = number(value, lang) if isinstance(value, (float, int)) else _shown(name, value, reason, lang)
        if units is not None and name in _UNIT_OF:
            shown[name] = with_unit(shown[name], units[_UNIT_OF[name]], lang)
    said = ended(fill(shown))
    return said[:1].upper() + said[1:]  # some begin with the name of a field


def with_unit(shown: str, unit: str, lang: str) -> str:
    """A readable number in a unit, or the currency of a price in it."""
    return measured(shown, unit, lang) if isinstance(shown, Counted) else priced(shown, unit, lang)


def _shown(name: str, value: Any, reason: Reason, lang: str) -> str:
    if isinstance(value, str):
        return field_name(DERIVED.get(value, value), lang) if name in ("field", "evidence") else value
    if isinstance(value, dt.date):
        return date(value, lang)
    if name == "words":
        return listing(value, lang)
    if name == "fields":
        return listing([field_name(one, lang) for one in value], lang)
    if reason.key.startswith(("shared.", "languages.")):
        return _of_fields(tuple(value), lang)
    return _items(reason.values.get("vocabulary") or reason.values.get("field") or "", tuple(value), lang)


@lru_cache(maxsize=1 << 14)
def _of_fields(found: tuple[str, ...], lang: str) -> str:
    """Items in a row, each after the field it stands in (`languages/en`)."""
    lists: dict[str, list[str]] = {}
    for one in found:
        field, _, code = one.partition("/")
        lists.setdefault(field, []).append(code)
    return listing([name for field, held in lists.items() for name in _named(field, tuple(held), lang)], lang)


def concept(feature: str, lang: str) -> str:
    """A concept of a text, `vocabulary:code`, in the reader's language."""
    vocabulary, _, code = feature.partition(":")
    return item(vocabulary, code, lang)


def gate_sides(gate: Gate, demand: Record, supplier: Record, lang: str) -> tuple[str, str]:
    """What a gate wanted and what it found."""
    units = (told_units(demand, supplier) if gate.name in MEASURED else None) or (None, None)
    return (
        str(_side(gate.name, gate.wanted, demand, units[0], lang)),
        str(_side(gate.name, gate.found, supplier, units[1], lang)),
    )


def _side(name: str, found: tuple[Any, ...], record: Record, unit: str | None, lang: str) -> str:
    if not found:
        return field_name("not stated", lang)
    if name in ("partners", "exclude"):
        return field_name(str(found[0]), lang)
    if name == "certificates":
        return listing([_dated_certificate(code, until, lang) for code, until in found], lang)
    if name in ("lead_time_days", "ship_by", "in_store_by"):
        days = sentence("days", lang, {"n": number(found[0], lang, 0)})
        if name not in record.dates:
            return days
        day = date(record.dates[name], lang)
        return f"{days} ({day})" if found[0] >= 0 else sentence("past", lang, {"day": day})
    if name == "founded":
        return str(int(found[0]))
    if isinstance(found[0], (int, float)):
        text = _number(name, found, record, lang)
        if name == "target_price":
            currency = record.currency or "EUR"
            return f"{text} {currency if unit is None else priced(currency, unit, lang)}"
        return text if unit is None else measured(number(found[0], lang), unit, lang)
    return items(name, found, lang)


def _number(name: str, found: tuple[float, ...], record: Record, lang: str) -> str:
    if name not in BANDS or record.side == "demand":
        return str(number(found[0], lang))
    low, high = (number(record.numbers[end], lang) if end in record.numbers else None for end in BANDS[name])
    return range_told(low, high)


def range_told(low: str | None, high: str | None) -> str:
    """A range of readable numbers, also one of which one end alone is stated."""
    if low is None or high is None:
        return f"≤ {high}" if low is None else f"≥ {low}"
    return str(low) if low == high else f"{low}–{high}"


def _dated_certificate(code: str, until: dt.date | str | None, lang: str) -> str:
    label = codes.label("certificates", code, lang)
    if until is None:
        return label
    if isinstance(until, str):
        return f"{label} ({field_name(until, lang)})"
    return f"{label} ({field_name('valid to', lang)} {date(until, lang)})"
