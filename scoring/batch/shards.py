"""Rankings of any number of demands in a folder: one file per shard, resumable, the same bytes whoever writes them.

A shard is `shard-00000.npz` with `askers`, `positions` (-1: none), `scores` and `source`: the SHA-256 of its demands as
they were given, bytes of a file or rows as JSON. `manifest.json` holds the schema version, the model's hash, `k` and
the size of a shard; `fitted.npy` the ids the positions point at. A file is written under another name and then
renamed, so it is there whole or not at all; a shard that is there, and made from the same demands, is not made again.
What a disk has damaged since is made anew.
"""

from __future__ import annotations

import gc
import hashlib
import json
import multiprocessing
import os
import sys
import warnings
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from scoring import collecting
from scoring.errors import RankingError, whole_number
from scoring.records import lines_of, raw_rows, rows_of_lines
from scoring.results import Ranking

if TYPE_CHECKING:
    from scoring.base import Ranker

SCHEMA = 1
SHARD_SIZE = 4096
Progress = Callable[[int, int | None], None]
_CONTENT = ("askers", "positions", "scores", "source")
# what reading a file raises that is not there, not whole, or not the one that was written
_DAMAGED = (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, zipfile.BadZipFile)
_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str)
_ranker: Any = None  # what a forked worker has inherited


@dataclass(frozen=True)
class Lines:
    """Lines of a file, `first` being the number of the first of them: who makes their shard reads them."""

    path: Path
    first: int
    lines: list[bytes]


Demands = list[Mapping[str, Any]] | Lines


