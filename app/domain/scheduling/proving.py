"""Exact search as part of a run: what it proves goes to the run, what stops the run stops it.

Two searches may race in two threads, differently configured: the time that core-guided search takes to find the plan
it has a bound for is a matter of luck, and of two draws one takes the luckier. What one proves ends both.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from app.domain.scheduling import exact
from app.domain.scheduling.exact import Answer, Budget
from app.domain.scheduling.placing import board_from
from app.domain.scheduling.search import Search


def prove(run: Search, budget: Callable[[], Budget]) -> bool:
    """Searches; whether the problem is settled (the best plan proven or the required meetings refuted)."""
    inst = run.inst
    answer = _best(run, budget())
    if answer.refuted and any(inst.floor) and not run.refuted:
        if any(inst.required) and exact.refutes(inst, budget()).refuted:
            run.refute()
            return True
        least = exact.least_shortfall(inst, budget())
        if not least.proven or least.slot is None:
            return False
        _take(run, least)
        run.least_short = round(-least.bound)
        run.bound = run.relaxed
        answer = _best(run, budget())
    if answer.refuted:
        run.refute()
        return True
    _take(run, answer)
    return run.proven()


def race(run: Search, budget: Budget) -> None:
    """The second search beside `prove`, for problems without minima; what it settles stops the run."""
    answer = _best(run, budget)
    if answer.refuted:
        run.refute()
        return
    _take(run, answer)
    if run.proven():
        run.halt()


def _best(run: Search, budget: Budget) -> Answer:
    scale = run.inst.scale() or 1
    short = run.least_short

    def watch(solver: Any) -> None:
        run.solvers.append(solver)
        solver.best_bound_callback = lambda bound: _bounded(run, solver, exact.rounded(bound, scale), short)

    answer = exact.best(run.inst, short, budget, run.best, watch)
    if math.isfinite(answer.bound) and short == run.least_short:
        run.tighten(answer.bound, "exact")
    return answer


def _bounded(run: Search, solver: Any, bound: float, short: int) -> None:
    """Called from inside the search with each better bound; an error must not travel through the solver."""
    try:
        if short == run.least_short and not run.stopped:
            run.tighten(bound, "exact")
            if run.proven():
                run.halt()
    except BaseException as error:  # noqa: BLE001
        run.failure = error
        run.halt()
    if run.stopped or run.refuted:
        solver.stop_search()


def _take(run: Search, answer: Answer) -> None:
    if answer.slot is not None:
        run.offer(board_from(run.inst, answer.slot, answer.staff), "exact")
