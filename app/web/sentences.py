"""What services say in English – refusals, faults of cells, stages of long work – in the reader's language.

Such a sentence is written where it arises, and kept as it is with runs and jobs, for the API, the log and the command
line. A page recognises it by its row in `sentences.csv`, whose `{names}` stand for whatever the sentence says
there.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources

from markupsafe import Markup

from app.io.labels import kind_label
from app.web import words

_NAME = re.compile(r"\{(\w+)\}")
_QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"")
_WORD = re.compile(r"[^\W\d_]")
_STOPS = {"zh": "；", "fr": " ; "}
_BETWEEN = re.compile(", | or ")
_MARKS = {"zh": "“{}”", "fr": "« {} »"}


@cache
def _rows() -> dict[str, dict[str, str]]:
    return words.read(resources.files("app.web").joinpath("sentences.csv"))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """A pattern for each row that has names; those that begin with words, and have most of them, first."""
    named = [row for row in _rows() if _NAME.search(row)]
    named.sort(key=lambda row: (row.startswith("{"), -len(_NAME.sub("", row))))
    return tuple((re.compile(_pattern(row), re.DOTALL), row) for row in named)


def _pattern(row: str) -> str:
    parts = _NAME.split(row)  # words and names in turn
    return "".join(f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts))


@lru_cache(maxsize=4096)
def translated(text: str, lang: str) -> str | None:
    """The sentence in a language; None where nobody has translated it. What stands in it is translated likewise."""
    if lang == "en":
        return text
    if text in _rows():
        return _rows()[text][lang]
    for pattern, row in _patterns():
        if found := pattern.fullmatch(text):
            values = {name: _inside(value, lang) for name, value in found.groupdict().items()}
            said = _rows()[row][lang].format(**values)
            return said.replace(" “", "“").replace("” ", "”") if lang == "zh" else said  # these marks bring their space
    return None


def _inside(text: str, lang: str) -> str:
    """What stands in a sentence: words, lists of words, and what is quoted, with the marks of the language."""
    if quoted := _QUOTED.fullmatch(text):
        return _MARKS[lang].format(quoted[1] or quoted[2])
    listed = _BETWEEN.split(text)
    if len(listed) > 1 and not any(" " in word for word in listed):
        return words.comma(lang).join(_inside(word, lang) for word in listed)
    notes = [translated(note, lang) or "" for note in text.split("; ")]
    if len(notes) > 1 and all(notes):
        return _STOPS[lang].join(notes)
    return translated(text, lang) or kind_label(text, lang)


def plain(text: str, lang: str) -> str:
    """The sentence in a language, else as it is."""
    return translated(text, lang) or text


def shown(text: str, *, lang: str) -> Markup:
    """The sentence as a page shows it; what nobody has translated is marked as English, for those who listen."""
    said = translated(text, lang) if _WORD.search(text) else text  # a number is the same in any language
    return Markup.escape(said) if said is not None else Markup('<span lang="en">{}</span>').format(text)
