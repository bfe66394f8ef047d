"""The lexical parts of the text term: what is counted, how it is weighted, and the fitted rows.

Every part turns both sides into rows whose inner product is its score: supplier rows carry the BM25 weights, request
rows √idf per feature.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from scoring.records import Record
from scoring.text.bm25 import BM25Transformer, saturated
from scoring.text.documents import Document, asked, concepts, own_codes
from scoring.text.tokens import STOP_WORDS, grams, is_unspaced, runs, words

# The opening may say what a maker makes: words of the first ten count once more, fading out by the thirtieth.
OPENING_FULL, OPENING_END = 10, 30
# An opening that announces the text has words that come again: its weight rises with the share of them, up to MOST.
OPENING_MOST, ANNOUNCES_FROM, ANNOUNCES_FULLY, LONG_ENOUGH = 1.2, 0.3, 0.5, 20
ANCESTOR = 0.5  # what an ancestor of an asked concept counts


class Part:
    """Features of one kind: their columns, their BM25 weights.

    Parameters
    ----------
    k1, b : as in `BM25Transformer`
    """

    def __init__(self, k1: float = 1.2, b: float = 0.5) -> None:
        self.counter = CountVectorizer(analyzer=list)
        self.weights = BM25Transformer(k1, b)

    def _counts(self, features: Sequence[Sequence[str]]) -> sp.csr_array:
        """Learn the columns and count, shape (n_texts, n_features)."""
        try:
            return sp.csr_array(self.counter.fit_transform(features), dtype=np.float64)
        except ValueError:  # scikit-learn refuses an empty vocabulary; a list without any text is valid here
            self.counter.set_params(vocabulary=[""])
            return sp.csr_array(self.counter.transform(features), dtype=np.float64)

    def fit(self, features: Sequence[Sequence[str]]) -> sp.csr_array:
        """Learn from the features of every text; rows of shape (n_texts, n_features)."""
        counts = self._counts(features)
        return self.weights.fit(counts).transform(counts)

    @cached_property
    def names(self) -> list[str]:
        """Features by column."""
        known = self.counter.vocabulary_
        return [str(name) for name in sorted(known, key=known.__getitem__)]

    def row(self, features: Sequence[str]) -> tuple[sp.csr_array, int]:
        """A request's row of shape (1, n_features), and how many of its features no fitted text has.

        √(idf) per feature, one that is repeated counting as the square root of its number.
        """
        known = self.counter.vocabulary_
        counted = Counter(features)
        row = self.weighted(counted)
        row.data = np.sqrt(row.data * self.weights.idf_[row.indices])
        return row, sum(1 for feature in counted if feature not in known)

    def weighted(self, features: Mapping[str, float]) -> sp.csr_array:
        """A row of given weights, shape (1, n_features); features no fitted text has are left out."""
        known = self.counter.vocabulary_
        found = sorted((known[feature], weight) for feature, weight in features.items() if feature in known)
        columns = np.asarray([column for column, _ in found], dtype=np.int64)
        data = np.asarray([weight for _, weight in found], dtype=np.float64)
        return sp.csr_array((data, columns, [0, columns.size]), shape=(1, self.weights.idf_.size))

    def most(self, row: sp.csr_array, unseen: int) -> float:
        """The most any text could have of a request: every feature, without end."""
        idf = self.weights.idf_
        found = float(row.data @ idf[row.indices])
        rarest = float(idf.max(initial=0.0))
        return float((found + unseen * rarest**1.5) * (self.weights.k1 + 1.0))


class Words(Part):
    """Stems. The name counts twice, and the opening of the text once more: two zones of one BM25 (as in BM25F:
    S. Robertson, H. Zaragoza, M. Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004)."""

    def __init__(self) -> None:
        super().__init__(k1=0.6, b=0.75)

    def fit_documents(self, documents: Sequence[Document]) -> sp.csr_array:
        """Rows of shape (n_texts, n_features)."""
        whole = self.fit([(*d.name, *d.name, *d.rest) for d in documents])
        opening = self._opening([(*d.name, *d.rest)[:OPENING_END] for d in documents], whole.shape)
        opening = saturated(opening, self.weights.k1, self.weights.b)
        opening.data *= opening_weight(documents) * self.weights.idf_[opening.indices]
        return sp.csr_array(whole + opening)

    def _opening(self, starts: Sequence[Sequence[str]], shape: tuple[int, int]) -> sp.csr_array:
        fade = np.minimum(1.0, (OPENING_END - np.arange(OPENING_END)) / (OPENING_END - OPENING_FULL))
        known = self.counter.vocabulary_
        columns = np.asarray([known[word] for start in starts for word in start], dtype=np.int64)
        lengths = np.asarray([len(start) for start in starts], dtype=np.int64)
        rows = np.repeat(np.arange(len(starts)), lengths)
        places = np.arange(len(columns)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        counts = sp.csr_array((fade[places], (rows, columns)), shape=shape)
        counts.sum_duplicates()
        return counts


class Pairs(Part):
    """Two content words side by side: `mouse pad`, `carte mémoire`."""

    def __init__(self) -> None:
        super().__init__(k1=0.6, b=0.5)

    def fit_documents(self, documents: Sequence[Document]) -> sp.csr_array:
        """Rows of shape (n_texts, n_features)."""
        return self.fit([[*side_by_side(d.name), *side_by_side(d.rest)] for d in documents])


class Forms(Part):
    """Words as they are written: `imaging` asked for is rather `imaging` than `image`."""

    def __init__(self) -> None:
        super().__init__(k1=0.6, b=0.75)

    def fit_documents(self, documents: Sequence[Document]) -> sp.csr_array:
        """Rows of shape (n_texts, n_features)."""
        return self.fit([spaced(d.written) for d in documents])


class Grams(Part):
    """Character n-grams of the words as written; each distinct word is cut once."""

    def fit_documents(self, documents: Sequence[Document]) -> sp.csr_array:
        """Rows of shape (n_texts, n_features)."""
        known: dict[str, int] = {}
        columns = np.asarray(
            [known.setdefault(run, len(known)) for d in documents for run in d.written], dtype=np.int64
        )
        rows = np.repeat(np.arange(len(documents)), [len(d.written) for d in documents])
        written = sp.csr_array((np.ones(len(columns)), (rows, columns)), shape=(len(documents), len(known)))
        cut = self._counts([grams(run) for run in known]) if known else self._counts([[]])[:0]
        counts = sp.csr_array(written @ cut)
        return self.weights.fit(counts).transform(counts)


class Concepts(Part):
    """Codes of any vocabulary, stated or spotted, with their ancestors."""

    def fit_records(self, records: Sequence[Record]) -> sp.csr_array:
        """Rows of shape (n_texts, n_features)."""
        return self.fit([concepts(record) for record in records])

    def row_of(self, record: Record) -> tuple[sp.csr_array, int]:
        """A request's row; ancestors of its own concepts count half."""
        row, unseen = self.row(concepts(record))
        known = self.counter.vocabulary_
        own = [known[name] for name in (f"{v}:{code}" for v, code in own_codes(record)) if name in known]
        row.data = np.where(np.isin(row.indices, own), row.data, ANCESTOR * row.data)
        return row, unseen


