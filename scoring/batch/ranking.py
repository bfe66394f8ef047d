"""Many requests against one fitted side: blocks are made in turn, scanned on all cores, and come back in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, cast

import numpy as np
from threadpoolctl import threadpool_limits

from scoring import collecting
from scoring.batch.lanes import LANES, fill, opened
from scoring.batch.requests import Block, Requests
from scoring.batch.results import Best
from scoring.batch.scan import WAITING, Lanes, scan, settle
from scoring.batch.tables import Tables
from scoring.gates import GateBook
from scoring.records import Record
from scoring.space import Space

BLOCK = 1024  # requests made ready together
TILE = 4096  # fitted records whose text is held at a time, by each thread; each call of the scan takes its time
AHEAD = 1  # blocks made ahead per thread
Found = tuple[np.ndarray, np.ndarray]  # positions and scores of one request, best first


class BatchRanker:
    """What ranks many requests of one fitted space in compact mode; made once per fitted ranker."""

    def __init__(self, space: Space, book: GateBook) -> None:
        self.tables = Tables(space)
        self.requests = Requests(space, book, self.tables)

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
                waiting.append((pool.submit(self._scan, made, k), others))
                while len(waiting) > workers * AHEAD:
                    yield _merged(*waiting.popleft())
            while waiting:
                yield _merged(*waiting.popleft())

    @staticmethod
    def _next(rest: Iterator[Record]) -> list[Record]:
        with collecting.held():
            return list(islice(rest, BLOCK))

    def _scan(self, block: Block, k: int) -> Best:
        size = block.stated.shape[1]
        best = Best(np.full((size, k), -1, np.int32), np.full((size, k), np.nan), np.zeros(size, np.int64))
        found = (best.records, best.scores, best.scored)
        fitted, compiled, settled = self.tables.fitted, cast("Any", scan), cast("Any", settle)
        held = np.empty((TILE, LANES), dtype=np.float32)
        points = np.zeros((fitted.text.shape[1], LANES), dtype=np.float32)
        order = np.lexsort(block.stated)  # the lanes then leave out many groups that none of them states
        for begin in range(0, size, LANES):
            requests = order[begin : begin + LANES]
            lanes = self._lanes(block, requests)
            points[:, : len(requests)] = block.asked.points[requests, :-1].T
            for start in range(0, self.tables.n, TILE):
                rows = fitted.text[start : start + TILE]
                text = np.matmul(rows, points, out=held[: len(rows)])
                compiled(fitted, block.wishes, block.asked, lanes, text, start, *found)
            for lane in np.flatnonzero(lanes.waiting):
                settled(fitted, block.wishes, block.asked, lanes, lane, *found)
        return best

    def _lanes(self, block: Block, requests: np.ndarray) -> Lanes:
        """Some requests of a block side by side."""
        bounds, code = self.tables.bounds, self.tables.fitted.code
        request = np.full(LANES, -1)
        request[: len(requests)] = np.where(block.empty[requests], -1, requests)
        table = np.zeros((int(bounds.group_start[-1]) + 1, LANES), dtype=np.int16)
        step, known = np.ones(LANES, dtype=np.float32), np.zeros((LANES, int(bounds.known[0])))
        cast("Any", fill)(bounds, block.wishes, request, table, step, known)
        stated = [table for table, says in zip(self.tables.terms, block.stated[:, requests], strict=True) if says.any()]
        groups = [number for one in stated for number in one.numbers]
        bits = np.empty((self.tables.n, LANES // 64), dtype=np.uint64)
        cast("Any", opened)(block.masks, block.gates, block.gate, requests, bits)
        return Lanes(
            request=request,
            table=table,
            step=step,
            known=known,
            groups=np.asarray(groups + [code.shape[1] - 1] * (-len(groups) % 4), dtype=np.int64),
            opened=bits,
            scratch=np.zeros(int(np.diff(bounds.term_column).max())),
            least=np.where(request >= 0, -np.inf, np.inf).astype(np.float32),
            waiting=np.zeros(LANES, dtype=np.int64),
            record=np.empty((LANES, WAITING), dtype=np.int32),
            bound=np.empty((LANES, WAITING), dtype=np.float32),
            found=np.zeros(LANES, dtype=np.int64),
        )


def _merged(future: Future[Best], others: dict[int, Found]) -> Best:
    best = future.result()
    for at, (records, scores) in others.items():
        best.records[at], best.scores[at] = -1, np.nan
        best.records[at, : records.size], best.scores[at, : scores.size] = records, scores
        best.scored[at] = records.size
    return best
