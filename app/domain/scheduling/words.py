"""Sentences about a plan, kept as a key and its values and said in any of the languages when somebody reads them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TypeAlias

Value: TypeAlias = "str | float | Said | tuple[str, ...]"
LONGEST_LIST = 10
#: what a meeting is worth, behind its name
_VALUE = re.compile(r" \(-?\d+\.\d+\)$")


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    file = resources.files("app.domain.scheduling").joinpath("sentences.csv")
    return {row.pop("key"): row for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())}


def _language(tag: str) -> str:
    from app.core.i18n import language  # loads babel, which solving does not need

    return language(tag)


@dataclass(frozen=True)
class Said:
    """A sentence: `key` in `sentences.csv`, and what fills its fields (a tuple is a list of names)."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def words(self, lang: str = "en", names: Callable[[str], str] = str) -> str:
        """The sentence in a language, `names` turning each id into what people know.

        Parameters
        ----------
        lang
            A BCP 47 tag; English where there is no such language.
        names
            Applied to every id in the sentence.
        """
        filled = {name: _shown(value, lang, names) for name, value in self.values.items()}
        return _catalogue()[self.key][_language(lang)].format_map(filled)

    def __str__(self) -> str:
        return self.words()


def _shown(value: Value, lang: str, names: Callable[[str], str]) -> str:
    if isinstance(value, Said):
        return value.words(lang, names)
    if isinstance(value, tuple):
        return _listed(value, lang, names)
    if isinstance(value, str):
        return names(value)
    number = f"{value:.10g}"
    return number if _language(lang) in ("en", "zh") else number.replace(".", ",")


def _with_value(named: str, lang: str) -> str:
    """A meeting that is listed with its value, `Alpha × Beta (14.5)`, with the decimal mark of the language."""
    if _language(lang) in ("en", "zh"):
        return named
    return _VALUE.sub(lambda found: found.group().replace(".", ","), named)


def _listed(ids: tuple[str, ...], lang: str, names: Callable[[str], str]) -> str:
    """The first few of a list; what is left over is counted."""
    shown = ids if len(ids) <= LONGEST_LIST else ids[: LONGEST_LIST - 1]
    listed = _catalogue()["list.and"][_language(lang)].join(_with_value(names(name), lang) for name in shown)
    if len(shown) == len(ids):
        return listed
    return _catalogue()["list.more"][_language(lang)].format(listed=listed, more=len(ids) - len(shown))
