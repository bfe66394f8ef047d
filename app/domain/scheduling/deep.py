"""The deep bound, on request: prices of the time-indexed program from a process beside the search.

What comes back is judged here (`timed`), so the bound does not rest on what the process did. It holds for plans with
every required meeting, whatever the shortfall.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from app.domain.scheduling.bounds import whole
from app.domain.scheduling.search import Search
from app.domain.scheduling.timed import Floats, Timed, timed

PRICING = Path(__file__).with_name("pricing.py")
STAGE = "deep bound"


def linear_program(program: Timed) -> dict[str, np.ndarray]:
    """The whole program: `matrix`, each meeting once, and where breaks cost the beginnings of busy runs.

    Entries by `rows`, `columns`, `factors`; sides of the rows `left`, `right`; `cost` is minimised, 0 <= x <= `upper`.
    """
    entries, width = program.matrix.tocoo(), len(program.gain)
    once = np.cumsum(np.diff(program.meeting, prepend=-1) > 0) - 1
    must = program.must[program.meeting[program.first]]
    parts: dict[str, list[np.ndarray]] = {
        "rows": [entries.row, len(program.right) + once],
        "columns": [entries.col, np.arange(width)],
        "factors": [entries.data, np.ones(width)],
        "left": [np.full(len(program.right), -np.inf), np.where(must, 1.0, -np.inf)],
        "right": [program.right, np.ones(len(must))],
        "cost": [-program.gain],
        "upper": [np.ones(width)],
    }
    if program.minded.any():
        _add_runs(program, parts)
    return {name: np.concatenate(part) for name, part in parts.items()}


def _add_runs(program: Timed, parts: dict[str, list[np.ndarray]]) -> None:
    """Columns s[p, t] >= busy[p, t] − busy[p, t−1], a run that begins, and k[p] >= Σ s[p, t] − 1, breaks that cost.

    An idle slot more for each break is all this program sees of idle slots; `Timed.bound` counts them in full.
    """
    entries, width = program.matrix.tocoo(), len(program.gain)
    (people, slots), base = program.reach.shape, len(program.right) + len(program.first)
    size = people * slots
    mine = entries.row < size
    mine[mine] = program.minded[entries.row[mine] // slots]
    at, column = entries.row[mine], entries.col[mine]
    on = at % slots < slots - 1
    run, who = np.arange(size), np.arange(people)
    parts["rows"] += [base + at, base + at[on] + 1, base + run, base + size + run // slots, base + size + who]
    parts["columns"] += [column, column[on], width + run, width + run, width + size + who]
    factors = (np.ones(len(at)), -np.ones(on.sum()), -np.ones(size), np.ones(size), -np.ones(people))
    parts["factors"] += factors
    parts["left"].append(np.full(size + people, -np.inf))
    parts["right"] += [np.zeros(size), np.ones(people)]
    parts["cost"] += [np.zeros(size), np.full(people, program.break_ + program.idle)]
    parts["upper"] += [np.ones(size), np.full(people, float(slots))]


def _prices(program: Timed, found: Floats) -> Floats:
    """The prices of `program.matrix` from those of the whole linear program."""
    people, slots = program.reach.shape
    y = np.maximum(found, 0.0)
    prices = y[: len(program.right)].copy()
    if program.minded.any():
        base = len(program.right) + len(program.first)
        run = y[base : base + people * slots].reshape(people, slots)
        prices[: people * slots] += (run - np.hstack([run[:, 1:], np.zeros((people, 1))])).ravel()
    return prices


def _rows(program: Timed) -> int:
    people, slots = program.reach.shape
    return len(program.right) + len(program.first) + (people * (slots + 1) if program.minded.any() else 0)


def _listen(run: Search, program: Timed, process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    size = _rows(program) * 8
    while len(data := process.stdout.read(size)) == size:
        found = np.frombuffer(data)
        if np.isfinite(found).all():
            take(run, program.bound(_prices(program, found)))


def take(run: Search, bound: float) -> None:
    """Hands a bound to the run; where it proves the best plan, the run is over."""
    run.deep = min(run.deep, whole(run.inst, bound))
    run.tighten(run.deep, STAGE)
    if run.proven():
        run.halt()


def _work(run: Search, process: subprocess.Popen[bytes]) -> None:
    """The thread that feeds the process and reads it; it may be ended by killing the process."""
    assert process.stdin is not None
    try:
        program = timed(run.inst, required_held=True)
        if run.stopped:
            return
        with process.stdin:
            np.savez(process.stdin, allow_pickle=False, **linear_program(program))
        _listen(run, program, process)
    except BrokenPipeError:
        pass  # the process was ended, or could not be begun: the bound stays what it was
    except BaseException as error:  # noqa: BLE001
        run.failure = error
        run.halt()


@contextmanager
def beside(run: Search) -> Iterator[threading.Thread]:
    """Tightens the bound of a run as long as the block lasts."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-P", str(PRICING)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        worker = threading.Thread(target=_work, args=(run, process), name="deep bound", daemon=True)
        worker.start()
        try:
            yield worker
        finally:
            process.kill()
            worker.join()


def afterwards(run: Search) -> None:
    """The same by itself, until the program is solved or the run is stopped."""
    with beside(run) as worker:
        while worker.is_alive() and not run.stopped:
            time.sleep(0.01)
    if run.failure is not None:
        raise run.failure
