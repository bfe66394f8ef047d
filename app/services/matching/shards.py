"""A large match run, cut into shards of requests that any worker of any machine may take.

The plan of a run (who is on which list) is made once and stored with the fitted model; each shard then has its pairs
explained and its matches written, in one transaction with its state `done`. Matches of a run that is not done are
nobody's to see, so a shard may be done by anybody, in any order, and twice. The run is done when its last shard is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, delete, insert, select, update
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.db.models import Match, MatchPlan, MatchRun, MatchShard
from app.services import runs
from app.services.matching import models
from app.services.matching.pairs import Pairs
from app.services.matching.plan import DEPTH, Ask, Plan, pack, unpack

#: pairs that a shard explains: some ten seconds of work, however many workers there are
PAIRS = 6000


def cut(plan: Plan) -> list[list[Ask]]:
    """Shards of requests in their order; what they hold depends on the event alone."""
    size = max(1, PAIRS // min(DEPTH, len(plan.providers)))
    return [plan.asks[begin : begin + size] for begin in range(0, len(plan.asks), size)]


def stored(database: Database, run_id: UUID) -> bool:
    """Whether a run has its plan already, so that only shards are left to do."""
    with database.read() as session:
        return session.get(MatchPlan, run_id) is not None


def describe(run: MatchRun, plan: Plan) -> None:
    """Keep on the run's row what it was made from."""
    run.model_hash, run.inputs = plan.ranker.model_hash(), plan.inputs
    run.pairs = len(plan.providers) * len(plan.asks)


def store(database: Database, run_id: UUID, plan: Plan, shards: Sequence[Sequence[Ask]]) -> None:
    """Store the plan of a run, unless another attempt has: then that one holds."""
    fitted = models.Fitted(plan.ranker, plan.providers)
    model = models.pack(fitted)
    rows = [
        {"run_id": run_id, "number": number, "requests": len(asks), "asks": pack(asks), "state": "waiting"}
        for number, asks in enumerate(shards)
    ]

    def write(session: Session) -> bool:
        run = session.get_one(MatchRun, run_id, with_for_update=True)
        if run.state != "running" or session.get(MatchPlan, run_id) is not None:
            return False
        describe(run, plan)
        session.add(MatchPlan(run_id=run_id, model=model))
        session.flush()
        session.execute(insert(MatchShard), rows)
        return True

    if database.run(write):
        models.remember(run_id, fitted)


def execute(database: Database, run_id: UUID, number: int, heard: Callable[[int], None] = lambda _done: None) -> None:
    """Do one shard of a run, unless it is done or the run has ended; safe to call again after any crash.

    An error is recorded on the run's row as the reason the run failed, and raised; a shard that kills its workers ends
    the run too. `heard` is told how many requests are done.
    """
    taken = database.run(lambda session: _take(session, run_id, number))
    if taken is None:
        clear(database, run_id)
        return
    run, asks = taken
    with runs.Heart(database, lambda _share, _stage: _beat(run_id, number), f"shard {number} of {run_id}"):
        try:
            fitted = models.of_run(database, run_id)
            pairs = Pairs(run, fitted.ranker, fitted.providers)
            rows = []
            for done, ask in enumerate(unpack(asks)):
                heard(done)
                rows += pairs.of(ask)
            database.run(lambda session: _write(session, run_id, number, rows))
        except Exception as error:
            runs.fail(database, MatchRun, run_id, error)
            clear(database, run_id)
            raise
        except BaseException:  # the process is to end: that is not the shard's fault
            left = update(MatchShard).where(_of(run_id, number), MatchShard.attempts > 0)
            database.run(lambda session: session.execute(left.values(attempts=MatchShard.attempts - 1)))
            raise


def _take(session: Session, run_id: UUID, number: int) -> tuple[MatchRun, bytes] | None:
    run = session.get(MatchRun, run_id)
    shard = session.get(MatchShard, (run_id, number), with_for_update=True)
    if run is None or run.state != "running" or shard is None or shard.state == "done":
        return None
    if shard.attempts >= runs.ATTEMPTS:
        runs.give_up(session, MatchRun, run_id)
        return None
    shard.state, shard.heartbeat_at, shard.attempts = "running", runs.clock(session), shard.attempts + 1
    return run, shard.asks


def _of(run_id: UUID, number: int) -> ColumnElement[bool]:
    return (MatchShard.run_id == run_id) & (MatchShard.number == number) & (MatchShard.state == "running")


def _beat(run_id: UUID, number: int) -> Update:
    return update(MatchShard).where(_of(run_id, number))


def _write(session: Session, run_id: UUID, number: int, rows: list[dict[str, Any]]) -> None:
    shard = session.get(MatchShard, (run_id, number), with_for_update=True)
    if shard is None or shard.state == "done":  # the run has ended, or another has done it meanwhile
        return
    shard.state = "done"
    if rows:
        session.execute(insert(Match), rows)
    # The run has come further: how often its workers were killed before is no longer held against it.
    session.execute(update(MatchRun).where(MatchRun.id == run_id).values(attempts=1))


def release(database: Database, run_id: UUID, number: int) -> None:
    """Let a shard be taken that somebody took and left."""

    def work(session: Session) -> None:
        lost = runs.silent_since(MatchShard.heartbeat_at, runs.clock(session))
        freed = update(MatchShard).where(_of(run_id, number) & lost)
        session.execute(freed.values(state="waiting", heartbeat_at=None))

    database.run(work)


def finish(database: Database, run_id: UUID) -> None:
    """All shards are done: so is the run."""

    def work(session: Session) -> None:
        if runs.finish(session, MatchRun, run_id) is not None:
            session.execute(delete(MatchPlan).where(MatchPlan.run_id == run_id))

    database.run(work)


def clear(database: Database, run_id: UUID) -> None:
    """Leave nothing behind of a run that ended without a result."""

    def work(session: Session) -> None:
        state = session.scalar(select(MatchRun.state).where(MatchRun.id == run_id))
        if state in ("failed", "cancelled"):
            # The plan first: a worker that is about to write a shard is waited for, or finds that there is none.
            session.execute(delete(MatchPlan).where(MatchPlan.run_id == run_id))
            session.execute(delete(Match).where(Match.run_id == run_id))

    database.run(work)
