"""Many requests against one fitted side: blocks are made in turn, scanned on all cores, and come back in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from itertools import islice
from typing import Any, cast

import numpy as np
from threadpoolctl import threadpool_limits

from scoring import collecting
from scoring.batch.lanes import LANES, fill, opened
from scoring.batch.requests import Block, Requests
from scoring.batch.results import Best
from scoring.batch.scan import HEAD, Lanes, scan, settle
from scoring.batch.tables import Tables, length
from scoring.gates import GateBook
from scoring.records import Record
from scoring.space import Space

BLOCK = 1024  # requests made ready together
AHEAD = 1  # blocks made ahead per thread
# Bounds that let expect something of the kth score: twice k; more, up to so many, where they often promise too much.
REACH, FURTHEST, OFTEN = 2, 512, 0.02
WAITING = 128  # records of a lane that can wait, beside three for each of those bounds
Found = tuple[np.ndarray, np.ndarray]  # positions and scores of one request, best first


class BatchRanker:
    """What ranks many requests of one fitted space in compact mode; made once per fitted ranker."""

    def __init__(self, space: Space, book: GateBook) -> None:
        self.tables = Tables(space)
        self.requests = Requests(space, book, self.tables)
        self.expected: dict[int, int] = {}  # bounds that let expect something of the kth score, by k

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
        order = np.lexsort(block.stated)  # the lanes then leave out many groups that none of them states
        parts = [order[begin : begin + LANES] for begin in range(0, size, LANES)]
        self.expected.setdefault(k, REACH * k)
        wrong = np.concatenate([self._expecting(block, requests, best) for requests in parts])
        for begin in range(0, wrong.size, LANES):
            self._again(block, wrong[begin : begin + LANES], best)
        if wrong.size > OFTEN * size:
            self.expected[k] = max(min(2 * self.expected[k], FURTHEST), self.expected[k])
        return best

    def _expecting(self, block: Block, requests: np.ndarray, best: Best) -> np.ndarray:
        """Rank some requests; return those of which more was expected than they have."""
        lanes = self._lanes(block, requests, self.expected[best.scores.shape[1]])
        self._through(block, requests, lanes, best)
        wrong = ~block.empty[requests] & (lanes.least[: requests.size] > self._proven(block, requests, best))
        return np.asarray(requests[wrong])

    def _again(self, block: Block, requests: np.ndarray, best: Best) -> None:
        """Rank some requests anew, from what their kth score so far leaves over."""
        proven, rare = self._proven(block, requests, best), block.asked.rare
        best.records[requests], best.scores[requests] = -1, np.nan
        for one in requests:
            own = slice(rare[one], rare[one + 1])
            block.asked.rare_from[own] = self.tables.fitted.post_start[block.asked.rare_column[own]]
        lanes = self._lanes(block, requests, best.scores.shape[1])
        lanes.least[: requests.size] = proven
        lanes.slack[:] = np.inf
        self._through(block, requests, lanes, best)

    @staticmethod
    def _proven(block: Block, requests: np.ndarray, best: Best) -> np.ndarray:
        """The bound without which a record cannot be among the best that were found, of all but the text's shift."""
        asked, kth = block.asked, np.nan_to_num(best.scores[requests, -1], nan=-np.inf)
        shift = asked.allowance[requests].astype(float) + asked.points[requests, -1]
        return np.asarray(kth - shift, dtype=np.float32)

    def _through(self, block: Block, requests: np.ndarray, lanes: Lanes, best: Best) -> None:
        """Go through all fitted records."""
        fitted, compiled, settled = self.tables.fitted, cast("Any", scan), cast("Any", settle)
        found = (best.records, best.scores, best.scored)
        heads = np.zeros((min(HEAD, fitted.text.shape[1]), LANES), dtype=np.float32)
        heads[:, : len(requests)] = block.asked.points[requests, : len(heads)].T
        compiled(fitted, block.wishes, block.asked, lanes, heads, *found)
        for lane in np.flatnonzero(lanes.waiting):
            settled(fitted, block.wishes, block.asked, lanes, lane, *found)

    def _lanes(self, block: Block, requests: np.ndarray, expected: int) -> Lanes:
        """Some requests of a block side by side; `expected` bounds let expect something of their kth scores."""
        bounds, code = self.tables.bounds, self.tables.fitted.code
        request = np.full(LANES, -1)
        request[: len(requests)] = np.where(block.empty[requests], -1, requests)
        slack, rest = np.zeros(LANES, dtype=np.float32), np.zeros(LANES, dtype=np.float32)
        slack[: len(requests)] = block.asked.allowance[requests]
        rest[: len(requests)] = length(block.asked.points[requests, HEAD:-1])
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
            rest=rest,
            groups=np.asarray(groups + [code.shape[1] - 1] * (-len(groups) % 4), dtype=np.int64),
            opened=bits,
            scratch=np.zeros(int(np.diff(bounds.term_column).max())),
            least=np.where(request >= 0, -np.inf, np.inf).astype(np.float32),
            waiting=np.zeros(LANES, dtype=np.int64),
            record=np.empty((LANES, WAITING + 3 * expected), dtype=np.int32),
            bound=np.empty((LANES, WAITING + 3 * expected), dtype=np.float32),
            found=np.zeros(LANES, dtype=np.int64),
            expected=np.full((LANES, expected), -np.inf, dtype=np.float32),
            rank=expecting(self.tables.n, expected),
            slack=2 * slack,
        )


@lru_cache(maxsize=8)
def expecting(n: int, best: int) -> np.ndarray:
    """Which of the best bounds so far (0: the highest) each of `n` records must reach, shape (n,), so that the `best`
    of all are rarely missed: of those, a share is likely to be among the records so far, and four standard deviations
    more (of draws with replacement, which vary more than those without)."""
    share = np.arange(1, n + 1) / n
    likely = best * share + 4.0 * np.sqrt(best * share * (1.0 - share)) + 3.0
    return np.minimum(likely, best).astype(np.int64) - 1


def _merged(future: Future[Best], others: dict[int, Found]) -> Best:
    best = future.result()
    for at, (records, scores) in others.items():
        best.records[at], best.scores[at] = -1, np.nan
        best.records[at, : records.size], best.scores[at, : scores.size] = records, scores
        best.scored[at] = records.size
    return best
