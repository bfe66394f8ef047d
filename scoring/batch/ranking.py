"""Many requests against one fitted side: blocks are made in turn, scanned on all cores, and come back in order."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from scoring import collecting
from scoring.batch.requests import Block, Requests
from scoring.batch.results import Best
from scoring.batch.scan import scan
from scoring.batch.tables import Tables
from scoring.gates import GateBook
from scoring.records import Record
from scoring.space import Space

BLOCK = 1024  # requests made ready together
HELD = 256  # requests whose bounds are held at a time, by each thread
WAITING = 1  # blocks made ahead per thread
Found = tuple[np.ndarray, np.ndarray]  # positions and scores of one request, best first


class BatchRanker:
    """What ranks many requests of one fitted space in compact mode; made once per fitted ranker."""

    def __init__(self, space: Space, book: GateBook) -> None:
        self.tables = Tables(space)
        self.requests = Requests(space, book, self.tables)
        self._used = np.zeros(self.tables.width, dtype=bool)
        self._dense = self.tables.dense[:, self._used]
        self._local = threading.local()
        self._lock = threading.Lock()

    def rank(
        self, records: Iterable[Record], k: int, alone: Callable[[Record], Found], threads: int | None = None
    ) -> Iterator[Best]:
        """Blocks of results, in the order of the requests; they depend on neither `threads` nor the blocks.

        `alone` ranks one request: it is asked for those with answers behind them and those that ask for nothing.
        """
        workers = threads or os.cpu_count() or 1
        waiting: deque[tuple[Future[Best], dict[int, Found]]] = deque()
        rest = iter(records)
        with threadpool_limits(limits=1), ThreadPoolExecutor(workers) as pool:
            while block := self._next(rest):
                with collecting.held():
                    made = self.requests.block(block)
                answered = [bool(self.requests.space.behaviour.count(record.id)) for record in block]
                others = {int(at): alone(block[at]) for at in np.flatnonzero(made.empty | np.asarray(answered))}
                waiting.append((pool.submit(self._scan, made, self._columns(made), k), others))
                while len(waiting) > workers * WAITING:
                    yield _merged(*waiting.popleft())
            while waiting:
                yield _merged(*waiting.popleft())

    @staticmethod
    def _next(rest: Iterator[Record]) -> list[Record]:
        with collecting.held():
            return list(islice(rest, BLOCK))

    def _columns(self, block: Block) -> tuple[np.ndarray, np.ndarray]:
        """The columns any request so far has used, of both sides: what nobody asks about costs nothing."""
        used = block.left.any(axis=0)
        if (used & ~self._used).any():
            self._used = self._used | used
            self._dense = np.ascontiguousarray(self.tables.dense[:, self._used])
        return np.ascontiguousarray(block.left[:, self._used]), self._dense

    def _scan(self, block: Block, columns: tuple[np.ndarray, np.ndarray], k: int) -> Best:
        left, dense = columns
        size = len(left)
        held = getattr(self._local, "bounds", None)
        if held is None or held.shape != (HELD, self.tables.n):
            held = self._local.bounds = np.empty((HELD, self.tables.n), dtype=np.float32)
        best = Best(np.empty((size, k), np.int32), np.empty((size, k)), np.empty(size, np.int64))
        scanned: Any = scan
        for begin in range(0, size, HELD):
            part = left[begin : begin + HELD]
            bounds = held[: len(part)]
            np.matmul(part, dense.T, out=bounds)
            scanned(self.tables.fitted, block.asked, bounds, block.masks, begin, best.records, best.scores, best.scored)
        return best


def _merged(future: Future[Best], others: dict[int, Found]) -> Best:
    best = future.result()
    for at, (records, scores) in others.items():
        best.records[at], best.scores[at] = -1, np.nan
        best.records[at, : records.size], best.scores[at, : scores.size] = records, scores
        best.scored[at] = records.size
    return best
