"""The ranker of an event's suppliers, the same for match runs and for what is asked live."""

from __future__ import annotations

from datetime import date
from typing import Any

from scoring import SupplierRanker

#: more suppliers than this are ranked with compact texts: an answer then takes a third of the time
MANY = 5_000


def fitted(records: list[dict[str, Any]], as_of: date) -> SupplierRanker:
    """Learn the suppliers of an event."""
    return SupplierRanker(text="compact" if len(records) > MANY else "full", as_of=as_of).fit(records)
