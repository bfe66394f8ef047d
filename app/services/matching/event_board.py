"""An event scored once, as it stands now, for what is asked of it as a whole; kept until anything in it changes."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from app.core.crypto import content_hash
from app.db.models import Event
from app.services import runs
from app.services.matching.field import Demand, Field, read_field
from app.services.matching.fitting import fitted
from app.services.matching.lessons import Lesson, lesson_for
from app.services.matching.naming import named
from scoring import SupplierRanker
from scoring.board import Board

_CACHE_SIZE = 4
_cache: OrderedDict[str, tuple[SupplierRanker, Board]] = OrderedDict()
_cache_lock = Lock()


@dataclass(frozen=True)
class Scored:
    """Who takes part, and the engine's view of it; demands by the code of their request."""

    field: Field
    demands: dict[str, Demand]
    ranker: SupplierRanker
    board: Board

    def request(self, code: str) -> dict[str, Any]:
        """A request and its buyer as they are shown."""
        demand = self.demands[code]
        document, buyer = demand.revision.document, demand.seeker.organisation
        title = document.get("title") or ", ".join(document.get("products", []))
        return {
            "request": {"id": str(demand.request.id), "code": demand.request.code, "title": title},
            "buyer": named(buyer.id, buyer.name, buyer.name_local),
        }

    def supplier(self, code: str) -> dict[str, Any]:
        """A supplier as it is shown."""
        organisation = self.field.suppliers[code].organisation
        return named(organisation.id, organisation.name, organisation.name_local)


def scored_event(session: Session, event: Event, report: runs.Progress = runs.silent) -> Scored:
    """Every request of an event against every supplier, from the newest revisions.

    Raises
    ------
    InvalidInputError
        Nobody supplies or nobody asks.
    """
    report(0.0, "reading")
    field = read_field(session, event)
    as_of = event.as_of or date.today()  # noqa: DTZ011 - validity is a matter of days
    records = [demand.record for demand in field.demands]
    lesson = lesson_for(session, event)
    state = json.dumps([str(as_of), field.records, records], sort_keys=True, default=str)
    key = content_hash(str(event.id), lesson.key if lesson else "", state)
    ranker, board = _scored(key, field, records, as_of, lesson, report)
    return Scored(field, {demand.request.code: demand for demand in field.demands}, ranker, board)


def _scored(
    key: str,
    field: Field,
    records: list[dict[str, Any]],
    as_of: date,
    lesson: Lesson | None,
    report: runs.Progress,
) -> tuple[SupplierRanker, Board]:
    with _cache_lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    report(0.1, "learning the suppliers")
    ranker = fitted(field.records, as_of, lesson)
    made = ranker, ranker.board(records, lambda n, count: report(0.2 + 0.6 * n / count, f"request {n + 1} of {count}"))
    report(0.8, "looking over the event")
    with _cache_lock:
        _cache[key] = made
        while len(_cache) > _CACHE_SIZE:
            _cache.popitem(last=False)
    return made
