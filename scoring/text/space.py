"""Free text of both sides in one space: words, character n-grams, concepts and the latent space of the fitted texts.

A request's text score is the sum of its inner products in the parts, each divided by its standard deviation over the
fitted texts for this request (Σ of per-request z-scores but for a constant); then the likeness to the ten best so far,
weighted in the same way, and one step of diffusion to the nearest texts. All of it is linear in the fitted rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import scipy.sparse as sp

from scoring.records import Record
from scoring.text import latent, neighbours
from scoring.text.associations import Associations
from scoring.text.documents import asked, body, document
from scoring.text.lexicon import Learned, Lexicon, built_in, taught
from scoring.text.parts import Concepts, Forms, Grams, Pairs, Part, Words, request_rows
from scoring.text.telling import Written, own_words
from scoring.text.tokens import words

__all__ = ["PART_WEIGHTS", "Request", "TextMode", "TextSpace", "body"]

TextMode = Literal["full", "compact"]
# Measured on real lists (docs/ranking.md): weight of each part's z-score.
PART_WEIGHTS = {"words": 1.0, "grams": 0.3, "concepts": 0.25, "latent": 0.2, "associations": 0.2}
CONCEPTS_ALONE = 1.0  # weight of concepts when no fitted text has any word of the request
WITH_WORDS = {"pairs": 0.5, "forms": 0.4}  # words side by side, words as written: added to the words in their units
FEEDBACK, BEST = 0.15, 10  # weight of the likeness to the best so many
LATENT_OF = ("words", "concepts")
ENOUGH = 100  # texts that share a word with a request, above which n-grams are needed less
# How far a text that names more than others is discounted, beside what BM25 does, for a request in words no text has.
FOCUS = 0.4
# Share of the most a text could have from which words and n-grams count fully.
TRUSTED_FROM = {"words": 1.0, "grams": 1 / 3}
_FLAT = 1e-12


@dataclass(frozen=True)
class Request:
    """A request's row in each part, and the number of its features that no fitted text has."""

    rows: dict[str, sp.csr_array]
    unseen: dict[str, int]
    known: float  # share of the request's words that any fitted text has, by weight


