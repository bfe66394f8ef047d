"""How fast suppliers are ranked: fit and answer times on invented suppliers.

python -m benchmarks.ranking [--text full|compact]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

from scoring import SupplierRanker

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
    parser.add_argument("--text", choices=("full", "compact"), default="full")
    speed(parser.parse_args().text)


if __name__ == "__main__":
    main()
