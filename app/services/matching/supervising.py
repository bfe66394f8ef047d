"""Seeing the shards of a match run through: here one after the other, or handed out to all workers there are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import false, func, select

from app.db.engine import Database
from app.db.models import MatchRun, MatchShard
from app.services import runs
from app.services.matching import shards

#: gives a shard of a run to the workers; True: once more, whoever took it has gone silent
HandOut = Callable[[UUID, int, bool], None]
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class _Shard:
    number: int
    requests: int
    state: str
    #: whether whoever took it gives no sign of life
    left: bool

    def is_silent(self, asked: float | None) -> bool:
        """Whether whoever took it gives no sign of life, or nobody took it since it was handed out."""
        if self.state == "running":
            return self.left
        return asked is not None and time.monotonic() - asked > runs.STALE_AFTER.total_seconds()


def do_all(database: Database, run_id: UUID, report: runs.Progress) -> None:
    """Do what is left of the shards of a run here, one after the other, and finish it."""
    found = _shards(database, run_id) or []
    tell, before = _teller(found, report), 0
    for shard in found:
        if shard.state != "done":
            shards.execute(database, run_id, shard.number, _after(before, tell))
        before += shard.requests
    shards.finish(database, run_id)


def supervise(database: Database, run_id: UUID, hand_out: HandOut, report: runs.Progress) -> None:
    """Hand out the shards of a run, again those whose worker has died, until all are done, and finish it."""
    asked: dict[int, float] = {}
    while (found := _shards(database, run_id)) is not None:
        _teller(found, report)(sum(shard.requests for shard in found if shard.state == "done"))
        left = [shard for shard in found if shard.state != "done"]
        if not left:
            shards.finish(database, run_id)
            return
        for shard in left:
            silent = shard.is_silent(asked.get(shard.number))
            if silent or shard.number not in asked:
                if silent:
                    shards.release(database, run_id, shard.number)
                hand_out(run_id, shard.number, silent)
                asked[shard.number] = time.monotonic()
        time.sleep(_POLL_SECONDS)


def _teller(found: Sequence[_Shard], report: runs.Progress) -> Callable[[int], None]:
    count = sum(shard.requests for shard in found)
    return lambda done: report(0.25 + 0.7 * done / count, f"request {min(done + 1, count)} of {count}")


def _after(before: int, tell: Callable[[int], None]) -> Callable[[int], None]:
    return lambda done: tell(before + done)


def _shards(database: Database, run_id: UUID) -> list[_Shard] | None:
    """The shards of a run in their order; None when the run has ended, whatever its end."""
    with database.read() as session:
        if session.scalar(select(MatchRun.state).where(MatchRun.id == run_id)) != "running":
            return None
        left = func.coalesce(runs.silent_since(MatchShard.heartbeat_at, runs.clock(session)), false())
        columns = (MatchShard.number, MatchShard.requests, MatchShard.state, left)
        rows = session.execute(select(*columns).where(MatchShard.run_id == run_id).order_by(MatchShard.number))
        return [_Shard(*row) for row in rows]
