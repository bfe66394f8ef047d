"""Languages: a small catalogue of labels, and the one way in which dates, times and numbers are written for people."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources

from babel import Locale, negotiate_locale
from babel.dates import format_date as _babel_date
from babel.dates import format_interval, get_timezone_gmt
from babel.dates import format_time as _babel_time
from babel.numbers import format_decimal, format_percent

from app.core.clock import in_zone, zone

LANGUAGES = ("en", "zh", "fr", "de", "it")
#: codes of the locale data that stand for regions and tests rather than countries
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})
_CHINESE = re.compile("[\u3400-\u9fff]")
_LOCALES = {"en": "en_GB", "zh": "zh_Hans_CN", "fr": "fr_FR", "de": "de_DE", "it": "it_IT"}


@cache
def language(tag: str | None) -> str:
    """The language of the catalogue that serves a BCP 47 tag best: `zh-Hans-CN` gives `zh`, an unknown one `en`."""
    wanted = [(tag or "en").replace("-", "_").split("_")[0].lower()]
    return negotiate_locale(wanted, LANGUAGES) or "en"


@cache
def _locale(lang: str) -> Locale:
    return Locale.parse(_LOCALES[language(lang)])


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    file = resources.files("app.core").joinpath("messages.csv")
    lines = file.read_text(encoding="utf-8").splitlines()
    return {row.pop("key"): row for row in csv.DictReader(lines)}


def text(key: str, lang: str = "en", **values: object) -> str:
    """The message `key` in `lang`, with `{name}` filled from `values`.

    Raises
    ------
    KeyError
        if there is no such message, which is a fault of the caller.
    """
    return _catalogue()[key][language(lang)].format_map(values)


def names_in(lang: str, name: str, local: str | None) -> tuple[str, str]:
    """The name by which readers of a language know somebody, and the other one, "" where there is none.

    In Chinese that is the own name where it is in Chinese letters, else the one in Latin letters.
    """
    other = local if local and local != name else ""
    return (other, name) if lang == "zh" and _CHINESE.search(other) else (name, other)


def plural(key: str, count: int, lang: str = "en") -> str:
    """The message `key` for `count` things (`key.one`, `key.other`, after CLDR's plural rules)."""
    form = _locale(lang).plural_form(count)
    wanted = f"{key}.{form}"
    return text(wanted if wanted in _catalogue() else f"{key}.other", lang, count=format_number(count, lang))


def known(prefix: str, code: str, lang: str = "en") -> str:
    """The message `prefix.code` where the catalogue has one, else the code as it is."""
    key = f"{prefix}.{code}"
    return text(key, lang) if key in _catalogue() else code


def format_date(day: date, lang: str = "en", style: str = "full") -> str:
    """A date in words: `Monday 15 September 2025`; styles are CLDR's full, long, medium, short."""
    return _babel_date(day, style, locale=_locale(lang))


def format_time(moment: datetime, zone_name: str, lang: str = "en") -> str:
    """The time of day on the wall of the zone, as 24 hours: `13:30`."""
    return _babel_time(in_zone(moment, zone_name), "HH:mm", tzinfo=zone(zone_name), locale=_locale(lang))


def format_span(start: datetime, end: datetime, zone_name: str, lang: str = "en") -> str:
    """Two times of one day: `13:30–14:00`; of two days, the second with its date."""
    first, last = in_zone(start, zone_name).date(), in_zone(end, zone_name).date()
    tail = "" if first == last else f" ({format_date(last, lang, 'medium')})"
    return f"{format_time(start, zone_name, lang)}–{format_time(end, zone_name, lang)}{tail}"


def format_days(start: datetime, end: datetime, zone_name: str, lang: str = "en") -> str:
    """The days from one instant to another: `16 Jun – 22 Aug 2025`; within one day that with its times."""
    first, last = in_zone(start, zone_name).date(), in_zone(end, zone_name).date()
    if first == last:
        day = format_date(first, lang, "medium")
        return f"{day}{' ' if language(lang) == 'zh' else ', '}{format_span(start, end, zone_name, lang)}"
    return str(format_interval(first, last, "yMMMd", locale=_locale(lang)))


def format_datetime(moment: datetime, zone_name: str, lang: str = "en") -> str:
    """Date and time in the zone: `15 Sept 2025, 13:30`."""
    day = format_date(in_zone(moment, zone_name).date(), lang, "medium")
    return f"{day}{' ' if language(lang) == 'zh' else ', '}{format_time(moment, zone_name, lang)}"


def format_zone(zone_name: str, at: datetime, lang: str = "en") -> str:
    """The zone with its offset at that instant: `Europe/Paris (UTC+02:00)`."""
    offset = get_timezone_gmt(in_zone(at, zone_name), width="iso8601", locale=_locale(lang))
    return f"{zone_name} (UTC{offset})"


def format_country(code: str, lang: str = "en") -> str:
    """The name of an ISO 3166 country; a code that is none stays as it is."""
    return str(_locale(lang).territories.get(code.upper(), code))


@cache
def countries(lang: str = "en") -> dict[str, str]:
    """Every ISO 3166 country by its name in a language, in the order of the names."""
    named = {name: code for code, name in _locale(lang).territories.items() if len(code) == 2 and code.isalpha()}
    return {name: named[name] for name in sorted(named) if named[name] not in _NO_COUNTRIES}


def find_country(said: str) -> str | None:
    """The code of a country that is named in one of our languages or by its code; None where it is none."""
    word = said.strip()
    if word.upper() in countries().values():
        return word.upper()
    for lang in LANGUAGES:
        for name, code in countries(lang).items():
            if name.casefold() == word.casefold():
                return code
    return None


def format_language(tag: str, lang: str = "en") -> str:
    """The name of a language (BCP 47 primary tag); a tag that is none stays as it is."""
    return str(_locale(lang).languages.get(tag.lower(), tag))


def format_number(value: float, lang: str = "en", decimals: int = 2) -> str:
    """A number with the language's separators and at most `decimals` digits after the point."""
    pattern = "#,##0" + ("." + "#" * decimals if decimals else "")
    return format_decimal(value, pattern, locale=_locale(lang))


def format_share(value: float, lang: str = "en", decimals: int = 1) -> str:
    """A share of one as per cent: `0.127` gives `12.7%`."""
    spaced = _locale(lang).percent_formats[None].pattern.partition("0")[2].removesuffix("%")
    return format_percent(value, "#,##0" + ("." + "#" * decimals if decimals else "") + f"{spaced}%", _locale(lang))


def characters(lang: str = "en") -> frozenset[str]:
    """Every character that labels and dates of this language may use (a font for them must have these)."""
    days: Iterable[date] = (date(2025, 1, 1) + timedelta(days=31 * n % 365 + n % 7) for n in range(84))
    shown = [format_date(day, lang, style) for day in days for style in ("full", "medium")]
    shown += [entry[language(lang)] for entry in _catalogue().values()]
    return frozenset("".join(shown))
