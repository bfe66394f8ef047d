"""How good rankings are, by what is known of their pairs: relevance, both sides, probability, evenness; with intervals.

Sources: K. Järvelin, J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20, 2002 (nDCG);
T. Sakai, "Alternatives to bpref", SIGIR 2007 (judged pairs only: lists are condensed to them); G. Brier, "Verification
of forecasts expressed in terms of probability", 1950; M. Naeini et al., "Obtaining well calibrated probabilities using
Bayesian binning", AAAI 2015 (expected calibration error); B. Efron, "Bootstrap methods", Annals of Statistics 7, 1979.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.errors import RankingError
from scoring.exposure import gini
from scoring.results import Ranking

DRAWS = 2000


@dataclass(frozen=True)
class Measured:
    """A figure, its 95 % interval, and how many lists (or pairs) it is of."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Listed:
    """One place of a list: who stands there, and the probability stated for the pair, if any."""

    id: str
    probability: float | None = None


@dataclass(frozen=True)
class Bin:
    """One line of a reliability table: pairs said to meet with about `said`, and the share that did."""

    said: float
    met: float
    n: int


@dataclass(frozen=True)
class Evaluation:
    """Figures of a set of lists. A figure that nothing is known for is None.

    `lists` counts those with a judged pair, `pairs` the judged pairs, `liked` those judged above 0.
    """

    k: int
    lists: int
    pairs: int
    liked: int
    ndcg: Measured | None
    recall: Measured | None
    mutual_ndcg: Measured | None
    brier: Measured | None
    calibration_error: Measured | None
    exposure_gini: Measured | None
    coverage: Measured | None
    reliability: tuple[Bin, ...] = ()


def ndcg(gains: Any, known: Any, k: int) -> float:
    """Normalised discounted cumulative gain at k, with linear gains.

    Parameters
    ----------
    gains : array-like of shape (n,)
        Gains in the order of the list, best first.
    known : array-like
        All gains there were to have.

    Returns
    -------
    float, 0 to 1; NaN if there was nothing to have.
    """
    got, best = np.asarray(gains, dtype=float)[:k], np.sort(np.asarray(known, dtype=float))[::-1][:k]
    most = float(best @ _discount(best.size))
    return float(got @ _discount(got.size)) / most if most > 0 else float("nan")


def recall(gains: Any, known: Any, k: int) -> float:
    """Share of the records with a gain that stand among the first k; NaN if there are none."""
    wanted = int(np.count_nonzero(np.asarray(known, dtype=float) > 0))
    return float(np.count_nonzero(np.asarray(gains, dtype=float)[:k] > 0)) / wanted if wanted else float("nan")


def brier(said: Any, met: Any) -> float:
    """Mean squared difference of probability and what happened; 0 is perfect."""
    return float(np.mean((np.asarray(said, dtype=float) - np.asarray(met, dtype=float)) ** 2))


def reliability(said: Any, met: Any, bins: int = 10) -> tuple[Bin, ...]:
    """Pairs in groups of equal number by what was said: the mean said, and the share that did."""
    stated, happened = np.asarray(said, dtype=float), np.asarray(met, dtype=float)
    groups = np.array_split(np.argsort(stated, kind="stable"), min(bins, stated.size)) if stated.size else []
    return tuple(Bin(float(stated[g].mean()), float(happened[g].mean()), int(g.size)) for g in groups)


def calibration_error(said: Any, met: Any, bins: int = 10) -> float:
    """Mean |share − said| over groups of equal number (expected calibration error); 0 is perfect."""
    found = reliability(said, met, bins)
    total = sum(one.n for one in found)
    return sum(one.n * abs(one.met - one.said) for one in found) / total if total else float("nan")


def interval(values: Any, draws: int = DRAWS) -> Measured:
    """The mean of values with its 95 % bootstrap interval (percentiles, seeded); NaN values are left out."""
    given = np.asarray(values, dtype=float)
    given = given[np.isfinite(given)]
    if not given.size:
        raise RankingError("interval: no value to take the mean of")
    drawn = np.random.default_rng(0).integers(0, given.size, (draws, given.size))
    return _measured(float(given.mean()), given[drawn].mean(axis=1), given.size)


