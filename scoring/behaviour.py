"""Answers of either side move an asker's ranking: Rocchio in the space of words, concepts and latent directions.

Every answered record is a request of its own: its similarity with every fitted record counts for an acceptance and, a
third as much, against a refusal. The unit is the standard deviation over the records nearest to the answered ones: over
a long list it would be so small that near-duplicates decide. Both shares grow with the number of answers, and all of it
shrinks when the answers contradict each other. It is linear in the fitted rows, so the answers of an asker are one row,
and the term one inner product.

Source: J. Rocchio, "Relevance feedback in information retrieval", in G. Salton (ed.), The SMART Retrieval System,
1971; the shares n / (n + 2) are those of a mean shrunk to zero by two answers.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import normalize

from scoring.errors import RecordError
from scoring.records import is_missing, rows_of
from scoring.text.space import TextSpace

REFUSED = 1 / 3  # what a refusal says of its like, against an acceptance
HALF_AT = 2  # so many acceptances (or refusals) count half of what very many would
LATENT = 0.25  # the latent rows beside those of words and concepts
NEAREST = 200  # so many records, the nearest to the answered ones, say how large a difference is
TRUSTED = 0.8  # share of (accepted, refused) pairs told apart by the other answers from which these count in full
MOST = 3.0  # the largest pull of very many answers: a record is so like itself that the rest would get no points
PAIRS = 15  # a share is taken as if so many pairs had been told apart that well before
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_YES_WORDS = """
    accepted accept yes must_meet want wanted held met ordered true oui accepté acceptée ja angenommen akzeptiert sì
    accettato accettata 是 接受 已接受 想见 必见
"""
_NO_WORDS = """
    refused declined refuse rejected no no_thanks blocked false non refusé refusée nein abgelehnt rifiutato rifiutata 否
    拒绝 已拒绝 不接受 不想见
