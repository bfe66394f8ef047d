"""The general route: a first plan at once, bounds, then exact search and annealing side by side.

With a time limit the two run in two threads (both let go of Python's lock) and either can end the run; fairs too large
for exact search are annealed in both. With a step
budget they run one after the other, with fixed amounts of work and no clock.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.scheduling import bounds, greedy
from app.domain.scheduling.board import Board
from app.domain.scheduling.search import Search

if TYPE_CHECKING:
    from app.domain.scheduling.cooling import Cooled
    from app.domain.scheduling.instance import Instance

TINY = 3_000
FIRST_LOOK = 1.0
STEPS_PER_WORK = 200_000
PARTIAL_SECONDS = 2.0
SECONDS_BETWEEN_PLANS = 1.0
BESIDE_CORE, MOST_BESIDE_CORE = 0.1, 3.0  # share and seconds of annealing; then a second exact search does more


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


def improve(run: Search, steps: int | None, seed: int, deeply: bool = False) -> None:
    """Searches until proof, the end of the time, or the end of the steps; `deeply` asks for the deep bound as well.

    By the clock that runs beside the search and takes the place of a second annealing; by steps it comes last, so that
    it has no part in the plan.
    """
    from app.domain.scheduling import deep

    if not run.inst.meetings or not run.inst.slots or run.proven():
        return
    deeply = deeply and not run.refuted and any(run.inst.starts)
    if steps is None:
        with deep.beside(run) if deeply else nullcontext():
            _by_clock(run, seed, deeply)
        return
    _by_steps(run, steps, seed)
    if deeply and not run.proven() and not run.refuted and not run.stopped:
        deep.afterwards(run)


def _by_steps(run: Search, steps: int, seed: int) -> None:
    from app.domain.scheduling import exact, proving

    work = max(1.0, steps / STEPS_PER_WORK)
    small = exact.fits(run.inst)
    if small and exact.size(run.inst) <= TINY:
        proving.prove(run, lambda: exact.Budget(work=min(work, 2.0), seed=seed))
        if run.proven() or run.stopped:
            return
    _anneal(run, steps, seed)
    if small and not run.proven() and not run.refuted and not run.stopped:
        proving.prove(run, lambda: exact.Budget(work=work, seed=seed))


def _by_clock(run: Search, seed: int, deeply: bool) -> None:
    from app.domain.scheduling import exact, proving

    small = exact.fits(run.inst)
    if run.refuted:
        _shorten(run)
    seeds = (
        (seed,) if small or deeply else (seed, seed + 1)
    )  # where the exact search has no part, its core anneals as well
    workers = [
        threading.Thread(target=_beside, args=(run, k, small and not run.refuted), name=f"beside {k}") for k in seeds
    ]
    for worker in workers:
        worker.start()
    try:
        if small and not run.refuted:
            budget = exact.Budget(seconds=run.left(), seed=seed)
            if proving.prove(run, lambda: replace(budget, seconds=run.left())):
                run.stopped = not run.refuted
        if run.refuted:
            _shorten(run)
        while any(worker.is_alive() for worker in workers) and run.left() > 0 and not run.stopped:
            workers[0].join(timeout=min(0.05, max(0.001, run.left())))
            time.sleep(0 if workers[0].is_alive() else 0.01)
    finally:
        run.halt()
        for worker in workers:
            if getattr(worker, "warm", False):  # else it is still compiling; the answer does not wait for that
                worker.join()
    if run.failure is not None:
        raise run.failure


def _shorten(run: Search) -> None:
    """Once refuted, only a good partial plan is left to look for; that gets a little time."""
    literals = sum(len(starts) for starts in run.inst.starts)
    end = run.elapsed() + min(PARTIAL_SECONDS, 0.002 * literals) + 3.0 * run.pace + 0.15
    run.time_limit = min(run.time_limit, end)


def _beside(run: Search, seed: int, after_a_look: bool) -> None:
    """The second thread: what goes wrong in it is raised in the first."""
    try:
        while after_a_look and not run.stopped and not run.refuted and run.elapsed() < FIRST_LOOK:
            time.sleep(0.01)
        if not run.stopped:
            _anneal(run, None, seed)
        if not run.stopped and _racing(run):
            _race(run, seed)
            if run.refuted and not run.stopped:
                _anneal(run, None, seed)
    except BaseException as error:  # noqa: BLE001
        run.failure = error
        run.halt()


def _racing(run: Search) -> bool:
    """Whether a second core-guided search does more than annealing on."""
    from app.domain.scheduling import exact

    return exact.fits(run.inst) and exact.core_guided(run.inst) and not any(run.inst.floor) and not run.refuted


def _race(run: Search, seed: int) -> None:
    from app.domain.scheduling import exact, proving

    proving.race(run, exact.Budget(seconds=run.left(), seed=seed + 1, presolve=True))


def _annealer(inst: Instance, seed: int) -> Cooled:
    from app.domain.scheduling import chain_limits

    if chain_limits.applies(inst):
        from app.domain.scheduling.chain_anneal import ChainAnnealer

        return ChainAnnealer(inst, seed)
    from app.domain.scheduling.anneal import Annealer

    return Annealer(inst, seed)


def _anneal(run: Search, steps: int | None, seed: int) -> None:
    """Annealing from the greedy plan; the first use on a machine compiles, which the clock does not wait for."""
    from app.domain.scheduling import cooling

    annealer = _annealer(run.inst, seed)
    annealer.start_from(run.best)
    threading.current_thread().warm = True  # type: ignore[attr-defined]
    if run.stopped:
        return

    if steps is not None:
        share = cooling.by_steps(annealer, steps)
        _slices(run, annealer, lambda: 1.0 if run.stopped else share(), cooling.SLICE, keep=False)
        return
    seconds = min(MOST_BESIDE_CORE, BESIDE_CORE * run.left()) if _racing(run) else run.left()
    share = cooling.by_clock(seconds)
    _slices(run, annealer, lambda: 1.0 if run.stopped or run.left() <= 0 else share(), cooling.SLICE // 4)


def _slices(run: Search, annealer: Cooled, done: Callable[[], float], size: int, keep: bool = True) -> None:
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
            run.offer(annealer.board(), "annealing")
        else:
            run.tell("annealing")
        told, known = run.elapsed(), annealer.energy

    goal = -run.bound if run.least_short == 0 else -math.inf
    try:
        annealer.run(size, done, goal, seen)
    finally:
        run.offer(annealer.board(), "annealing")
    if run.proven():
        run.halt()


def fill_up(board: Board) -> None:
    """Adds whatever still fits and pays, until nothing does; then every reason is true as read."""
    line = greedy.order(board.inst)
    while greedy.fill(board, line):
        pass