def evaluate(
    rankings: Ranking | Mapping[str, Sequence[Listed | str]],
    judged: Mapping[tuple[str, str], float],
    *,
    mutual: Mapping[tuple[str, str], float] | None = None,
    catalogue: Sequence[str] | None = None,
    k: int = 10,
) -> Evaluation:
    """Judge lists by what is known of their pairs.

    Parameters
    ----------
    rankings : what `rank` gives, or for each asker its list, best first, of ids or of `Listed` with probabilities
    judged : gain of each known pair (asker, listed): 0 for no, above for yes
        nDCG looks at judged pairs only, in the order of the list: what nobody judged is neither right nor wrong.
        Recall counts places of the whole list.
    mutual : gain of each pair by both sides, where both are known
    catalogue : everybody who could have been listed; all who are, by default
    k : places of a list that count

    Raises
    ------
    RankingError
        No judged pair belongs to any of the lists, a gain is no number of 0 or more, or k below 1.
    """
    if k < 1:
        raise RankingError(f"evaluate: k={k}, expected 1 or more")
    rankings = _places(rankings)
    by_asker = _by_asker(judged)
    askers = [asker for asker in sorted(rankings) if asker in by_asker]
    if not askers:
        raise RankingError("evaluate: none of the judged pairs belongs to a list; are their ids those of the lists?")
    said, met, owner = _stated(rankings, by_asker, askers)
    everybody = sorted({one.id for listed in rankings.values() for one in listed} | set(catalogue or ()))
    known = [gain for asker in askers for gain in by_asker[asker].values()]
    both = _by_asker(mutual or {})
    return Evaluation(
        k=k,
        lists=len(askers),
        pairs=len(known),
        liked=sum(gain > 0 for gain in known),
        ndcg=_mean_of(_condensed(rankings[asker], by_asker[asker], k) for asker in askers),
        recall=_mean_of(
            recall([by_asker[a].get(one.id, 0.0) for one in rankings[a]], list(by_asker[a].values()), k) for a in askers
        ),
        mutual_ndcg=_mean_of(_condensed(rankings[a], both[a], k) for a in sorted(rankings) if a in both),
        brier=_clustered(lambda at: brier(said[at], met[at]), owner),
        calibration_error=_clustered(lambda at: calibration_error(said[at], met[at]), owner),
        exposure_gini=_over_lists(rankings, everybody, k, gini),
        coverage=_over_lists(rankings, everybody, k, lambda shown: float((shown > 0).mean())),
        reliability=reliability(said, met),
    )


def _places(rankings: Ranking | Mapping[str, Sequence[Listed | str]]) -> dict[str, list[Listed]]:
    """The list of each asker; ids alone state no probability."""
    if isinstance(rankings, Ranking):
        return {asker: [Listed(identity) for identity, _ in found] for asker, found in rankings}
    return {
        asker: [one if isinstance(one, Listed) else Listed(one) for one in listed] for asker, listed in rankings.items()
    }


def _by_asker(judged: Mapping[tuple[str, str], float]) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for pair, gain in judged.items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise RankingError(f"evaluate: {pair!r} is no pair; the key of a gain is (asker, listed)")
        if not 0.0 <= float(gain) < float("inf"):
            raise RankingError(f"evaluate: the gain of {pair} is {gain}, expected a number of 0 or more")
        out.setdefault(pair[0], {})[pair[1]] = float(gain)
    return out


def _condensed(listed: Sequence[Listed], known: Mapping[str, float], k: int) -> float:
    return ndcg([known[one.id] for one in listed if one.id in known], list(known.values()), k)


def _stated(
    rankings: Mapping[str, Sequence[Listed]], by_asker: Mapping[str, Mapping[str, float]], askers: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities of judged pairs, whether they were liked, and the number of the list each is of."""
    rows = [
        (one.probability, by_asker[asker][one.id] > 0, number)
        for number, asker in enumerate(askers)
        for one in rankings[asker]
        if one.probability is not None and one.id in by_asker[asker]
    ]
    table = np.asarray(rows, dtype=float).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2].astype(int)


def _mean_of(values: Any) -> Measured | None:
    found = np.asarray([value for value in values if np.isfinite(value)])
    return interval(found) if found.size else None


def _clustered(figure: Any, owner: np.ndarray, draws: int = 500) -> Measured | None:
    """A figure of pairs; whole lists are drawn, because pairs of one list are alike."""
    if not owner.size:
        return None
    members = [np.flatnonzero(owner == number) for number in np.unique(owner)]
    draw = np.random.default_rng(0)
    found = [
        figure(np.concatenate([members[number] for number in draw.integers(0, len(members), len(members))]))
        for _ in range(draws)
    ]
    return _measured(float(figure(np.arange(owner.size))), np.asarray(found), int(owner.size))


def _over_lists(
    rankings: Mapping[str, Sequence[Listed]], everybody: Sequence[str], k: int, figure: Any, draws: int = 500
) -> Measured | None:
    """A figure of how often each of everybody is listed; lists are drawn for its interval."""
    if not everybody or not rankings:
        return None
    at = {identity: number for number, identity in enumerate(everybody)}
    shown = np.zeros((len(rankings), len(everybody)))
    for row, asker in enumerate(sorted(rankings)):
        for one in rankings[asker][:k]:
            shown[row, at[one.id]] += 1
    draw = np.random.default_rng(0)
    found = [figure(shown[draw.integers(0, len(shown), len(shown))].sum(axis=0)) for _ in range(draws)]
    return _measured(float(figure(shown.sum(axis=0))), np.asarray(found), len(shown))


def _measured(value: float, drawn: np.ndarray, n: int) -> Measured:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Measured(value, float(low), float(high), int(n))


def _discount(n: int) -> np.ndarray:
    return np.asarray(1.0 / np.log2(np.arange(2, n + 2)))
