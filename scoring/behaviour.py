"""Answers of either side move an asker's ranking: Rocchio in the space of words and concepts.

Source: J. Rocchio, "Relevance feedback in information retrieval", in G. Salton (ed.), The SMART Retrieval System,
1971. The
profile of an asker is the mean of the rows it said yes to less half the mean of those it said no to; the term is the
cosine with that profile, so it is again one inner product with the fitted rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.preprocessing import normalize

from scoring.errors import RecordError
from scoring.records import is_missing, rows_of
from scoring.text.space import TextSpace

REFUSED = 0.5
HALF_WEIGHT_AT = 4  # so many answers give the term half of its points, twice as many two thirds
_YES = {"accepted", "accept", "yes", "must meet", "must_meet", "want", "held", "true"}
_NO = {"refused", "declined", "refuse", "no", "no thanks", "no_thanks", "blocked", "false"}
_NEITHER = {"neutral", "pending", "expired", "withdrawn"}


def label_of(value: Any, where: str) -> float | None:
    """1 for yes, -1 for no, None for neither. Numbers: above 0 is yes, 0 and below is no."""
    if is_missing(value):
        return None
    word = str(value).strip().lower()
    if word in _YES | _NO | _NEITHER:
        return None if word in _NEITHER else (1.0 if word in _YES else -1.0)
    try:
        return 1.0 if float(value) > 0 else -1.0
    except (TypeError, ValueError):
        raise RecordError(
            f"{where}: label {value!r}; expected 1 or 0, or a word such as 'accepted', 'declined'"
        ) from None


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
        at = row.get("at")
        if label is not None:
            stamp = at.isoformat() if isinstance(at, (dt.date, dt.datetime)) else ("" if is_missing(at) else str(at))
            out.append((str(row["from_id"]), str(row["to_id"]), label, stamp))
    return out


class Behaviour:
    """Answers per asker, and the fitted rows they are compared in."""

    def __init__(self, space: TextSpace, ids: Sequence[str]) -> None:
        self.ids = {identity: at for at, identity in enumerate(ids)}
        self.answers: dict[str, dict[str, tuple[str, float]]] = {}
        self._space = space
        self._rows: sp.csr_array | None = None

    def add(self, rows: Sequence[tuple[str, str, float, str]]) -> None:
        """Take in answers; of two about one pair the later counts, of either side."""
        for one, other, label, at in rows:
            for asker, fitted in ((one, other), (other, one)):
                if fitted in self.ids:
                    known = self.answers.setdefault(asker, {})
                    if fitted not in known or known[fitted][0] <= at:
                        known[fitted] = (at, label)

    def count(self, asker: str) -> int:
        """How many answers an asker is known by."""
        return len(self.answers.get(asker, {}))

    def share(self, asker: str) -> float:
        """Share of the term's points that so many answers are worth."""
        n = self.count(asker)
        return n / (n + HALF_WEIGHT_AT)

    def _fitted(self) -> sp.csr_array:
        if self._rows is None:
            columns = self._space.columns
            parts = [sp.csr_array(columns[n].T) for n in ("words", "concepts") if n in columns]
            rows = sp.hstack(parts, format="csr") if parts else sp.csr_array(self._space.latent.T)
            self._rows = normalize(rows) if rows.shape[1] else sp.csr_array((rows.shape[0], 1))
        return self._rows

    def profile(self, asker: str) -> np.ndarray:
        """The asker's row in the space of the fitted rows."""
        rows = self._fitted()
        out = np.zeros(rows.shape[1])
        known = self.answers.get(asker, {})
        for sign, factor in ((1.0, 1.0), (-1.0, -REFUSED)):
            at = sorted(self.ids[i] for i, (_, label) in known.items() if label == sign)
            if at:
                out += factor * np.asarray(rows[at].sum(axis=0)).reshape(-1) / len(at)
        return out

    def values(self, asker: str) -> np.ndarray:
        """The term for every fitted record, 0 to 1; 0.5 where the answers say nothing."""
        cosine = np.asarray(self._fitted() @ self.profile(asker)).reshape(-1)
        largest = float(np.abs(cosine).max(initial=0.0))
        return 0.5 + 0.5 * cosine / largest if largest > 0 else np.full(len(self.ids), 0.5)

    def words(self, asker: str, at: int) -> tuple[str, list[str]]:
        """ "like", "unlike" or "none", and what of the fitted record moved its place most."""
        row = self._fitted()[[at]]
        moved = row.data * self.profile(asker)[row.indices]
        total = float(moved.sum())
        if abs(total) < 1e-12 or not self._space.columns:
            return "none", []
        order = np.argsort(-np.sign(total) * moved, kind="stable")[:5]
        names = self._space.feature_names()
        return ("like" if total > 0 else "unlike"), [names[row.indices[i]] for i in order if moved[i] * total > 0]