def rank_shards(
    ranker: Ranker,
    demands: Any,
    folder: str | Path,
    k: int = 20,
    *,
    shard_size: int = SHARD_SIZE,
    workers: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Rank any number of demands into a folder; call it again to go on after an interruption.

    Parameters
    ----------
    ranker : a fitted `SupplierRanker` or `BuyerRanker`
    demands : list of dicts, DataFrame, generator of dicts, or the path of a file with a JSON object in each line
    folder : made if need be; must not hold shards of another model, `k` or shard size
    k : the best so many of each demand; all of them where there are fewer
    shard_size : demands per file
    workers : processes that make shards side by side. Where processes cannot be forked, threads do.
    progress : called with the demands done, and how many there are where that is known

    Returns
    -------
    The folder, for `read_shards`.

    Raises
    ------
    RankingError
        The folder holds something else, or a number makes no sense.
    """
    k, shard_size = min(whole_number(k), len(ranker.ids_)), whole_number(shard_size, "shard_size")
    workers = whole_number(workers, "workers")
    folder, demands = Path(folder), Path(demands) if isinstance(demands, str) else demands
    _begin(ranker, folder, k, shard_size)
    whole = len(demands) if hasattr(demands, "__len__") else None
    done = shards = 0
    seen: set[str] = set()
    for ids in _made(ranker, _cut(demands, ranker._asking_side, shard_size), folder, k, workers):
        _see(ids, seen)
        done, shards = done + len(ids), shards + 1
        if progress is not None:
            progress(done, whole)
    for stale in folder.glob("shard-*.npz"):
        if int(stale.stem.removeprefix("shard-")) >= shards:
            stale.unlink()
    _describe(folder, {**_manifest(folder), "shards": shards, "demands": done})
    return folder


def read_shards(folder: str | Path) -> Ranking:
    """The ranking of all shards of a folder that is complete."""
    folder = Path(folder)
    told = _manifest(folder)
    if "shards" not in told:
        raise RankingError(f"{folder}: not all shards are there yet; call rank_shards again to go on")
    with _readable(folder / "fitted.npy"):
        fitted = np.asarray([*_fitted(folder), None], dtype=object)
    askers: list[str] = []
    ids, scores = [np.zeros((0, told["k"]), dtype=object)], [np.zeros((0, told["k"]))]
    for number in range(told["shards"]):
        path = shard_path(folder, number)
        with _readable(path):
            shard = _arrays(path)
            askers.extend(shard["askers"].tolist())
            ids.append(fitted[shard["positions"]])
            scores.append(shard["scores"])
    return Ranking(tuple(askers), np.concatenate(ids), np.concatenate(scores))


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard lies."""
    return folder / f"shard-{number:05d}.npz"


def make_shard(ranker: Ranker, demands: Demands, folder: Path, number: int, k: int, threads: int) -> list[str]:
    """Write one shard unless it is there; return the ids of its demands."""
    path, source = shard_path(folder, number), _digest(demands)
    if (there := _there(path, source)) is not None:
        return there
    with collecting.held():
        rows = (
            list(rows_of_lines(demands.lines, demands.path, demands.first)) if isinstance(demands, Lines) else demands
        )
        _see((str(row.get("id")) for row in rows), set())
        names: list[str] = []
        blocks = list(ranker.rank_blocks(rows, k, names=names, threads=threads, together=True))
        content = {
            "askers": np.asarray(names, dtype=np.str_),
            "positions": np.concatenate([block.records for block in blocks]),
            "scores": np.concatenate([block.scores for block in blocks]),
            "source": np.asarray(source),
        }
    beside = path.with_suffix(f".{os.getpid()}.part")
    with beside.open("wb") as file:
        np.savez(file, allow_pickle=False, **content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return names


def _see(ids: Iterable[str], seen: set[str]) -> None:
    for identity in ids:
        if identity in seen:
            raise RankingError(f"id {identity!r} comes twice; ids must be unique over all shards")
        seen.add(identity)


def _cut(demands: Any, side: Any, size: int) -> Iterator[Demands]:
    """Demands in the order given, `size` at a time; those of a file are not read yet."""
    if isinstance(demands, Path):
        first, lines, filled = 1, list[bytes](), 0
        for line in lines_of(demands):
            lines.append(line)
            filled += not line.isspace()
            if filled == size:
                yield Lines(demands, first, lines)
                first, lines, filled = first + len(lines), [], 0
        if filled:
            yield Lines(demands, first, lines)
        return
    rows = iter(raw_rows(demands, "demands" if side == "demand" else "suppliers"))
    while shard := list(islice(rows, size)):
        yield shard


def _made(ranker: Ranker, shards: Iterable[Demands], folder: Path, k: int, workers: int) -> Iterator[list[str]]:
    """Ids of the shards as they are finished, in order."""
    if workers == 1:
        for number, demands in enumerate(shards):
            yield make_shard(ranker, demands, folder, number, k, os.cpu_count() or 1)
        return
    ranker.prepare(k)  # before the workers part, so that they share it
    with _pool(ranker, workers) as pool:
        waiting: deque[Future[list[str]]] = deque()
        for number, demands in enumerate(shards):
            waiting.append(pool.submit(_work, demands, folder, number, k))
            while len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _pool(ranker: Ranker, workers: int) -> ProcessPoolExecutor | ThreadPoolExecutor:
    global _ranker
    _ranker = ranker
    if sys.platform != "linux" or "fork" not in multiprocessing.get_all_start_methods():
        return ThreadPoolExecutor(workers)
    context = multiprocessing.get_context("fork")
    # what they inherit stays: the collector need not look through it again and again, nor write into shared memory
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=gc.freeze)
    with warnings.catch_warnings(), threadpool_limits(limits=1):
        # Python warns of forking beside other threads: ours hold no locks, and workers start none of their own
        warnings.simplefilter("ignore", DeprecationWarning)
        for started in [pool.submit(os.getpid) for _ in range(workers)]:
            started.result()
    return pool


def _work(demands: Demands, folder: Path, number: int, k: int) -> list[str]:
    return make_shard(_ranker, demands, folder, number, k, threads=1)


def _begin(ranker: Ranker, folder: Path, k: int, shard_size: int) -> None:
    told = {"schema": SCHEMA, "model": ranker.model_hash(), "class": type(ranker).__name__, "k": k, "size": shard_size}
    folder.mkdir(parents=True, exist_ok=True)
    for part in folder.glob("*.part"):
        part.unlink()
    if (folder / "manifest.json").exists():
        there = _manifest(folder)
        for name, value in told.items():
            if there.get(name) != value:
                raise RankingError(
                    f"{folder}: holds shards with {name}={there.get(name)!r}, asked for {value!r}; take another folder"
                )
    elif any(folder.glob("shard-*.npz")):
        raise RankingError(f"{folder}: holds shards without a manifest; take another folder")
    fitted = folder / "fitted.npy"
    if not _holds(folder, ranker.ids_):
        with fitted.with_suffix(".part").open("wb") as file:
            np.save(file, np.asarray(ranker.ids_, dtype=np.str_), allow_pickle=False)
        fitted.with_suffix(".part").replace(fitted)
    _describe(folder, told)


def _describe(folder: Path, told: Mapping[str, Any]) -> None:
    beside = folder / "manifest.part"
    beside.write_text(json.dumps(told, indent=1), encoding="utf-8")
    beside.replace(folder / "manifest.json")


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RankingError(f"{folder}: no readable manifest.json ({error}); call rank_shards first") from error
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise RankingError(f"{folder}: shards of another release; rank again into an empty folder")
    return told


def _digest(demands: Demands) -> str:
    content = b"".join(demands.lines) if isinstance(demands, Lines) else _JSON.encode(demands).encode()
    return hashlib.sha256(content).hexdigest()


def _holds(folder: Path, ids: Sequence[str]) -> bool:
    """Whether the folder's list of ids is there and whole."""
    try:
        return _fitted(folder) == list(ids)
    except _DAMAGED:
        return False


def _fitted(folder: Path) -> list[str]:
    return list(np.load(folder / "fitted.npy", allow_pickle=False).tolist())


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """All that a shard holds; reading it whole compares its checksums."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in _CONTENT}


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise RankingError(f"{path}: cannot be read ({error}); call rank_shards again, it is made anew") from error


def _there(path: Path, source: str) -> list[str] | None:
    """The ids of a shard that is there, whole, and was made from these demands."""
    try:
        shard = _arrays(path)
    except _DAMAGED:
        return None
    return list(shard["askers"].tolist()) if str(shard["source"]) == source else None
