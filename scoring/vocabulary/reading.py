"""A plain text cut into words, once for every list that looks for its own words in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from scoring.vocabulary.inflect import FUNCTION_WORDS
from scoring.vocabulary.language import likely_language
from scoring.vocabulary.text import fold, is_han, spans

APART = re.compile(r"[,;:!?()\[\]|•\n]|\.\s")
SETTLED = 7  # letters from which on the beginning of a word says how its stem begins
_BETWEEN = " -/·.'"


class Word(NamedTuple):
    """One word of a text."""

    start: int
    end: int
    raw: str
    folded: str
    apart: bool  # a comma, a full stop or the like stands between it and the word before
    han: bool
    both: str  # it and the word after it, folded and written as one; empty when they stand apart, or are `per le`


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a text and the language it shows; for Chinese its letters without spaces, and their places."""

    words: list[Word]
    keys: list[tuple[str, str]]  # each word folded, and with the next one where both together are short
    language: str | None
    letters: str
    places: list[int]


@lru_cache(maxsize=8)
def reading(text: str) -> Reading:
    """Read a `plain` text; the lists ask one after the other about the same one."""
    found = spans(text)
    raws = [text[start:end] for start, end in found]
    folded = [fold(raw) for raw in raws]
    starts = [start for start, _ in found[1:]]
    both = [
        one + two if start - end <= 1 and not (one in FUNCTION_WORDS and two in FUNCTION_WORDS) else ""
        for one, two, start, (_, end) in zip(folded, folded[1:], starts, found, strict=False)
    ]
    both.append("")
    plain_letters = text.isascii()
    words: list[Word] = []
    before = 0
    for (start, end), raw, one, pair in zip(found, raws, folded, both, strict=False):
        apart = text[before:start] != " " and APART.search(text, before, start) is not None
        words.append(Word(start, end, raw, one, apart, not plain_letters and is_han(raw), pair))
        before = end
    language = likely_language(folded)
    letters, places = _compact(text) if not plain_letters and is_han(text) else ("", [])
    keys = [(one, pair if len(pair) < SETTLED else "") for one, pair in zip(folded, both, strict=False)]
    return Reading(words, keys, language, letters, places)


def _compact(text: str) -> tuple[str, list[int]]:
    """`text` in lower case without spaces, hyphens and strokes beside Latin letters, and where each letter stood."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if letter in _BETWEEN and any(map(_is_latin, (text[place - 1 : place], text[place + 1 : place + 2]))):
            continue
        letters.append(letter.lower()[0])
        places.append(place)
    return "".join(letters), places


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def inside_latin(letters: str, places: list[int], position: int) -> bool:
    """Whether a match from here would begin in the middle of a Latin word."""
    if position == 0 or places[position - 1] != places[position] - 1:
        return False
    return _is_latin(letters[position]) and _is_latin(letters[position - 1])
