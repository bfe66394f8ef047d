"""How many pairs a second: ours with all terms and gates beside plain products of 256 dimensions, in one run.

    python -m benchmarks.scale [DATA_FOLDER] [--suppliers 3000] [--demands 3000] [--workers 2] [--full]

`--full` is 30,000 suppliers and 250,000 demands. Suppliers and demands are invented (`benchmarks/invented.py`): every
kind of field, text, two thirds of the demands with gates. No data is needed.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.invented import demands, suppliers
from benchmarks.tables import Table
from scoring import SupplierRanker, rank_shards

AS_OF = "2025-09-15"
DIMENSIONS, K = 256, 20
PEER_REQUESTS, BLOCK = 2048, 512


@dataclass(frozen=True)
class Rate:
    """Pairs a second, and pairs a second of processor time (of all threads and workers)."""

    what: str
    wall: float
    core: float
    remark: str = ""


def processor() -> float:
    """Seconds of processor time of this process and of its ended children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measured(what: str, pairs: int, work: Callable[[], object], remark: Callable[[], str] = str) -> Rate:
    """Do the work once and take both times."""
    start, before = time.perf_counter(), processor()
    work()
    wall, core = time.perf_counter() - start, processor() - before
    return Rate(what, pairs / wall, pairs / core, remark())


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peers(n: int, requests: int) -> Iterator[Rate]:
    """Dense vectors that have no terms and no gates."""
    draw = np.random.default_rng(0)
    rows = draw.standard_normal((n, DIMENSIONS), dtype=np.float32)
    asked = draw.standard_normal((requests, DIMENSIONS), dtype=np.float32)
    out = np.empty((BLOCK, n), dtype=np.float32)

    def product(*, best: bool) -> None:
        for start in range(0, requests, BLOCK):
            part = asked[start : start + BLOCK]
            found = np.matmul(part, rows.T, out=out[: len(part)])
            if best:
                np.argpartition(found, n - K, axis=1)[:, n - K :]

    import faiss
    from sklearn.neighbors import NearestNeighbors

    index = faiss.IndexFlatIP(DIMENSIONS)
    index.add(rows)
    near = NearestNeighbors(n_neighbors=K, algorithm="brute").fit(rows)
    product(best=False)
    pairs = requests * n
    yield measured("bare float32 product (numpy)", pairs, lambda: product(best=False))
    with threadpool_limits(limits=1):
        yield measured("the same on one thread", pairs, lambda: product(best=False))
    yield measured("product + argpartition (numpy)", pairs, lambda: product(best=True))
    with threadpool_limits(limits=1):
        yield measured("the same on one thread", pairs, lambda: product(best=True))
    yield measured("faiss IndexFlatIP", pairs, lambda: index.search(asked, K))
    yield measured("scikit-learn NearestNeighbors, brute", pairs, lambda: near.kneighbors(asked))