def opening_weight(documents: Sequence[Document]) -> float:
    """How much the opening counts in a list, from the share of its words that come again later in their texts.

    Measured: titles are taken up again (.7 of their words), headlines less (.45), the first words of a paragraph that
    an exhibitor writes about itself hardly more than any others (.35).
    """
    long = [d.rest for d in documents if len(d.rest) >= LONG_ENOUGH]
    again = sum(len(set(rest[:OPENING_FULL]) & set(rest[OPENING_FULL:])) for rest in long)
    every = sum(len(set(rest[:OPENING_FULL])) for rest in long)
    share = again / every if every else 0.0
    return OPENING_MOST * min(1.0, max(0.0, (share - ANNOUNCES_FROM) / (ANNOUNCES_FULLY - ANNOUNCES_FROM)))


def side_by_side(stems: Sequence[str]) -> list[str]:
    """Neighbouring stems as one feature."""
    return [f"{one} {other}" for one, other in pairwise(stems)]


def spaced(runs: Sequence[str]) -> list[str]:
    """Runs of scripts that put spaces between words: the others are sentences."""
    return [run for run in runs if not is_unspaced(run)]


def request_rows(parts: dict[str, Any], record: Record) -> dict[str, tuple[sp.csr_array, int]]:
    """A record of the other side as a row of every part."""
    text = asked(record)
    stems = words(text)
    written = [run for run in runs(text) if run not in STOP_WORDS]
    return {
        "words": parts["words"].row(stems),
        "pairs": parts["pairs"].row(side_by_side(stems)),
        "forms": parts["forms"].row(spaced(written)),
        "grams": parts["grams"].row(grams(text)),
        "concepts": parts["concepts"].row_of(record),
    }
