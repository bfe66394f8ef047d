"""A real fair through the whole main job: import as it is, rank from name and paragraph only, schedule.

    python -m benchmarks.fabric_fair FOLDER        (FOLDER holds fabric_fair/exhibitors.csv)

The exhibitors' own product categories and branches are the sourcing requests, one invented buyer each; who lists a
category is relevant to it. Categories are never shown to the ranker. BM25 (bm25s, its defaults with stop words) ranks
the same texts in the same run; exhibitors to which it gives no point are put in random order, 20 times over, because
the order of the list would flatter it or not.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

import bm25s
import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import migrate
from app.db.engine import Database
from app.db.models import CapabilityProfile, Match, MatchRun, Organisation, Participation, Schedule, SourcingRequest
from app.domain.fairs import EventShape
from app.domain.profiles import SourcingRequest as RequestShape
from app.services import access, events, matching, profiles, schedules, scheduling
from app.services.imports import bring_in
from app.services.participants import join_event, seat_people
from app.services.profiles import latest

_EVENT: dict[str, Any] = {
    "code": "fabric-fair",
    "name": "Fabric fair",
    "zone": "America/New_York",
    "starts_on": "2024-07-16",
    "ends_on": "2024-07-17",
    "as_of": "2024-07-16",
    "slot_minutes": 30,
    "sessions": [
        {"date": day, "starts": starts, "ends": ends}
        for day in ("2024-07-16", "2024-07-17")
        for starts, ends in (("09:00", "12:00"), ("13:00", "16:00"))
    ],
    "places": [{"code": f"T{n + 1:02d}"} for n in range(40)],
}


def main(folder: Path) -> None:
    """Run the whole chain on a scratch database and print its figures."""
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/fair.db")
        migrate.upgrade(database)
        begun = time.perf_counter()
        with database.write() as session:
            actor, event_id, wanted = _load(session, folder / "fabric_fair" / "exhibitors.csv")
        print(f"imported in {time.perf_counter() - begun:.1f} s")
        run_id = _match(database, actor, event_id)
        with database.read() as session:
            _judge(session, run_id, wanted)
        _schedule(database, actor, event_id)
        database.close()


def _load(session: Session, path: Path) -> tuple[access.Actor, UUID, dict[str, set[UUID]]]:
    """Import the exhibitors as they are and register a buyer and a request per category and branch."""
    actor = access.Actor(access.create_tenant(session, "real", "Real fair").id)
    event = events.create_event(session, actor, EventShape.model_validate(_EVENT, strict=False))
    report = bring_in(session, actor, event, [path])
    assert report.written, report.errors
    table = report.tables[0]
    mapped = {c.header: c.field for c in table.mapping.columns}
    print(f"{table.rows} rows, {len(report.errors)} errors, {len(report.problems)} warnings; columns {mapped}")
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for organisation in session.scalars(select(Organisation).where(Organisation.tenant_id == actor.tenant_id)).all():
        for word in (*organisation.extra.get("categories", ()), *organisation.extra.get("branches", ())):
            wanted[word].add(organisation.id)
    for number, word in enumerate(sorted(wanted), 1):
        buyer = Organisation(
            tenant_id=actor.tenant_id, code=f"buyer-{number:02d}", name=f"Buyer {number}", kind="brand-owner", extra={}
        )
        session.add(buyer)
        session.flush()
        seat_people(session, join_event(session, event, buyer, buys=True), [])
        shape = RequestShape(title=word, text=word)
        profiles.save_request(session, actor, event.id, buyer.id, f"R{number:02d}", shape)
    sizes = sorted((len(found), word) for word, found in wanted.items())
    print(
        f"{len(wanted)} categories and branches; the smallest has {sizes[0][0]} exhibitors, the largest {sizes[-1][0]}"
    )
    return actor, event.id, dict(wanted)


def _match(database: Database, actor: access.Actor, event_id: UUID) -> UUID:
    begun = time.perf_counter()
    with database.write() as session:
        event = events.find_event(session, actor, str(event_id))
        run_id = matching.start_run(session, actor, event).id
    matching.execute(database, run_id)
    print(f"matched in {time.perf_counter() - begun:.1f} s")
    return run_id


def _judge(session: Session, run_id: UUID, wanted: dict[str, set[UUID]]) -> None:
    """nDCG@10 and Recall@100 of our lists, and of BM25 over the same texts; means over the requests."""
    run = session.get_one(MatchRun, run_id)
    parts = session.scalars(select(Participation).where(Participation.event_id == run.event_id))
    owners = {part.id: part.organisation_id for part in parts}
    people = {o.id: o for o in session.scalars(select(Organisation)) if not o.code.startswith("buyer-")}
    texts = latest(session, CapabilityProfile, people)
    ids = sorted(people, key=lambda key: people[key].code)
    corpus = [f"{people[key].name} {texts[key].document.get('text', '')}" for key in ids]
    bm25 = bm25s.BM25()
    bm25.index(bm25s.tokenize(corpus, stopwords="en", show_progress=False), show_progress=False)
    ours, theirs, chance = [], [], np.random.default_rng(0)
    for request in session.scalars(select(SourcingRequest).where(SourcingRequest.event_id == run.event_id)):
        revision = profiles.find_request(session, run.event_id, request.organisation_id, request.code)
        assert revision is not None
        word = revision.document["title"]
        ranked = [
            owners[match.provider_id]
            for match in session.scalars(
                select(Match)
                .where(Match.run_id == run.id, Match.request_id == request.id, Match.rank.is_not(None))
                .order_by(Match.rank)
            )
        ]
        scores = bm25.get_scores(bm25s.tokenize([word], stopwords="en", return_ids=False, show_progress=False)[0])
        ours.append(_figures(ranked, wanted[word]))
        orders = [np.lexsort((chance.random(len(ids)), -scores)) for _ in range(20)]
        theirs.append(np.mean([_figures([ids[n] for n in order], wanted[word]) for order in orders], axis=0))
    for name, figures in (("fairmatch", ours), ("BM25", theirs)):
        ndcg, recall = np.mean(figures, axis=0)
        print(f"{name:10} nDCG@10 {ndcg:.3f}  Recall@100 {recall:.3f}")


def _figures(ranked: list[UUID], relevant: set[UUID]) -> tuple[float, float]:
    gains = [1.0 / np.log2(place + 2) for place in range(10)]
    ideal = sum(gains[: len(relevant)])
    found = sum(gain for gain, key in zip(gains, ranked, strict=False) if key in relevant)
    return found / ideal, len(relevant & set(ranked[:100])) / len(relevant)


def _schedule(database: Database, actor: access.Actor, event_id: UUID) -> None:
    begun = time.perf_counter()
    with database.write() as session:
        event = events.find_event(session, actor, str(event_id))
        schedule_id = scheduling.start_schedule(session, actor, event, steps=200_000).id
    scheduling.build(database, schedule_id)
    with database.read() as session:
        row = session.get_one(Schedule, schedule_id)
        held = len(schedules.held_meetings(session, schedule_id))
        left = schedules.left_out(session, schedule_id)
    reasons: dict[str, int] = defaultdict(int)
    for pair in left:
        reasons[pair.code] += 1
    print(
        f"scheduled in {time.perf_counter() - begun:.1f} s: {row.status}, {held} meetings, value {row.value:.1f}, "
        f"bound {row.bound:.1f}, gap {row.gap:.3%}; {len(left)} pairs left out: {dict(reasons)}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
