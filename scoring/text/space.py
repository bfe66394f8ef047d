"""Free text of both sides in one space: words, character n-grams, concepts and the latent space of the fitted texts.

A request's text score is the sum of its inner products in the four parts, each divided by its standard deviation over
the
fitted texts for this request (Σ of per-request z-scores but for a constant), and one step of diffusion towards the mean
of the nearest texts, (I + γA)S. All of that is linear in the fitted rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from scoring import codes
from scoring.records import Record
from scoring.text.bm25 import BM25Transformer
from scoring.text.tokens import grams, spelled, wish, words

TextMode = Literal["full", "compact"]
# Measured on real lists (docs/ranking.md): weight of each part's z-score.
PART_WEIGHTS = {"words": 1.0, "grams": 0.5, "concepts": 0.7, "latent": 0.3}
LATENT, COMPACT = 24, 128
TRUSTED_FROM = 1 / 3  # share of the most a text could have from which n-grams count fully
NEAREST, DIFFUSION = 20, 0.7
# The diffusion step helps lists of paragraphs and harms lists of short product titles; it needs enough neighbours.
DIFFUSE_FROM_WORDS, DIFFUSE_FROM_TEXTS, DIFFUSE_UP_TO_TEXTS = 30, 60, 5000


def concepts(record: Record) -> list[str]:
    """Codes stated or mentioned in the text, as `vocabulary:code`: itself twice, an ancestor once for each below."""
    found = {(name, code) for name in ("products", "materials", "processes") for code in record.has(name)}
    found |= {("certificates", certificate.code) for certificate in record.certificates}
    found |= {*record.mentions, *record.hints}
    chains = ((name, member) for name, code in sorted(found) for member in (code, code, *codes.ancestors(name, code)))
    return [f"{name}:{member}" for name, member in chains]


def body(record: Record) -> str:
    """What a request says in words: its description and the words of its lists."""
    return "\n".join(part for part in (record.description, *record.words) if part)


def document(record: Record) -> str:
    """What a fitted record says in words; its name counts twice."""
    return "\n".join(part for part in (record.name, record.name, record.text, *record.words) if part)


class Part:
    """One lexical part: a count vectoriser, BM25 weights and the fitted rows, transposed."""

    def __init__(self, analyse: Callable[[Any], list[str]]) -> None:
        self.counter = CountVectorizer(analyzer=analyse)
        self.weights = BM25Transformer()

    def fit(self, documents: Sequence[Any]) -> sp.csr_array:
        """Learn the features; rows of shape (n_texts, n_features)."""
        try:
            counts = self.counter.fit_transform(documents)
        except ValueError:  # scikit-learn refuses an empty vocabulary; a list without any text is valid here
            self.counter.set_params(vocabulary=[""])
            counts = self.counter.transform(documents)
        return self.weights.fit(counts).transform(counts)

    @cached_property
    def names(self) -> list[str]:
        """Features by column."""
        known = self.counter.vocabulary_
        return [str(name) for name in sorted(known, key=known.__getitem__)]

    def request(self, document: Any) -> tuple[sp.csr_array, int]:
        """One request row of shape (1, n_features), and how many of its features no fitted text has."""
        known = self.counter.vocabulary_
        unseen = sum(1 for feature in set(self.counter.analyzer(document)) if feature not in known)
        return self.weights.transform_request(self.counter.transform([document])), unseen


def _same(items: list[str]) -> list[str]:
    return items


@dataclass(frozen=True)
class Request:
    """A request's row in each part, and the number of its features that no fitted text has."""

    rows: dict[str, sp.csr_array]
    unseen: dict[str, int]


