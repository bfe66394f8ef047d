"""Choices that many forms offer, in the reader's language and order."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

import pycountry
from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name

from app.core.i18n import format_country, format_language, language
from app.domain.participants import KINDS
from app.io.labels import kind_label


@cache
def countries(lang: str) -> tuple[tuple[str, str], ...]:
    """ISO 3166 codes with the countries' names."""
    found = ((each.alpha_2, format_country(each.alpha_2, lang)) for each in pycountry.countries)
    return tuple(sorted(found, key=lambda each: each[1].casefold()))


@cache
def kinds(lang: str) -> tuple[tuple[str, str], ...]:
    """Kinds of organisation with their names."""
    return tuple(sorted(((code, kind_label(code, lang)) for code in KINDS), key=lambda each: each[1].casefold()))


#: zones that trade fairs are held in most, for the top of the list
_COMMON = (
    "Europe/Paris", "Asia/Shanghai", "Europe/Berlin", "Europe/Rome", "Europe/Madrid", "Europe/London", "Asia/Hong_Kong",
    "Asia/Singapore", "Asia/Tokyo", "Asia/Dubai", "Europe/Istanbul", "Europe/Moscow", "America/New_York",
    "America/Los_Angeles", "America/Sao_Paulo", "Africa/Johannesburg",
)  # fmt: skip
_CURRENCIES = ("EUR", "CNY", "USD", "GBP", "CHF", "HKD", "JPY", "KRW", "AED", "TRY", "INR", "BRL")
#: languages that editions are held in
SPOKEN = ("zh", "en", "fr", "de", "it", "es")


@cache
def zones(lang: str) -> tuple[tuple[str, str], ...]:
    """Time zones by the city that they are named after, the common ones first."""
    others = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/")))
    ordered = dict.fromkeys((*_COMMON, *(zone for zone in others if zone.split("/")[0] in _CONTINENTS)))
    return tuple((zone, _zone_name(zone, lang)) for zone in ordered)


_CONTINENTS = frozenset({"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})


def _zone_name(zone: str, lang: str) -> str:
    """City and country in the reader's language."""
    known = Locale.parse(language(lang)).time_zones.get(zone, {})
    city = known.get("city") or zone.split("/", 1)[1].replace("_", " ")
    territory = get_global("zone_territories").get(zone, "001")
    return f"{city} · {format_country(territory, lang)}" if territory != "001" else city


@cache
def currencies(lang: str) -> tuple[tuple[str, str], ...]:
    locale = language(lang)
    return tuple((code, f"{code} · {get_currency_name(code, locale=locale)}") for code in _CURRENCIES)


@cache
def tongues(lang: str) -> tuple[tuple[str, str], ...]:
    return tuple((code, format_language(code, lang)) for code in SPOKEN)
