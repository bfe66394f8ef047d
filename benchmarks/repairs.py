"""How much processor time a repair of a large running event takes, from rows to rows, letters included.

    python -m benchmarks.repairs [DATA_FOLDER] [--suppliers 300] [--buyers 400] [--repairs 6]

Invented suppliers and buyers, somebody to write to in each, are matched, scheduled and published; then one participant
after the other does not come: a preview, and the repair itself, which publishes anew and writes to those it changes
something for. The peer is the
repair engine alone on the same problem. No data is needed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from app.core import collecting
from app.core.ids import new_id
from app.db.engine import Database
from app.db.migrate import upgrade
from app.db.models import (
    Attendee,
    CapabilityProfile,
    Event,
    Meeting,
    Organisation,
    Participation,
    Representative,
    RequestRevision,
    Schedule,
    SourcingRequest,
)
from app.domain.fairs import EventShape
from app.domain.scheduling import read_problem
from app.domain.scheduling import repair as mend
from app.services import access, events, matching, publications, scheduling
from app.services.access import Actor
from app.services.live import repairs
from app.services.live.disturbances import Disturbance
from app.services.profiles import document_of
from benchmarks.invented import AS_OF, demands, suppliers
from benchmarks.service import shape_of
from benchmarks.tables import Table

BEFORE = datetime(2025, 10, 15, 8, 0)  # noqa: DTZ001 - the event's own time
NOTHING: dict[str, Any] = {"format": "fairmatch/events@1", "events": []}
WORK = ("the engine alone", "preview", "repair, publication and letters")
_SITE = "http://127.0.0.1:8000"
_OF_OWNER = ("id", "name", "country")


def fill(database: Database, n: int, m: int) -> tuple[Actor, UUID]:
    """An event of `n` suppliers and `m` buyers with a request each: matched, scheduled, published."""
    upgrade(database)
    shape = {
        "code": "day", "name": "A day", "zone": "Europe/Paris", "starts_on": "2025-10-15", "ends_on": "2025-10-15",
        "as_of": AS_OF.isoformat(), "slot_minutes": 30,
        "sessions": [{"date": "2025-10-15", "starts": "09:00", "ends": "14:00"}],
        "places": [{"code": f"T{number:03d}"} for number in range(n)],
    }  # fmt: skip
    with database.write() as session:
        actor = Actor(access.create_tenant(session, "day", "Day").id)
        event = events.create_event(session, actor, EventShape.model_validate_json(json.dumps(shape)))
        for model, rows in _rows(event, n, m).items():
            session.execute(insert(model), rows)
    with database.write() as session:
        run = matching.start_run(session, actor, session.get_one(Event, event.id)).id
    matching.execute(database, run)
    with database.write() as session:
        row = scheduling.start_schedule(session, actor, session.get_one(Event, event.id), time_limit=10.0)
    scheduling.build(database, row.id)
    with database.write() as session:
        publications.publish(session, actor, session.get_one(Event, event.id), _SITE)
    return actor, event.id


def _rows(event: Event, n: int, m: int) -> dict[Any, list[dict[str, Any]]]:
    rows: dict[Any, list[dict[str, Any]]] = {
        model: []
        for model in (
            Organisation,
            Representative,
            Participation,
            Attendee,
            CapabilityProfile,
            SourcingRequest,
            RequestRevision,
        )
    }

    def join(code: str, name: str, country: Any, *, supplies: bool) -> UUID:
        owner, part, kind = new_id(), new_id(), "manufacturer" if supplies else "brand-owner"
        of_tenant = {"tenant_id": event.tenant_id}
        rows[Organisation].append(
            {"id": owner, **of_tenant, "code": code, "name": name, "country": country, "kind": kind}
        )
        rows[Representative].append(
            {"id": new_id(), **of_tenant, "organisation_id": owner, "name": f"Somebody of {name}",
             "email": f"{code}@example.com", "languages": ["en"], "consent": True}
        )  # fmt: skip
        of_event = {"event_id": event.id, "organisation_id": owner}
        rows[Participation].append(
            {"id": part, **of_tenant, **of_event, "kind": kind, "supplies": supplies, "buys": not supplies}
        )
        rows[Attendee].append({"id": new_id(), **of_event, "participation_id": part, "number": 1})
        return owner

    for record in suppliers(n):
        owner = join(record["id"], record["name"], record.get("country"), supplies=True)
        document = {name: value for name, value in record.items() if name not in _OF_OWNER}
        rows[CapabilityProfile].append(
            {"id": new_id(), "tenant_id": event.tenant_id, "organisation_id": owner, "revision": 1,
             "document": document, "completeness": 80}
        )  # fmt: skip
    for number, demand in enumerate(demands(m)):
        owner, request = join(f"b{number:04d}", f"Buyer {number}", "FR", supplies=False), new_id()
        rows[SourcingRequest].append(
            {"id": request, "tenant_id": event.tenant_id, "event_id": event.id, "organisation_id": owner,
             "code": f"r{number:04d}"}
        )  # fmt: skip
        document = document_of(shape_of({name: value for name, value in demand.items() if name != "must"}))
        rows[RequestRevision].append(
            {"id": new_id(), "request_id": request, "revision": 1, "document": document, "completeness": 80}
        )
    return rows


def spent(work: Callable[[], object]) -> float:
    """Processor time of one piece of work, in seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


