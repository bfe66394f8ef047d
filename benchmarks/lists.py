"""Real lists with judged requests, and how well scores sort them.

`DATA_FOLDER` holds `fabric_fair/exhibitors.csv` (a real fair: categories and branches are the requests, suppliers are
known by name and paragraphs only) and `product_search/` (products.jsonl.gz, ratings.csv: three people's ratings, 0 to
3, unrated is 0).
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

Requests = list[tuple[str, dict[int, float]]]
# Words that name no kind of supplier.
NOT_A_REQUEST = {"Other", "Additionals"}


def fabric_fair(folder: Path) -> tuple[list[dict[str, Any]], Requests]:
    """Exhibitors as records, and a request per category and branch with the exhibitors listed under it."""
    with (folder / "fabric_fair" / "exhibitors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    relevant: dict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for at, row in enumerate(rows):
        for column in ("product_categories", "branch"):
            # the cells are run together: "BagsBike & Running"
            for word in re.split(r"(?<=[a-z)])(?=[A-Z])", row[column]):
                if word and word not in NOT_A_REQUEST:
                    relevant[column, word][at] = 1.0
    records = [
        {"id": f"{at:05d}", "name": row["name"], "text": f"{row['why_visit']}\n{row['description']}"}
        for at, row in enumerate(rows)
    ]
    return records, [(key[1], found) for key, found in sorted(relevant.items())]


def product_search(folder: Path) -> tuple[list[dict[str, Any]], Requests]:
    """Products as records, and the rated queries that have a relevant product."""
    with gzip.open(folder / "product_search" / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
        products = [json.loads(line) for line in lines]
    number = {product["id"]: at for at, product in enumerate(products)}
    ratings: dict[str, dict[int, float]] = defaultdict(dict)
    with (folder / "product_search" / "ratings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["docid"] in number:
                ratings[row["query"]][number[row["docid"]]] = float(row["rating"])
    records = [{"id": f"{at:05d}", "text": product["text"]} for at, product in enumerate(products)]
    return records, [(query, found) for query, found in ratings.items() if any(found.values())]


def ndcg(order: np.ndarray, gains: dict[int, float], k: int = 10) -> float:
    """Normalised discounted cumulative gain with linear gains."""
    got = sum(gains.get(int(at), 0.0) / np.log2(place + 2) for place, at in enumerate(order[:k]))
    best = sum(gain / np.log2(place + 2) for place, gain in enumerate(sorted(gains.values(), reverse=True)[:k]))
    return float(got / best)


def recall(order: np.ndarray, gains: dict[int, float], k: int = 100) -> float:
    """Share of the relevant ones among the first k."""
    wanted = {at for at, gain in gains.items() if gain > 0}
    return len(wanted & set(order[:k].tolist())) / len(wanted)


def measure(scores: Sequence[np.ndarray], requests: Requests, orders: int = 20) -> np.ndarray:
    """nDCG@10 and Recall@100 of every request, shape (n_requests, 2).

    Equal scores (all suppliers that share no word, for BM25) are put in random order, and the mean over `orders` of
    them is taken: in the order of the list they would be judged by who happens to stand first.
    """
    out = np.zeros((len(requests), 2))
    draw = np.random.default_rng(0)
    for shuffle in (draw.permutation(scores[0].size) for _ in range(orders)):
        for at, (row, (_, gains)) in enumerate(zip(scores, requests, strict=True)):
            order = np.lexsort((shuffle, -row))
            out[at] += (ndcg(order, gains), recall(order, gains))
    return out / orders


def interval(gaps: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean of paired differences (2,000 bootstrap draws of the requests)."""
    draws = np.random.default_rng(0).choice(gaps, (2000, gaps.size)).mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)
