"""What a process has answered, in the text format that Prometheus reads. No names, no ids, no tenants.

Each server process counts for itself and says which it is in the label `process`, so that with several of them behind
one port no counter seems to run backwards. The runs are those of the database, the same from every process.
"""

from __future__ import annotations

import os
import platform
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from itertools import accumulate

from sqlalchemy import Pool, QueuePool

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
#: upper bounds of the histogram's steps, in seconds
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_Sample = tuple[str, Mapping[str, object], float]


@dataclass(frozen=True)
class Stored:
    """What the database says: numbers by kind and state, of all tenants together."""

    runs: Mapping[tuple[str, str], int]
    deliveries: Mapping[tuple[str, str], int]


class Metrics:
    """What this process has answered; only ever changed from the event loop, so it needs no lock."""

    def __init__(self) -> None:
        self._answered: Counter[tuple[str, str, int]] = Counter()
        self._steps: dict[tuple[str, str], list[int]] = {}
        self._seconds: dict[tuple[str, str], float] = {}
        self.in_progress = 0

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is the pattern, never the address itself, so that there are few of them."""
        key = (method if method in _METHODS else "other", route)
        self._answered[(*key, status)] += 1
        self._seconds[key] = self._seconds.get(key, 0.0) + seconds
        self._steps.setdefault(key, [0] * (len(BOUNDS) + 1))[bisect_left(BOUNDS, seconds)] += 1

    def render(self, pool: Pool, stored: Stored | None) -> str:
        """Return everything as text; without `stored` the database did not answer."""
        own = {"process": os.getpid()}
        info = {"version": version("fairmatch"), "python": platform.python_version()}
        lines = [
            *_family("info", "gauge", "What runs here.", [("", {**info, **own}, 1)]),
            *_family("requests_in_progress", "gauge", "Requests being answered.", [("", own, self.in_progress)]),
            *_family("requests_total", "counter", "Requests answered, by route and status.", self._totals(own)),
            *_family("request_seconds", "histogram", "Time to answer, by route.", self._durations(own)),
            *_family("database_connections", "gauge", "Connections of this process.", _connections(pool, own)),
            *_family("database_up", "gauge", "Whether the database answered.", [("", own, stored is not None)]),
        ]
        if stored is not None:
            queued = sum(number for (_, state), number in stored.runs.items() if state == "queued")
            lines += _family("runs", "gauge", "Match runs, schedules and jobs, by state.", _by_state(stored.runs))
            lines += _family("queue_length", "gauge", "Runs that wait for a worker.", [("", {}, queued)])
            lines += _family("deliveries", "gauge", "Letters and calls, by state.", _by_state(stored.deliveries))
        return "\n".join(lines) + "\n"

    def _totals(self, own: Mapping[str, object]) -> Iterator[_Sample]:
        for (method, route, status), number in sorted(self._answered.items()):
            yield "", {"method": method, "route": route, "status": status, **own}, number

    def _durations(self, own: Mapping[str, object]) -> Iterator[_Sample]:
        for (method, route), steps in sorted(self._steps.items()):
            labels = {"method": method, "route": route, **own}
            for bound, number in zip((*BOUNDS, "+Inf"), accumulate(steps), strict=True):
                yield "_bucket", {**labels, "le": bound}, number
            yield "_sum", labels, round(self._seconds[method, route], 6)
            yield "_count", labels, sum(steps)


def _by_state(numbers: Mapping[tuple[str, str], int]) -> Iterator[_Sample]:
    for (kind, state), number in numbers.items():
        yield "", {"kind": kind, "state": state}, number


def _connections(pool: Pool, own: Mapping[str, object]) -> Iterator[_Sample]:
    if isinstance(pool, QueuePool):
        yield "", {"state": "used", **own}, pool.checkedout()
        yield "", {"state": "idle", **own}, pool.checkedin()


def _family(name: str, kind: str, told: str, samples: Iterable[_Sample]) -> Iterator[str]:
    name = f"fairmatch_{name}"
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} {kind}"
    for suffix, labels, value in samples:
        inner = ",".join(f'{label}="{_escaped(str(held))}"' for label, held in labels.items())
        number = f"{value:.6f}".rstrip("0").rstrip(".")
        yield f"{name}{suffix}{'{' + inner + '}' if inner else ''} {number}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
