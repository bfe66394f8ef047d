"""The words of the pages: English sentences stand in the templates, their Chinese and French in `texts/*.csv`.

Each row of a file is `en,zh,fr`. An English text that has no row is shown as it is; a test finds those.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from markupsafe import Markup

from app.core.i18n import names_in

LANGUAGES = ("en", "zh", "fr")
#: how each language calls itself
NAMES = {"en": "English", "zh": "中文", "fr": "Français"}


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """English text → language → text."""
    files = sorted(resources.files("app.web").joinpath("texts").iterdir(), key=lambda each: each.name)
    return {text: told for file in files for text, told in read(file).items()}


def read(file: Traversable) -> dict[str, dict[str, str]]:
    """The rows of one file of texts: English text → language → text."""
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row["en"]: {lang: row[lang] for lang in LANGUAGES[1:]} for row in rows}


def name_of(row: Any, lang: str) -> str:
    """What a page calls an organisation, an edition or a body, be it a row or a dictionary."""
    return _names(row, lang)[0]


def other_name(row: Any, lang: str) -> str:
    """The name that `name_of` does not give, "" where there is none."""
    return _names(row, lang)[1]


def _names(row: Any, lang: str) -> tuple[str, str]:
    if isinstance(row, Mapping):
        return names_in(lang, row["name"], row.get("name_local"))
    return names_in(lang, row.name, getattr(row, "name_local", None))


def comma(lang: str) -> str:
    """What stands between the things of a list."""
    return "、" if lang == "zh" else ", "


def text_of(text: str) -> str:
    """Mark an English text that is said later, so that its translation is asked for."""
    return text


def say(text: str, lang: str, **values: Any) -> Markup:
    """The text in a language, with `{name}` filled from `values`, which are escaped."""
    told = catalogue().get(text, {}).get(lang) or text
    return Markup(told).format(**values) if values else Markup(told.replace("{{", "{").replace("}}", "}"))  # noqa: S704


def plain(told: str) -> str:
    """What was said as plain text, for where it is escaped later or not at all."""
    return told.unescape() if isinstance(told, Markup) else told


def say_count(one: str, other: str, count: int, lang: str, **values: Any) -> Markup:
    """The text for `count` things: Chinese has one form, and French counts nothing as one."""
    single = count == 1 if lang == "en" else count in (0, 1) if lang == "fr" else False
    return say(one if single else other, lang, count=count, **values)


def spoken(accepted: str) -> str:
    """The first language of an Accept-Language header that pages are written in, else English."""
    wanted = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next((tag for _, tag in sorted(wanted, key=lambda each: each[0]) if tag in LANGUAGES), LANGUAGES[0])
