"""Directions in which the fitted texts differ most, and a request moved towards what it finds.

Source: S. Deerwester et al., "Indexing by latent semantic analysis", JASIS 41(6), 1990; feedback from the first texts
found: J. Rocchio, "Relevance feedback in information retrieval", in G. Salton (ed.), The SMART Retrieval System, 1971,
here with the mean of the texts as the new request.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

LATENT = 50
COARSE = 24  # directions a request is compared in by itself: it is short, and finer ones are noise to it


def learned(rows: sp.csr_array, size: int) -> np.ndarray:
    """At most `size` directions of rows of shape (n_texts, n_features), as (n_features, k); none if there is nothing
    to learn from."""
    if size < 1 or rows.nnz == 0 or rows.shape[1] < 2:
        return np.zeros((rows.shape[1], 0))
    # One thread: the same bits whatever the machine has. Equal rows have no variance to explain, which is no error.
    with threadpool_limits(limits=1), np.errstate(invalid="ignore", divide="ignore"):
        svd = TruncatedSVD(size, n_iter=7, random_state=0).fit(normalize(rows))
    return np.ascontiguousarray(svd.components_.T)


def placed(rows: sp.csr_array, directions: np.ndarray) -> np.ndarray:
    """Rows of length 1 in those directions, each 1 long again, as columns of shape (k, n_texts)."""
    if not directions.shape[1]:
        return np.zeros((0, rows.shape[0]))
    with threadpool_limits(limits=1):
        positions = normalize(rows) @ directions
    return np.ascontiguousarray(normalize(positions).T)


def coarse(columns: np.ndarray) -> np.ndarray:
    """The first directions of texts, each 1 long again, shape (at most 24, n_texts)."""
    first = columns[:COARSE]
    length = np.sqrt(np.einsum("kn,kn->n", first, first))
    return np.asarray(np.divide(first, length, out=np.zeros_like(first), where=length > 1e-12))


def near(position: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Inner products of a position, as far as the columns go, with texts, shape (n_texts,)."""
    return np.asarray(np.einsum("k,kn->n", position[: len(columns)], columns))


def like(examples: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Inner products of the mean of some texts with all of them, shape (n_texts,)."""
    return near(columns[:, examples].mean(axis=1), columns)
