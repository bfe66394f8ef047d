"""Relevance against evenness: who is shown how often, and what an even hand costs.

Pairs are scored once; a price on each participant then moves places from those everybody's list would show to those no
list would. What two sides make of each other is balanced by scaling rows and columns by turns (R. Sinkhorn, P. Knopp,
"Concerning nonnegative matrices and doubly stochastic matrices", Pacific J. Math. 21, 1967; M. Cuturi, "Sinkhorn
distances", NIPS 2013); one side's lists of k by the prices at which each column gets its share of their places.
Exposure as what a ranking gives out: A. Singh, T. Joachims, "Fairness of exposure in rankings", KDD 2018.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from scoring.errors import RankingError

ROUNDS, CLOSE_ENOUGH = 500, 1e-9
# Width of the step from listed to not listed, in standard deviations of a row's scores; and what keeps a price finite
# where a column cannot get its share.
SOFT, RIDGE = 0.1, 1e-3
DIALS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class EvenLists:
    """Lists at one setting of the dial.

    Attributes
    ----------
    evenness : float
    places : ndarray of shape (n_rows, k)
        Columns of each row's list, best first; -1 where a row has fewer pairs.
    prices : ndarray of shape (n_columns,)
        What was taken off each column's scores (negative: added), in the unit of the scores.
    gini : float
        Gini coefficient of how often each column is listed.
    kept : float
        Share of the scores of the lists without the dial that these lists keep.
    """

    evenness: float
    places: np.ndarray
    prices: np.ndarray
    gini: float
    kept: float


def gini(exposure: Any) -> float:
    """Gini coefficient: 0 if all have the same, towards 1 if one has all (C. Gini, 1912).

    Raises
    ------
    RankingError
        Negative or missing numbers, or none at all.
    """
    given = np.sort(np.asarray(exposure, dtype=np.float64).reshape(-1))
    if given.size == 0 or not np.isfinite(given).all() or given[0] < 0:
        raise RankingError("gini: expected at least one number, none of them missing or below 0")
    total = float(given.sum())
    places = 2 * np.arange(1, given.size + 1) - given.size - 1
    return float(places @ given) / (given.size * total) if total > 0 else 0.0


def checked_evenness(evenness: float, where: str) -> float:
    """The dial, refused outside 0 to 1."""
    if not 0.0 <= float(evenness) <= 1.0:
        raise RankingError(f"{where}: evenness={evenness!r}, expected 0 (relevance only) to 1 (as even as can be)")
    return float(evenness)


def potentials(logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """u, v so that exp(logs + u + v) has equal row sums and equal column sums; -inf is no pair.

    They are shifted so that u + v is 0 on average over all pairs: what is balanced keeps its geometric mean.
    """
    pair = np.isfinite(logs)
    u, v = np.zeros(logs.shape[0]), np.zeros(logs.shape[1])
    if not pair.any():
        return u, v
    rows, columns = pair.any(axis=1), pair.any(axis=0)
    a, b = _scaled(logs[np.ix_(rows, columns)], float(np.log(rows.sum() / columns.sum())))
    there = pair[np.ix_(rows, columns)]
    a = a - float((a[:, None] + b)[there].mean())
    u[rows], v[columns] = a, b
    return u, v


def _scaled(logs: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """a, b so that the rows of exp(logs + a + b) add up to 1 and its columns to exp(share).

    Rows and columns are scaled by turns with plain products, which is what takes no time; whenever factors leave what a
    number can hold, they are taken into the logarithms by one turn there.
    """
    a, b = np.zeros(logs.shape[0]), np.zeros(logs.shape[1])
    row, column, kernel = np.ones_like(a), np.ones_like(b), None
    for _ in range(ROUNDS):
        if kernel is not None:
            with np.errstate(all="ignore"):
                new_row = 1.0 / (kernel @ column)
                new = np.exp(share) / (new_row @ kernel)
            if _can_hold(new_row) and _can_hold(new):
                change = np.log(new / column)
                row, column = new_row, new
                if float(np.abs(change).max()) < CLOSE_ENOUGH:
                    break
                continue
        before = b + np.log(column)
        a = -np.logaddexp.reduce(logs + before, axis=1)
        b = share - np.logaddexp.reduce(logs + a[:, None], axis=0)
        row, column, kernel = np.ones_like(a), np.ones_like(b), np.exp(logs + a[:, None] + b)
        if float(np.abs(b - before).max()) < CLOSE_ENOUGH:
            break
    return a + np.log(row), b + np.log(column)


def _can_hold(factors: np.ndarray) -> bool:
    return bool(np.isfinite(factors).all() and factors.min() > 1e-100 and factors.max() < 1e100)


def balanced(scores: Any, evenness: float) -> np.ndarray:
    """Scores times a factor of their row and one of their column, so that no participant of either side stands above
    others by being liked, or easily pleased, in general.

    Parameters
    ----------
    scores : array-like of shape (n, m)
        0 or more; NaN is no pair, and 0 stays 0.
    evenness : float
        0 leaves the scores as they are; at 1 every row has one sum and every column has one.

    Returns
    -------
    ndarray of shape (n, m)
    """
    dial = checked_evenness(evenness, "balanced")
    given = np.asarray(scores, dtype=np.float64)
    if given.ndim != 2:
        raise RankingError(f"balanced: scores of shape {given.shape}; evenness needs a matrix of rows and columns")
    if dial == 0.0 or given.size == 0:
        return given.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(given > 0.0, np.log(given), -np.inf)
    u, v = potentials(logs)
    return np.asarray(given * np.exp(dial * (u[:, None] + v)))


def even_lists(scores: Any, k: int, evenness: float) -> EvenLists:
    """Lists of `k` columns for each row that show the columns more evenly.

    Prices are taken off the scores: evenness × the price at which the lists show every column as often as they can. A
    score, less the price of its column, is what a list is ordered by.

    Parameters
    ----------
    scores : array-like of shape (n_rows, n_columns)
        Scores in points; NaN is a pair that may not be listed (a failed gate).
    k : int
    evenness : float, 0 to 1

    Examples
    --------
    >>> from scoring.exposure import even_lists
    >>> scores = [[90, 80, 10], [90, 85, 20], [90, 70, 65]]
    >>> [even_lists(scores, 1, dial).places[:, 0].tolist() for dial in (0, 1)]
    [[0, 0, 0], [0, 1, 2]]
    """
    return exposure_curve(scores, k, [evenness])[0]


def exposure_curve(scores: Any, k: int, dials: Sequence[float] = DIALS) -> list[EvenLists]:
    """`even_lists` at each setting of the dial; `scoring.plots.plot_evenness` draws it. For the other side's lists pass
    the transpose."""
    checked = [checked_evenness(dial, "even_lists") for dial in dials]
    given = np.asarray(scores, dtype=np.float64)
    if given.ndim != 2 or k < 1:
        raise RankingError(f"even_lists: scores of shape {given.shape} and k={k}; expected a matrix and k of 1 or more")
    full = _prices(given, k) if any(checked) else np.zeros(given.shape[1])
    plain = _top(given, k)
    best = _worth(given, plain)
    return [_lists(given, k, dial, dial * full, best) for dial in checked]


def _prices(given: np.ndarray, k: int) -> np.ndarray:
    """The price of each column with the dial all the way up; 0 on average over the columns that have a pair.

    Prices p and a threshold t for each row minimise the dual of giving each row its `k` columns and each column its
    even share, softened by a logistic step of width τ (`SOFT`):

        F(p, t) = Σ τ ln(1 + exp((s − p − t) / τ)) + k Σ t + Σ share × p

    It is convex, and least where rows and columns get what they should (the sharp case: D. Bertsekas, "The auction
    algorithm", Annals of Operations Research 14, 1988).
    """
    pair = np.isfinite(given)
    choosing = pair.sum(axis=1) > k  # the others list all they have, at any price
    there = pair[choosing]
    if not there.any():
        return np.zeros(given.shape[1])
    spread = float(np.mean([row[own].std() for row, own in zip(given[choosing], there, strict=True)])) or 1.0
    scores = np.where(there, given[choosing], -np.inf) / (SOFT * spread)
    listed = pair[~choosing].sum(axis=0)
    share = _even_share(k * len(scores) + int(listed.sum()), pair.sum(axis=0)) - listed
    share = np.clip(share, 0.0, there.sum(axis=0))
    share *= k * len(scores) / share.sum()
    columns = given.shape[1]

    def dual(at: np.ndarray) -> tuple[float, np.ndarray]:
        price, threshold = at[:columns], at[columns:]
        over = scores - price - threshold[:, None]
        shown = expit(over)
        value = np.logaddexp(0.0, over).sum() + k * threshold.sum() + share @ price + 0.5 * RIDGE * price @ price
        return float(value), np.concatenate([share + RIDGE * price - shown.sum(axis=0), k - shown.sum(axis=1)])

    start = np.concatenate([np.zeros(columns), np.partition(scores, -k, axis=1)[:, -k]])
    found = minimize(dual, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x[:columns]
    prices = np.where(pair.any(axis=0), found * SOFT * spread, 0.0)
    return np.asarray(np.round(prices - prices[pair.any(axis=0)].mean(), 6) * pair.any(axis=0))


def _even_share(places: int, most: np.ndarray) -> np.ndarray:
    """Places handed out evenly, but to no column more than it has pairs."""
    low, high = 0.0, float(most.max(initial=0))
    for _ in range(64):
        level = (low + high) / 2
        low, high = (level, high) if np.minimum(most, level).sum() < places else (low, level)
    return np.asarray(np.minimum(most, high))


def _lists(given: np.ndarray, k: int, dial: float, prices: np.ndarray, best: float) -> EvenLists:
    places = _top(given - prices, k)
    shown = np.bincount(places[places >= 0], minlength=given.shape[1])
    kept = 1.0 if best == 0.0 else 1.0 - (best - _worth(given, places)) / abs(best)
    return EvenLists(dial, places, prices, gini(shown) if shown.size else 0.0, kept)


def _top(scores: np.ndarray, k: int) -> np.ndarray:
    out = np.full((scores.shape[0], k), -1, dtype=np.int64)
    for at, row in enumerate(scores):
        order = np.argsort(-np.where(np.isfinite(row), row, -np.inf), kind="stable")
        best = order[np.isfinite(row[order])][:k]
        out[at, : best.size] = best
    return out


def _worth(scores: np.ndarray, places: np.ndarray) -> float:
    row, column = np.nonzero(places >= 0)
    return float(scores[row, places[row, column]].sum())
