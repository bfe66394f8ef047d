"""What templates show: names of the lists, example cells and the words of drop-downs, in each language."""

from __future__ import annotations

from typing import Literal

from app.domain.lists import places
from app.domain.lists.fields import Field, Kind, choices
from app.domain.lists.words import labels
from app.domain.participants import KINDS
from app.domain.vocabulary import vocabulary

_CODES = {
    "products": ("t-shirts-knitted", "down-jackets"),
    "materials": ("cotton",),
    "processes": ("circular-knitting", "dyeing"),
}
_CHOICES = {
    "moq_per": "colour",
    "evidence": "verified",
    "answer": "must_meet",
    "tech_pack": "complete",
    "price_tier": "mid",
}


def list_name(kind: Kind | Literal["notes"], lang: str) -> str:
    """Return the name of a list, as templates call its sheet."""
    return choices("list")[kind][lang][0]


def example_of(field: Field, lang: str) -> str:
    """Return the example cell of a field; some are words of the language."""
    if not field.example.startswith("@"):
        return field.example
    name = field.example[1:]
    buys = field.kind in ("buyers", "requests")
    if name in _CODES:
        return "; ".join(vocabulary(name).label(code, lang) for code in _CODES[name])
    if name in _CHOICES:
        return choices(name)[_CHOICES[name]][lang][0]
    if name == "sides":
        return choices("sides")["buy" if buys else "supply"][lang][0]
    if name == "kind":
        return vocabulary("kinds").label("brand-owner" if buys else "manufacturer", lang)
    if name == "unit":
        return vocabulary("units").label("H87", lang)
    if name == "languages":
        return "; ".join(places.language_name(code, lang) for code in ("zh", "en"))
    return places.country_names(lang)["FR" if buys else "CN"]


def choices_of(field: Field, lang: str) -> list[str]:
    """Return the words a drop-down offers for a field; empty if it takes free entries."""
    if field.type == "choice":
        return labels(field.argument, lang)
    if field.type == "code":
        return [vocabulary(field.argument).label(kind, lang) for kind in KINDS]
    if field.type == "unit":
        units = vocabulary("units")
        return [units.label(code, lang) for code in units.terms]
    if field.type == "country":
        return sorted(places.country_names(lang).values())
    return []
