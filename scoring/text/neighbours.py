"""Texts lend each other what they have: one diffusion step towards the mean of the nearest texts.

(I + γA)S is linear in the fitted rows S. Source: D. Zhou et al., "Ranking on data manifolds", NIPS 2003, cut off after
one step.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import normalize

NEAREST = 20
FEWEST = 60  # texts below which twenty neighbours are no neighbours
STEP, FADE = 0.5, 1.25  # γ = STEP - FADE × mean similarity to the fifth nearest
FIFTH = 5
SAMPLE = 1000  # texts that the similarity is measured on
COMMON = 0.1  # a word in a larger share of the texts tells no neighbours apart
LEAST = 1e-9  # similarity of a neighbour
_BLOCK = 256


def step_size(rows: sp.csr_array) -> float:
    """γ, how much a text takes from its neighbours: the more alike texts are to their neighbours, the less.

    Lists of products hold each product many times over (similarity to the fifth nearest .5); there the step would lift
    whole groups of copies. Exhibitors' texts (.1) differ, and neighbours add words that a text happens not to use.
    """
    n = rows.shape[0]
    if n < FEWEST:
        return 0.0
    unit = _telling(rows)
    flipped = sp.csr_array(unit.T)
    sample = np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).astype(np.int64))
    fifth = [
        np.partition(near, near.shape[1] - FIFTH, axis=1)[:, -FIFTH] for _, near in _similar(unit, flipped, sample)
    ]
    return float(max(0.0, STEP - FADE * np.concatenate(fifth).mean()))


def nearest(rows: sp.csr_array) -> sp.csr_array:
    """A of shape (n_texts, n_texts): 1/20 for each of the twenty most similar texts, equally similar ones in order.

    A text that shares nothing with the others has no neighbours.
    """
    n = rows.shape[0]
    unit = _telling(rows)
    flipped = sp.csr_array(unit.T)
    at: list[np.ndarray] = []
    for _, near in _similar(unit, flipped, np.arange(n)):
        threshold = np.partition(near, n - NEAREST, axis=1)[:, [n - NEAREST]]
        for row, least in zip(near, threshold[:, 0], strict=True):
            candidates = np.flatnonzero(row >= max(least, LEAST))
            order = np.argsort(-row[candidates], kind="stable")[:NEAREST]
            at.append(np.sort(candidates[order]))
    indptr = np.concatenate(([0], np.cumsum([len(found) for found in at])))
    return sp.csr_array((np.full(indptr[-1], 1.0 / NEAREST), np.concatenate(at), indptr), shape=(n, n))


def _telling(rows: sp.csr_array) -> sp.csr_array:
    """Rows of length 1 without the words of more than a tenth of the texts (all of them, if nothing else is left)."""
    frequency = np.bincount(rows.indices, minlength=rows.shape[1])
    kept = sp.csr_array(rows, copy=True)
    kept.data = np.where(frequency[kept.indices] <= COMMON * rows.shape[0], kept.data, 0.0)
    kept.eliminate_zeros()
    return sp.csr_array(normalize(kept if kept.nnz else rows))


def _similar(unit: sp.csr_array, flipped: sp.csr_array, texts: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Blocks of (positions, their similarity to every text, -1 to themselves)."""
    for start in range(0, len(texts), _BLOCK):
        block = texts[start : start + _BLOCK]
        near = (unit[block] @ flipped).toarray()
        near[np.arange(len(block)), block] = -1.0
        yield block, near
