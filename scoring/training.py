"""What earlier editions teach: points per term and a calibration, from the terms and outcomes of pairs that met.

The score stays a sum of terms with weights of 0 or more, so more of a term never lowers it; weights are drawn towards
the built-in ones as if so many pairs had confirmed them, so a thin edition changes little. Later editions are judged by
models of earlier ones only: a random split would let a supplier's popularity in an edition leak into its own test.

Sources: J. Platt, "Probabilistic outputs for support vector machines", 1999 (the logistic curve); A. Hoerl, R. Kennard,
"Ridge regression", Technometrics 12, 1970 (shrinking, here towards a prior instead of 0); R. Byrd et al., "A limited
memory algorithm for bound constrained optimization", SIAM J. Scientific Computing 16, 1995.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy.optimize import minimize
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from scoring.errors import ModelFileError, RankingError
from scoring.evaluation import brier
from scoring.records import rows_of
from scoring.terms.catalogue import weights as all_weights

SCHEMA = 1
SLOPE, PRIOR_SHARE = 0.06, 0.4  # the stated curve: .06 log-odds a point; a term at 0.4 of its points says nothing


class EditionModel(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Weights and calibration learned from earlier editions.

    Parameters
    ----------
    side : {"supplier", "demand"}
        Whose ranker the weights are for: "supplier" for `SupplierRanker`, "demand" for `BuyerRanker`.
    strength : float
        How many pairs the built-in weights are worth.

    Attributes
    ----------
    weights_ : dict of term to points, for `SupplierRanker(weights=…)`; terms never seen keep their built-in points
    calibration_ : (intercept, slope), for a ranker's `calibration_`; the slope is never negative
    n_pairs_ : int
    editions_ : tuple of the editions learned from

    Examples
    --------
    >>> from scoring.training import EditionModel
    >>> rows = [{"terms": {"products": p, "quantity": 0.5}, "outcome": p > 0.5, "edition": "2024"} for p in (0.1, 0.9)]
    >>> model = EditionModel().fit(rows * 50)
    >>> model.weights_["products"] > EditionModel(strength=1e9).fit(rows).weights_["products"]
    True
    """

    def __init__(self, side: Literal["supplier", "demand"] = "supplier", strength: float = 200.0) -> None:
        self.side = side
        self.strength = strength

    def fit(self, rows: Any, y: Any = None) -> EditionModel:  # noqa: ARG002 - a scikit-learn signature
        """Learn from rows of earlier pairs.

        Parameters
        ----------
        rows : list of dicts, or a DataFrame
            `terms`: value of each term, 0 to 1 (points over most points, as an explanation states them); a term the
            asker did not state is left out. `outcome`: whether it came to something. `edition` (optional): any label
            that sorts by time.

        Raises
        ------
        RankingError
            No rows, an unknown term, a value that is no number, outcomes that are all alike, a strength below 0.
        """
        if self.side not in ("supplier", "demand") or not 0.0 <= float(self.strength) < float("inf"):
            raise RankingError(
                f"EditionModel: side={self.side!r}, strength={self.strength!r}; "
                "expected 'supplier' or 'demand', and 0 or more pairs"
            )
        built_in = all_weights(self.side, None)
        names = tuple(built_in)
        rows = rows_of(rows, "rows")
        values, stated, met = _table(rows, names)
        if np.unique(met).size < 2:
            raise RankingError("EditionModel: pairs that came to something and pairs that did not are both needed")
        prior = np.asarray([built_in[name] for name in names])
        points, self.calibration_ = _learn(values, stated, met, prior, float(self.strength))
        self.weights_ = {name: float(point) for name, point in zip(names, points, strict=True)}
        self.editions_ = tuple(sorted({str(row["edition"]) for row in rows if "edition" in row}))
        self.n_pairs_ = int(met.size)
        return self

    def score(self, rows: Any, y: Any = None) -> float:  # noqa: ARG002 - a scikit-learn signature
        """Less the Brier score of the probabilities: larger is better."""
        met = _table(rows, tuple(all_weights(self.side, None)))[2]
        return -brier(self.predict_proba(rows)[:, 1], met)

    def points(self, rows: Any) -> np.ndarray:
        """Scores of pairs under the learned weights, 0 to 100, shape (n,)."""
        check_is_fitted(self)
        names = tuple(self.weights_)
        values, stated, _ = _table(rows, names, outcomes=False)
        return _scores(values, stated, np.asarray([self.weights_[name] for name in names]))

    def predict_proba(self, rows: Any) -> np.ndarray:
        """Probabilities (did not, did) of pairs, shape (n, 2)."""
        first, slope = self._curve()
        did = 1.0 / (1.0 + np.exp(-(first + slope * self.points(rows))))
        return np.column_stack([1.0 - did, did])

    def _curve(self) -> tuple[float, float]:
        check_is_fitted(self)
        return self.calibration_

    # keeping ---------------------------------------------------------------------------------------------------------
    def save(self, path: str | Path) -> None:
        """Write `model.json` and `arrays.npz` into the folder `path` (made if need be)."""
        check_is_fitted(self)
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        described = self._described()
        arrays = {"weights": np.asarray(list(self.weights_.values())), "calibration": np.asarray(self.calibration_)}
        np.savez(folder / "arrays.npz", allow_pickle=False, **arrays)
        described["hash"] = _digest(described, arrays)
        (folder / "model.json").write_text(json.dumps(described, indent=1), encoding="utf-8")

    def _described(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "class": type(self).__name__,
            "params": self.get_params(),
            "terms": list(self.weights_),
            "editions": list(self.editions_),
            "pairs": self.n_pairs_,
        }

    @classmethod
    def load(cls, path: str | Path) -> EditionModel:
        """Read what `save` wrote.

        Raises
        ------
        ModelFileError
            Anything else, another schema version, or contents that were changed.
        """
        folder = Path(path)
        try:
            described = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            known = described.pop("hash")
            if described["schema"] != SCHEMA or described["class"] != cls.__name__:
                raise ModelFileError(f"{folder}: schema {described['schema']}, expected {SCHEMA}; train it again")
            if known != _digest(described, arrays):
                raise ModelFileError(
                    f"{folder}: the contents do not have the hash they were saved with; train it again"
                )
            model = cls(**described["params"])
            model.weights_ = {n: float(v) for n, v in zip(described["terms"], arrays["weights"], strict=True)}
            model.calibration_ = (float(arrays["calibration"][0]), float(arrays["calibration"][1]))
            model.editions_, model.n_pairs_ = tuple(described["editions"]), described["pairs"]
        except ModelFileError:
            raise
        except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, zipfile.BadZipFile) as error:
            raise ModelFileError(f"{folder}: no readable edition model ({error}); train it again") from error
        return model


