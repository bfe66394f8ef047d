"""A record as a bag of keys, and the features of each key: what `text="compact"` counts.

A key is a word as written (with the language its stem is taken in) or a concept. A list has far fewer distinct keys
than words, so stems and n-grams are made once per key.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from scoring import codes
from scoring.records import Record
from scoring.text.documents import own_codes
from scoring.text.porter import stem as english_stem
from scoring.text.tokens import STOP_WORDS, runs, wished
from scoring.vocabulary.inflect import stem as light_stem
from scoring.vocabulary.language import likely_language
from scoring.vocabulary.text import is_han

LIGHT = ("fr", "de", "it")
_CJK_STOP = frozenset("的了和与是在有我们为及等或也之以于并就都而其")


def keys_of(record: Record) -> list[str]:
    """Keys of a fitted record: its name twice, its text, the words of its lists and its equipment; a code twice, an
    ancestor once."""
    said = "\n".join(part for part in (record.name, record.name, record.text, *record.words, *record.equipment) if part)
    out = list(_word_keys(said))
    for name, code in own_codes(record):
        out.extend(f"c|{name}:{member}" for member in (code, code, *codes.ancestors(name, code)))
    return out


def distinct_keys(record: Record) -> list[str]:
    """Keys of a request, each once: its words without what every request says; ancestors of its codes count half."""
    said = "\n".join(part for part in (record.description, *record.words) if part)
    words = dict.fromkeys(_asked_keys(said) if record.side == "demand" else _word_keys(said))
    own = own_codes(record)
    direct = [f"c|{name}:{code}" for name, code in own]
    above = dict.fromkeys(f"{name}:{member}" for name, code in own for member in codes.ancestors(name, code))
    given = set(direct)
    return [*words, *direct, *(f"h|{one}" for one in above if f"c|{one}" not in given)]


@lru_cache(maxsize=4096)
def _asked_keys(said: str) -> tuple[str, ...]:
    return _keys(wished(said))


def _word_keys(said: str) -> tuple[str, ...]:
    return _keys(runs(said))


def _keys(found: list[str]) -> tuple[str, ...]:
    language = likely_language(found)
    mark = f"{language}|" if language in LIGHT else "w|"
    return tuple(
        mark + run for run in found if run not in STOP_WORDS and (len(run) > 1 or run.isdigit() or is_han(run))
    )


@lru_cache(maxsize=4096)
def features_of(key: str) -> dict[str, tuple[str, ...]]:
    """The features of a key by part: stems of words, character 3-grams, concepts.

    In Chinese pairs of characters stand for words, and one to three characters for 3-grams.
    """
    mark, _, text = key.partition("|")
    if mark in ("c", "h"):
        return {"words": (), "grams": (), "concepts": (text,)}
    if is_han(text):
        kept = [letter for letter in text if letter not in _CJK_STOP]
        stems = tuple(a + b for a, b in pairwise(kept)) or tuple(kept)
        grams = tuple(text[i : i + n] for n in (1, 2, 3) for i in range(len(text) - n + 1))
        return {"words": stems, "grams": grams, "concepts": ()}
    padded = f" {text} "
    grams = tuple(padded[i : i + 3] for i in range(len(padded) - 2))
    stemmed = light_stem(text, mark) if mark in LIGHT else english_stem(text)
    return {"words": (stemmed,), "grams": grams, "concepts": ()}
