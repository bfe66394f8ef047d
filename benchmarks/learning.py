"""How much a buyer's answers lift the rest of that buyer's list: ours and plain Rocchio in the same run.

    python -m benchmarks.learning DATA_FOLDER        (holds fabric_fair/ and product_search/)

Residual nDCG@10: answered records are taken out of lists and gains, and what is left is compared with the same ranking
without answers. Answers are the first n of the list ("top"), n drawn from the first 2n ("drawn"), or n/2 relevant ones
and as many irrelevant ones of the first 100 ("half"). Everything drawn is seeded; requests with nothing relevant left
are left out. "Random" gives answers that say nothing, to see what they cost.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.lists import Requests, fabric_fair, product_search
from benchmarks.tables import Table
from scoring import SupplierRanker
from scoring.evaluation import interval, ndcg

COUNTS = (5, 10, 20)
WAYS = ("top", "drawn", "half", "random")


def answered(way: str, order: np.ndarray, gains: np.ndarray, n: int, draw: np.random.Generator) -> np.ndarray:
    """Positions of the records a buyer answers on."""
    if way in ("top", "random"):
        return order[:n]
    if way == "drawn":
        return draw.permutation(order[: 2 * n])[:n]
    liked = draw.permutation(np.flatnonzero(gains > 0))
    others = draw.permutation(order[:100][gains[order[:100]] <= 0])
    half = min(n // 2, liked.size // 2)
    return np.concatenate([liked[:half], others[: n - half]])


def residual(scores: np.ndarray, gains: np.ndarray, seen: np.ndarray) -> float:
    """nDCG@10 of the records not seen; NaN if none of them is relevant."""
    kept = np.delete(np.arange(scores.size), seen)
    order = kept[np.argsort(-scores[kept], kind="stable")]
    return ndcg(gains[order], gains[kept], 10)


def rocchio(rows: Any, start: np.ndarray, seen: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The peer: TF-IDF profile 0.75 × mean of accepted − 0.15 × mean of refused (the usual values), both z-scores."""
    profile = np.zeros(rows.shape[1])
    for label, factor in ((1, 0.75), (0, -0.15)):
        same = seen[labels == label]
        if same.size:
            profile += factor * np.asarray(rows[same].mean(axis=0)).reshape(-1)
    moved = np.asarray(rows @ profile).reshape(-1)
    return _z(start) + _z(moved)


def _z(values: np.ndarray) -> np.ndarray:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 0 else values * 0.0


def lifts(records: list[dict[str, Any]], requests: Requests, way: str, n: int) -> Iterator[tuple[float, float, float]]:
    """Residual nDCG@10 of each request: without answers, with plain Rocchio, with `learn`."""
    demands = [{"id": f"q{at}", "text": query} for at, (query, _) in enumerate(requests)]
    ranker, before, rows = _fitted(records, demands)
    draw, feedback, asked = np.random.default_rng(0), [], []
    for demand, start, (_, known) in zip(demands, before, requests, strict=True):
        gains = np.zeros(len(records))
        gains[list(known)] = list(known.values())
        seen = answered(way, np.argsort(-start, kind="stable"), gains, n, draw)
        labels = draw.integers(0, 2, seen.size) if way == "random" else (gains[seen] > 0).astype(int)
        asked.append((start, gains, seen, labels))
        feedback += [(demand["id"], ranker.ids_[at], int(yes), "") for at, yes in zip(seen, labels, strict=True)]
    ranker._space.behaviour.answers.clear()
    after = ranker.learn(feedback).scores(demands)
    for now, (start, gains, seen, labels) in zip(after, asked, strict=True):
        base = residual(start, gains, seen)
        if np.isfinite(base):
            yield base, residual(rocchio(rows, start, seen, labels), gains, seen), residual(now, gains, seen)


_kept: dict[int, tuple[SupplierRanker, np.ndarray, Any]] = {}


def _fitted(records: list[dict[str, Any]], demands: list[dict[str, Any]]) -> tuple[SupplierRanker, np.ndarray, Any]:
    """A list is fitted once; its records stand in the order of their ids."""
    if id(records) not in _kept:
        ranker = SupplierRanker(as_of="2025-09-15").fit(records)
        rows = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform(
            f"{record.get('name', '')} {record['text']}" for record in records
        )
        _kept[id(records)] = ranker, ranker.scores(demands), rows
    return _kept[id(records)]


def tables(data: Path) -> Iterator[Table]:
    """One table for each list."""
    for name, read in (("fabric_fair", fabric_fair), ("product_search", product_search)):
        records, requests = read(data)
        rows: list[list[object]] = []
        for way in WAYS:
            for n in COUNTS:
                base, peer, ours = (interval(values) for values in zip(*lifts(records, requests, way, n), strict=True))
                shown = [base.value, peer.value / base.value, ours.value / base.value]
                rows.append([way, n, base.n, *shown])
        yield Table(
            title=f"Learning from answers: {name}",
            command="python -m benchmarks.learning DATA",
            columns=("answers", "n", "requests", "residual nDCG@10 before", "× plain Rocchio", "× learn()"),
            rows=rows,
            note=f"{len(records)} records known by name and text only. The mark is × 1.30 after ten answers.",
        )


if __name__ == "__main__":
    for table in tables(Path(sys.argv[1])):
        print(table.markdown(), flush=True)