def time_splits(rows: Any) -> list[tuple[list[int], list[int]]]:
    """For each edition but the first: positions of the rows of earlier editions, and of its own.

    Raises
    ------
    RankingError
        A row without an edition, or fewer than two editions.
    """
    rows = rows_of(rows, "rows")
    if any("edition" not in row for row in rows):
        raise RankingError("time_splits: every row needs its edition")
    labels = [str(row["edition"]) for row in rows]
    editions = sorted(set(labels))
    if len(editions) < 2:
        raise RankingError("time_splits: at least two editions are needed")
    return [
        ([i for i, label in enumerate(labels) if label < now], [i for i, label in enumerate(labels) if label == now])
        for now in editions[1:]
    ]


def _table(rows: Any, names: Sequence[str], *, outcomes: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values (n, terms), which are stated, and outcomes."""
    rows = rows_of(rows, "rows")
    if not rows:
        raise RankingError("EditionModel: no rows; each needs its terms and its outcome")
    at = {name: number for number, name in enumerate(names)}
    values, stated = np.zeros((len(rows), len(names))), np.zeros((len(rows), len(names)), dtype=bool)
    for number, row in enumerate(rows):
        if not isinstance(row.get("terms"), Mapping) or (outcomes and "outcome" not in row):
            raise RankingError(f"rows[{number}]: expected terms and outcome, found {sorted(row)}")
        for name, value in row["terms"].items():
            if name not in at or not np.isfinite(value):
                raise RankingError(f"rows[{number}]: {name}={value!r}; expected a known term and a number")
            values[number, at[name]], stated[number, at[name]] = value, True
    met = np.asarray([bool(row.get("outcome")) for row in rows], dtype=float)
    return values, stated, met


def _scores(values: np.ndarray, stated: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points of each pair: those of terms nobody stated go to the others, as a ranker shares them out."""
    total = stated @ points
    return np.asarray(100.0 * ((values * stated) @ points) / np.where(total > 0, total, 1.0))


def _learn(
    values: np.ndarray, stated: np.ndarray, met: np.ndarray, prior: np.ndarray, strength: float
) -> tuple[np.ndarray, tuple[float, float]]:
    """Points of 0 or more, adding up to 100, and the curve: a logistic regression drawn towards the prior.

    Log-odds are Σ slope × points × (value − PRIOR_SHARE) over the stated terms, plus an intercept; leaving the prior
    costs what as many pairs as `strength` that confirm it would.
    """
    seen = stated.any(axis=0) & (prior > 0)
    x = ((values - PRIOR_SHARE) * stated)[:, seen]
    start = SLOPE * prior[seen]
    # what a pair tells of a weight, at even odds: x²/4 (the Fisher information of a logistic regression)
    cost = strength * np.maximum((x**2).mean(axis=0), 1e-3) / 4

    def loss(found: np.ndarray) -> tuple[float, np.ndarray]:
        odds = found[0] + x @ found[1:]
        gap = found[1:] - start
        wrong = 1.0 / (1.0 + np.exp(-odds)) - met
        value = float(np.logaddexp(0.0, odds).sum() - met @ odds + 0.5 * (cost * gap) @ gap)
        return value, np.concatenate(([wrong.sum()], x.T @ wrong + cost * gap))

    bounds = [(None, None), *[(0.0, None)] * int(seen.sum())]
    share = float(np.clip(met.mean(), 0.01, 0.99))
    first = np.concatenate(([np.log(share / (1.0 - share))], start))
    found = minimize(loss, first, jac=True, bounds=bounds, method="L-BFGS-B").x
    points = prior.copy()
    if found[1:].sum() > 0:  # terms never seen keep their part of the whole
        points[seen] = found[1:] / found[1:].sum() * prior[seen].sum()
    points *= 100.0 / points.sum()
    return points, _curve_of(_scores(values, stated, points), met)


def _curve_of(scores: np.ndarray, met: np.ndarray) -> tuple[float, float]:
    from scoring.explaining import calibrated

    return calibrated(scores, met)


def _digest(described: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for name in sorted(arrays):
        digest.update(name.encode() + np.ascontiguousarray(arrays[name]).astype("<f8").tobytes())
    return digest.hexdigest()
