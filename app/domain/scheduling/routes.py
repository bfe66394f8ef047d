"""The general route: a first plan at once, bounds, then exact search and annealing side by side.

With a time limit the two run in two threads (both let go of Python's lock) and either can end the run. With a step
budget they run one after the other, with fixed amounts of work and no clock.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.domain.scheduling import bounds, greedy
from app.domain.scheduling.board import Board
from app.domain.scheduling.placing import board_from, board_of_rows
from app.domain.scheduling.search import Search

if TYPE_CHECKING:
    from app.domain.scheduling.anneal import Annealer
    from app.domain.scheduling.exact import Answer, Budget

TINY = 3_000
FIRST_LOOK = 1.0
STEPS_PER_WORK = 200_000
PARTIAL_SECONDS = 2.0
SECONDS_BETWEEN_PLANS = 1.0
BESIDE_CORE = 0.25  # of the time: then core-guided search has the machine to itself


def start(run: Search) -> None:
    """The greedy plan, the flow bound, and what can be refuted without search."""
    inst = run.inst
    if any(must and not starts for must, starts in zip(inst.required, inst.starts, strict=True)):
        run.refuted = True
    begun = run.elapsed()
    run.offer(greedy.greedy(inst), "greedy")
    run.pace = run.elapsed() - begun
    run.relaxed = min(run.relaxed, bounds.flow_bound(inst))
    bound = bounds.flow_bound(inst, 0, 0) if any(inst.required) or any(inst.floor) else run.relaxed
    if bound == -math.inf:
        run.refuted = run.refuted or bounds.flow_bound(inst, 0) == -math.inf
        bound = run.relaxed
    run.tighten(bound, "bound")


def improve(run: Search, steps: int | None, seed: int) -> None:
    """Searches until proof, the end of the time, or the end of the steps."""
    if not run.inst.meetings or not run.inst.slots or run.proven():
        return
    if steps is None:
        _by_clock(run, seed)
    else:
        _by_steps(run, steps, seed)


def _by_steps(run: Search, steps: int, seed: int) -> None:
    from app.domain.scheduling import exact

    work = max(1.0, steps / STEPS_PER_WORK)
    small = exact.fits(run.inst)
    if small and exact.size(run.inst) <= TINY:
        _exactly(run, lambda: exact.Budget(work=min(work, 2.0), seed=seed))
        if run.proven():
            return
    _anneal(run, steps, seed)
    if small and not run.proven() and not run.refuted:
        _exactly(run, lambda: exact.Budget(work=work, seed=seed))


def _by_clock(run: Search, seed: int) -> None:
    from app.domain.scheduling import exact

    def budget(most: float) -> Budget:
        return exact.Budget(seconds=min(most, run.left()), seed=seed)

    small = exact.fits(run.inst)
    if small and exact.size(run.inst) <= TINY:
        first = min(FIRST_LOOK, 0.3 * run.left())
        _exactly(run, lambda: budget(first))
        if run.proven() or run.left() <= 0:
            return
    if run.refuted:
        _shorten(run)
    worker = threading.Thread(target=_beside, args=(run, seed), name="annealing")
    worker.start()
    try:
        if small and not run.refuted and _exactly(run, lambda: budget(math.inf)):
            run.stopped = not run.refuted
        if run.refuted:
            _shorten(run)
        while worker.is_alive() and run.left() > 0 and not run.stopped:
            worker.join(timeout=min(0.05, max(0.001, run.left())))
    finally:
        run.stopped = True
        if getattr(worker, "warm", False):  # else it is still compiling; the answer does not wait for that
            worker.join()
    if run.failure is not None:
        raise run.failure


def _shorten(run: Search) -> None:
    """Once refuted, only a good partial plan is left to look for; that gets a little time."""
    literals = sum(len(starts) for starts in run.inst.starts)
    end = run.elapsed() + min(PARTIAL_SECONDS, 0.002 * literals) + 3.0 * run.pace + 0.15
    run.time_limit = min(run.time_limit, end)


def _beside(run: Search, seed: int) -> None:
    """The second thread: what goes wrong in it is raised in the first."""
    try:
        _anneal(run, None, seed)
    except BaseException as error:  # noqa: BLE001
        run.failure, run.stopped = error, True
        if run.solver is not None:
            run.solver.stop_search()


def _anneal(run: Search, steps: int | None, seed: int) -> None:
    """Annealing from the greedy plan; the first use on a machine compiles, which the clock does not wait for."""
    from app.domain.scheduling import anneal, exact

    annealer = anneal.Annealer(run.inst, seed)
    annealer.start_from(run.best)
    threading.current_thread().warm = True  # type: ignore[attr-defined]
    if run.stopped:
        return

    if steps is not None:
        _slices(run, annealer, anneal.by_steps(annealer, steps), anneal.SLICE, keep=False)
        return
    core = exact.fits(run.inst) and all(run.inst.required) and not run.refuted
    share = anneal.by_clock(run.left() * (BESIDE_CORE if core else 1.0))
    _slices(run, annealer, lambda: 1.0 if run.stopped or run.left() <= 0 else share(), anneal.SLICE // 4)


def _slices(run: Search, annealer: Annealer, done: Callable[[], float], size: int, keep: bool = True) -> None:
    """Anneals; a plan is built from the arrays only now and then, because that takes as long as many moves.

    Without `keep` only the last plan counts: which ones lie at hand when a second has passed is up to the machine, and
    of two plans of the same worth the first one kept would win.
    """
    told, known = run.elapsed(), annealer.energy

    def seen() -> None:
        nonlocal told, known
        if run.progress is None or run.elapsed() - told < SECONDS_BETWEEN_PLANS:
            return
        if keep and annealer.energy < known:
            run.offer(board_of_rows(run.inst, annealer.best.tolist()), "annealing")
        else:
            run.tell("annealing")
        told, known = run.elapsed(), annealer.energy

    goal = -run.bound if run.least_short == 0 else -math.inf
    try:
        annealer.run(size, done, goal, seen)
    finally:
        run.offer(board_of_rows(run.inst, annealer.best.tolist()), "annealing")
    if run.proven():
        run.stopped = True
        if run.solver is not None:
            run.solver.stop_search()


def _exactly(run: Search, budget: Callable[[], Budget]) -> bool:
    """Exact search; whether it settled the problem (proved the best plan or refuted the required meetings)."""
    from app.domain.scheduling import exact

    inst = run.inst
    answer = exact.best(inst, run.least_short, budget(), run.best, lambda solver: _watch(run, solver))
    if answer.refuted and any(inst.floor) and not run.refuted:
        if any(inst.required) and exact.refutes(inst, budget()).refuted:
            run.refuted = True
            return True
        least = exact.least_shortfall(inst, budget())
        if not least.proven or least.slot is None:
            return False
        _take(run, least)
        run.least_short = round(-least.bound)
        run.bound = run.relaxed
        answer = exact.best(inst, run.least_short, budget(), run.best, lambda solver: _watch(run, solver))
    if answer.refuted:
        run.refuted = True
        return True
    _take(run, answer)
    if math.isfinite(answer.bound):
        run.tighten(answer.bound, "exact")
    return run.proven()


def _take(run: Search, answer: Answer) -> None:
    if answer.slot is not None:
        run.offer(board_from(run.inst, answer.slot, answer.staff), "exact")


def _watch(run: Search, solver: Any) -> None:
    """Lets the other thread stop the exact search."""
    run.solver = solver


def fill_up(board: Board) -> None:
    """Adds whatever still fits and pays, until nothing does; then every reason is true as read."""
    line = greedy.order(board.inst)
    while greedy.fill(board, line):
        pass
