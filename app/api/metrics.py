"""A few counters of this process, in the text format that Prometheus reads. No names, no ids, no tenants."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Metrics:
    """What this process has answered; only ever touched from the event loop, so it needs no lock."""

    def __init__(self) -> None:
        self._answered: Counter[tuple[str, str, int]] = Counter()
        self._seconds: Counter[tuple[str, str]] = Counter()
        self.in_progress = 0

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is the pattern, never the address itself, so that there are few of them."""
        method = method if method in _METHODS else "other"
        self._answered[method, route, status] += 1
        self._seconds[method, route] += seconds  # type: ignore[assignment]  # Counter is typed for whole numbers

    def render(self) -> str:
        lines = [
            "# HELP fairmatch_info The version that runs.",
            "# TYPE fairmatch_info gauge",
            f'fairmatch_info{{version="{version("fairmatch")}"}} 1',
            "# HELP fairmatch_requests_in_progress Requests being answered.",
            "# TYPE fairmatch_requests_in_progress gauge",
            f"fairmatch_requests_in_progress {self.in_progress}",
            "# HELP fairmatch_requests_total Requests answered, by route and status.",
            "# TYPE fairmatch_requests_total counter",
        ]
        for (method, route, status), count in sorted(self._answered.items()):
            lines.append(f'fairmatch_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}')
        lines += [
            "# HELP fairmatch_request_seconds_total Time spent answering, by route.",
            "# TYPE fairmatch_request_seconds_total counter",
        ]
        for (method, route), seconds in sorted(self._seconds.items()):
            lines.append(f'fairmatch_request_seconds_total{{method="{method}",route="{route}"}} {seconds:.6f}')
        return "\n".join(lines) + "\n"
