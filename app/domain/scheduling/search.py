"""One run of the engine: the best plan so far, the bound, the clock, and who is told."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.domain.scheduling.board import Board
from app.domain.scheduling.bounds import simple_bound
from app.domain.scheduling.instance import Instance
from app.domain.scheduling.plan import Progress, gap_between

EPSILON = 1e-6


@dataclass
class Search:
    """What the routes share; safe to use from two threads.

    `bound` holds for plans with every required meeting and the least shortfall, `deep` for any shortfall (from the
    time-indexed program, on request), `relaxed` for all plans; `found_by` is the stage that gave `bound`; `refuted` is
    proof that some required meeting cannot be held; `least_short` a proven minimum of the shortfall; `allowed` the time
    limit as it was given; `pace` the seconds that the greedy plan took, from which the needs of the end are estimated.
    """

    inst: Instance
    begun: float
    time_limit: float
    progress: Callable[[Progress], None] | None = None
    best: Board = field(init=False)
    score: tuple[int, int, float] = field(init=False)
    bound: float = math.inf
    relaxed: float = math.inf
    deep: float = math.inf
    found_by: str = "bound"
    refuted: bool = False
    least_short: int = 0
    stopped: bool = False
    solvers: list[Any] = field(default_factory=list)
    failure: BaseException | None = None
    route: str = "greedy"
    pace: float = 0.0
    allowed: float = field(init=False)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.allowed = self.time_limit
        self.best = Board(self.inst)
        self.score = self.best.score()
        self.relaxed = self.bound = simple_bound(self.inst)

    def elapsed(self) -> float:
        return time.monotonic() - self.begun

    def spare(self) -> float:
        """Seconds until the end the caller set, however short the run has been cut since."""
        return self.allowed - self.elapsed()

    def left(self) -> float:
        """Seconds to search, some being kept for filling up, the reasons and the verifier."""
        keep = min(0.4 * self.time_limit, 0.15 + 3.0 * self.pace)
        return self.time_limit - keep - self.elapsed()

    def offer(self, board: Board, stage: str) -> bool:
        """Takes a plan if it is better than the best; one whose breaks are spread too far is none."""
        if not board.evenly():
            return False
        score = board.score()
        with self.lock:
            better = score[:2] > self.score[:2] or (score[:2] == self.score[:2] and score[2] > self.score[2] + 1e-9)
            if better:
                self.best, self.score, self.route = board, score, stage
        self.tell(stage)
        return better

    def tighten(self, bound: float, stage: str) -> None:
        """Takes a bound for plans without anything missing if it is lower."""
        with self.lock:
            if bound >= self.bound:
                return
            self.bound, self.found_by = bound, stage
        self.tell(stage)

    def halt(self) -> None:
        """Ends the run: every search in it stops as soon as it can."""
        self.stopped = True
        for solver in tuple(self.solvers):
            solver.stop_search()

    def refute(self) -> None:
        """Notes that some required meeting cannot be held; a good partial plan is still to be found."""
        self.refuted = True
        for solver in tuple(self.solvers):
            solver.stop_search()

    def proven(self) -> bool:
        """Whether the best plan is known to be the best there is."""
        missing, short, points = self.score
        if missing < 0 or -short > self.least_short:
            return False
        return points >= self.bound - EPSILON * max(1.0, abs(self.bound)) * 1e-3

    def tell(self, stage: str) -> None:
        """Reports to the caller; an error raised there stops the run."""
        if self.progress is None:
            return
        with self.lock:
            missing, short, points = self.score
            bound = max(self.bound, points) if missing == short == 0 else max(self.relaxed, points)
            self.progress(
                Progress(
                    stage=stage,
                    missing_required=-missing,
                    shortfall=-short,
                    objective=points,
                    bound=bound,
                    gap=gap_between(bound, points),
                    seconds=self.elapsed(),
                    held=len(self.best.held()),
                )
            )
