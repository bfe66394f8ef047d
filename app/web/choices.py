"""Choices that many forms offer, in the reader's language and order."""

from __future__ import annotations

from functools import cache

import pycountry

from app.core.i18n import format_country
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
