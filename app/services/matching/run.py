"""Match runs: every request against every supplier, both directions, written once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.db.engine import Database
from app.db.models import AuditEntry, Event, Match, MatchRun
from app.services import runs
from app.services.access import Actor
from app.services.audit import record
from app.services.matching import shards, supervising
from app.services.matching.field import read_field
from app.services.matching.lessons import lesson_for, lesson_of_run
from app.services.matching.pairs import Pairs
from app.services.matching.plan import Plan, planned

#: a change may be recorded so long before the others see it
_IN_FLIGHT = timedelta(seconds=1)


def start_run(
    session: Session, actor: Actor, event: Event, *, as_of: date | None = None, evenness: float = 0.0
) -> MatchRun:
    """Record that an event is to be matched as of a day; a worker takes it from there.

    Asked for twice, it is done once: where the same is waiting or under way, and nothing has changed since it read its
    data, that run is the answer. `evenness` turns the lists of requests from score alone (0) to suppliers shown as
    evenly as can be (1).
    """
    actor.must_be_organiser()
    if not 0.0 <= evenness <= 1.0:
        raise InvalidInputError(f"evenness is {evenness:g}: expected 0 (by score alone) to 1 (as even as can be).")
    day = as_of or event.as_of or date.today()  # noqa: DTZ011 - validity is a matter of days
    lesson = lesson_for(session, event)
    parameters: dict[str, Any] = {"evenness": evenness} if evenness else {}
    if lesson is not None:
        parameters |= {"lesson": lesson.told["id"]}
    same = _under_way(session, event, day, parameters)
    if same is not None:
        return same
    run = MatchRun(tenant_id=event.tenant_id, event_id=event.id, as_of=day, parameters=parameters)
    session.add(run)
    session.flush()
    record(session, actor, "matching.started", event_id=event.id, target_id=run.id)
    return run


def _under_way(session: Session, event: Event, day: date, parameters: dict[str, Any]) -> MatchRun | None:
    """The run that will give what is asked for: one that waits reads what is there now; one that runs has read it."""
    # one at a time, so that two clicks at the same moment find each other; rows that refer to the event are not held up
    session.execute(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True))
    found = session.scalars(
        select(MatchRun).where(MatchRun.event_id == event.id, MatchRun.state.in_(("queued", "running")))
    )
    for run in found:
        if (run.as_of, run.parameters) == (day, parameters) and not _changed_since(session, run):
            return run
    return None


def _changed_since(session: Session, run: MatchRun) -> bool:
    """Whether something of the tenant was changed since a run began; its own start, just before, is no change."""
    if run.started_at is None:
        return False
    changes = select(AuditEntry.id).where(
        AuditEntry.tenant_id == run.tenant_id,
        AuditEntry.at > run.started_at - _IN_FLIGHT,
        AuditEntry.deed != "matching.started",
    )
    return session.scalar(changes.limit(1)) is not None


def execute(
    database: Database,
    run_id: UUID,
    listener: runs.Progress | None = None,
    hand_out: supervising.HandOut | None = None,
) -> None:
    """Score every pair of an event and write the matches; safe to call again after any crash.

    What makes it impossible is recorded on the row as the reason it failed.

    Parameters
    ----------
    hand_out
        Gives a shard of a large run to the workers; without it, all are done here, one after the other. The matches are
        the same to the byte.
    """
    try:
        runs.perform(database, MatchRun, run_id, lambda report: _match(database, run_id, report, hand_out), listener)
    finally:
        shards.clear(database, run_id)


def _match(database: Database, run_id: UUID, report: runs.Progress, hand_out: supervising.HandOut | None) -> None:
    if not shards.stored(database, run_id):
        with database.read() as session:
            run = session.get_one(MatchRun, run_id)
            field = read_field(session, session.get_one(Event, run.event_id))
            lesson = lesson_of_run(session, run.parameters.get("lesson"))
        plan = planned(run, field, report, lesson)
        cut = shards.cut(plan)
        if len(cut) == 1:
            _write_at_once(database, run, plan, report)
            return
        shards.store(database, run_id, plan, cut)
    if hand_out is not None:
        supervising.supervise(database, run_id, hand_out, report)
    else:
        supervising.do_all(database, run_id, report)


def _write_at_once(database: Database, run: MatchRun, plan: Plan, report: runs.Progress) -> None:
    pairs, count = Pairs(run, plan.ranker, plan.providers), len(plan.asks)
    rows = []
    for number, ask in enumerate(plan.asks):
        report(0.25 + 0.7 * number / count, f"request {number + 1} of {count}")
        rows += pairs.of(ask)
    report(0.95, "writing")

    def write(session: Session) -> None:
        done = runs.finish(session, MatchRun, run.id)
        if done is None:
            return
        shards.describe(done, plan)
        if rows:
            session.execute(insert(Match), rows)

    database.run(write)
