"""Which of the words that two texts share are told, and how: those that both say, as they say them.

A code counts as the words it is spelled with (`t-shirts-knitted`), and unspaced scripts as overlapping pairs of
characters. Neither is for readers: who wrote 针织T恤 did not write "shirts", and 裤品 is half of 女裤 and half of 品牌.
A code is told under its name, and pairs as the stretch of both texts that they cover.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache

from scoring.records import Record
from scoring.text.keys import LIGHT
from scoring.text.tokens import accented, fold_text, is_unspaced, runs, stems
from scoring.vocabulary import vocabulary
from scoring.vocabulary.inflect import stem
from scoring.vocabulary.language import likely_language

LONGEST = 16  # characters of a stretch that is shown
SURE = 0.4  # a learned word of weaker association is shown only where there is nothing else
_AND = re.compile(r" (?:and|et|und|ed?) |[和与及、/]")
_WHOLE = re.compile(r"[^\W_]+")
_CODED = ("products", "materials", "processes")
_LABELLED = (*_CODED, "words", "certificates")
_LONGEST_LABEL = 8

#: feature → (word of a text, word of another language, weight), as `Lexicon.told` gives it
Learned = Mapping[str, tuple[str, str, float]]


class Written:
    """A record's own words as it writes them, by what they are counted as.

    Parameters
    ----------
    said : what the record says itself (`own_words`)
    everything : all it is counted by, which shows its language
    learned : words of other languages for its own
    """

    def __init__(self, said: str, everything: str, learned: Learned | None = None) -> None:
        self.text = fold_text(said)
        self._said, self._everything, self._learned = said, everything, learned or {}

    @cached_property
    def words(self) -> dict[str, str]:
        """How each feature is written; pairs of characters as they are."""
        found = runs(self._said)
        language = likely_language(runs(self._everything))
        marked = self._marked
        out: dict[str, str] = {}
        for feature, run in stems(found, language):
            out.setdefault(feature, marked.get(run, run))
        return out

    @cached_property
    def _marked(self) -> dict[str, str]:
        return accented(self._said)

    def shared(self, features: Sequence[str], other: Record, alone: bool = True) -> dict[str, str]:
        """How features that a fitted record shares are told; those that one of the two does not say itself are not.

        Weakly associated words are told only where features are all there is to be told (`alone`) and nothing better is
        among them.
        """
        theirs = fitted_words(other)
        coded = _coded(other).intersection(features)
        heard = [one for one in features if one not in coded or one in theirs.words]
        pairs = {one for one in heard if is_unspaced(one) and one in self.words}
        covered = _covered(pairs, self.text, theirs.text) if pairs else {}
        out: dict[str, str] = {}
        weak: dict[str, str] = {}
        for feature in heard:
            if feature in pairs:
                out |= {feature: covered[feature]} if feature in covered else {}
            elif feature in self.words:
                out[feature] = self.words[feature]
            elif feature in self._learned:
                word, learned, weight = self._learned[feature]
                found = _label_around(learned, theirs.text) or theirs.words.get(feature, learned)
                mine = _label_around(word, self.text) or self._marked.get(word, word)
                sure = weight >= SURE and (found in labels() or not is_unspaced(found))
                (out if sure else weak)[feature] = f"{mine} → {found}"
        return out or (weak if alone else {})

    def own(self, features: Sequence[str]) -> dict[str, str]:
        """How features of the record itself are told; a piece of a Chinese word as the label it stands in."""
        known = [feature for feature in features if feature in self.words]
        covered = _covered({one for one in known if is_unspaced(one)}, self.text, self.text)
        wholes = {pair: _label_around(told, self.text) or told for pair, told in covered.items()}
        return {one: wholes.get(one, self.words[one]) for one in known if one in wholes or not is_unspaced(one)}


@lru_cache(maxsize=1 << 14)
def forms(word: str) -> frozenset[str]:
    """The stems of a word in each language: two that share one are one word in two forms, `pelle` and `pelli`."""
    folded = fold_text(word)
    return frozenset(stem(folded, language) for language in ("en", *LIGHT)) if word else frozenset()


@lru_cache(maxsize=1 << 14)
def within(word: str, other: str) -> bool:
    """Whether a told word need not stand beside another: "plush" beside "plush toys", 亚麻 beside 亚麻连衣裙, and the
    group "toys and games" beside "toys"."""
    return (_joins(word) and _part_of(other, word)) or (not _joins(other) and _part_of(word, other))


def _joins(word: str) -> bool:
    return _AND.search(word) is not None


def _part_of(word: str, other: str) -> bool:
    if is_unspaced(word):
        return word != other and word in other
    parts = other.split()
    return len(parts) > len(word.split()) == 1 and any(not forms(word).isdisjoint(forms(part)) for part in parts)


def own_words(record: Record) -> str:
    """What a record says itself: without the codes that stand in its lists for words."""
    spoken = [word for word in record.words if not _is_code(word)]
    return "\n".join(part for part in (record.description, *spoken, *record.equipment) if part)


def fitted_words(record: Record) -> Written:
    """The words of a fitted record; a demand is known by its title as well."""
    said = own_words(record)
    return Written(f"{record.name}\n{said}" if record.side == "demand" else said, _everything(record))


def offered(record: Record) -> Written:
    """The words of a record but for its name: of what it offers the `co., ltd.` of a name says nothing."""
    spoken = [word for word in record.words if not _is_code(word)]
    return Written("\n".join((record.text, *spoken, *record.equipment)), _everything(record))


def _everything(record: Record) -> str:
    return "\n".join((record.name, *record.words, record.text, *record.equipment))


def _is_code(word: str) -> bool:
    return any(word in vocabulary(name).terms for name in _CODED)


@lru_cache(maxsize=1 << 14)
def _spelling(word: str) -> frozenset[str]:
    """The features that a code is spelled with, in any language it may be counted in."""
    return frozenset(feature for lang in (None, *LIGHT) for feature, _ in stems(runs(word), lang))


def _coded(record: Record) -> frozenset[str]:
    return frozenset().union(*(_spelling(word) for word in record.words if _is_code(word)))


def _covered(pairs: Collection[str], mine: str, theirs: str) -> dict[str, str]:
    """The longest stretch, found in both texts, that each pair of characters stands in; pairs that one of the texts has
    only with something between are none, nor is the end of a word that begins with letters (the 恤 of T恤)."""
    out: dict[str, str] = {}
    for run in _WHOLE.findall(mine):
        begin = 0
        while begin < len(run):
            end = begin + 1
            while end < len(run) and run[end - 1 : end + 1] in pairs and run[begin : end + 1] in theirs:
                end += 1
            whole = end - begin == len(run) and run in pairs
            told = _edged(run, begin, end, theirs)
            for pair in [run] if whole else [run[n : n + 2] for n in range(begin, end - 1)]:
                if len(told) > len(out.get(pair, "")):
                    out[pair] = told
            begin = max(begin + 1, end - 1)
    return {pair: told if len(told) <= LONGEST else told[:LONGEST] + "…" for pair, told in out.items()}


def _edged(run: str, begin: int, end: int, theirs: str) -> str:
    """A stretch with the function word at its edge that belongs to a label there and is in both texts: 有 of 有机棉."""
    reach = range(2, _LONGEST_LABEL + 1)
    if begin and run[begin - 1 : end] in theirs:
        begin -= any(run[begin - 1 : begin - 1 + size] in labels() for size in reach)
    if end < len(run) and run[begin : end + 1] in theirs:
        end += any(run[max(end + 1 - size, begin) : end + 1] in labels() for size in reach)
    return run[begin:end]


def _label_around(piece: str, text: str) -> str:
    """The shortest label of the built-in lists in a text around a piece of a Chinese word; "" where there is none."""
    at = text.find(piece) if is_unspaced(piece) else -1
    if at < 0:
        return ""
    stretches: Iterable[str] = (
        text[start : start + size]
        for size in range(len(piece), _LONGEST_LABEL + 1)
        for start in range(max(at + len(piece) - size, 0), at + 1)
    )
    return next((one for one in stretches if one in labels()), "")


@cache
def labels() -> frozenset[str]:
    """Chinese labels of the built-in lists."""
    terms = (term for name in _LABELLED for term in vocabulary(name).terms.values())
    names = (part.strip(" =-") for term in terms for part in str(term.labels.get("zh", "")).split("|"))
    return frozenset(name for name in names if 2 <= len(name) <= _LONGEST_LABEL)