@collecting.held()
def alone(problem: dict[str, Any], plan: dict[str, Any]) -> object:
    """The engine without rows, the collector held as the service holds it."""
    return mend(read_problem(problem), plan, NOTHING)


def measured(database: Database, actor: Actor, event_id: UUID, number: int) -> tuple[int, dict[str, list[float]]]:
    """Meetings at the start; then seconds of each kind of work, for `number` participants that do not come."""

    def work(owner: UUID, *, preview: bool) -> repairs.Repaired:
        with database.write() as session:
            event = session.get_one(Event, event_id)
            return repairs.repair(
                session, actor, event, Disturbance("no_show", owner), preview=preview, at=BEFORE, site=_SITE
            )

    with database.read() as session:
        now = (Schedule.id == Meeting.schedule_id) & Schedule.is_current
        meetings = len(session.scalars(select(Meeting.id).join(Schedule, now)).all())
        owners = session.scalars(select(Participation.organisation_id).order_by(Participation.id)).all()
    found: dict[str, list[float]] = {name: [] for name in WORK}
    for turn, owner in enumerate(owners[:: max(1, len(owners) // (number + 1))][: number + 1]):
        day = work(owner, preview=True).day
        problem, plan = day.problem, {**day.plan, "seed": 0}
        seconds = (
            spent(lambda problem=problem, plan=plan: alone(problem, plan)),
            spent(lambda owner=owner: work(owner, preview=True)),
            spent(lambda owner=owner: work(owner, preview=False)),
        )
        if turn:  # the first warms up
            for name, one in zip(WORK, seconds, strict=True):
                found[name].append(one)
    return meetings, found


def table(n: int, m: int, number: int) -> Table:
    """Fill an event, disturb it."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/day.db")
        actor, event_id = fill(database, n, m)
        meetings, found = measured(database, actor, event_id, number)
        database.close()
    engine = median(found[WORK[0]])
    return Table(
        title=f"Repairs of a running event of {n} × {m}",
        command=f"python -m benchmarks.repairs --suppliers {n} --buyers {m} --repairs {number}",
        columns=("what", "processor seconds, median", "worst", "of the engine alone"),
        rows=[(name, median(found[name]), max(found[name]), median(found[name]) / engine) for name in WORK],
        note=f"SQLite; {meetings:,} meetings, {number} participants that do not come, one after the other.",
    )


def tables(_data: Path) -> Iterator[Table]:
    """As large as a fair with a hall full of tables."""
    yield table(300, 400, 6)


def main() -> None:
    """The size asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--suppliers", type=int, default=300)
    parser.add_argument("--buyers", type=int, default=400)
    parser.add_argument("--repairs", type=int, default=6)
    asked = parser.parse_args()
    print(table(asked.suppliers, asked.buyers, asked.repairs).markdown())


if __name__ == "__main__":
    main()
