"""`solve`: the routes of the engine behind one function; the best plan is kept, verified and explained."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from app.domain.scheduling.plan import Plan, Progress
from app.domain.scheduling.problem import Problem

if TYPE_CHECKING:
    from app.domain.scheduling.instance import Instance
    from app.domain.scheduling.search import Search

SECONDS_BETWEEN_LOOKS = 0.05


def solve(
    problem: Problem,
    *,
    time_limit: float = 30.0,
    steps: int | None = None,
    seed: int = 0,
    strict: bool = False,
    bound: Literal["flow", "deep"] = "flow",
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Plan:
    """The best plan the engine finds, with bound, gap and a reason for each pair left out.

    Parameters
    ----------
    problem
        From `read_problem`.
    time_limit
        Seconds of wall clock for the whole run; ignored where `steps` is given.
    steps
        Number of annealing moves; the run then looks at no clock, and the same seed gives the same plan everywhere.
    seed
        Of all random choices.
    strict
        Give no partial plan: if a required meeting is missing, the plan comes back empty with its status.
    bound
        `deep` asks for the bound of the time-indexed program, which knows who is there when and what breaks cost. It is
        found by a process beside the search, or after the steps, and takes seconds to minutes at the size of a fair.
    progress
        Called with each better plan or bound, also from a second thread; what it raises ends the run.
    stop
        Set it, from anywhere, to end the search now; the best plan so far is given as if the time were over.

    Returns
    -------
    Plan
        Verified. `optimal` and `infeasible` are only said with proof.
    """
    from app.domain.scheduling import instance, routes, search

    begun = time.monotonic()
    inst = instance.build(problem)
    run = search.Search(inst, begun, time_limit, progress)
    with _stoppable(run, stop):
        if not _exact_two_sided(inst, run):
            routes.start(run)
            routes.improve(run, steps, seed, bound == "deep")
    from app.domain.scheduling import finish  # not sooner: the first plan need not wait for what explains the last

    return finish.finished(run, seed, strict, bound == "deep")


@contextmanager
def _stoppable(run: Search, stop: threading.Event | None) -> Iterator[None]:
    """Halts the run once `stop` is set, whatever it is doing then."""
    over = threading.Event()

    def watch() -> None:
        while stop is not None and not over.wait(SECONDS_BETWEEN_LOOKS):
            if stop.is_set():
                run.halt()

    watcher = threading.Thread(target=watch, name="stop", daemon=True)
    if stop is not None:
        watcher.start()
    try:
        yield
    finally:
        over.set()


def _exact_two_sided(inst: Instance, run: Search) -> bool:
    """The route with a certificate; whether it gave the answer."""
    from app.domain.scheduling import placing, twosided

    if not inst.meetings or not twosided.applies(inst):
        return False
    proven = twosided.two_sided(inst)
    if proven is None:
        return False
    run.refuted, run.least_short = proven.missing > 0, proven.shortfall
    run.bound = run.relaxed = proven.bound
    return run.offer(placing.board_from(inst, proven.slot, {}), "two-sided") or not proven.slot
