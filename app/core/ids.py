"""Identifiers: UUID version 7, so that rows sort by the moment they were made."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> UUID:
    """Return a UUIDv7 that is greater than every one made before it in this process.

    Layout after RFC 9562, section 5.7: 48 bits of Unix milliseconds, version, 12 bits used as a counter within
    the millisecond (method 1 of section 6.2), variant, 62 random bits.
    """
    global _last_ms, _counter
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            _last_ms, _counter = now, 0
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        ms, count = _last_ms, _counter
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=(ms << 80) | (0x7 << 76) | (count << 64) | (0b10 << 62) | random)
