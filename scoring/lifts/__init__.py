"""What would lift a supplier: the smallest realistic changes of its own record, for one request and for an event."""

from __future__ import annotations

from scoring.lifts.candidates import changes
from scoring.lifts.change import EFFORTS, Change
from scoring.lifts.pair import LIFTS, Found, Pair, found_for, reaching, record_fields, shown, told
from scoring.lifts.values import NEAR

__all__ = [
    "EFFORTS",
    "LIFTS",
    "NEAR",
    "Change",
    "Found",
    "Pair",
    "changes",
    "found_for",
    "reaching",
    "record_fields",
    "shown",
    "told",
]
