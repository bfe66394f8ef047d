"""Words as people type them, made comparable, and looked up in the short lists of `choices.csv`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from app.domain.lists.fields import choices

_NOT_WORD = re.compile(r"[\W_]+")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@lru_cache(maxsize=20_000)
def key(text: str) -> str:
    """Return the letters and digits of a text without case, accents and width: `Ware (Stück)` → `warestuck`."""
    wide = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(sign for sign in wide if not unicodedata.combining(sign))
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", plain))


@lru_cache(maxsize=20_000)
def sign_key(text: str) -> str:
    """Return a key that keeps signs, for texts such as `-`, `✓` or `n.a.`."""
    return key(text) or re.sub(r"\s+", "", text)


@cache
def code_of(name: str) -> Mapping[str, str]:
    """Return word key → code of one short list; the code itself counts as a word."""
    found: dict[str, str] = {}
    listed = choices(name)
    for code in listed:
        found.setdefault(key(code), code)
    # labels before aliases, so that an alias never takes another entry's label
    for rank in (0, 1):
        for code, words in listed.items():
            for aliases in words.values():
                for word in aliases[:1] if rank == 0 else aliases[1:]:
                    found.setdefault(sign_key(word), code)
    return found


def choose(name: str, text: str) -> str | None:
    """Return the code of a word in a short list, or None."""
    return code_of(name).get(sign_key(text))


def is_none_given(text: str) -> bool:
    """Return whether a cell says in words that nothing is given: `-`, `n/a`, `待定`, `k. A.` …"""
    return choose("blank", text) is not None


def labels(name: str, lang: str = "en") -> list[str]:
    """Return the labels of a short list."""
    return [words[lang][0] for words in choices(name).values()]


def nearest(text: str, known: Iterable[str], *, at_most: int = 3) -> list[str]:
    """Return the known words most like the text, best first."""
    found = process.extract(text.casefold(), list(known), scorer=fuzz.WRatio, processor=str.casefold, limit=at_most)
    return [word for word, score, _ in found if score >= 60]