"""
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())
_NEITHER = frozenset({"neutral", "pending", "expired", "withdrawn", "no_show"})


def label_of(value: Any, where: str) -> float | None:
    """1 for yes, -1 for no, None for neither, in five languages. Numbers: above 0 is yes, 0 and below is no."""
    if is_missing(value):
        return None
    word = re.sub("[ -]", "_", str(value).strip().lower())
    if word in _YES | _NO | _NEITHER:
        return None if word in _NEITHER else (1.0 if word in _YES else -1.0)
    try:
        return 1.0 if float(value) > 0 else -1.0
    except (TypeError, ValueError):
        raise RecordError(
            f"{where}: label {value!r}; expected 1 or 0, or a word such as 'accepted', 'declined'"
        ) from None


@lru_cache(maxsize=4096)
def _moment(stamp: str) -> float | None:
    """Seconds from 1970 in UTC of a number, or of a day or time as ISO 8601 has it; None where it is neither.

    A time without a zone is taken for UTC, a day for its beginning.
    """
    try:
        number = float(stamp)
    except ValueError:
        pass
    else:
        return number if math.isfinite(number) else None
    try:
        found = dt.datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return ((found if found.tzinfo else found.replace(tzinfo=dt.UTC)) - _EPOCH).total_seconds()


def _order(stamp: str) -> float:
    """When an answer was given, to compare with another of its pair: before all others where it is not stated, or
    where an older model kept what cannot be read."""
    at = _moment(stamp) if stamp else None
    return -math.inf if at is None else at


def _stamp(at: Any, where: str) -> str:
    """When an answer was given, as text."""
    if is_missing(at):
        return ""
    stamp = at.isoformat() if isinstance(at, dt.date) else str(at).strip()
    if _moment(stamp) is None:
        raise RecordError(
            f"{where}: at {at!r}; expected a day or time as 2025-09-15 or 2025-09-15T10:00:00+08:00, a datetime, "
            "or a number"
        )
    return stamp


def read_feedback(data: Any) -> list[tuple[str, str, float, str]]:
    """(from, to, label, at) of each answer that says yes or no; rows are dicts, tuples or a DataFrame."""
    names = ("from_id", "to_id", "label", "at")
    rows = (
        data
        if hasattr(data, "columns")
        else [row if isinstance(row, Mapping) else dict(zip(names, row, strict=False)) for row in data]
    )
    out: list[tuple[str, str, float, str]] = []
    for number, row in enumerate(rows_of(rows, "feedback")):
        unknown = [name for name in row if name not in names]
        if unknown or is_missing(row.get("from_id")) or is_missing(row.get("to_id")) or "label" not in row:
            raise RecordError(f"feedback[{number}]: found {dict(row)!r}; expected from_id, to_id, label and at")
        label = label_of(row["label"], f"feedback[{number}]")
        stamp = _stamp(row.get("at"), f"feedback[{number}]")
        if label is not None:
            out.append((str(row["from_id"]), str(row["to_id"]), label, stamp))
    return out


@dataclass(frozen=True)
class Learned:
    """What an asker's answers say of every fitted record.

    Attributes
    ----------
    pull : ndarray of shape (n_fitted,)
        Towards what was accepted and away from what was refused, in standard deviations; 0 says nothing.
    row : ndarray
        The asker's row in the space of words and concepts: its product with a fitted row is that part of the pull.
    """

    pull: np.ndarray
    row: np.ndarray

    @property
    def reach(self) -> float:
        """The largest pull there is, either way; the points at stake grow with it."""
        return float(np.abs(self.pull).max(initial=0.0))

    @property
    def values(self) -> np.ndarray:
        """The term for every fitted record, 0 to 1; 0.5 where the answers say nothing."""
        reach = self.reach
        return 0.5 + 0.5 * self.pull / reach if reach > 0 else np.full(self.pull.size, 0.5)


class Behaviour:
    """Answers per asker, and the fitted rows they are compared in."""

    def __init__(self, space: TextSpace, ids: Sequence[str]) -> None:
        self.ids = {identity: at for at, identity in enumerate(ids)}
        self.answers: dict[str, dict[str, tuple[str, float]]] = {}
        self._space = space
        self._last: tuple[Any, Learned] | None = None

    def add(self, rows: Sequence[tuple[str, str, float, str]]) -> None:
        """Take in answers; of two about one pair the later counts, of either side."""
        for one, other, label, at in rows:
            for asker, fitted in ((one, other), (other, one)):
                if fitted in self.ids:
                    known = self.answers.setdefault(asker, {})
                    if fitted not in known or _order(known[fitted][0]) <= _order(at):
                        known[fitted] = (at, label)

    def forget(self, asker: str) -> None:
        """Know nothing of what an asker answered."""
        self.answers.pop(asker, None)

    def count(self, asker: str) -> int:
        """How many answers an asker is known by."""
        return len(self.answers.get(asker, {}))

    def answered(self, asker: str) -> np.ndarray:
        """Positions of the records an asker has answered on."""
        return np.asarray(sorted(self.ids[fitted] for fitted in self.answers.get(asker, {})), dtype=np.int64)

    def learned(self, asker: str) -> Learned:
        """What the asker's answers say, as they stand."""
        found = sorted((self.ids[fitted], label) for fitted, (_, label) in self.answers.get(asker, {}).items())
        key = (asker, tuple(found))
        if self._last is None or self._last[0] != key:
            self._last = (key, self._learn(found))
        return self._last[1]

    @cached_property
    def _words(self) -> sp.csr_array:
        """Rows of words and concepts, each of length 1; no columns where the space keeps none."""
        columns = self._space.columns
        parts = [sp.csr_array(columns[name].T) for name in ("words", "concepts") if name in columns]
        if not parts:
            return sp.csr_array((len(self.ids), 0))
        return sp.csr_array(normalize(sp.hstack(parts, format="csr")))

    @cached_property
    def _mean(self) -> np.ndarray:
        return np.asarray(self._words.mean(axis=0)).reshape(-1)

    @cached_property
    def _latent(self) -> np.ndarray:
        return np.asarray(normalize(self._space.latent.T)) if self._space.latent.size else np.zeros((len(self.ids), 0))

    def _learn(self, found: Sequence[tuple[int, float]]) -> Learned:
        pull, row = np.zeros(len(self.ids)), np.zeros(self._words.shape[1])
        at = np.asarray([place for place, _ in found], dtype=np.int64)
        labels = np.asarray([label for _, label in found])
        if not at.size:
            return Learned(pull, row)
        near, counts, latent = self._nearest(at), _counts(labels), LATENT if row.size else 1.0
        words, directions = _scale(self._words, at, near), _scale(self._latent, at, near)
        counts = counts * _agreement(words.among + latent * directions.among, labels)
        if row.size:
            row = np.asarray(self._words[at].T @ (counts * words.per)).reshape(-1)
            pull += self._words @ row
        pull += latent * (self._latent @ (self._latent[at].T @ (counts * directions.per)))
        others = np.delete(pull, at)
        pull -= (others if others.size else pull).mean()
        most = MOST * at.size / (at.size + HALF_AT)
        return Learned(np.clip(pull, -most, most), row)

    def _nearest(self, at: np.ndarray) -> np.ndarray:
        """The records most like the answered ones on the whole, those among them; of equals the first."""
        alike = self._words @ np.asarray(self._words[at].mean(axis=0)).reshape(-1)
        alike = alike + LATENT * (self._latent @ self._latent[at].mean(axis=0))
        return np.argsort(-np.round(alike, 12), kind="stable")[:NEAREST]

    def words(self, asker: str, at: int) -> tuple[str, list[str]]:
        """How the fitted record lies to the answers, and which features of it that it has more than others moved its
        place most: "like" what was accepted, "unlike" (like what was refused), or "none"; no features where likeness of
        the whole moved it, or where the space keeps no words."""
        known = self.learned(asker)
        pull, fitted = float(known.pull[at]), self._words[[at]]
        if abs(pull) < 1e-12:
            return "none", []
        above = fitted.data - self._mean[fitted.indices]  # what every record has moves none of them
        moved = np.where(above > 0, np.sign(pull) * above * known.row[fitted.indices], 0.0)
        order = [i for i in np.argsort(-moved, kind="stable") if moved[i] > 1e-12]
        names = self._space.feature_names() if order else []
        return ("like" if pull > 0 else "unlike"), [names[fitted.indices[i]] for i in order]

    def answers_of(self, asker: str, kind: str) -> list[int]:
        """Positions of the records an asker said yes to ("like") or no ("unlike")."""
        given = self.answers.get(asker, {}).items()
        return sorted(self.ids[fitted] for fitted, (_, label) in given if (label > 0.5) == (kind == "like"))


