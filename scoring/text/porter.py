"""Stems of English words, so that "knitting", "knits" and "knitted" count as one.

Source: M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, 130-137. Words of other languages keep
their form unless they happen to end like English ones; their inflections are caught by character n-grams and by the
vocabulary's own resolver.
"""

from __future__ import annotations

from functools import lru_cache

_STEP_2 = (
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("abli", "able"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
)
_STEP_3 = (
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
)
_STEP_4 = tuple(  # the longest first
    "ement ance ence able ible ment sion tion ant ent ism ate iti ous ive ize al er ic ou".split()  # noqa: SIM905
)
_ENDINGS_2, _ENDINGS_3 = (tuple(ending for ending, _ in rules) for rules in (_STEP_2, _STEP_3))
_VOWELS = frozenset("aeiou")


def _is_consonant(word: str, i: int) -> bool:
    letter = word[i]
    if letter in "aeiou":
        return False
    if letter == "y":
        return i == 0 or not _is_consonant(word, i - 1)
    return True


def _measure(stem: str) -> int:
    """Number of vowel-consonant sequences, Porter's m."""
    count = 0
    before: bool | None = None  # whether the last letter was a vowel
    for letter in stem:
        vowel = letter in _VOWELS or (letter == "y" and before is False)
        if before and not vowel:
            count += 1
        before = vowel
    return count


def _has_vowel(stem: str) -> bool:
    return not _VOWELS.isdisjoint(stem) or "y" in stem[1:]  # a y after a consonant is one


def _ends_double(word: str) -> bool:
    return len(word) > 1 and word[-1] == word[-2] and _is_consonant(word, len(word) - 1)


def _ends_cvc(word: str) -> bool:
    n = len(word)
    return (
        n > 2
        and _is_consonant(word, n - 3)
        and not _is_consonant(word, n - 2)
        and _is_consonant(word, n - 1)
        and word[-1] not in "wxy"
    )


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _past_and_progressive(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    if not word.endswith(("ed", "ing")):
        return word
    for ending in ("ed", "ing"):
        stem = word[: -len(ending)]
        if not word.endswith(ending) or not _has_vowel(stem):
            continue
        if stem.endswith(("at", "bl", "iz")):
            return stem + "e"
        if _ends_double(stem) and stem[-1] not in "lsz":
            return stem[:-1]
        return stem + "e" if _measure(stem) == 1 and _ends_cvc(stem) else stem
    return word


def _replace(word: str, endings: tuple[str, ...], rules: tuple[tuple[str, str], ...]) -> str:
    if not word.endswith(endings):
        return word
    for ending, new in rules:
        if word.endswith(ending):
            stem = word[: -len(ending)]
            return stem + new if _measure(stem) > 0 else word
    return word


def _strip(word: str) -> str:
    if not word.endswith(_STEP_4):
        return word
    for ending in _STEP_4:
        if word.endswith(ending):
            keep = 3 if ending in ("sion", "tion") else 0
            stem = word[: -len(ending)] + ending[:1] if keep else word[: -len(ending)]
            return stem if _measure(stem) > 1 else word
    return word


def _tidy(word: str) -> str:
    if word.endswith("e"):
        stem = word[:-1]
        m = _measure(stem)
        if m > 1 or (m == 1 and not _ends_cvc(stem)):
            word = stem
    if word.endswith("l") and _ends_double(word) and _measure(word) > 1:
        word = word[:-1]
    return word


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Stem of one lower-case word; words of two letters or with digits come back as they are."""
    if len(word) <= 2 or not word.isascii() or not word.isalpha():
        return word
    word = _past_and_progressive(_plural(word))
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    return _tidy(_strip(_replace(_replace(word, _ENDINGS_2, _STEP_2), _ENDINGS_3, _STEP_3)))
