"""How many calls a caller may make: a bucket of tokens for each, in the memory of this process.

With several processes each counts for itself.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from threading import Lock

from fastapi import Request

from app.core.errors import TooManyError
from app.services.attempts import network_of

_MOST_BUCKETS = 10_000


class Limiter:
    """A bucket holds the calls of one minute, and fills up evenly.

    Parameters
    ----------
    per_minute
        Calls of one caller in a minute; 0 for no limit.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = float(per_minute)
        self._clock = clock
        self._lock = Lock()
        self._buckets: dict[Hashable, tuple[float, float]] = {}

    def take(self, who: Hashable) -> None:
        """Take one call out of the bucket of `who`; raise TooManyError where it is empty."""
        if self._most:
            with self._lock:
                self._take(who)

    def _take(self, who: Hashable) -> None:
        now = self._clock()
        left, since = self._buckets.get(who, (self._most, now))
        left = min(self._most, left + (now - since) * self._most / 60)
        if left < 1:
            wait = math.ceil((1 - left) * 60 / self._most)
            raise TooManyError(f"More than {self._most:.0f} calls in a minute; come back later.", retry_after=wait)
        if len(self._buckets) >= _MOST_BUCKETS and who not in self._buckets:
            self._forget(now)
        self._buckets[who] = (left - 1, now)

    def _forget(self, now: float) -> None:
        """Drop buckets that are full again; of very many that are not, those used longest ago."""
        recent = {who: bucket for who, bucket in self._buckets.items() if now - bucket[1] < 60}
        if len(recent) >= _MOST_BUCKETS:
            newest = sorted(recent.items(), key=lambda item: item[1][1])[_MOST_BUCKETS // 2 :]
            recent = dict(newest)
        self._buckets = recent


def host_of(request: Request) -> str:
    """The network address that a call comes from; of a trusted proxy, the address it vouches for."""
    return request.client.host if request.client else "local"


async def limited_by_network(request: Request) -> None:
    """For routes without a key: count the call for the network it comes from."""
    limiter: Limiter = request.app.state.limiter
    limiter.take(network_of(host_of(request)))