def memory(who: int = resource.RUSAGE_SELF) -> float:
    """Highest resident memory so far, in MB."""
    return resource.getrusage(who).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def ours(n: int, m: int, workers: int, told: Callable[[str], None]) -> Iterator[Rate]:
    """The ranker, all terms and gates, reading included."""
    records = suppliers(n)
    inputs = memory()
    ranker = SupplierRanker(text="compact", as_of=AS_OF)
    spent = timed(lambda: ranker.fit(records))
    prepared = timed(ranker.prepare)
    told(f"fit {spent:.0f} s, prepared in {prepared:.1f} s, {memory() - inputs:.0f} MB above the inputs")
    some, warm = list(demands(min(m, PEER_REQUESTS))), list(demands(512, seed=1))
    for _ in ranker.rank_blocks(warm, K, together=True):
        pass
    scored: list[np.ndarray] = []
    yield measured(
        'rank, text="compact", threads of one process',
        len(some) * n,
        lambda: scored.extend(block.scored for block in ranker.rank_blocks(some, K, together=True)),
        lambda: f"{len(some):,} demands, {np.concatenate(scored).mean():.0f} suppliers of each scored exactly",
    )
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "demands.jsonl"
        with lines.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(demand, ensure_ascii=False) + "\n" for demand in demands(m))
        told(f"{m:,} demands written")
        size = max(min(4096, m // (4 * workers)), 1)  # so that every worker has some
        start = time.perf_counter()

        def progress(done: int, _of: int | None) -> None:
            told(f"{done:,} of {m:,}, {done * n / (time.perf_counter() - start) / 1e6:.1f} million pairs/s")

        yield measured(
            f'rank_shards, text="compact", {workers} workers',
            m * n,
            lambda: rank_shards(
                ranker, lines, Path(folder) / "shards", K, shard_size=size, workers=workers, progress=progress
            ),
            lambda: (
                f"{m:,} demands; at most {memory() - inputs:.0f} MB above the inputs, "
                f"a worker {memory(resource.RUSAGE_CHILDREN):.0f} MB with all it shares"
            ),
        )
    yield from one_by_one('rank, text="compact", one request at a time', ranker, n)


def one_by_one(what: str, ranker: SupplierRanker, n: int) -> Iterator[Rate]:
    """The median of twenty requests, alone and with the explanations of their best."""
    asked = list(demands(22))
    spent, both, cores = [], [], []
    for demand in asked:
        before = processor()
        start = time.perf_counter()
        top = ranker.rank([demand], K)
        spent.append(time.perf_counter() - start)
        cores.append(processor() - before)
        ranker.explain_many(demand, [one for one in top.ids[0] if one is not None])
        both.append(time.perf_counter() - start)
    alone, told, core = (float(np.median(times[2:])) for times in (spent, both, cores))
    yield Rate(what, n / alone, n / core, f"{1e3 * alone:.1f} ms median, {1e3 * told:.1f} ms with {K} explanations")


def table(n: int, m: int, workers: int, *, full_text: bool = True) -> Table:
    """Ours and the peers."""

    def told(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    found = list(peers(n, PEER_REQUESTS))
    found += ours(n, m, workers, told)
    if full_text:
        found += one_by_one(
            'rank, text="full", one request at a time', SupplierRanker(as_of=AS_OF).fit(suppliers(n)), n
        )
    bare, best = found[0].wall, found[2].wall
    core = found[3].core
    return Table(
        title=f"Exact top {K} of {n:,} suppliers",
        command=f"python -m benchmarks.scale --suppliers {n} --demands {m} --workers {workers}",
        columns=(
            "what",
            "million pairs/s",
            "of product + argpartition",
            "of the bare product",
            "million pairs per core-second",
            "of product + argpartition on one thread",
            "remark",
        ),
        rows=[
            (r.what, r.wall / 1e6, r.wall / best, r.wall / bare, r.core / 1e6, r.core / core, r.remark) for r in found
        ],
        note=(
            f"Peers: {PEER_REQUESTS:,} requests, vectors of {DIMENSIONS} dimensions, no terms and gates, as many "
            "threads as their library takes. Ours: invented records of every kind, all terms and gates, reading dicts "
            "included. On a machine shared with other work the figures per core-second are the ones to compare."
        ),
    )


def tables(_data: Path) -> Iterator[Table]:
    """As many suppliers as a large platform has, and enough demands to tell the rate."""
    yield table(30_000, 16_000, 2)


def main() -> None:
    """The size asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--suppliers", type=int, default=3_000)
    parser.add_argument("--demands", type=int, default=3_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--full", action="store_true", help="30,000 suppliers and 250,000 demands")
    parser.add_argument("--no-full-text", action="store_true", help='leave out text="full"')
    asked = parser.parse_args()
    n, m = (30_000, 250_000) if asked.full else (asked.suppliers, asked.demands)
    print(table(n, m, asked.workers, full_text=not asked.no_full_text).markdown())


if __name__ == "__main__":
    main()