class TextSpace:
    """Fitted texts of one side with every feature (`text="full"`; for "compact" see `scoring.text.compact`).

    Parameters
    ----------
    lexicon : words of other languages for the words of a request, as `learn_lexicon` gives them, beside those that the
        built-in lists teach
    """

    mode: TextMode = "full"

    def __init__(self, lexicon: Learned | None = None) -> None:
        self.associations: Associations | None = None  # set from outside, by an explicit call
        self._learned = lexicon or {}
        self._names: list[str] | None = None
        self._written: tuple[Record, Written] | None = None
        self._coarse: tuple[np.ndarray, np.ndarray] | None = None

    @cached_property
    def lexicon(self) -> Lexicon:
        """Words of other languages, for the words of a request."""
        return Lexicon(built_in(), self._learned) if self._learned else taught()

    def fit(self, records: Sequence[Record]) -> TextSpace:
        """Learn features, weights and latent directions from records in canonical order."""
        documents = [document(record) for record in records]
        by_words: dict[str, Words | Pairs | Forms | Grams] = {
            "words": Words(),
            "pairs": Pairs(),
            "forms": Forms(),
            "grams": Grams(),
        }
        concepts = Concepts()
        self.parts: dict[str, Part] = {**by_words, "concepts": concepts}
        rows = {name: part.fit_documents(documents) for name, part in by_words.items()}
        rows["concepts"] = concepts.fit_records(records)
        self.stated = np.asarray([bool(d.written) for d in documents]) | (rows["concepts"].sum(axis=1) > 0)
        self._fit_latent(rows)
        self.step = 0.0
        self.neighbours: sp.csr_array | None = None
        self._fit_neighbours(rows["words"])
        self.columns = {name: sp.csr_array(matrix.T) for name, matrix in rows.items()}
        return self

    def _mix(self, rows: dict[str, sp.csr_array]) -> sp.csr_array:
        """Features the latent space is learned from."""
        weighted = [rows[name] * weight for name, weight in self._mixed().items()]
        return sp.csr_array(sp.hstack(weighted, format="csr"))

    def _mixed(self) -> dict[str, float]:
        return {name: PART_WEIGHTS[name] for name in LATENT_OF}

    @cached_property
    def focus(self) -> np.ndarray:
        """How little a text names beside any one concept, shape (n_texts,): 1 for one that names as much as most."""
        named = np.asarray(self.columns["concepts"].sum(axis=0)).ravel()
        mean = float(named.sum()) / max(int(np.count_nonzero(named)), 1)
        return np.asarray(1.0 / (1.0 - FOCUS + FOCUS * (named / mean if mean > 0 else named)))

    @property
    def coarse(self) -> np.ndarray:
        """The directions a request is compared in by itself; made anew when the latent space is another."""
        if self._coarse is None or self._coarse[0] is not self.latent:
            self._coarse = (self.latent, latent.coarse(self.latent))
        return self._coarse[1]

    def _fit_latent(self, rows: dict[str, sp.csr_array]) -> None:
        mixed = self._mix(rows)
        n, m = mixed.shape
        self.directions = latent.learned(mixed, min(latent.LATENT, n - 1, m - 1))
        self.latent = latent.placed(mixed, self.directions)

    def _fit_neighbours(self, rows: sp.csr_array) -> None:
        self.step = neighbours.step_size(rows)
        self.neighbours = neighbours.nearest(rows) if self.step > 0 else None

    def request(self, record: Record) -> Request:
        """A record of the other side as rows."""
        made = request_rows(self.parts, record)
        rows = {name: row for name, (row, _) in made.items()}
        rows["words"] = self.lexicon.widen(asked(record), self.parts["words"], rows["words"])
        if self.associations is not None:
            rows["associations"] = self.parts["words"].weighted(self.associations.of(words(asked(record))))
        return Request(rows, {name: unseen for name, (_, unseen) in made.items()}, self._known(*made["words"]))

    def _known(self, row: sp.csr_array, unseen: int) -> float:
        heaviest = float(np.sqrt(self.parts["words"].weights.idf_.max(initial=0.0)))
        found = float(row.data.sum())
        every = found + unseen * heaviest
        return found / every if every > 0 else 0.0

    def raw(self, request: Request) -> dict[str, np.ndarray]:
        """Inner products of a request with every fitted text, by part (pairs and forms count with the words).

        Where the words are another language's, concepts are all there is: a label that says just what was asked for
        goes before those that say it among other things.
        """
        out = {name: (request.rows[name] @ matrix).toarray()[0] for name, matrix in self.columns.items()}
        for name, weight in WITH_WORDS.items():
            out["words"] += weight * out.pop(name)
        if request.known < 1.0:
            out["concepts"] *= 1.0 + (1.0 - request.known) * (self.focus - 1.0)
        if "associations" in request.rows:
            out["associations"] = (request.rows["associations"] @ self.columns["words"]).toarray()[0]
        if self.latent.shape[0]:
            out["latent"] = latent.near(self._position(request), self.coarse)
        return out

    def _position(self, request: Request) -> np.ndarray:
        """A request in the latent directions."""
        position = np.zeros(self.directions.shape[1])
        start = 0
        for name, weight in self._mixed().items():
            row = request.rows[name]
            position += weight * np.einsum("w,wk->k", row.data, self.directions[start + row.indices])
            start += row.shape[1]
        return position

    def trust(self, name: str, request: Request, raw: dict[str, np.ndarray]) -> float:
        """How far words and n-grams count, 0 to 1: fully once the best text has enough of what it could have, with the
        square of it below.

        A request in a language the list does not use shares a few n-grams, or by chance a word (`porte-clés`, a port),
        with anything; divided by their small standard deviation they would count as much as a real match.
        """
        most = self.parts[name].most(request.rows[name], request.unseen[name])
        return min(1.0, float(raw[name].max(initial=0.0)) / (TRUSTED_FROM[name] * most)) ** 2 if most > 0 else 0.0

    def weight(self, name: str, request: Request, raw: dict[str, np.ndarray]) -> float:
        """What a part counts for a request: words and n-grams as far as they are trusted, n-grams less the more texts
        the words find by themselves; concepts more the fewer of its words the list knows (a request in another language
        has little else)."""
        if name == "words":
            return PART_WEIGHTS[name] * self.trust(name, request, raw)
        if name == "grams":
            found = max(int((raw["words"] > 0).sum()), 1)
            return PART_WEIGHTS[name] * self.trust(name, request, raw) * min(1.0, math.sqrt(ENOUGH / found))
        if name == "concepts":
            return PART_WEIGHTS[name] + (CONCEPTS_ALONE - PART_WEIGHTS[name]) * (1.0 - request.known)
        return PART_WEIGHTS[name]

    def fused(self, request: Request, raw: dict[str, np.ndarray]) -> np.ndarray:
        """One number per fitted text: 0 for one that shares nothing with the request."""
        total = np.zeros(len(self.stated))
        for name, values in raw.items():
            spread = float(values.std())
            unit = spread if spread > _FLAT else float(values.max(initial=0.0))  # where all are equal: 1 for each
            if unit > _FLAT:
                total += self.weight(name, request, raw) / unit * values
        total = self._like_the_best(total, raw)
        if self.neighbours is not None:
            total = total + self.step * (self.neighbours @ total)
        return total

    def _like_the_best(self, total: np.ndarray, raw: dict[str, np.ndarray]) -> np.ndarray:
        """The second pass: likeness to the best ten that share a word or a concept with the request."""
        matched = np.flatnonzero((raw["words"] > 0) | (raw["concepts"] > 0))
        best = matched[np.argsort(-total[matched], kind="stable")[:BEST]]
        if not best.size or not self.latent.shape[0]:
            return total
        likeness = latent.like(best, self.latent)
        spread = float(likeness.std())
        return total + FEEDBACK * float(total.std()) / spread * likeness if spread > _FLAT else total

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

    def in_common(self, request: Request, at: int) -> list[tuple[float, str, str]]:
        """(weight, "concepts" or "words", feature) of what a request shares with the fitted text `at`."""
        if not self.columns:
            return []
        return [
            (weight * PART_WEIGHTS[name] * float(part.weights.idf_[column]), name, part.names[column])
            for name in ("concepts", "words")
            for part in (self.parts[name],)
            for column, weight in self.shared(name, request.rows[name], at)
        ]

    def feature_names(self) -> list[str]:
        """Names of the word features, then of the concept features (`vocabulary:code`)."""
        if self._names is None:
            self._names = self.parts["words"].names + self.parts["concepts"].names
        return self._names

    def written(self, asker: Record) -> Written:
        """How the words of a request are written, so that a reason shows words and not stems."""
        known = self._written  # one request is told about many times, and another thread may tell about another
        if known is None or known[0] is not asker:
            said = own_words(asker)
            self._written = known = asker, Written(said, body(asker), self.lexicon.told(said))
        return known[1]
