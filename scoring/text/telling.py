"""Which of the words that two texts share are told: those that both say, as they say them.

A code counts as the words it is spelled with (`t-shirts-knitted`), and unspaced scripts as overlapping pairs of
characters. Neither is for readers: who wrote 针织T恤 did not write "shirts", and 裤品 is half of 女裤 and half of
品牌. A code is told under its name, and pairs as the stretch of text that they cover.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from scoring import codes
from scoring.records import Record
from scoring.text.documents import body
from scoring.text.lexicon import Lexicon
from scoring.text.tokens import fold_text, is_unspaced, runs, stems
from scoring.vocabulary.language import likely_language

_WHOLE = re.compile(r"[^\W_]+")
_CODED = ("products", "materials", "processes")


def told(shared: Iterable[str], asker: Record, other: Record, lexicon: Lexicon) -> dict[str, str]:
    """Word features that both records say themselves, each with the stretch of unspaced text it is told as, else
    itself."""
    mine, theirs = own_words(asker), own_words(other)
    literal = _features(mine, body(asker))
    asked = literal | lexicon.spoken(mine).keys()
    if other.side == "demand":  # a fitted demand is known by its title as well
        theirs = f"{other.name}\n{theirs}"
    heard = _features(theirs, "\n".join((other.name, *other.words, other.text, *other.equipment)))
    both = [feature for feature in shared if feature in asked and feature in heard]
    pairs = {feature for feature in both if feature in literal and is_unspaced(feature)}
    if not pairs:
        return {feature: feature for feature in both}
    covered = _covered(pairs, fold_text(mine), fold_text(theirs))
    return {feature: covered.get(feature, feature) for feature in both if feature not in pairs or feature in covered}


def worded(features: Iterable[str], record: Record) -> dict[str, str]:
    """Word features that a record says besides its name, each with the stretch of text it is told as: of what it offers
    the `co., ltd.` of a name says nothing."""
    said = "\n".join((record.text, *_spoken(record), *record.equipment))
    heard = _features(said, "\n".join((record.name, *record.words, record.text, *record.equipment)))
    known = [feature for feature in features if feature in heard]
    covered = _covered({feature for feature in known if is_unspaced(feature)}, fold_text(said), fold_text(said))
    return {one: covered.get(one, one) for one in known if one in covered or not is_unspaced(one)}


def own_words(record: Record) -> str:
    """What a record says itself: without the codes that stand in its lists for words."""
    return "\n".join(part for part in (record.description, *_spoken(record), *record.equipment) if part)


def _spoken(record: Record) -> list[str]:
    return [word for word in record.words if not any(codes.code_of(name, word) == word for name in _CODED)]


@lru_cache(maxsize=1024)
def _features(said: str, whole: str) -> frozenset[str]:
    """The features of a part of a text, in the language that the whole of it shows; a list is told row by row."""
    return frozenset({feature for feature, _ in stems(runs(said), likely_language(runs(whole)))})


def _covered(pairs: set[str], mine: str, theirs: str) -> dict[str, str]:
    """The longest stretch, found in both texts, that each pair of characters stands in; pairs that one of the texts has
    only with something between are none, nor is the end of a word that begins with letters (the 恤 of T恤)."""
    out: dict[str, str] = {}
    for run in _WHOLE.findall(mine):
        begin = 0
        while begin < len(run):
            end = begin + 1
            while end < len(run) and run[end - 1 : end + 1] in pairs and run[begin : end + 1] in theirs:
                end += 1
            stretch = run[begin:end]
            inside = (
                [stretch]
                if stretch in pairs and stretch == run
                else [stretch[n : n + 2] for n in range(len(stretch) - 1)]
            )
            for pair in inside:
                if len(stretch) > len(out.get(pair, "")):
                    out[pair] = stretch
            begin = max(begin + 1, end - 1)
    return out