def _counts(labels: np.ndarray) -> np.ndarray:
    """What each answer counts: the mean over those of its kind, shrunk to zero while there are few."""
    out = np.zeros(labels.size)
    for label, factor in ((1.0, 1.0), (-1.0, -REFUSED)):
        same = labels == label
        out[same] = factor / (np.count_nonzero(same) + HALF_AT)
    return out


@dataclass(frozen=True)
class _Scale:
    """One over the standard deviation of each answered record's similarities (0 if there is none), and the answered
    records' similarities with each other, a column each, from its mean and in that unit; 0 with itself."""

    per: np.ndarray
    among: np.ndarray


def _scale(rows: Any, at: np.ndarray, near: np.ndarray) -> _Scale:
    """Similarities of the answered records with the nearest ones, itself left out."""
    own = rows[at]
    alike = _dense(rows[near] @ own.T)
    other = near[:, None] != at[None, :]
    count = np.maximum(other.sum(axis=0), 1)
    middle = np.where(other, alike, 0.0).sum(axis=0) / count
    spread = np.sqrt((np.where(other, alike - middle, 0.0) ** 2).sum(axis=0) / count)
    known = spread > 1e-6
    per = np.where(known, 1.0 / np.where(known, spread, 1.0), 0.0)
    among = (_dense(own @ own.T) - middle) * per
    among = (among + among.T) / 2
    np.fill_diagonal(among, 0.0)
    return _Scale(per, among)


def _dense(product: Any) -> np.ndarray:
    return product.toarray() if sp.issparse(product) else np.asarray(product)


def _agreement(among: np.ndarray, labels: np.ndarray) -> float:
    """How far the answers bear each other out, 0 to 1: the share of pairs of an accepted and a refused record that the
    other answers put in the right order, against the half that chance would."""
    yes, no = labels > 0, labels < 0
    if not (yes.any() and no.any()):
        return 1.0
    said = among[:, yes].sum(axis=1) / np.maximum(np.count_nonzero(yes) - yes, 1)
    said = said - REFUSED * among[:, no].sum(axis=1) / np.maximum(np.count_nonzero(no) - no, 1)
    gap = np.round(said[yes][:, None] - said[no][None, :], 12)
    right = np.count_nonzero(gap > 0) + np.count_nonzero(gap == 0) / 2
    share = (right + TRUSTED * PAIRS) / (gap.size + PAIRS)
    return float(np.clip((share - 0.5) / (TRUSTED - 0.5), 0.0, 1.0))
