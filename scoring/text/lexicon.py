"""Words of one language that stand for words of another, learned from labels that say the same thing side by side.

Any list with labels in several languages will do (CPV, an organiser's own index). Which word of a label answers which
word of its translation is found by expectation-maximisation, both ways, with a word for what has no counterpart.
Source: P. Brown et al., "The mathematics of statistical machine translation", Computational Linguistics 19(2), 1993
(model 1); both directions multiplied: F. Och, H. Ney, "A systematic comparison of various statistical alignment
models", Computational Linguistics 29(1), 2003.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import scipy.sparse as sp

from scoring.errors import RankingError
from scoring.records import is_missing, rows_of
from scoring.text.parts import Part
from scoring.text.porter import stem as english_stem
from scoring.text.tokens import runs, stems
from scoring.vocabulary import vocabulary
from scoring.vocabulary.inflect import stem as light_stem
from scoring.vocabulary.loading import LANGUAGE_TAG

Learned = Mapping[str, Mapping[str, float]]
ROUNDS = 8
LEAST, MOST_WORDS = 0.2, 4  # weaker associations are left out; so many words of each language at most
WEIGHT = 0.8  # of a learned word of certain association beside the word itself
_LIGHT = ("fr", "de", "it")
_NOT_A_LABEL = frozenset({"code", "parent", "hs", "cpv", "id"})
_TAUGHT_BY = ("products", "words", "materials", "processes")


def learn_lexicon(rows: Any) -> dict[str, dict[str, float]]:
    """Associations between words of different languages, from parallel labels.

    Parameters
    ----------
    rows : list of dicts or DataFrame
        One row for each thing: a label in each language, by language tag (`en`, `fr`, `de`, `it`, `zh` …; several
        names parted by `|`); `code`, `parent`, `hs`, `cpv` and `id` are passed over.

    Returns
    -------
    dict
        word → {word of another language: weight between 0 and 1}; words as they are written, folded. It is plain data:
        it can be read, mended, kept as JSON, and given to `SupplierRanker(lexicon=…)`.

    Raises
    ------
    RankingError
        A column that is no language, or fewer than two languages.

    Examples
    --------
    >>> from scoring import learn_lexicon
    >>> rows = [{"en": "silk scarf", "de": "Seidener Schal"}, {"en": "wool scarf", "de": "Wollener Schal"}]
    >>> sorted(learn_lexicon(rows)["schal"])
    ['scarf']
    """
    labels = _labels(rows)
    spellings: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    texts = [{lang: _words(label, lang, spellings) for lang, label in row.items()} for row in labels]
    written = {word: min(forms, key=lambda form: (-forms[form], form)) for word, forms in spellings.items()}
    found: dict[str, dict[str, float]] = defaultdict(dict)
    near: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    languages = sorted({lang for row in labels for lang in row})
    if len(languages) < 2:
        raise RankingError(f"lexicon: found labels in {languages or 'no language'}; at least two languages are needed")
    for one, other in combinations(languages, 2):
        pairs = [(row[one], row[other]) for row in texts if row.get(one) and row.get(other)]
        for word, target, weight in _both_ways(pairs):
            near[one, other, word][target] = near[other, one, target][word] = weight
    for (one, other, word), weights in sorted(near.items()):
        for target, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:MOST_WORDS]:
            spelt = written[other, target]
            for form in sorted(spellings[one, word]):
                if spelt != form:
                    found[form][spelt] = max(found[form].get(spelt, 0.0), round(weight, 4))
    return {word: dict(sorted(others.items())) for word, others in sorted(found.items())}


def _labels(rows: Any) -> list[dict[str, str]]:
    """Labels by language of each row; several names of one thing are rows of their own, in order."""
    out: list[dict[str, str]] = []
    for number, row in enumerate(rows_of(rows, "lexicon")):
        names: dict[str, list[str]] = {}
        for key, value in row.items():
            column = str(key).strip().lower()
            if column in _NOT_A_LABEL or is_missing(value):
                continue
            if not LANGUAGE_TAG.fullmatch(column):
                raise RankingError(f"lexicon, row {number}: the column {key!r} is no language tag such as 'en' or 'de'")
            names[column] = [part.strip(" =-") for part in str(value).split("|") if part.strip(" =-")]
        most = max(map(len, names.values()), default=0)
        out += [{lang: found[min(at, len(found) - 1)] for lang, found in names.items()} for at in range(most)]
    return out


def _words(label: str, lang: str, spellings: dict[tuple[str, str], Counter[str]]) -> list[str]:
    """The words of a label but for inflection; how each is written is noted."""
    out = []
    for _, run in stems(runs(label), lang):
        word = light_stem(run, lang)
        spellings[lang, word][run] += 1
        out.append(word)
    return list(dict.fromkeys(out))


def _both_ways(pairs: list[tuple[list[str], list[str]]]) -> list[tuple[str, str, float]]:
    """(word, word of the other side, √(p(other | word) · p(word | other))) of what is associated well enough."""
    there = _translations(pairs)
    back = _translations([(other, one) for one, other in pairs])
    out = []
    for (word, other), chance in there.items():
        weight = float(np.sqrt(chance * back.get((other, word), 0.0)))
        if weight >= LEAST:
            out.append((word, other, weight))
    return out


def _translations(pairs: list[tuple[list[str], list[str]]]) -> dict[tuple[str, str], float]:
    """p(other | word) of IBM model 1 after `ROUNDS` rounds of expectation-maximisation."""
    known: dict[tuple[str | None, str], int] = {}
    links: list[int] = []  # numbers of (word, other) pairs
    slots: list[int] = []  # the word of the other side that each link explains
    slot = 0
    for one, others in pairs:
        for other in others:
            for word in (None, *one):
                links.append(known.setdefault((word, other), len(known)))
                slots.append(slot)
            slot += 1
    if not links:
        return {}
    sources: dict[str | None, int] = {}
    source = np.asarray([sources.setdefault(word, len(sources)) for word, _ in known])
    link, at = np.asarray(links), np.asarray(slots)
    chance = np.full(len(known), 1.0)
    for _ in range(ROUNDS):
        share = chance[link]
        share = share / np.bincount(at, share)[at]
        counted = np.bincount(link, share, minlength=len(known))
        chance = counted / np.bincount(source, counted)[source]
    return {(word, other): float(chance[number]) for (word, other), number in known.items() if word is not None}


@cache
def built_in() -> dict[str, dict[str, float]]:
    """What the labels of the built-in lists teach; learned once, on first use."""
    lists = (vocabulary(name) for name in _TAUGHT_BY)
    return learn_lexicon([term.labels for terms in lists for term in terms.terms.values()])


class Lexicon:
    """A learned lexicon ready to be looked up.

    Parameters
    ----------
    learned : what `learn_lexicon` gives; each association counts as strongly as the strongest of them says
    """

    def __init__(self, *learned: Learned) -> None:
        self._near: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        for word, near in (entry for one in learned for entry in sorted(one.items())):
            for form in (("", word), *_stemmed(word)):
                for other, weight in near.items():
                    self._near[form][other] = max(self._near[form].get(other, 0.0), float(weight))

    def near(self, run: str) -> dict[str, float]:
        """Words of other languages for one word as it is written, with their weights.

        A word that was not learned itself stands for those with its stem in the same language: `lampen` and the `lampo`
        of a zip fall together only where one is taken for German and the other for Italian.
        """
        if ("", run) in self._near:
            return self._near["", run]
        out: dict[str, float] = {}
        for form in _stemmed(run):
            for word, weight in self._near.get(form, {}).items():
                out[word] = max(out.get(word, 0.0), weight)
        return out

    def widen(self, text: str, part: Part, row: sp.csr_array) -> sp.csr_array:
        """A request's row with words of other languages for those of its words that no fitted text has.

        A word the list knows needs no translation: widened too, requests in the list's own language got worse.
        """
        known = part.counter.vocabulary_
        weights: dict[int, float] = {}
        for feature, run in dict(stems(runs(text), None)).items():
            if feature not in known:
                for column, weight in self._columns(run, known).items():
                    weights[column] = max(weights.get(column, 0.0), weight)
        columns = np.asarray(sorted(set(weights) - set(row.indices.tolist())), dtype=np.int64)
        idf = part.weights.idf_[columns]
        data = WEIGHT * np.asarray([weights[int(column)] for column in columns]) * np.sqrt(idf)
        return sp.csr_array(row + sp.csr_array((data, columns, [0, columns.size]), shape=row.shape))

    def _columns(self, run: str, known: Mapping[str, int]) -> dict[int, float]:
        out: dict[int, float] = {}
        for word, weight in self.near(run).items():
            for form in _forms(word):
                if form in known:
                    out[known[form]] = max(out.get(known[form], 0.0), weight)
        return out

    def told(self, text: str) -> dict[str, tuple[str, str, float]]:
        """For each feature that a word of the text stands for: that word, the learned one, and their association.

        Of several the most strongly associated, and the longest: `accessories` before its stem, an Italian word.
        """
        out: dict[str, tuple[str, str, float]] = {}
        for _, run in stems(runs(text), None):
            for word, weight in self.near(run).items():
                for form in _forms(word):
                    if form not in out or (weight, len(word)) > (out[form][2], len(out[form][1])):
                        out[form] = run, word, weight
        return out


@cache
def taught() -> Lexicon:
    """What the built-in lists teach, ready to be looked up; made once, for nothing changes it."""
    return Lexicon(built_in())


def _stemmed(word: str) -> tuple[tuple[str, str], ...]:
    """The stems of a word, each with the language whose stem it is."""
    return (("en", english_stem(word)), *((language, light_stem(word, language)) for language in _LIGHT))


def _forms(word: str) -> set[str]:
    """A word and the stems it may be counted under."""
    return {word, english_stem(word), *(light_stem(word, language) for language in _LIGHT)}
