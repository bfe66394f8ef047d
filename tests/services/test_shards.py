"""A large match run done shard by shard: the same bytes whoever does the shards, in whatever order, however often."""

from __future__ import annotations

import json
import random
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from app.core.errors import NotReadyError
from app.db.models import Match, MatchPlan, MatchRun, MatchShard, Organisation, Participation, SourcingRequest
from app.services import matching, runs
from app.services.matching import models, pairs, shards, supervising
from app.services.problems import last_match_run
from tests.services.lists import count
from tests.services.stage import Stage
from tests.services.working import until, worker

#: with 15 suppliers, shards of four requests: ten of them; and shards of nineteen: two
_FEW = 60
_HALF = 285


def _start(stage: Stage, evenness: float = 0.0) -> UUID:
    with stage.database.write() as session:
        return matching.start_run(session, stage.actor, stage.event, evenness=evenness).id


def _bytes(stage: Stage, run_id: UUID) -> list[bytes]:
    """Every match of a run as bytes, by codes; all that is left out is the id of the row."""
    columns = [getattr(Match, n) for n in ("rank", "score", "probability", "backward", "backward_rank", "mutual")]
    query = (
        select(SourcingRequest.code, Organisation.code, *columns, Match.explanation, Match.failed)
        .join(SourcingRequest, SourcingRequest.id == Match.request_id)
        .join(Participation, Participation.id == Match.provider_id)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Match.run_id == run_id)
    )
    with stage.database.read() as session:
        return sorted(json.dumps(list(row), sort_keys=True).encode() for row in session.execute(query))


def _at_once(stage: Stage, evenness: float = 0.0) -> list[bytes]:
    run_id = _start(stage, evenness)
    matching.execute(stage.database, run_id)
    return _bytes(stage, run_id)


def _whole(stage: Stage) -> list[bytes]:
    """What the sample came with: its match run was done at once."""
    with stage.database.read() as session:
        (run_id,) = session.scalars(select(MatchRun.id).where(MatchRun.state == "done"))
    return _bytes(stage, run_id)


def _states(stage: Stage, run_id: UUID) -> list[str]:
    with stage.database.read() as session:
        return list(session.scalars(select(MatchShard.state).filter_by(run_id=run_id).order_by(MatchShard.number)))


def _nothing_is_left(stage: Stage) -> bool:
    return count(stage.database, MatchPlan) == count(stage.database, MatchShard) == 0


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small shards, so that a sample edition has many."""
    monkeypatch.setattr(shards, "PAIRS", _FEW)


@pytest.mark.parametrize("evenness", [0.0, 0.6])
def test_shards_in_any_order_and_twice_are_one_run_at_once(
    paris: Stage, monkeypatch: pytest.MonkeyPatch, evenness: float
) -> None:
    whole = _at_once(paris, evenness)
    monkeypatch.setattr(shards, "PAIRS", _FEW)
    run_id, waiting = _start(paris, evenness), list[int]()
    draw = random.Random(1)

    def hand_out(run: UUID, number: int, again: bool) -> None:
        """Wait for all; then do them in any order, each as if its worker knew nothing of the run, and some twice."""
        assert not again
        waiting.append(number)
        if len(waiting) == len(_states(paris, run)):
            assert last_visible() != run
            for one in draw.sample(waiting * 2, 2 * len(waiting)):
                models._kept.clear()
                matching.execute_shard(paris.database, run, one)

    def last_visible() -> UUID | None:
        with paris.database.read() as session:
            found = last_match_run(session, paris.event.id)
            return found.id if found else None

    heard: list[tuple[float, str]] = []
    matching.execute(paris.database, run_id, lambda *told: heard.append(told), hand_out=hand_out)
    assert sorted(waiting) == list(range(10))
    assert _bytes(paris, run_id) == whole
    assert last_visible() == run_id
    assert _nothing_is_left(paris)
    assert [share for share, _ in heard] == sorted(share for share, _ in heard)
    assert heard[-1][1] == "request 37 of 37"


@pytest.mark.usefixtures("few")
def test_shards_without_a_queue_are_done_here(paris: Stage) -> None:
    heard: list[str] = []
    whole, run_id = _whole(paris), _start(paris)
    matching.execute(paris.database, run_id, lambda _, stage: heard.append(stage))
    assert [f"request {n} of 37" for n in range(1, 38)] == [stage for stage in heard if stage.startswith("request")]
    assert _nothing_is_left(paris)
    assert _bytes(paris, run_id) == whole


@pytest.mark.usefixtures("few")
def test_a_shard_that_fails_fails_the_run_in_words_and_leaves_nothing(
    paris: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third shard cannot be written; the run's other shards then have nothing to do."""
    real = pairs.Pairs.of
    monkeypatch.setattr(pairs.Pairs, "of", lambda self, ask: real(self, ask) if ask.record["id"] < third else _broken())
    with paris.database.read() as session:
        third = sorted(session.scalars(select(SourcingRequest.code).filter_by(event_id=paris.event.id)))[9]

    def _broken() -> list[dict[str, object]]:
        raise NotReadyError("The disk is full.")

    run_id = _start(paris)
    with pytest.raises(NotReadyError):
        matching.execute(paris.database, run_id)
    run = paris.run(MatchRun, run_id)
    assert (run.state, run.error) == ("failed", "The disk is full.")
    assert _nothing_is_left(paris)
    assert count(paris.database, Match, run_id=run_id) == 0
    matching.execute_shard(paris.database, run_id, 5)  # a worker that comes late
    assert count(paris.database, Match, run_id=run_id) == 0


