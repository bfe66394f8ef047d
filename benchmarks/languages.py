"""How well a category in one language finds its label in another: hit@1 and hit@10 among thousands of English labels.

    python -m benchmarks.languages DATA_FOLDER

The English labels are the fitted suppliers (a name and nothing else), the categories in French, German, Italian and
Chinese are the requests (a text and nothing else). Two sets of requests: the official textile categories of CPV 2008
(`vocabulary/cpv_textile.csv`; no Chinese), and own categories (`languages.csv` beside this file), written before
anything was measured; every second one of them is held out: nobody looks at which of those fail. A second list
(`languages.more.csv`, wider categories) was written after the vocabulary, and its failures have been looked at. A
third (`languages.third.csv`) was written without a look at the vocabulary; every second one is held out, and the
words that the others lacked went into the vocabulary, as those of CPV did. A fourth (`languages.fourth.csv`: labels as
customs lists and trade directories word them, a third of them no textiles) was written and shuffled before anything was
run; every second one is held out. The same trade words are in the author's mind as in the vocabulary, so unseen lists
will give less. The other labels are CPV, the headings of HS 2022 (`vocabulary/hs_50_63.csv`), the labels of the
built-in product tree, and titles of products (`product_search/products.jsonl.gz`).
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.tables import Table
from scoring import SupplierRanker
from scoring.vocabulary import vocabulary

OWN = Path(__file__).with_name("languages.csv")
MORE = Path(__file__).with_name("languages.more.csv")
THIRD = Path(__file__).with_name("languages.third.csv")
FOURTH = Path(__file__).with_name("languages.fourth.csv")
TITLES = 3000
Answer = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Asked:
    """Requests of one set in one language, and the place of the right label of each."""

    name: str
    language: str
    texts: tuple[str, ...]
    right: tuple[int, ...]


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def labels_and_requests(data: Path) -> tuple[list[str], list[Asked]]:
    """English labels, each once, and the sets of requests."""
    own, more, third, fourth = (rows(path) for path in (OWN, MORE, THIRD, FOURTH))
    cpv = rows(data / "vocabulary" / "cpv_textile.csv")
    products = vocabulary("products")
    wanted = [row["en"] for row in (*own, *more, *third, *fourth, *cpv)]
    beside = [row["description"] for row in rows(data / "vocabulary" / "hs_50_63.csv")]
    beside += [products.label(code) for code in products] + _titles(data)
    places: dict[str, int] = {}
    for label in (*wanted, *beside):
        places.setdefault(label.casefold(), len(places))
    labels = list(dict.fromkeys(label.casefold() for label in (*wanted, *beside)))
    sets = (
        ("own words", own[::2]),
        ("own words, held out", own[1::2]),
        ("second list", more),
        ("third list", third[::2]),
        ("third list, held out", third[1::2]),
        ("fourth list", fourth[::2]),
        ("fourth list, held out", fourth[1::2]),
        ("CPV", cpv),
    )
    asked = [
        Asked(name, lang, tuple(row[lang] for row in own), tuple(places[row["en"].casefold()] for row in own))
        for name, own in sets
        for lang in ("fr", "de", "it", "zh")
        if lang in own[0]
    ]
    return labels, asked


def _titles(data: Path) -> list[str]:
    with gzip.open(data / "product_search" / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    drawn = np.random.default_rng(0).choice(len(texts), TITLES, replace=False)
    return [" ".join(texts[at].split()[:8]) for at in sorted(drawn)]


def hits(scores: np.ndarray, right: Sequence[int], k: int) -> float:
    """Share of requests whose right label is among the first k; equal scores count as if in random order."""
    share = []
    for row, at in zip(scores, right, strict=True):
        better, equal = int((row > row[at]).sum()), int((row == row[at]).sum())
        share.append(min(max((k - better) / equal, 0.0), 1.0))
    return float(np.mean(share))


def character_ngrams(labels: Sequence[str]) -> Answer:
    """The peer: TF-IDF of character 2- to 5-grams, cosine."""
    counter = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    fitted = counter.fit_transform(labels)
    return lambda texts: np.asarray((counter.transform(texts) @ fitted.T).todense())


def ours(labels: Sequence[str], **parameters: Any) -> Answer:
    """`SupplierRanker` over names, requests as text."""
    records = [{"id": f"{at:05d}", "name": label} for at, label in enumerate(labels)]
    ranker = SupplierRanker(as_of="2025-09-15", **parameters).fit(records)
    return lambda texts: ranker.scores([{"id": str(at), "text": text} for at, text in enumerate(texts)])


def tables(data: Path) -> Iterator[Table]:
    """hit@10 and hit@1 per set and language, ours and the peer's."""
    labels, asked = labels_and_requests(data)
    answers = {"character n-grams, TF-IDF": character_ngrams(labels), "SupplierRanker": ours(labels)}
    found: list[list[object]] = []
    for one in asked:
        for name, answer in answers.items():
            scores = answer(one.texts)
            share = [hits(scores, one.right, k) for k in (10, 1)]
            found.append([one.name, one.language, len(one.texts), name, *share])
    yield Table(
        "Languages: a category finds its English label",
        "python -m benchmarks.languages DATA_FOLDER",
        ("requests", "language", "n", "ranked by", "hit@10", "hit@1"),
        found,
        f"{len(labels):,} English labels, names only. Requests are the category's name in another language.",
    )


if __name__ == "__main__":
    for table in tables(Path(sys.argv[1])):
        print(table.markdown())
