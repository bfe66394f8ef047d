"""Invented suppliers and demands of any number, with every kind of field, text and gates; the same for the same seed.

Products, processes, materials and certificates are drawn from the built-in lists with a long tail, as at a large fair:
a few sorts are made by many, most by few.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from scoring.vocabulary import vocabulary

AS_OF = date(2025, 9, 15)
_LITTLE = "we make and sell for of the with our own in all from quality service".split()  # noqa: SIM905
_GATES = ("products", "certificates", "quantity", "languages", "ship_by", "target_price", "delivery_country", "moq")


class Draw:
    """A seeded source of words, lists and dates."""

    def __init__(self, seed: int, number: int) -> None:
        self.draw = np.random.default_rng([seed, number])

    def some(self, words: list[str], least: int, most: int, tail: float = 1.0) -> list[str]:
        """A few words, the first of the list more often than the last."""
        size = int(self.draw.integers(least, most + 1))
        places = (len(words) * self.draw.random(size) ** (1.0 + tail)).astype(int)
        return list(dict.fromkeys(words[place] for place in places))

    def round_number(self, low: float, high: float) -> int:
        """A number as people give it: two digits and zeros."""
        value = float(np.exp(self.draw.uniform(np.log(low), np.log(high))))
        unit = 10 ** max(int(np.log10(value)) - 1, 0)
        return int(round(value / unit) * unit) or 1

    def day(self, low: int, high: int) -> str:
        """A date as ISO text."""
        return (AS_OF + timedelta(days=int(self.draw.integers(low, high)))).isoformat()

    def sentence(self, words: list[str], size: int) -> str:
        """Words of a long tail between little ones."""
        rare = [words[int(len(words) * x**3)] for x in self.draw.random(size)]
        little = [_LITTLE[int(x * len(_LITTLE))] for x in self.draw.random(size)]
        return " ".join(word for pair in zip(little, rare, strict=True) for word in pair)


def _words(seed: int) -> dict[str, list[str]]:
    order = np.random.default_rng(seed)
    lists: dict[str, list[str]] = {}
    for name in ("products", "materials", "processes", "certificates", "compliance", "business_models", "cooperation"):
        codes = [str(code) for code in order.permutation(vocabulary(name).leaves())]
        lists[name] = [vocabulary(name).label(code, "en") for code in codes]
    syllables = [a + b for a in "b d f g k l m n p r s t v".split() for b in ("a", "e", "i", "o", "u")]  # noqa: SIM905
    lists["text"] = ["".join(order.choice(syllables, 3)) for _ in range(8000)]
    return lists


def suppliers(n: int, seed: int = 0) -> list[dict[str, Any]]:
    """Suppliers that state most fields."""
    words = _words(seed)
    return [_supplier(at, words, Draw(seed + 1, at)) for at in range(n)]


def _supplier(at: int, words: dict[str, list[str]], draw: Draw) -> dict[str, Any]:
    made = draw.some(words["products"], 1, 5)
    low = draw.round_number(1, 60)
    row = {
        "id": f"s{at:06d}",
        "name": f"Invented {words['text'][int(draw.draw.integers(8000))].title()} {at}",
        "text": f"{draw.sentence(words['text'], 14)}: {', '.join(made[:2])}",
        "products": made,
        "materials": draw.some(words["materials"], 0, 4),
        "processes": draw.some(words["processes"], 0, 4),
        "certificates": [
            {"code": code, "valid_to": draw.day(-60, 700), "evidence": str(draw.draw.choice(["declared", "verified"]))}
            for code in draw.some(words["certificates"], 0, 3, tail=2.0)
        ],
        "compliance": draw.some(words["compliance"], 0, 3),
        "business_models": draw.some(words["business_models"], 1, 2),
        "cooperation": draw.some(words["cooperation"], 0, 3),
        "languages": ["zh", *draw.some(["en", "fr", "de", "it", "es", "ja"], 0, 2)],
        "country": draw.some(["CN", "IT", "TR", "IN", "PT", "VN", "BD"], 1, 1)[0],
        "exports_to": draw.some(["FR", "DE", "IT", "US", "GB", "JP", "ES", "NL", "CA", "AU"], 0, 5),
        "moq": draw.round_number(20, 10_000),
        "capacity_per_month": draw.round_number(1_000, 500_000),
        "lead_time_days": draw.round_number(10, 120),
        "sample_days": int(draw.draw.integers(3, 20)),
        "price_from": low,
        "price_to": low * 2,
        "currency": draw.some(["EUR", "USD", "CNY"], 1, 1)[0],
        "incoterms": draw.some(["FOB", "CIF", "DDP", "EXW"], 0, 3),
        "smart_level": int(draw.draw.integers(0, 6)),
        "unit": "H87",
    }
    if draw.draw.random() < 0.3:
        row |= {"gsm_from": 80 + 10 * int(draw.draw.integers(10)), "gsm_to": 200 + 10 * int(draw.draw.integers(20))}
    return {name: value for name, value in row.items() if value != []}


def demands(n: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Demands that ask for a good part of the fields, two thirds of them with gates."""
    words = _words(seed)
    return (_demand(at, words, Draw(seed + 2, at)) for at in range(n))


def _demand(at: int, words: dict[str, list[str]], draw: Draw) -> dict[str, Any]:
    asked = draw.some(words["products"], 1, 2)
    row: dict[str, Any] = {
        "id": f"d{at:06d}",
        "text": f"{asked[0]} {draw.sentence(words['text'], 3)}",
        "products": asked,
        "quantity": draw.round_number(50, 50_000),
        "unit": "H87",
        "ship_by": draw.day(40, 300),
        "delivery_country": draw.some(["FR", "DE", "IT", "US", "GB"], 1, 1)[0],
        "target_price": draw.round_number(2, 80),
        "currency": "EUR",
        "languages": draw.some(["en", "fr", "de", "it"], 1, 2),
    }
    maybe: dict[str, Any] = {
        "materials": draw.some(words["materials"], 1, 2),
        "processes": draw.some(words["processes"], 1, 2),
        "certificates": draw.some(words["certificates"], 1, 2, tail=2.0),
        "compliance": draw.some(words["compliance"], 1, 2),
        "business_models": draw.some(words["business_models"], 1, 1),
        "cooperation": draw.some(words["cooperation"], 1, 2),
        "lead_time_days": draw.round_number(20, 120),
        "incoterms": draw.some(["FOB", "CIF", "DDP"], 1, 2),
        "smart_level": int(draw.draw.integers(1, 4)),
        "sourcing_countries": draw.some(["CN", "IT", "TR", "IN", "PT"], 1, 3),
        "gsm": 100 + 10 * int(draw.draw.integers(20)),
    }
    row |= {name: value for name, value in maybe.items() if draw.draw.random() < 0.5}
    if draw.draw.random() < 2 / 3:
        row["must"] = [name for name in draw.some(list(_GATES), 1, 2, tail=0.0) if name in row or name == "moq"]
    if draw.draw.random() < 0.1:
        row["exclude"] = [f"s{int(draw.draw.integers(1000)):06d}"]
    return row