class TextSpace:
    """Fitted texts of one side.

    Parameters
    ----------
    mode : "full" keeps every feature; "compact" keeps one latent space of at most 128 columns.
    """

    def __init__(self, mode: TextMode) -> None:
        self.mode = mode
        self._names: list[str] | None = None

    def fit(self, records: Sequence[Record]) -> TextSpace:
        """Learn features, weights and latent directions from records in canonical order."""
        self.parts = {"words": Part(words), "grams": Part(grams), "concepts": Part(_same)}
        documents = [document(r) for r in records]
        rows = {
            name: part.fit([concepts(r) for r in records] if name == "concepts" else documents)
            for name, part in self.parts.items()
        }
        self.stated = np.asarray([bool(d) for d in documents]) | (rows["concepts"].sum(axis=1) > 0)
        self._fit_latent(rows)
        self._fit_neighbours(rows["words"])
        self.columns = {} if self.mode == "compact" else {n: sp.csr_array(r.T) for n, r in rows.items()}
        return self

    def _mix(self, rows: dict[str, sp.csr_array]) -> sp.csr_array:
        """Features the latent space is learned from: words and concepts, in compact mode n-grams too."""
        names = ("words", "concepts", "grams") if self.mode == "compact" else ("words", "concepts")
        weighted = [rows[n] * PART_WEIGHTS[n] for n in names]
        return sp.csr_array(sp.hstack(weighted, format="csr"))

    def _fit_latent(self, rows: dict[str, sp.csr_array]) -> None:
        mixed = normalize(self._mix(rows))
        if self.mode == "compact":
            size = min(COMPACT, *mixed.shape)
        else:
            size = min(LATENT, mixed.shape[0] - 1, mixed.shape[1] - 1)
        if size < (1 if self.mode == "compact" else 2) or mixed.nnz == 0 or mixed.shape[1] < 2:
            self.directions = np.zeros((mixed.shape[1], 0))
            self.latent = np.zeros((0, mixed.shape[0]))
            return
        # One thread: the same bits whatever the machine has. Equal rows have no variance to explain, which is no error.
        with threadpool_limits(limits=1), np.errstate(invalid="ignore", divide="ignore"):
            svd = TruncatedSVD(size, n_iter=7, random_state=0).fit(mixed)
            self.directions = np.ascontiguousarray(svd.components_.T)
            latent = mixed @ self.directions
        self.latent = np.ascontiguousarray((latent if self.mode == "compact" else normalize(latent)).T)

    def _fit_neighbours(self, rows: sp.csr_array) -> None:
        n = rows.shape[0]
        self.neighbours: sp.csr_array | None = None
        mean_words = float(np.diff(rows.indptr).mean()) if n else 0.0
        if not (DIFFUSE_FROM_TEXTS <= n <= DIFFUSE_UP_TO_TEXTS and mean_words >= DIFFUSE_FROM_WORDS):
            return
        unit = normalize(rows)
        flipped = sp.csr_array(unit.T)
        at: list[np.ndarray] = []
        for start in range(0, n, 256):
            near = (unit[start : start + 256] @ flipped).toarray()
            near[np.arange(near.shape[0]), start + np.arange(near.shape[0])] = -1.0
            at.extend(np.sort(np.argsort(-row, kind="stable")[:NEAREST]) for row in near)
        indptr = np.arange(n + 1) * NEAREST
        self.neighbours = sp.csr_array((np.full(n * NEAREST, 1.0 / NEAREST), np.concatenate(at), indptr), shape=(n, n))

    def request(self, record: Record) -> Request:
        """A record of the other side as rows; the ancestors of its concepts count half."""
        text = wish(body(record)) if record.side == "demand" else body(record)
        made = {n: p.request(concepts(record) if n == "concepts" else text) for n, p in self.parts.items()}
        row = made["concepts"][0]
        own = {f"{name}:{code}" for name, code in (*record.mentions, *record.hints)}
        own |= {f"{name}:{code}" for name, found in record.codes.items() for code in found}
        own |= {f"certificates:{certificate.code}" for certificate in record.certificates}
        names = self.parts["concepts"].counter.vocabulary_
        direct = np.zeros(row.shape[1], dtype=bool)
        direct[[names[name] for name in sorted(own) if name in names]] = True
        row.data = np.where(direct[row.indices], row.data, 0.5 * row.data)
        return Request({n: pair[0] for n, pair in made.items()}, {n: pair[1] for n, pair in made.items()})

    def raw(self, request: Request) -> dict[str, np.ndarray]:
        """Inner products of a request with every fitted text, by part."""
        out = {name: (request.rows[name] @ matrix).toarray()[0] for name, matrix in self.columns.items()}
        if self.latent.shape[0]:
            mixed = self._mix(request.rows)
            position = np.asarray(mixed @ self.directions).reshape(-1)
            out["latent"] = np.einsum("k,kn->n", position, self.latent)
        return out

    def trust(self, request: Request, raw: dict[str, np.ndarray]) -> float:
        """How far the n-grams count, 0 to 1: fully once the best text has a third of what it could have,
        with the square of it below.

        A word in a language the list does not use shares a few n-grams with anything; divided by their small standard
        deviation they would count as much as a real match.
        """
        part, row = self.parts["grams"], request.rows["grams"]
        most = float(row.data @ part.weights.idf_[row.indices]) * (part.weights.k1 + 1.0)
        most += request.unseen["grams"] * float(part.weights.idf_.max(initial=0.0)) ** 1.5 * (part.weights.k1 + 1.0)
        return min(1.0, float(raw["grams"].max(initial=0.0)) / (TRUSTED_FROM * most)) ** 2 if most > 0 else 0.0

    def fused(self, request: Request, raw: dict[str, np.ndarray]) -> np.ndarray:
        """One number per fitted text: 0 for one that shares nothing with the request."""
        total = np.zeros(len(self.stated))
        for name, values in raw.items():
            spread = float(values.std())
            if spread > 1e-12:
                trust = self.trust(request, raw) if name == "grams" else 1.0
                total += PART_WEIGHTS[name] * trust / spread * values
        if self.neighbours is not None:
            total = total + DIFFUSION * (self.neighbours @ total)
        return total

    def coverage(self, request: Request, at: int) -> float:
        """How much of the request the fitted text `at` covers, 0 to 1: the better of words and concepts."""
        best = 0.0
        for name in ("words", "concepts"):
            row = request.rows[name]
            heaviest = float(np.sqrt(self.parts[name].weights.idf_.max(initial=0.0)))
            total = float(row.data.sum()) + request.unseen[name] * heaviest
            if total > 0 and name in self.columns:
                best = max(best, sum(weight for _, weight in self.shared(name, row, at)) / total)
        return best

    def shared(self, name: str, row: sp.csr_array, at: int) -> list[tuple[int, float]]:
        """(feature, request weight) of the request's features that the fitted text `at` has."""
        matrix = self.columns[name]
        out = []
        for column, weight in zip(row.indices, row.data, strict=True):
            posting = matrix.indices[matrix.indptr[column] : matrix.indptr[column + 1]]
            place = int(np.searchsorted(posting, at))
            if place < posting.size and posting[place] == at:
                out.append((int(column), float(weight)))
        return out

    def feature_names(self) -> list[str]:
        """Names of the word features, then of the concept features (`vocabulary:code`)."""
        if self._names is None:
            self._names = self.parts["words"].names + self.parts["concepts"].names
        return self._names

    def spoken(self, request_text: str) -> dict[str, str]:
        """How each word feature is written in a text, so that a reason shows words and not stems."""
        out: dict[str, str] = {}
        for feature, run in spelled(request_text):
            out.setdefault(feature, run)
        return out
