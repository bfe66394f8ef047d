"""The templates' environment: escaping on, what is undefined is an error, and how dates and numbers are written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from app.core import i18n
from app.core.clock import in_zone
from app.io.labels import kind_label
from app.services.matching import field_name, field_names
from app.web import sentences, words
from app.web.shapes import icon
from app.web.static import asset


def _in_language(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose last argument is the language of the page."""

    @pass_context
    def call(context: Context, *given: Any, **named: Any) -> Any:
        return function(*given, lang=context["lang"], **named)

    return call


@pass_context
def _say(context: Context, text: str, /, **values: Any) -> Markup:
    return words.say(text, context["lang"], **values)


@pass_context
def _say_count(context: Context, one: str, other: str, count: int, /, **values: Any) -> Markup:
    return words.say_count(one, other, count, context["lang"], **values)


@pass_context
def _moment(context: Context, at: datetime, zone: str, style: str = "datetime") -> Markup:
    """A time in the event's zone; the browser adds the reader's own where it differs."""
    lang = context["lang"]
    told = i18n.format_time(at, zone, lang) if style == "time" else i18n.format_datetime(at, zone, lang)
    return Markup('<time datetime="{}" data-zone="{}" data-style="{}">{}</time>').format(
        in_zone(at, zone).isoformat(), zone, style, told
    )


def _day(day: date, style: str = "medium", *, lang: str) -> str:
    return i18n.format_date(day, lang, style)


def _number(value: float | None, decimals: int = 2, *, lang: str) -> str:
    return "–" if value is None else i18n.format_number(value, lang, decimals)


def _share(value: float | None, decimals: int = 0, *, lang: str) -> str:
    return "–" if value is None else i18n.format_share(value, lang, decimals)


@cache
def environment() -> Environment:
    """Made once; templates are compiled when first used."""
    made = Environment(
        loader=PackageLoader("app.web", "pages"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    made.globals |= {
        "_": _say, "n_": _say_count, "moment": _moment, "day": _in_language(_day), "number": _in_language(_number),
        "share": _in_language(_share), "span": _in_language(i18n.format_span), "days": _in_language(i18n.format_days),
        "country": _in_language(i18n.format_country),
        "tongue": _in_language(i18n.format_language),
        "name_of": _in_language(words.name_of), "other_name": _in_language(words.other_name),
        "comma": _in_language(words.comma),
        "kind_name": _in_language(kind_label),
        "asset": asset, "icon": icon, "languages": words.NAMES,
        "label": _in_language(i18n.known), "zone_of": _in_language(i18n.format_zone),
        "field_name": _in_language(field_name), "field_names": _in_language(field_names),
        "sentence": _in_language(sentences.shown),
    }  # fmt: skip
    return made
