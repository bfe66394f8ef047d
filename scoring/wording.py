"""From codes and numbers to sentences in the reader's language."""

from __future__ import annotations

import datetime as dt
from typing import Any

from scoring import codes, places
from scoring.fields import DERIVED
from scoring.gates import Gate
from scoring.messages import field_name, listing, number, sentence
from scoring.records import Record
from scoring.terms.base import Reason

_PLACES = ("markets", "country", "exports_to", "delivery_country", "sourcing_countries", "goes_to", "sells_to")
_MANY = ("found", "missing", "valid", "renew")


def item(kind: str, code: str, lang: str) -> str:
    """One code of a field in the reader's language."""
    if kind in _PLACES:
        return places.country_name(code, lang)
    if kind == "languages":
        return places.language_name(code, lang)
    return codes.label({"kind": "kinds"}.get(kind, kind), code, lang)


def items(kind: str, found: Any, lang: str) -> str:
    """Codes in a row."""
    return listing([item(kind, code, lang) for code in found], lang)


def explain_reason(reason: Reason, lang: str) -> str:
    """The sentence of a term."""
    values = dict(reason.values)
    kind = values.get("vocabulary") or values.get("field") or ""
    for name, value in values.items():
        if name in ("shared", "wanted", "found") and reason.key.startswith(("shared.", "languages.")):
            values[name] = listing([item(one.partition("/")[0], one.partition("/")[2], lang) for one in value], lang)
        elif name in _MANY and isinstance(value, list):
            values[name] = items(kind, value, lang)
        elif name == "words":
            values[name] = listing(value, lang)
        elif name == "fields":
            values[name] = listing([field_name(one, lang) for one in value], lang)
        elif name in ("field", "evidence"):
            values[name] = field_name(DERIVED.get(value, value), lang)
        elif isinstance(value, dt.date):
            values[name] = value.isoformat()
        elif isinstance(value, (int, float)):
            values[name] = number(value, lang)
    return sentence(reason.key, lang, values)


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
