"""BM25 weights on scikit-learn's count matrices, split into a supplier row and a request row.

The score of a request and a text is the inner product of the two rows, so it can sit in one matrix beside every other
term. Source: S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", Foundations and
Trends in IR 3(4), 2009; the idf is the non-negative one of Lucene.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


def average_length(counts: sp.csr_array) -> float:
    """Mean length of the texts that have any feature."""
    lengths = counts.sum(axis=1)
    present = lengths[lengths > 0]
    return float(present.mean()) if present.size else 1.0


def saturated(counts: sp.csr_array, k1: float, b: float, average: float | None = None) -> sp.csr_array:
    """Counts that stop growing, discounted for long texts, shape (n_texts, n_features).

    Parameters
    ----------
    counts : non-negative, may be fractions
    k1, b : as in `BM25Transformer`
    average : mean length of the texts; None takes that of `counts`
    """
    out = sp.csr_array(counts, dtype=np.float64, copy=True)
    norm = k1 * (1.0 - b + b * out.sum(axis=1) / (average_length(out) if average is None else average))
    out.data = out.data * (k1 + 1.0) / (out.data + np.repeat(norm, np.diff(out.indptr)))
    return out


class BM25Transformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Counts in, saturated weights out.

    Parameters
    ----------
    k1 : float
        How soon a repeated word stops counting.
    b : float
        How much a long text is discounted, 0 to 1.
    """

    def __init__(self, k1: float = 1.2, b: float = 0.5) -> None:
        self.k1 = k1
        self.b = b

    def fit(self, counts: Any, y: Any = None) -> BM25Transformer:  # noqa: ARG002 - a scikit-learn signature
        """Learn document frequencies and the mean length from counts of shape (n_texts, n_features)."""
        counts = self._checked(counts, fresh=True)
        n = counts.shape[0]
        self.average_length_ = average_length(counts)
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        self.idf_ = np.log1p((n - frequency + 0.5) / (frequency + 0.5))
        return self

    def __sklearn_tags__(self) -> Any:
        """Counts are never negative, and mostly zero."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.positive_only = True
        return tags

    def _checked(self, counts: Any, *, fresh: bool = False) -> sp.csr_array:
        """A checked copy of counts as a CSR array of floats; `fresh` learns the number of features from it."""
        checked = validate_data(
            self, counts, accept_sparse="csr", dtype=np.float64, reset=fresh, ensure_non_negative=True, copy=True
        )
        return sp.csr_array(checked)

    def transform(self, counts: Any) -> sp.csr_array:
        """Rows of suppliers: idf x saturated frequency, shape (n_texts, n_features)."""
        check_is_fitted(self)
        out = self._checked(counts)
        out = saturated(out, self.k1, self.b, self.average_length_)
        out.data *= self.idf_[out.indices]
        return out
