"""The sentences of an explanation in English, Chinese, French, German and Italian."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib import import_module
from string import Formatter
from types import ModuleType
from typing import Any

from scoring.errors import RankingError
from scoring.messages.en import REGIONS as _REGIONS

LANGUAGES = ("en", "zh", "fr", "de", "it")
_GROUPING = {"en": ",", "zh": ",", "fr": " ", "de": ".", "it": "."}  # French: narrow no-break space
_DECIMAL = {"en": ".", "zh": ".", "fr": ",", "de": ",", "it": ","}
_BETWEEN_HAN = re.compile("(?<=[一-鿿]) (?=[一-鿿])")
_DATE = {"fr": "%d/%m/%Y", "de": "%d.%m.%Y", "it": "%d/%m/%Y"}
#: regions that are told by their names, as `scoring.places` reads them
REGIONS = tuple(_REGIONS)


class Counted(str):
    """A readable number or row of items; `{n:day|days}` in a sentence gives the form that goes with it."""

    __slots__ = ("one",)
    one: bool

    def __new__(cls, text: str, one: bool) -> Counted:
        """`one`: whether the singular goes with it."""
        made = super().__new__(cls, text)
        made.one = one
        return made

    def __reduce__(self) -> tuple[type[Counted], tuple[str, bool]]:
        """For copies."""
        return Counted, (str(self), self.one)

    def __format__(self, spec: str) -> str:
        return spec.split("|")[not self.one] if "|" in spec else super().__format__(spec)


@cache
def _module(lang: str) -> ModuleType:
    if lang not in LANGUAGES:
        raise RankingError(f"lang: {lang!r} is none of {', '.join(LANGUAGES)}")
    return import_module(f"scoring.messages.{lang}")


@cache
def _tables(lang: str) -> tuple[dict[str, str], dict[str, str]]:
    module = _module(lang)
    return module.SENTENCES, module.FIELDS


def sentence(key: str, lang: str, values: dict[str, Any]) -> str:
    """One sentence; `values` must already be readable."""
    return ended(template(key, lang)[0](values))


def ended(said: str) -> str:
    """A list that was cut ends its sentence itself, and no space stands between two Chinese words."""
    said = said.replace("….", "…").replace("…。", "…") if "…" in said else said
    return said if said.isascii() else _BETWEEN_HAN.sub("", said)


@cache
def template(key: str, lang: str) -> tuple[Callable[[Mapping[str, Any]], str], tuple[str, ...]]:
    """What fills a sentence in, and what it has places for."""
    text = _tables(lang)[0][key]
    return text.format_map, tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(text) if name))


def field_name(name: str, lang: str) -> str:
    """A field, term or evidence level in the reader's language; the name itself when there is no word for it."""
    return _tables(lang)[1].get(name, name.replace("_", " "))


@lru_cache(maxsize=1 << 14)
def number(value: float, lang: str, digits: int = 2) -> Counted:
    """A number grouped and pointed as the language does, without needless decimals."""
    _tables(lang)
    text = f"{value + 0.0:,.{digits}f}"  # no minus before a zero
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    shown = whole.replace(",", _GROUPING[lang]) + (_DECIMAL[lang] + rest if rest else "")
    rounded = float(text.replace(",", ""))
    return Counted(shown, abs(rounded) < 2 if lang == "fr" else rounded == 1)


@lru_cache(maxsize=1 << 14)
def measured(amount: Counted, unit: str, lang: str) -> Counted:
    """A number with its unit, a UN/ECE Rec 20 code."""
    return Counted(f"{amount} {_unit(unit, lang, amount.one)}", amount.one)


@lru_cache(maxsize=1 << 12)
def priced(currency: str, unit: str, lang: str) -> str:
    """A currency with the unit that a price is for: EUR a dozen."""
    return sentence("price.per", lang, {"currency": currency, "unit": _unit(unit, lang, True)})


def _unit(code: str, lang: str, one: bool) -> str:
    single, _, many = str(_module(lang).UNITS[code]).partition("|")
    return single if one or not many else many


def region_name(region: str, lang: str) -> str:
    """A region of `REGIONS` in the reader's language."""
    return str(_module(lang).REGIONS[region])


@lru_cache(maxsize=1 << 12)
def date(day: dt.date, lang: str) -> str:
    """A day as the language writes it."""
    return day.strftime(_DATE[lang]) if lang in _DATE else day.isoformat()


def listing(items: list[str], lang: str, most: int = 5) -> Counted:
    """Items in a row; more than `most` are cut with an ellipsis."""
    shown = items[:most] + (["…"] if len(items) > most else [])
    return Counted(("、" if lang == "zh" else ", ").join(shown), len(items) == 1)
