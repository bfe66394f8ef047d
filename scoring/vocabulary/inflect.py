"""Light inflection per language: enough to let singular, plural and the endings of adjectives agree.

Not a linguist's stemmer: it is applied to both sides, on a closed list of terms, and two codes that fall together
are reported as ambiguous, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from rapidfuzz.distance import OSA

_FUNCTION_WORDS = (
    "a an and the of for with in on to from by as at or s "
    "de du des d la le les l un une et en a au aux avec pour par sur dans ou "
    "der die das den dem des ein eine aus und fur fuer mit von vom zu zum zur im in oder "
    "di del della delle dei degli dell da dal in e il lo gli i un uno una con per su o ed"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


_HISSED = ("sses", "xes", "ches", "shes", "zes")


def _english(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(_HISSED):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def _french(word: str) -> str:
    if len(word) > 5 and word.endswith("aux") and not word.endswith("eaux"):
        word = word[:-3] + "al"
    if len(word) > 3 and word[-1] in "sx":
        word = word[:-1]
    while len(word) > 4 and word[-1] == "e":
        word = word[:-1]
    return word


def without_umlauts(word: str) -> str:
    """`ae`, `oe`, `ue` written for umlauts as one letter."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u") if "e" in word else word


def _german(word: str) -> str:
    word = without_umlauts(word)
    if len(word) > 4 and word[-1] == "s":
        word = word[:-1]
    for ending in ("en", "er", "em", "es", "e", "n"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


_HARD = ("che", "chi", "ghe", "ghi")
_ITALIAN_PLURALS = {"e": "a", "i": "o"}  # tuta, tute; lino, lini: short words lose no vowel, else `line` were linen


def _italian(word: str) -> str:
    if word.endswith(_HARD):
        word = word[:-2] + word[-1]
    if len(word) == 4:
        return word[:-1] + _ITALIAN_PLURALS.get(word[-1], word[-1])
    while len(word) > 4 and word[-1] in "aeio":
        word = word[:-1]
    return word


_RULES: dict[str, Callable[[str], str]] = {"en": _english, "fr": _french, "de": _german, "it": _italian}


_INFLECTING = "aehilmnorsuxy"  # every letter that a rule takes away, changes or puts in its place
_KEPT = str.maketrans("", "", _INFLECTING + "的")


def core(word: str) -> str:
    """A beginning that all forms of a word share with its stem, but for umlauts: words of other cores are no forms."""
    return word.rstrip(_INFLECTING)


def skeleton(letters: str) -> str:
    """The letters no inflection touches: one for all forms of a word, and of several written as one."""
    return letters.translate(_KEPT)


def stemmed(word: str, language: str) -> str:
    """`stem` without remembering it: for words that hardly come again."""
    rule = _RULES.get(language)
    if rule is None or word.isdigit():
        return word
    return rule(word)


@lru_cache(maxsize=131072)
def stem(word: str, language: str) -> str:
    """The common part of the forms of a folded word; unknown languages and Chinese keep it as it is."""
    return stemmed(word, language)


@lru_cache(maxsize=65536)
def likely_typo(found: str, wanted: str) -> bool:
    """Whether two folded words differ by a slip of the pen and not by being two words.

    Short words have to be exact (`silk` is not `milk`); up to eleven letters a letter may be missing, doubled, swapped
    with its neighbour or written with its usual rival (`y` for `i`), but not replaced (`knotting` is not `knitting`).
    """
    if found == wanted:
        return True
    size = min(len(found), len(wanted))
    if size < 5 or found[0] != wanted[0] or any(letter.isdigit() for letter in found + wanted):
        return False
    if _collapsed(found) == _collapsed(wanted):
        return True
    if size >= 6 and _rivals(found, size) == _rivals(wanted, size):
        return True
    return _close(found, wanted, size)


def _close(found: str, wanted: str, size: int) -> bool:
    distance = int(OSA.distance(found, wanted, score_cutoff=2))
    if distance == 1 and sorted(found) == sorted(wanted):
        return True
    if size >= 8 and distance == 1 and len(found) != len(wanted):
        return True
    return (size >= 12 and distance == 1) or (size >= 15 and distance == 2)


def _collapsed(word: str) -> str:
    return re.sub(r"(.)\1", r"\1", word)


def _rivals(word: str, size: int) -> str:
    word = word.replace("ph", "f").replace("y", "i").replace("c", "k").replace("z", "s")
    return word.replace("i", "e") if size >= 8 else word
