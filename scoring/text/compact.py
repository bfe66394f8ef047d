"""`text="compact"`: at most 128 columns of text, in which a request's affine map needs no pass over the list.

The fitted texts are rows S of unit length in a latent space of words, character n-grams and concepts (truncated SVD of
their BM25 weights); a request is the sum q of the directions of its distinct words and concepts. The term is

    value = cover × (q·s) / max(q·μ + c × √(qᵀΣq), 0.7 × |q| × |s|)

with μ and Σ the mean and the covariance of the rows and |s| their root mean square length, so that the divisor is what
a very good text of this list would have: the mean and c standard deviations above it, c = √(2 ln n), the expected best
of n; where few texts have what is asked for and stand far out (laptops among office goods), a cosine of 0.7. 0 is
sharing nothing, about 1 the best; the map is linear, so a text that stands out more has more than 1. `cover` is the
square root of the share of the request that is known to the list at all, at least 0.3.

Both sides are whole numbers of steps (2⁻²⁰ of the largest), so every inner product is exact in double precision and no
order of summation, thread or matrix shape can change a bit of it.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import normalize
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

from scoring.records import Record
from scoring.text.bm25 import BM25Transformer
from scoring.text.documents import body
from scoring.text.dots import dots
from scoring.text.keys import distinct_keys, features_of, keys_of, told_features
from scoring.text.telling import Written, own_words

COLUMNS = 128
BITS = 20
PARTS = ("words", "grams", "concepts")
TOLD = ("words", "concepts")  # the parts that a reason names
WEIGHTS = {"words": 1.0, "grams": 0.5, "concepts": 0.7}
COVER_FLOOR = 0.3
VERY_GOOD = 0.7  # cosine of a very good text
NEUTRAL = 0.5
REMEMBERED = 1 << 16  # distinct keys of requests whose directions are kept
_SHARES = 4  # columns after the latent ones: known and unknown weight of words, then of concepts


@dataclass(frozen=True)
class Place:
    """A request in the latent space: whole steps `q` of shape (n_columns,), and the map from q·s to the term's value:
    `start + slope × q·s`."""

    q: np.ndarray
    start: float
    slope: float
    mean: float
    spread: float


class CompactSpace:
    """Fitted texts of one side as rows of whole steps.

    `rows` has shape (n_fitted, n_columns), in single precision, which holds every step; a record without text has the
    mean row, and so the mean value.
    """

    mode = "compact"
    associations: None = None

    def fit(self, records: Sequence[Record]) -> CompactSpace:
        """Learn directions and moments from records in canonical order."""
        keys: dict[str, int] = {}
        counts = _counts(map(keys_of, records), keys)
        self.stated = np.asarray(counts.sum(axis=1) > 0).reshape(-1)
        self.columns: dict[str, sp.csr_array] = {}  # as in the full space, which keeps its parts
        self._columns: dict[str, dict[str, int]] = {name: {} for name in PARTS}
        self._idf: dict[str, np.ndarray] = {}
        self._held: dict[str, tuple[np.ndarray, np.ndarray]] = {}  # columns of each text, to tell what it shares
        members = [features_of(key) for key in keys]
        weighted = []
        for name in PARTS:
            part = counts @ _counts([one[name] for one in members], self._columns[name])
            transformer = BM25Transformer()
            weighted.append(transformer.fit(part).transform(part) * WEIGHTS[name])
            self._idf[name] = transformer.idf_
            if name in TOLD:
                self._held[name] = part.indices.astype(np.int32), part.indptr.astype(np.int64)
        mixed = sp.csr_array(sp.hstack(weighted, format="csr"))
        del counts, members, part, weighted  # what follows takes much room itself
        self._place(normalize(mixed, copy=False))
        return self

    def _place(self, mixed: sp.csr_array) -> None:
        size = min(COLUMNS, *mixed.shape)
        latent = np.zeros((mixed.shape[0], 0))
        self.directions = np.zeros((mixed.shape[1], 0))
        if mixed.nnz and size >= 1:
            with threadpool_limits(limits=1):  # one thread: the same bits whatever the machine has
                _, _, across = randomized_svd(mixed, size, n_iter=3, power_iteration_normalizer="QR", random_state=0)
                self.directions = np.ascontiguousarray(across.T)
                latent = mixed @ self.directions
        latent *= 2.0**BITS
        self._settle(np.rint(latent, out=latent))

    def _settle(self, rows: np.ndarray) -> None:
        """Take over rows of whole steps and learn their moments."""
        rows = np.asarray(rows, dtype=np.float64)
        stated = rows if self.stated.all() else rows[self.stated]
        n = max(len(stated), 1)
        with threadpool_limits(limits=1):
            mean = np.rint(stated.sum(axis=0) / n)
            around = stated - mean
            spread = np.rint((around.T @ around) / n * 2.0**-16)
        rows[~self.stated] = mean
        self.rows, self._mean, self._spread = np.ascontiguousarray(rows, dtype=np.float32), mean, spread
        self._length = math.sqrt(float(spread.trace()) * 2.0**16 + float(mean @ mean))
        self._best = min(math.sqrt(2.0 * math.log(n)), (n - 1) / math.sqrt(n)) if n > 1 else 0.0
        # square roots of the idf of each feature, and of one that no text has
        self._roots = {
            name: (np.sqrt(idf).tolist(), math.sqrt(idf.max(initial=0.0))) for name, idf in self._idf.items()
        }
        self._vectors: dict[str, int] = {}
        self._asked: tuple[Record, dict[str, dict[int, tuple[float, str, str]]]] | None = None
        self._written: tuple[Record, Written] | None = None
        self._table = np.zeros((256, rows.shape[1] + _SHARES))

    # requests -------------------------------------------------------------------------------------------------------
    def places(self, records: Sequence[Record]) -> list[Place]:
        """Requests in the latent space."""
        bags = [distinct_keys(record) for record in records]
        if len(self._vectors) > REMEMBERED:
            self._vectors.clear()
        self._learn(dict.fromkeys(key for bag in bags for key in bag if key not in self._vectors))
        at = [self._vectors[key] for bag in bags for key in bag]
        if len(bags) == 1:  # the same sum, one row after the other, without the making of matrices
            return self._mapped(np.add.reduce(self._table[at], axis=0, keepdims=True))
        ends = np.cumsum([0, *map(len, bags)])
        picked = sp.csr_array((np.ones(len(at)), at, ends), shape=(len(bags), len(self._table)))
        return self._mapped(np.asarray(picked @ self._table))

    def request(self, record: Record) -> Place:
        """One request in the latent space."""
        return self.places([record])[0]

    def _learn(self, keys: Mapping[str, None]) -> None:
        """Directions and shares of keys that have not been seen."""
        if not keys:
            return
        rows = [self._features(key) for key in keys]
        ends = np.cumsum([0, *(len(row[0]) for row in rows)])
        columns = np.asarray([column for row in rows for column in row[0]], dtype=np.int64)
        weights = np.asarray([weight for row in rows for weight in row[1]], dtype=np.float64)
        wide = sp.csr_array((weights, columns, ends), shape=(len(rows), len(self.directions)))
        first = len(self._vectors)
        while first + len(rows) > len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        size = self.rows.shape[1]
        self._table[first : first + len(rows), :size] = wide @ self.directions
        self._table[first : first + len(rows), size:] = [row[2] for row in rows]
        self._vectors.update((key, first + number) for number, key in enumerate(keys))

    def _features(self, key: str) -> tuple[list[int], list[float], list[float]]:
        """Columns and weights of a key, and its four shares."""
        columns: list[int] = []
        weights: list[float] = []
        shares = [0.0] * _SHARES
        start = 0
        half = 0.5 if key.startswith("h|") else 1.0
        features = features_of(key)
        for name in PARTS:
            known, (roots, unseen) = self._columns[name], self._roots[name]
            for feature in features[name]:
                column = known.get(feature)
                weight = half * (roots[column] if column is not None else unseen)
                if column is not None:
                    columns.append(start + column)
                    weights.append(WEIGHTS[name] * weight)
                if name != "grams":
                    shares[(2 if name == "concepts" else 0) + (column is None)] += weight
            start += len(roots)
        return columns, weights, shares

    def _mapped(self, found: np.ndarray) -> list[Place]:
        size = self.rows.shape[1]
        largest = np.abs(found[:, :size]).max(axis=1, initial=0.0)
        steps = np.rint(found[:, :size] * np.exp2(BITS - np.frexp(largest)[1].astype(float))[:, None])
        mean = steps @ self._mean
        bent = np.rint((steps @ self._spread) * 2.0**-27)
        spread = np.sqrt(np.maximum((bent * steps).sum(axis=1), 0.0) * 2.0**43)
        known, unknown = found[:, size::2], found[:, size + 1 :: 2]
        total = known + unknown
        cover = np.sqrt((known / np.where(total > 0, total, 1.0)).max(axis=1))
        length = np.sqrt((steps * steps).sum(axis=1))
        good = np.maximum(mean + self._best * spread, VERY_GOOD * self._length * length)
        slope = np.where(good > 0, np.maximum(cover, COVER_FLOOR) / np.where(good > 0, good, 1.0), 0.0)
        start = 0.0 if self.stated.any() else NEUTRAL
        rows = zip(steps, slope, mean, spread, strict=True)
        return [Place(q, start, float(a), float(m), float(s)) for q, a, m, s in rows]

    # values ---------------------------------------------------------------------------------------------------------
    def raw(self, place: Place) -> dict[str, np.ndarray]:
        """Inner products with every fitted text, in steps."""
        return {"latent": dots(self.rows, place.q)}

    def fused(self, _place: Place, raw: dict[str, np.ndarray]) -> np.ndarray:
        """One number per fitted text; there is one part only."""
        return raw["latent"]

    def values(self, place: Place, lean: np.ndarray | None = None) -> np.ndarray:
        """The term for every fitted record. `lean`: standard deviations to take off each (see `fit_context`)."""
        found = dots(self.rows, place.q)
        if lean is not None:
            found -= place.spread * lean
        return np.asarray(place.start + place.slope * found)

    def in_common(self, asker: Record, at: int) -> list[tuple[float, str, str]]:
        """(weight, "concepts" or "words", feature) of what a request shares with the fitted text `at`."""
        return [
            asked[column]
            for kind, asked in self._asked_for(asker).items()
            for column in self._held_by(kind, at)
            if column in asked
        ]

    def alike(self, at: int, other: int) -> list[tuple[float, str, str]]:
        """As `in_common`, of two fitted texts."""
        return [
            (WEIGHTS[kind] * float(self._idf[kind][column]), kind, self._names[kind][column])
            for kind in TOLD
            for column in {*self._held_by(kind, at)} & {*self._held_by(kind, other)}
        ]

    def _held_by(self, kind: str, at: int) -> list[int]:
        columns, ends = self._held[kind]
        return list(columns[ends[at] : ends[at + 1]].tolist())

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        return {kind: list(self._columns[kind]) for kind in TOLD}

    def _asked_for(self, asker: Record) -> dict[str, dict[int, tuple[float, str, str]]]:
        """What a request says and the list knows, by column; one request is told about many times."""
        known = self._asked  # taken once: another thread may explain another request
        if known is None or known[0] is not asker:
            out: dict[str, dict[int, tuple[float, str, str]]] = {kind: {} for kind in TOLD}
            for key in distinct_keys(asker):
                kind, features = told_features(key)
                for feature in features:
                    column = self._columns[kind].get(feature)
                    if column is not None and not (key.startswith("h|") and column in out[kind]):
                        weight = WEIGHTS[kind] * float(self._idf[kind][column]) * (0.5 if key.startswith("h|") else 1.0)
                        out[kind][column] = weight, kind, feature
            self._asked = known = asker, out
        return known[1]

    def written(self, asker: Record) -> Written:
        """How the words of a request are written, so that a reason shows words and not stems."""
        known = self._written
        if known is None or known[0] is not asker:
            self._written = known = asker, Written(own_words(asker), body(asker))
        return known[1]

    @property
    def latent(self) -> np.ndarray:
        """The fitted rows, transposed."""
        return self.rows.T.astype(np.float64)

    # keeping --------------------------------------------------------------------------------------------------------
    def arrays(self) -> dict[str, np.ndarray]:
        """What a saved model holds of it."""
        return {"text.rows": self.rows, "text.directions": self.directions}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take over what was saved."""
        self.directions = arrays["text.directions"]
        self._settle(arrays["text.rows"])


def _counts(bags: Iterable[Sequence[str]], known: dict[str, int]) -> sp.csr_array:
    """Counts of shape (n_bags, n_known), unknown ones being added to `known`; an empty list has one empty column."""
    at, ends = array("i"), array("i", [0])
    for bag in bags:
        at.extend(known.setdefault(key, len(known)) for key in bag)
        ends.append(len(at))
    if not known:
        known[""] = 0
    parts = (np.ones(len(at)), np.asarray(at, dtype=np.int32), np.asarray(ends, dtype=np.int32))
    out = sp.csr_array(parts, shape=(len(ends) - 1, len(known)))
    out.sum_duplicates()
    return out
