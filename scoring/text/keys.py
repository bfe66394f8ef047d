"""A record as a bag of keys, and the features of each key: what `text="compact"` counts.

A key is a word as written (with the language its stem is taken in) or a concept. A list has far fewer distinct keys
than words, so stems and n-grams are made once per key.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from scoring import codes
from scoring.records import Record
from scoring.text.documents import body, own_codes
from scoring.text.porter import stem as english_stem
from scoring.text.tokens import CJK_STOP, STOP_WORDS, runs, wished
from scoring.vocabulary.inflect import stem as light_stem
from scoring.vocabulary.language import likely_language
from scoring.vocabulary.text import is_han

LIGHT = ("fr", "de", "it")


def keys_of(record: Record) -> list[str]:
    """Keys of a fitted record: its name twice, its text, the words of its lists and its equipment; a code twice, an
    ancestor once."""
    text = "\n".join(part for part in (record.name, record.name, record.text, *record.words, *record.equipment) if part)
    out = list(_word_keys(text))
    for name, code in own_codes(record):
        out.extend(f"c|{name}:{member}" for member in (code, code, *codes.ancestors(name, code)))
    return out


def distinct_keys(record: Record) -> list[str]:
    """Keys of a request, each once: its words without what every request says; ancestors of its codes count half."""
    text = body(record)
    words = dict.fromkeys(_asked_keys(text) if record.side == "demand" else _word_keys(text))
    own = [_chain_keys(one) for one in own_codes(record)]
    direct = dict.fromkeys(whole for whole, _ in own)
    above = dict.fromkeys(half for _, chain in own for half, whole in chain if whole not in direct)
    return [*words, *direct, *above]


@lru_cache(maxsize=1 << 14)
def _chain_keys(one: tuple[str, str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The key of a code, and the keys of each ancestor: counting half, and whole."""
    name, code = one
    above = [f"{name}:{member}" for member in codes.ancestors(name, code)]
    return f"c|{name}:{code}", tuple((f"h|{member}", f"c|{member}") for member in above)


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


def features_of(key: str) -> dict[str, tuple[str, ...]]:
    """The features of a key by part: stems of words, character 3-grams, concepts.

    In Chinese pairs of characters stand for words, and one to three characters for 3-grams.
    """
    kind, told = told_features(key)
    if kind == "concepts":
        return {"words": (), "grams": (), "concepts": told}
    text = key.partition("|")[2]
    if is_han(text):
        grams = tuple(text[i : i + n] for n in (1, 2, 3) for i in range(len(text) - n + 1))
    else:
        padded = f" {text} "
        grams = tuple(padded[i : i + 3] for i in range(len(padded) - 2))
    return {"words": told, "grams": grams, "concepts": ()}


def told_features(key: str) -> tuple[str, tuple[str, ...]]:
    """The features of a key that a reason may name: "concepts" or "words", and these."""
    mark, _, text = key.partition("|")
    if mark in ("c", "h"):
        return "concepts", (text,)
    if is_han(text):
        kept = [letter for letter in text if letter not in CJK_STOP]
        return "words", tuple(a + b for a, b in pairwise(kept)) or tuple(kept)
    return "words", (light_stem(text, mark) if mark in LIGHT else english_stem(text),)