@pytest.mark.usefixtures("few")
def test_a_run_that_is_cancelled_ends_with_its_shards(paris: Stage) -> None:
    run_id, done = _start(paris), list[int]()

    def hand_out(run: UUID, number: int, _again: bool) -> None:
        matching.execute_shard(paris.database, run, number)
        done.append(number)
        if len(done) == 3:
            with paris.database.write() as session:
                session.execute(update(MatchRun).where(MatchRun.id == run).values(state="cancelled"))

    matching.execute(paris.database, run_id, hand_out=hand_out)
    assert paris.run(MatchRun, run_id).state == "cancelled"
    assert _nothing_is_left(paris)
    assert count(paris.database, Match, run_id=run_id) == 0


@pytest.mark.usefixtures("few")
def test_a_shard_nobody_works_on_is_handed_out_again(paris: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first worker to take a shard dies with it; the second to be asked does it."""
    whole, run_id = _whole(paris), _start(paris)
    asked: list[tuple[int, bool]] = []
    monkeypatch.setattr(runs, "STALE_AFTER", timedelta(seconds=0.5))

    def hand_out(run: UUID, number: int, again: bool) -> None:
        asked.append((number, again))
        if number == 4 and not again:
            with paris.database.write() as session:
                assert shards._take(session, run, number) is not None
            return
        matching.execute_shard(paris.database, run, number)

    matching.execute(paris.database, run_id, hand_out=hand_out)
    assert asked == [(n, False) for n in range(10)] + [(4, True)]
    assert _bytes(paris, run_id) == whole


@pytest.mark.usefixtures("few")
def test_a_shard_that_kills_its_worker_each_time_fails_the_run_in_words(
    paris: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that sees the run through lives on; whoever takes the fifth shard dies. The others count for nothing."""
    run_id = _start(paris)
    monkeypatch.setattr(runs, "STALE_AFTER", timedelta(seconds=0.2))
    killed = list[int]()

    def hand_out(run: UUID, number: int, _again: bool) -> None:
        if number == 4 and len(killed) < runs.ATTEMPTS:
            with paris.database.write() as session:
                assert shards._take(session, run, number) is not None
            killed.append(number)
            return
        matching.execute_shard(paris.database, run, number)

    matching.execute(paris.database, run_id, hand_out=hand_out)
    run = paris.run(MatchRun, run_id)
    assert run.state == "failed"
    assert run.error is not None
    assert f"died {runs.ATTEMPTS} times" in run.error
    assert _nothing_is_left(paris)
    assert count(paris.database, Match, run_id=run_id) == 0


@pytest.mark.usefixtures("few")
def test_a_run_that_comes_further_with_each_worker_that_is_killed_is_done(paris: Stage) -> None:
    """Ten shards, and somebody who kills the worker after each of them."""
    whole, run_id = _whole(paris), _start(paris)

    def hand_out(run: UUID, number: int, _again: bool) -> None:
        matching.execute_shard(paris.database, run, number)
        raise SystemExit

    for _ in range(10):
        with paris.database.read() as session:
            before = session.get_one(MatchRun, run_id).attempts
        with pytest.raises(SystemExit):
            matching.execute(paris.database, run_id, hand_out=hand_out)
        with paris.database.write() as session:  # as a kill leaves it, which gives nothing back
            session.get_one(MatchRun, run_id).attempts = 1
        assert before <= 1
    matching.execute(paris.database, run_id, hand_out=hand_out)
    assert _bytes(paris, run_id) == whole


def test_a_plan_is_stored_once(paris: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes plan the same run, each taking the other for dead; between the two a supplier's name changes."""
    monkeypatch.setattr(shards, "PAIRS", _FEW)
    whole, run_id = _whole(paris), _start(paris)

    def plan_once_more(_share: float, stage: str) -> None:
        if stage == "asking the suppliers' side" and not shards.stored(paris.database, run_id):
            monkeypatch.setattr(supervising, "do_all", lambda *_: None)
            matching.execute(paris.database, run_id)  # the other one stores its plan first
            monkeypatch.undo()
            monkeypatch.setattr(shards, "PAIRS", _FEW)
            with paris.database.write() as session:
                session.execute(update(Organisation).values(name=Organisation.name + " (renamed)"))

    matching.execute(paris.database, run_id, plan_once_more)
    assert paris.run(MatchRun, run_id).state == "done"
    assert _bytes(paris, run_id) == whole
    assert _at_once(paris) != whole


# live processes ------------------------------------------------------------------------------------------------------
def _a_minute_ago(stage: Stage, run_id: UUID) -> None:
    """As if nobody had given a sign of life for a minute."""
    then = _then()
    with stage.database.write() as session:
        session.execute(update(MatchRun).where(MatchRun.id == run_id).values(heartbeat_at=then, created_at=then))
        session.execute(update(MatchShard).where(MatchShard.state == "running").values(heartbeat_at=then))


def _then() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


def _ended(stage: Stage, run_id: UUID) -> bool:
    return stage.run(MatchRun, run_id).state not in ("queued", "running")


def test_three_processes_make_the_bytes_of_one(paris: Stage) -> None:
    whole, run_id = _whole(paris), _start(paris)
    _a_minute_ago(paris, run_id)  # so that the sweep of whoever comes first takes it up
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(worker(paris.database.url, str(_FEW)))
        until(lambda: _ended(paris, run_id))
    run = paris.run(MatchRun, run_id)
    assert (run.state, run.error) == ("done", None)
    assert _bytes(paris, run_id) == whole
    assert _nothing_is_left(paris)


def test_a_worker_killed_with_a_shard_is_replaced_by_the_others(paris: Stage) -> None:
    """The one that sees the run through lives on, and notices by itself."""
    whole, run_id = _whole(paris), _start(paris)
    with worker(paris.database.url, str(_HALF)):
        _a_minute_ago(paris, run_id)
        until(lambda: "running" in _states(paris, run_id))
        with worker(paris.database.url, str(_HALF)) as helper:
            until(lambda: _states(paris, run_id) != ["running", "waiting"])
            helper.kill()
        until(lambda: _states(paris, run_id).count("done") > 0 or _ended(paris, run_id))
        with paris.database.write() as session:
            session.execute(update(MatchShard).where(MatchShard.state == "running").values(heartbeat_at=_then()))
        until(lambda: _ended(paris, run_id))
    assert paris.run(MatchRun, run_id).state == "done"
    assert _bytes(paris, run_id) == whole


def test_all_processes_killed_in_the_middle_and_others_go_on(paris: Stage) -> None:
    whole, run_id = _whole(paris), _start(paris)
    _a_minute_ago(paris, run_id)
    with worker(paris.database.url, str(_FEW)) as first, worker(paris.database.url, str(_FEW)) as second:
        until(lambda: "done" in _states(paris, run_id) and "running" in _states(paris, run_id))
        first.kill()
        second.kill()
    done = _states(paris, run_id).count("done")
    assert 0 < done < 10
    with paris.database.read() as session:
        found = last_match_run(session, paris.event.id)
        assert found is not None
        assert found.id != run_id, "a run that is not done is nobody's to see"
        ids = set(session.scalars(select(Match.id).filter_by(run_id=run_id)))
        assert len(ids) == session.scalar(select(func.count()).select_from(Match).filter_by(run_id=run_id))
    assert 0 < len(ids) < len(whole)

    _a_minute_ago(paris, run_id)
    with worker(paris.database.url, str(_FEW)):
        until(lambda: _ended(paris, run_id))
    assert paris.run(MatchRun, run_id).state == "done"
    assert _bytes(paris, run_id) == whole
    with paris.database.read() as session:
        kept = set(session.scalars(select(Match.id).filter_by(run_id=run_id)))
    assert ids < kept, "what was written before the kill was not written again"
    assert _nothing_is_left(paris)
