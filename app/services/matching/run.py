"""Match runs: every request against every supplier, both directions, written once."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.ids import new_id
from app.db.engine import Database
from app.db.models import Event, Match, MatchRun
from app.services import runs
from app.services.access import Actor
from app.services.explanations import LANGUAGES
from app.services.matching.evened import Evened, evened
from app.services.matching.field import Demand, Field, read_field
from app.services.matching.stored import failure, words
from scoring import BuyerRanker, SupplierRanker, combine_mutual

#: ranked suppliers kept per request, each with its explanation in every language
DEPTH = 100
#: suppliers kept that would rank well and fail a gate
LEFT_OUT = 3


def start_run(
    session: Session, actor: Actor, event: Event, *, as_of: date | None = None, evenness: float = 0.0
) -> MatchRun:
    """Record that an event is to be matched as of a day; a worker takes it from there.

    `evenness` turns the lists of requests from score alone (0) to suppliers shown as evenly as can be (1).
    """
    actor.must_be_organiser()
    if not 0.0 <= evenness <= 1.0:
        raise InvalidInputError(f"evenness is {evenness:g}: expected 0 (by score alone) to 1 (as even as can be).")
    day = as_of or event.as_of or date.today()  # noqa: DTZ011 - validity is a matter of days
    run = MatchRun(tenant_id=event.tenant_id, event_id=event.id, as_of=day)
    if evenness:
        run.parameters = {"evenness": evenness}
    session.add(run)
    session.flush()
    return run


def execute(database: Database, run_id: UUID, listener: runs.Progress | None = None) -> None:
    """Score every pair of an event and write the matches; safe to call again after any crash.

    What makes it impossible is recorded on the row as the reason it failed.
    """
    runs.perform(database, MatchRun, run_id, lambda report: _match(database, run_id, report), listener)


def _match(database: Database, run_id: UUID, report: runs.Progress) -> None:
    with database.read() as session:
        run = session.get_one(MatchRun, run_id)
        field = read_field(session, session.get_one(Event, run.event_id))
    report(0.05, "learning the suppliers")
    ranker = SupplierRanker(as_of=run.as_of).fit(field.records)
    even = evened(field, ranker, run.evenness, DEPTH) if run.evenness else None
    rows = _score(run, field, ranker, even, report)
    report(0.95, "writing")
    inputs = {"revisions": field.revisions, "known": field.known} | ({"given_up": even.given_up} if even else {})
    database.run(lambda session: _write(session, run_id, field, ranker.model_hash(), inputs, rows))


def _score(
    run: MatchRun, field: Field, ranker: SupplierRanker, even: Evened | None, report: runs.Progress
) -> list[dict[str, Any]]:
    """One row per kept pair."""
    report(0.1, "asking the suppliers' side")
    backward = _backward(run, field)
    rows: list[dict[str, Any]] = []
    for number, demand in enumerate(field.demands):
        report(0.2 + 0.7 * number / len(field.demands), f"request {number + 1} of {len(field.demands)}")
        if even is None:
            found = ranker.rank([demand.record], k=min(DEPTH, len(field.records)))
            codes = [str(code) for code in found.ids[0] if code is not None]
        else:
            codes = even.codes[number]
        ranked = _ranked(run, field, demand, ranker, backward[number], codes)
        if even is not None:
            for place, row in enumerate(ranked):
                row["explanation"]["notes"] += even.notes(number, place)
        rows += ranked
        rows += _left_out(run, field, demand, ranker)
    _rank_backward(rows)
    return rows


def _backward(run: MatchRun, field: Field) -> np.ndarray:
    """What suppliers think of requests: scores of shape (requests, suppliers); NaN where a gate fails."""
    demands = [demand.record for demand in field.demands]
    column = {record["id"]: number for number, record in enumerate(field.records)}
    row = {record["id"]: number for number, record in enumerate(demands)}
    scores = np.full((len(demands), len(field.records)), np.nan)
    ranking = BuyerRanker(as_of=run.as_of).fit(demands).rank(field.records, k=len(demands))
    for supplier, found in ranking:
        for request, score in found:
            scores[row[request], column[supplier]] = score
    return scores


def _ranked(
    run: MatchRun, field: Field, demand: Demand, ranker: SupplierRanker, backward: np.ndarray, codes: list[str]
) -> list[dict[str, Any]]:
    if not codes:
        return []
    told = {lang: ranker.explain_many(demand.record, codes, lang=lang) for lang in LANGUAGES}
    column = {record["id"]: number for number, record in enumerate(field.records)}
    back = np.array([backward[column[code]] for code in codes])
    forward = np.array([why.score for why in told["en"]])
    mutual = combine_mutual(forward, back)
    return [
        _row(run, field, demand, code)
        | {
            "rank": place + 1,
            "score": float(forward[place]),
            "probability": told["en"][place].probability,
            "backward": _number(back[place]),
            "mutual": _number(mutual[place]),
            "explanation": words({lang: told[lang][place] for lang in LANGUAGES}),
            "failed": None,
        }
        for place, code in enumerate(codes)
    ]


def _left_out(run: MatchRun, field: Field, demand: Demand, ranker: SupplierRanker) -> list[dict[str, Any]]:
    """The best that fail a gate, but for those whose exclusion goes without saying."""
    count = LEFT_OUT + len(demand.no_news)
    told = {lang: ranker.left_out(demand.record, k=count, lang=lang) for lang in LANGUAGES}
    places = [n for n, out in enumerate(told["en"]) if out.supplier not in demand.no_news][:LEFT_OUT]
    return [
        _row(run, field, demand, told["en"][place].supplier)
        | {
            "rank": None,
            "score": float(told["en"][place].score),
            "probability": None,
            "backward": None,
            "mutual": None,
            "explanation": {},
            "failed": failure({lang: told[lang][place] for lang in LANGUAGES}),
        }
        for place in places
    ]


def _row(run: MatchRun, field: Field, demand: Demand, code: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "event_id": run.event_id,
        "run_id": run.id,
        "request_id": demand.request.id,
        "revision_id": demand.revision.id,
        "seeker_id": demand.seeker.participation.id,
        "provider_id": field.suppliers[code].participation.id,
        "backward_rank": None,
    }


def _rank_backward(rows: list[dict[str, Any]]) -> None:
    """Number each supplier's requests by what the supplier thinks of them."""
    by_supplier: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        if row["backward"] is not None:
            by_supplier.setdefault(row["provider_id"], []).append(row)
    for own in by_supplier.values():
        for place, row in enumerate(sorted(own, key=lambda r: (-r["backward"], r["request_id"])), 1):
            row["backward_rank"] = place


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _write(
    session: Session, run_id: UUID, field: Field, model_hash: str, inputs: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    run = runs.finish(session, MatchRun, run_id)
    if run is None:
        return
    run.model_hash, run.inputs = model_hash, inputs
    run.pairs = len(field.records) * len(field.demands)
    if rows:
        session.execute(insert(Match), rows)
