"""What a match run settles before a word is written: who is on which list, where, and what the other side thinks.

All of it looks at the whole event and takes a small part of a run's time; what is left, the words of each listed pair,
is told request by request, in any order, by anybody who has the plan.
"""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from app.core.errors import ConflictError
from app.db.models import MatchRun
from app.services import runs
from app.services.matching.evened import Evened, evened
from app.services.matching.field import Field
from app.services.matching.fitting import fitted
from app.services.matching.lessons import Lesson
from scoring import BuyerRanker, SupplierRanker

#: ranked suppliers kept per request, each with its explanation in every language
DEPTH = 100
SCHEMA = 1
_TOGETHER = 100  # suppliers asked for their side at a time


@dataclass
class Listed:
    """A supplier at its place of a request's list, by code.

    `backward` is what the supplier thinks of the request, `backward_rank` the place of the request among those that
    list the supplier; `moved_from` the place by score alone where the dial moved it; `delegates` are the members of a
    delegation (see `app.services.records`).
    """

    supplier: str
    backward: float
    backward_rank: int = 0
    moved_from: int | None = None
    delegates: list[dict[str, Any]] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Ask:
    """A request and its list; `no_news` are suppliers whose exclusion goes without saying."""

    request_id: UUID
    revision_id: UUID
    seeker_id: UUID
    record: dict[str, Any]
    no_news: list[str]
    listed: list[Listed]


@dataclass(frozen=True)
class Plan:
    """The fitted suppliers, their participations by code, and every request with its list."""

    ranker: SupplierRanker
    providers: dict[str, UUID]
    asks: list[Ask]
    inputs: dict[str, Any]


def planned(run: MatchRun, field: Field, report: runs.Progress, lesson: Lesson | None = None) -> Plan:
    """Fit the suppliers, rank them for every request, and ask the suppliers' side."""
    report(0.05, "learning the suppliers")
    ranker = fitted(field.records, run.as_of, lesson)

    def ranked(number: int, count: int) -> None:
        report(0.05 + 0.1 * number / count, f"ranking for request {number + 1} of {count}")

    even = evened(field, ranker, run.evenness, DEPTH, ranked) if run.evenness else None
    lists = even.codes if even is not None else list(_by_score(field, ranker, ranked))
    asks = [
        Ask(
            demand.request.id,
            demand.revision.id,
            demand.seeker.participation.id,
            demand.record,
            sorted(demand.no_news),
            [
                Listed(code, 0.0, 0, _moved(even, number, place), field.delegates(code, demand.record))
                for place, code in enumerate(codes, 1)
            ],
        )
        for number, (demand, codes) in enumerate(zip(field.demands, lists, strict=True))
    ]
    _ask_back(run, field, asks, report)
    inputs: dict[str, Any] = {"revisions": field.revisions, "known": field.known}
    inputs |= {"given_up": even.given_up} if even else {}
    inputs |= {"lesson": lesson.told} if lesson else {}
    return Plan(ranker, {code: one.participation.id for code, one in field.suppliers.items()}, asks, inputs)


def _by_score(field: Field, ranker: SupplierRanker, ranked: Callable[[int, int], None]) -> Iterator[list[str]]:
    for number, demand in enumerate(field.demands):
        ranked(number, len(field.demands))
        found = ranker.rank([demand.record], k=min(DEPTH, len(field.records)))
        yield [str(code) for code in found.ids[0] if code is not None]


def _moved(even: Evened | None, number: int, place: int) -> int | None:
    return even.moved_from(number, place) if even is not None else None


def _ask_back(run: MatchRun, field: Field, asks: Sequence[Ask], report: runs.Progress) -> None:
    """Fill in what the listed suppliers think of the requests; equal scores in the order of the requests' codes.

    Gates are the requests' own, and hold already: nobody who fails one is listed.
    """
    lists: dict[str, list[tuple[str, Listed]]] = {}
    for ask in asks:
        for listed in ask.listed:
            lists.setdefault(listed.supplier, []).append((ask.record["id"], listed))
    ranker = BuyerRanker(as_of=run.as_of).fit([ask.record for ask in asks])
    column = {identity: number for number, identity in enumerate(ranker.ids_)}
    records = [record for record in field.records if record["id"] in lists]
    for begin in range(0, len(records), _TOGETHER):
        report(0.15 + 0.1 * begin / len(records), "asking the suppliers' side")
        some = records[begin : begin + _TOGETHER]
        for record, scores in zip(some, ranker.scores(some), strict=True):
            for identity, listed in lists[record["id"]]:
                listed.backward = float(scores[column[identity]])
    for own in lists.values():
        for place, (_, listed) in enumerate(sorted(own, key=lambda one: (-one[1].backward, one[0])), 1):
            listed.backward_rank = place


def pack(asks: Sequence[Ask]) -> bytes:
    """Requests with their lists as compressed JSON: what a shard is handed to the workers as."""
    document = {"schema": SCHEMA, "asks": [asdict(ask) for ask in asks]}
    return zlib.compress(json.dumps(document, ensure_ascii=False, default=str).encode())


def unpack(packed: bytes) -> list[Ask]:
    """What `pack` packed.

    Raises
    ------
    ConflictError
        Another release packed it.
    """
    document = json.loads(zlib.decompress(packed))
    if document["schema"] != SCHEMA:
        raise ConflictError("This match run was begun by another release; start a new one.")
    return [_ask(one) for one in document["asks"]]


def _ask(one: dict[str, Any]) -> Ask:
    ids = {name: UUID(one[name]) for name in ("request_id", "revision_id", "seeker_id")}
    return Ask(**{**one, **ids, "listed": [Listed(**listed) for listed in one["listed"]]})
