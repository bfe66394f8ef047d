"""How well, and how fast, suppliers are ranked: ours and a plain BM25 in the same run.

    python benchmarks/ranking.py DATA_FOLDER [--only fabric_fair|product_search|speed] [--text full|compact]

`DATA_FOLDER` holds `fabric_fair/exhibitors.csv` (a real fair: categories and branches are the requests, suppliers are
known by name and paragraphs only) and `product_search/` (products.jsonl.gz, ratings.csv: three people's ratings, 0 to
3, unrated is 0). `speed` needs no data: it invents 30,000 suppliers.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from scoring import SupplierRanker

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


def measure(scores: list[np.ndarray], requests: Requests, orders: int = 20) -> np.ndarray:
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


def show(name: str, found: np.ndarray, base: np.ndarray | None, seconds: float) -> None:
    """One line of the table, with the 95 % interval of the difference to the baseline (paired bootstrap)."""
    line = f"| {name} | {found[:, 0].mean():.3f} | {found[:, 1].mean():.3f} |"
    for column in (0, 1):
        if base is None:
            line += " – |"
            continue
        gaps = found[:, column] - base[:, column]
        draws = np.random.default_rng(0).choice(gaps, (2000, gaps.size)).mean(axis=1)
        low, high = np.percentile(draws, [2.5, 97.5])
        line += f" {gaps.mean():+.3f} [{low:+.3f}, {high:+.3f}] |"
    print(f"{line} {seconds:.1f} |")


def bm25(records: list[dict[str, Any]], requests: Requests) -> list[np.ndarray]:
    """The peer: bm25s with its defaults and English stop words, name and text as one string."""
    import bm25s

    tokens = bm25s.tokenize([f"{r.get('name', '')} {r['text']}" for r in records], stopwords="en", show_progress=False)
    index = bm25s.BM25()
    index.index(tokens, show_progress=False)
    out = []
    for query, _ in requests:
        words = bm25s.tokenize([query], stopwords="en", return_ids=False, show_progress=False)[0]
        out.append(index.get_scores(words) if words else np.zeros(len(records)))
    return out


def quality(name: str, records: list[dict[str, Any]], requests: Requests, text: str) -> None:
    """The table of one list."""
    print(f"\n{name}: {len(records)} records, {len(requests)} requests, text={text!r}\n")
    print("| what | nDCG@10 | Recall@100 | nDCG@10 − BM25 [95 %] | Recall@100 − BM25 [95 %] | seconds |")
    print("| --- | --- | --- | --- | --- | --- |")
    start = time.perf_counter()
    base = measure(bm25(records, requests), requests)
    show("BM25 (bm25s)", base, None, time.perf_counter() - start)
    demands = [{"id": f"q{at}", "text": query} for at, (query, _) in enumerate(requests)]
    start = time.perf_counter()
    ranker = SupplierRanker(text=text, as_of="2025-09-15").fit(records)
    scores = list(ranker.scores(demands))
    show("SupplierRanker", measure(scores, requests), base, time.perf_counter() - start)
    start = time.perf_counter()
    ranker.fit_context(demands)
    show(
        "SupplierRanker + fit_context",
        measure(list(ranker.scores(demands)), requests),
        base,
        time.perf_counter() - start,
    )


WORDS = [
    "down jackets",
    "knitted T-shirts",
    "hoodies",
    "socks",
    "jersey fabrics",
    "suits",
    "uniforms",
    "scarves",
    "bed linen",
    "tussah silk",
]


def invented(n: int) -> list[dict[str, Any]]:
    """Suppliers that state a bit of everything."""
    draw = np.random.default_rng(0)
    words = np.array([f"word{at}" for at in range(5000)])
    frequency = 1.0 / np.arange(1, 5001)
    frequency /= frequency.sum()
    return [
        {
            "id": f"{at:06d}",
            "name": f"Invented {at}",
            "text": f"We make {WORDS[at % 10]}: " + " ".join(draw.choice(words, 30, p=frequency)),
            "products": list(draw.choice(WORDS, draw.integers(1, 4), replace=False)),
            "certificates": [{"code": "GOTS", "valid_to": "2026-03-31"}] if at % 3 else ["GRS"],
            "moq": int(draw.choice([50, 100, 300, 600, 1000, 3000])),
            "capacity_per_month": int(draw.integers(1, 200)) * 1000,
            "lead_time_days": int(draw.integers(10, 90)),
            "price_from": float(draw.uniform(2, 40)),
            "currency": "EUR",
            "languages": ["zh", "en"] if at % 2 else ["zh"],
            "country": "CN",
        }
        for at in range(n)
    ]


def speed(text: str) -> None:
    """Fit and answer times on invented suppliers; figures depend on the machine."""
    demands = [
        {
            "id": f"d{at}",
            "text": f"{WORDS[at % 10]} with word{at}",
            "products": [WORDS[at % 10]],
            "quantity": 700,
            "certificates": ["GOTS"],
            "must": ["quantity"],
            "ship_by": "2026-01-31",
            "delivery_country": "FR",
            "target_price": 20,
            "languages": ["en"],
        }
        for at in range(20)
    ]
    print(
        f"\nspeed on invented suppliers, text={text!r}\n\n| suppliers | fit, s | rank, ms | rank and explain 20, ms |"
    )
    print("| --- | --- | --- | --- |")
    for n in (1000, 30_000):
        records = invented(n)
        start = time.perf_counter()
        ranker = SupplierRanker(text=text, as_of="2025-09-15").fit(records)
        fitted = time.perf_counter() - start
        ranks, both = [], []
        for demand in demands:
            start = time.perf_counter()
            top = ranker.rank([demand], k=20)
            ranks.append(time.perf_counter() - start)
            ranker.explain_many(demand, top.ids[0], "fr")
            both.append(time.perf_counter() - start)
        print(f"| {n} | {fitted:.1f} | {1e3 * np.median(ranks):.1f} | {1e3 * np.median(both):.1f} |")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", choices=("fabric_fair", "product_search", "speed"))
    parser.add_argument("--text", choices=("full", "compact"), default="full")
    asked = parser.parse_args()
    for name, read in (("fabric_fair", fabric_fair), ("product_search", product_search)):
        if asked.only in (None, name):
            quality(name, *read(asked.data), asked.text)
    if asked.only in (None, "speed"):
        speed(asked.text)


if __name__ == "__main__":
    main()
