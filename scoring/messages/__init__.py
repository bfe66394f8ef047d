"""The sentences of an explanation in English, Chinese, French, German and Italian."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib import import_module
from string import Formatter
from typing import Any

from scoring.errors import RankingError

LANGUAGES = ("en", "zh", "fr", "de", "it")
_GROUPING = {"en": ",", "zh": ",", "fr": " ", "de": ".", "it": "."}  # French: narrow no-break space
_DECIMAL = {"en": ".", "zh": ".", "fr": ",", "de": ",", "it": ","}


@cache
def _tables(lang: str) -> tuple[dict[str, str], dict[str, str]]:
    if lang not in LANGUAGES:
        raise RankingError(f"lang: {lang!r} is none of {', '.join(LANGUAGES)}")
    module = import_module(f"scoring.messages.{lang}")
    return module.SENTENCES, module.FIELDS


def sentence(key: str, lang: str, values: dict[str, Any]) -> str:
    """One sentence; `values` must already be readable."""
    return ended(template(key, lang)[0](values))


def ended(said: str) -> str:
    """A list that was cut ends its sentence itself."""
    return said.replace("….", "…").replace("…。", "…") if "…" in said else said


@cache
def template(key: str, lang: str) -> tuple[Callable[[Mapping[str, Any]], str], tuple[str, ...]]:
    """What fills a sentence in, and what it has places for."""
    text = _tables(lang)[0][key]
    return text.format_map, tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(text) if name))


def field_name(name: str, lang: str) -> str:
    """A field, term or evidence level in the reader's language; the name itself when there is no word for it."""
    return _tables(lang)[1].get(name, name.replace("_", " "))


@lru_cache(maxsize=1 << 14)
def number(value: float, lang: str, digits: int = 2) -> str:
    """A number grouped and pointed as the language does, without needless decimals."""
    _tables(lang)
    text = f"{value + 0.0:,.{digits}f}"  # no minus before a zero
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", _GROUPING[lang]) + (_DECIMAL[lang] + rest if rest else "")


def listing(items: list[str], lang: str, most: int = 5) -> str:
    """Items in a row; more than `most` are cut with an ellipsis."""
    shown = items[:most] + (["…"] if len(items) > most else [])
    return ("、" if lang == "zh" else ", ").join(shown)
