"""Words that go together in texts of the trade: learned from other fairs or earlier editions, used in any list.

Weight of an association: positive pointwise mutual information × ln(1 + texts with both). Source: K. Church, P. Hanks,
"Word association norms, mutual information, and lexicography", Computational Linguistics 16(1), 1990.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from scoring.errors import RankingError
from scoring.text.tokens import words

TOGETHER = 3  # texts that must have both words
STRONGEST = 30  # associations kept of a word
COMMON = 0.2  # a word in a larger share of the texts goes with everything
MOST_WORDS = 20_000


@dataclass(frozen=True)
class Associations:
    """Stems in order, and for each its strongest associations as a row of weights, shape (n_words, n_words)."""

    stems: tuple[str, ...]
    weights: sp.csr_array

    @classmethod
    def learn(cls, texts: Iterable[str]) -> Associations:
        """Count what stands in the same texts.

        Raises
        ------
        RankingError
            `texts` is one string, or holds something that is no string.
        """
        checked = [] if isinstance(texts, str) else list(texts)
        if isinstance(texts, str) or not all(isinstance(text, str) for text in checked):
            raise RankingError("fit_associations: expected a list of texts, one string for each supplier or page")
        counter = CountVectorizer(analyzer=words, binary=True, max_features=MOST_WORDS, dtype=np.float64)
        try:
            has = sp.csr_array(counter.fit_transform(checked))
        except ValueError:  # no text has a word
            return cls((), sp.csr_array((0, 0)))
        known = counter.vocabulary_
        return cls(tuple(sorted(known, key=known.__getitem__)), _strongest(_weighted(has)))

    @cached_property
    def place(self) -> dict[str, int]:
        """Row of a stem."""
        return {stem: at for at, stem in enumerate(self.stems)}

    def of(self, asked: Sequence[str]) -> dict[str, float]:
        """What goes with the words of a request and is not among them: stem → summed weight."""
        out: dict[str, float] = {}
        for stem in dict.fromkeys(asked):
            if stem in self.place:
                row = self.weights[[self.place[stem]]]
                for column, weight in zip(row.indices, row.data, strict=True):
                    out[self.stems[column]] = out.get(self.stems[column], 0.0) + float(weight)
        return {stem: weight for stem, weight in out.items() if stem not in asked}


def _weighted(has: sp.csr_array) -> sp.csr_array:
    """Weights of every two words that stand together often enough, from a 0/1 matrix (n_texts, n_words)."""
    n = has.shape[0]
    frequency = np.asarray(has.sum(axis=0)).reshape(-1)
    telling = (frequency >= TOGETHER) & (frequency <= COMMON * n)
    kept = sp.csr_array(has @ sp.diags_array(telling.astype(np.float64)))
    kept.eliminate_zeros()
    both = sp.coo_array(kept.T @ kept)
    row, column = both.coords
    used = (row != column) & (both.data >= TOGETHER)
    row, column, number = row[used], column[used], both.data[used]
    information = np.log(number * n / (frequency[row] * frequency[column]))
    positive = information > 0
    weights = (information * np.log1p(number))[positive]
    return sp.csr_array((weights, (row[positive], column[positive])), shape=both.shape)


def _strongest(weights: sp.csr_array) -> sp.csr_array:
    """The strongest associations of every word, equal ones in the order of the alphabet."""
    kept = np.zeros(weights.nnz, dtype=bool)
    for start, end in zip(weights.indptr[:-1], weights.indptr[1:], strict=True):
        kept[start + np.argsort(-weights.data[start:end], kind="stable")[:STRONGEST]] = True
    out = sp.csr_array(weights, copy=True)
    out.data = np.where(kept, out.data, 0.0)
    out.eliminate_zeros()
    return out
