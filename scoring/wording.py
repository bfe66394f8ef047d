"""From codes and numbers to sentences in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from scoring import codes, places
from scoring.fields import DERIVED
from scoring.gates import Gate
from scoring.messages import ended, field_name, listing, number, template
from scoring.records import Record
from scoring.terms.base import Reason

_PLACES = ("markets", "country", "exports_to", "delivery_country", "sourcing_countries", "goes_to", "sells_to")


def item(kind: str, code: str, lang: str) -> str:
    """One code of a field in the reader's language."""
    if kind in _PLACES:
        return places.country_name(code, lang)
    if kind == "languages":
        return places.language_name(code, lang)
    return codes.label("kinds" if kind == "kind" else kind, code, lang)


def items(kind: str, found: Iterable[str], lang: str) -> str:
    """Codes in a row."""
    return _items(kind, tuple(found), lang)


@lru_cache(maxsize=1 << 14)
def _items(kind: str, found: tuple[str, ...], lang: str) -> str:
    return listing([item(kind, code, lang) for code in found], lang)


def explain_reason(reason: Reason, lang: str) -> str:
    """The sentence of a term."""
    key, values = reason
    fill, names = template(key, lang)
    shown: dict[str, str] = {}
    for name in names:
        value = values[name]
        shown[name] = number(value, lang) if isinstance(value, (float, int)) else _shown(name, value, reason, lang)
    return ended(fill(shown))


def _shown(name: str, value: Any, reason: Reason, lang: str) -> str:
    if isinstance(value, str):
        return field_name(DERIVED.get(value, value), lang) if name in ("field", "evidence") else value
    if isinstance(value, dt.date):
        return value.isoformat()
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
    return listing([item(one.partition("/")[0], one.partition("/")[2], lang) for one in found], lang)


def shared_feature(kind: str, feature: str, spoken: dict[str, str], lang: str) -> str:
    """A text feature as the reader would write it."""
    if kind == "concepts":
        vocabulary, _, code = feature.partition(":")
        return item(vocabulary, code, lang)
    return spoken.get(feature, feature)


def gate_sides(gate: Gate, demand: Record, supplier: Record, lang: str) -> tuple[str, str]:
    """What a gate wanted and what it found."""
    return _side(gate.name, gate.wanted, demand, lang), _side(gate.name, gate.found, supplier, lang)


def _side(name: str, found: tuple[Any, ...], record: Record, lang: str) -> str:
    if not found:
        return field_name("not stated", lang)
    if name == "partners":
        return field_name(str(found[0]), lang)
    if name == "exclude":
        return listing([str(one) for one in found], lang)
    if name == "certificates":
        return listing([_dated_certificate(code, until, lang) for code, until in found], lang)
    if name in ("lead_time_days", "ship_by", "in_store_by"):
        days = f"{number(found[0], lang, 0)} {field_name('days', lang)}"
        return f"{days} ({record.dates[name].isoformat()})" if name in record.dates else days
    if name == "founded":
        return str(int(found[0]))
    if isinstance(found[0], (int, float)):
        text = "–".join(number(one, lang) for one in dict.fromkeys(found))
        return f"{text} {record.currency or 'EUR'}" if name == "target_price" else text
    return items(name, found, lang)


def _dated_certificate(code: str, until: dt.date | None, lang: str) -> str:
    label = codes.label("certificates", code, lang)
    return label if until is None else f"{label} ({field_name('valid to', lang)} {until.isoformat()})"
