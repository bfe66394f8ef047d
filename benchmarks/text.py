"""How well free text ranks real lists: ours, what each part brings, and the peers, in the same run.

    python -m benchmarks.text DATA_FOLDER [--only fabric_fair|product_search]

Texts only: no field but name and text is given. Equal scores are put in random order, the mean of 20 orders counts.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.lists import Requests, fabric_fair, interval, measure, product_search
from benchmarks.tables import Table
from scoring import SupplierRanker
from scoring import space as scores_of
from scoring.text import parts, space

Records = list[dict[str, Any]]
LISTS = {"fabric_fair": fabric_fair, "product_search": product_search}
COLUMNS = ("ranked by", "nDCG@10", "Recall@100", "nDCG@10 − BM25 [95 %]", "Recall@100 − BM25 [95 %]")


# the peers -----------------------------------------------------------------------------------------------------------
def spoken(records: Records) -> list[str]:
    """Name and text as one string."""
    return [f"{record.get('name', '')} {record['text']}" for record in records]


def bm25(records: Records, requests: Requests) -> list[np.ndarray]:
    """bm25s with its defaults and English stop words."""
    import bm25s

    tokens = bm25s.tokenize(spoken(records), stopwords="en", show_progress=False)
    index = bm25s.BM25()
    index.index(tokens, show_progress=False)
    out = []
    for query, _ in requests:
        words = bm25s.tokenize([query], stopwords="en", return_ids=False, show_progress=False)[0]
        out.append(index.get_scores(words) if words else np.zeros(len(records)))
    return out


def tantivy_english(records: Records, requests: Requests) -> list[np.ndarray]:
    """tantivy's BM25 with its English stemmer, any of the words."""
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("at", stored=True)
    schema.add_text_field("text", tokenizer_name="en_stem")
    index = tantivy.Index(schema.build())
    writer = index.writer(num_threads=1)
    for at, text in enumerate(spoken(records)):
        writer.add_document(tantivy.Document(at=at, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    out = []
    for query, _ in requests:
        scores = np.zeros(len(records))
        words = " ".join(re.findall(r"\w+", query.lower()))
        for score, address in searcher.search(index.parse_query(words, ["text"]), len(records)).hits:
            scores[searcher.doc(address)["at"][0]] = score
        out.append(scores)
    return out


def tf_idf(records: Records, requests: Requests) -> list[np.ndarray]:
    """scikit-learn's TF-IDF with its English stop words, logarithmic counts, cosine."""
    counter = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    fitted = counter.fit_transform(spoken(records))
    return list((counter.transform([query for query, _ in requests]) @ fitted.T).toarray())


PEERS: dict[str, Callable[[Records, Requests], list[np.ndarray]]] = {
    "BM25 (bm25s)": bm25,
    "BM25 (tantivy, English stems)": tantivy_english,
    "TF-IDF (scikit-learn)": tf_idf,
}


# ours ----------------------------------------------------------------------------------------------------------------
@contextmanager
def changed(target: Any, name: str, value: Any) -> Iterator[None]:
    """An attribute with another value for a while."""
    before = getattr(target, name)
    setattr(target, name, value)
    try:
        yield
    finally:
        setattr(target, name, before)


def left_out(ranker: SupplierRanker, demands: Sequence[dict[str, Any]]) -> Iterator[tuple[str, np.ndarray]]:
    """Scores without one part, part after part."""
    text = ranker._space.text
    for part in ("grams", "concepts", "latent"):
        with changed(space.TextSpace, "weight", _without(part)):
            yield part, ranker.scores(demands)
    for part, told in (("pairs", "words side by side"), ("forms", "words as written")):
        with changed(space, "WITH_WORDS", {**space.WITH_WORDS, part: 0.0}):
            yield told, ranker.scores(demands)
    with changed(space, "FEEDBACK", 0.0):
        yield "likeness to the best", ranker.scores(demands)
    if text.neighbours is not None:
        with changed(text, "step", 0.0):
            yield "neighbours", ranker.scores(demands)
    with changed(parts, "OPENING_MOST", 0.0):
        fresh = space.TextSpace().fit(ranker._records)
    with changed(ranker._space, "text", fresh):
        yield "the opening", ranker.scores(demands)


def _without(part: str) -> Callable[..., float]:
    weight = space.TextSpace.weight
    return lambda self, name, request, raw: 0.0 if name == part else weight(self, name, request, raw)


def rows(records: Records, requests: Requests) -> Iterator[list[object]]:
    """The rows of one list's table."""
    demands = [{"id": f"q{at}", "text": query} for at, (query, _) in enumerate(requests)]
    base: np.ndarray | None = None
    for name, peer in PEERS.items():
        found = measure(peer(records, requests), requests)
        base = found if base is None else base
        yield row(name, found, base)
    assert base is not None
    ranker = SupplierRanker(as_of="2025-09-15").fit(records)
    yield row("**SupplierRanker**", measure(ranker.scores(demands), requests), base)
    for part, scores in left_out(ranker, demands):
        yield row(f"– without {part}", measure(scores, requests), base)
    ranker.fit_context(demands)
    yield row("**SupplierRanker with `fit_context`**", measure(ranker.scores(demands), requests), base)
    for share in (0.15, 0.5):
        with changed(scores_of, "CONTEXT", share):
            yield row(f"– with {share} of the context", measure(ranker.scores(demands), requests), base)


def row(name: str, found: np.ndarray, base: np.ndarray) -> list[object]:
    """Both figures, and how far they are from BM25's."""
    out: list[object] = [name, *(float(mean) for mean in found.mean(axis=0))]
    for column in (0, 1):
        gaps = found[:, column] - base[:, column]
        low, high = interval(gaps)
        share = gaps.mean() / base[:, column].mean()
        out.append("" if found is base else f"{gaps.mean():+.3f} [{low:+.3f}, {high:+.3f}], {share:+.1%}")
    return out


def tables(data: Path, only: str | None = None) -> Iterator[Table]:
    """One table for each list."""
    for name, read in LISTS.items():
        if only in (None, name):
            records, requests = read(data)
            yield Table(
                f"Text: {name.replace('_', ' ')}",
                "python -m benchmarks.text DATA_FOLDER",
                COLUMNS,
                list(rows(records, requests)),
                f"{len(records):,} texts, {len(requests)} requests with something relevant. "
                "Equal scores in random order; intervals by bootstrap over the requests, paired with BM25's.",
            )


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", choices=tuple(LISTS))
    asked = parser.parse_args()
    for table in tables(asked.data, asked.only):
        print(table.markdown(), flush=True)


if __name__ == "__main__":
    main()
