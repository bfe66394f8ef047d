"""Runs survive their processes: what is begun is finished once, whoever is killed when."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from dbos import DBOS
from sqlalchemy import Engine, create_engine, select, text, update

from app.core.errors import NotFoundError, NotReadyError
from app.db.engine import Database, WriteSession
from app.db.models import Match, MatchRun, Meeting, Schedule
from app.jobs.queue import JobQueue
from app.jobs.workflows import Left
from app.services import backup, matching, runs, scheduling
from app.services.audit import record
from app.services.matching import run as run_module
from app.web import sentences
from tests.databases import Server
from tests.services.lists import BUYERS, EXHIBITORS, REQUESTS, Desk, count
from tests.services.stage import STEPS, Stage, staged
from tests.services.working import PATIENCE, until, worker


def _state(stage: Stage, model: type[runs.RunRow], run_id: UUID) -> str:
    return str(stage.run(model, run_id).state)


def _age(stage: Stage, model: type[MatchRun] | type[Schedule], run_id: UUID) -> None:
    """As if a minute had gone by since the last sign of life."""
    then = datetime.now(UTC) - timedelta(minutes=1)
    with stage.database.write() as session:
        session.execute(update(model).where(model.id == run_id).values(heartbeat_at=then, created_at=then))


def _start(stage: Stage, model: type[MatchRun] | type[Schedule]) -> UUID:
    with stage.database.write() as session:
        if model is MatchRun:
            return matching.start_run(session, stage.actor, stage.event).id
        return scheduling.start_schedule(session, stage.actor, stage.event, steps=STEPS).id


@pytest.fixture
def small(blank: Database, tmp_path: Path) -> Stage:
    desk = Desk(blank, tmp_path)
    assert desk.bring(EXHIBITORS, BUYERS, REQUESTS).written
    return desk.stage


def test_a_run_that_was_recorded_and_never_queued_is_found_and_finished(small: Stage) -> None:
    """As after a crash between the commit of the row and the hand-over to the queue."""
    run_id = _start(small, MatchRun)
    with small.database.read() as session:
        assert runs.abandoned(session, MatchRun) == []  # it may still be on its way to the queue
    _age(small, MatchRun, run_id)
    with small.database.read() as session:
        assert runs.abandoned(session, MatchRun) == [run_id]
    with JobQueue(small.settings(), small.database):
        done = runs.wait(small.database, MatchRun, run_id)
    assert done.state == "done"
    assert count(small.database, Match, run_id=run_id) == 2


def test_the_queue_runs_what_it_is_given_once(small: Stage) -> None:
    with JobQueue(small.settings(), small.database) as jobs:
        run_id = _start(small, MatchRun)
        jobs.match(run_id)
        jobs.match(run_id)
        heard: list[float] = []
        assert runs.wait(small.database, MatchRun, run_id, lambda share, _: heard.append(share)).state == "done"
        schedule_id = _start(small, Schedule)
        jobs.schedule(schedule_id)
        assert runs.wait(small.database, Schedule, schedule_id).state == "done"
        assert jobs.sweep() == 0
    assert count(small.database, Match, run_id=run_id) == 2
    assert count(small.database, Meeting, schedule_id=schedule_id) == 2


def test_a_run_that_a_backup_brings_back_unfinished_is_done_again(small: Stage, tmp_path: Path) -> None:
    """The queue's own state is not in a backup: it remembers as ended what the row says is to do."""
    run_id = _start(small, MatchRun)
    _age(small, MatchRun, run_id)
    saved = backup.save(small.database, tmp_path / "all.backup", runs.silent)
    with JobQueue(small.settings(), small.database):
        assert runs.wait(small.database, MatchRun, run_id).state == "done"
        assert backup.restore(small.database, tmp_path / "all.backup", runs.silent, force=True) == saved
        assert count(small.database, Match, run_id=run_id) == 0
        assert runs.wait(small.database, MatchRun, run_id).state == "done"  # the sweep sees to it
    assert count(small.database, Match, run_id=run_id) == 2


def test_a_run_that_cannot_succeed_fails_in_words_and_holds_up_nobody(small: Stage) -> None:
    with small.database.write() as session:
        schedule_id = _start_broken(session, small)
    with JobQueue(small.settings(), small.database) as jobs:
        jobs.schedule(schedule_id)
        failed = runs.wait(small.database, Schedule, schedule_id)
        run_id = _start(small, MatchRun)
        jobs.match(run_id)
        assert runs.wait(small.database, MatchRun, run_id).state == "done"
    assert failed.state == "failed"
    assert failed.error is not None
    assert "brake" in failed.error


def _start_broken(session: object, stage: Stage) -> UUID:
    """A schedule whose objective names a weight that there is not."""
    row = Schedule(
        tenant_id=stage.actor.tenant_id, event_id=stage.event.id, parameters={"steps": 10, "objective": {"brake": 1}}
    )
    session.add(row)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    return row.id


def test_what_has_ended_is_not_run_again(small: Stage) -> None:
    run = small.match()
    before = [row.id for row in _matches(small, run.id)]
    matching.execute(small.database, run.id)
    assert [row.id for row in _matches(small, run.id)] == before
    assert small.run(MatchRun, run.id).finished_at == run.finished_at


def _matches(stage: Stage, run_id: UUID) -> list[Match]:
    with stage.database.read() as session:
        return list(session.scalars(select(Match).filter_by(run_id=run_id).order_by(Match.id)))


def test_a_run_that_is_not_there(small: Stage) -> None:
    with pytest.raises(NotFoundError):
        matching.execute(small.database, uuid4())
    with pytest.raises(NotFoundError):
        runs.wait(small.database, Schedule, uuid4())


def test_a_late_finisher_writes_nothing(small: Stage) -> None:
    """Two processes work on one run, each taking the other for dead: the second to finish finds it done."""
    run = small.match()
    with small.database.write() as session:
        assert runs.finish(session, MatchRun, run.id) is None


@pytest.mark.parametrize("model", [MatchRun, Schedule], ids=["match run", "schedule build"])
def test_a_worker_killed_in_the_middle_is_replaced_by_another(
    server: Server, model: type[MatchRun] | type[Schedule]
) -> None:
    with staged(server, "paris scheduled") as stage:
        effect: type[Match] | type[Meeting] = Match if model is MatchRun else Meeting
        key = "run_id" if model is MatchRun else "schedule_id"
        with stage.database.read() as session:
            last = session.scalars(select(model.id).order_by(model.id.desc())).first()
        whole = count(stage.database, effect, **{key: last})

        run_id = _start(stage, model)
        _age(stage, model, run_id)  # so that the worker's own sweep takes it up
        with worker(stage.database.url) as process:
            until(lambda: _state(stage, model, run_id) == "running")
            process.kill()
        assert _state(stage, model, run_id) == "running"
        assert count(stage.database, effect, **{key: run_id}) == 0, "it was killed before it wrote anything"

        with worker(stage.database.url):
            time.sleep(0.5)
            assert _state(stage, model, run_id) == "running", "a second worker leaves alone what may be alive"
            _age(stage, model, run_id)
            until(lambda: _state(stage, model, run_id) != "running")
            done = stage.run(model, run_id)
            assert (done.state, done.error) == ("done", None)
            assert count(stage.database, effect, **{key: run_id}) == whole
        with stage.database.read() as session:
            assert runs.abandoned(session, model) == []
            if model is Schedule:
                assert list(session.scalars(select(Schedule.id).where(Schedule.is_current))) == [run_id]


def _taken_over(queue: Engine) -> int:
    """How many runs that a worker is on are another's now."""
    with queue.begin() as connection:
        taken = connection.execute(text("UPDATE workflow_status SET owner_xid = 'x' WHERE status = 'PENDING'"))
    return int(taken.rowcount)


def test_a_worker_whose_run_another_took_over_ends_when_it_is_told(sqlite_server: Server) -> None:
    """Its thread waits for what the other records; the other may have died with it."""
    with staged(sqlite_server, "paris scheduled") as stage:
        run_id = _start(stage, MatchRun)
        _age(stage, MatchRun, run_id)
        queue = create_engine(stage.settings().jobs_database_url)
        with worker(stage.database.url) as process:
            until(lambda: _state(stage, MatchRun, run_id) == "running")
            until(lambda: _taken_over(queue) >= 1)  # a sweep that saw the old row may have queued the run once more
            until(lambda: _state(stage, MatchRun, run_id) == "done")
            time.sleep(0.5)
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(30) == 0
        queue.dispose()


def test_a_worker_that_is_told_to_end_does_not_stay_for_a_long_search(paris: Stage) -> None:
    matching.execute(paris.database, _start(paris, MatchRun))
    with paris.database.write() as session:
        build = scheduling.start_schedule(session, paris.actor, paris.event, time_limit=600.0).id
    with worker(paris.database.url) as working:
        until(lambda: paris.run(Schedule, build).stage.startswith("bound"))
        assert working.stdin is not None
        working.stdin.close()
        assert working.wait(30) == 0
    row = paris.run(Schedule, build)
    assert (row.state, row.error) == ("running", None)  # for another to take up, as the one of a killed process
    _age(paris, Schedule, build)
    with paris.database.write() as session:
        assert runs.abandoned(session, Schedule) == [build]
        runs.cancel(session, session.get_one(Schedule, build))


def test_a_search_that_is_called_off_stops_and_leaves_the_plan_before(paris: Stage) -> None:
    matching.execute(paris.database, _start(paris, MatchRun))
    with paris.database.write() as session:
        schedule_id = scheduling.start_schedule(session, paris.actor, paris.event, steps=10**10).id
    worker = threading.Thread(target=scheduling.build, args=(paris.database, schedule_id))
    worker.start()
    until(lambda: _state(paris, Schedule, schedule_id) == "running")
    with paris.database.write() as session:
        runs.cancel(session, session.get_one(Schedule, schedule_id))
    worker.join(timeout=PATIENCE)
    assert not worker.is_alive()
    assert _state(paris, Schedule, schedule_id) == "cancelled"
    with paris.database.read() as session:
        assert session.scalars(select(Meeting).filter_by(schedule_id=schedule_id)).all() == []


# runs that take their process along -----------------------------------------------------------------------------------
def _die(stage: Stage, run_id: UUID) -> None:
    """Begin a run as a process does that is killed on the way, and let it fall silent."""
    assert runs.begin(stage.database, MatchRun, run_id)
    _age(stage, MatchRun, run_id)


def test_a_run_that_kills_its_worker_each_time_fails_in_words(small: Stage) -> None:
    run_id = _start(small, MatchRun)
    for _ in range(runs.ATTEMPTS):
        _die(small, run_id)
        assert _state(small, MatchRun, run_id) == "running"
    with JobQueue(small.settings(), small.database):
        failed = runs.wait(small.database, MatchRun, run_id)
    assert failed.state == "failed"
    assert failed.error is not None
    assert f"died {runs.ATTEMPTS} times" in failed.error
    assert "start it anew" in failed.error
    for lang in ("zh", "fr"):
        assert sentences.translated(failed.error, lang)
    assert count(small.database, Match, run_id=run_id) == 0
    again = small.match()  # one that is asked for anew has its attempts before it
    assert again.state == "done"


def test_a_worker_that_is_killed_once_too_few_does_the_run(small: Stage) -> None:
    run_id = _start(small, MatchRun)
    for _ in range(runs.ATTEMPTS - 1):
        _die(small, run_id)
    with JobQueue(small.settings(), small.database):
        assert runs.wait(small.database, MatchRun, run_id).state == "done"


def test_a_worker_that_is_told_to_end_is_not_held_against_the_run(small: Stage) -> None:
    run_id = _start(small, MatchRun)

    def leave(*_: object) -> None:
        raise Left

    for _ in range(runs.ATTEMPTS + 1):
        with pytest.raises(Left):
            matching.execute(small.database, run_id, leave)
        assert small.run(MatchRun, run_id).attempts == 0
    matching.execute(small.database, run_id)
    assert small.run(MatchRun, run_id).state == "done"


# asked for twice ------------------------------------------------------------------------------------------------------
def _ask(stage: Stage, **how: Any) -> UUID:
    with stage.database.write() as session:
        return matching.start_run(session, stage.actor, stage.event, **how).id


def test_the_same_match_run_asked_for_twice_is_one(small: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "_IN_FLIGHT", timedelta(0))  # the lists were brought in a moment ago
    waiting = _ask(small)
    assert _ask(small) == waiting
    other = {_ask(small, evenness=0.5), _ask(small, as_of=date(2026, 1, 5))}
    assert len(other | {waiting}) == 3
    with small.database.write() as session:
        record(session, small.actor, "organisation.changed")
    assert _ask(small) == waiting, "it has read nothing yet, so it will see the change"

    assert runs.begin(small.database, MatchRun, waiting)
    assert _ask(small) == waiting
    with small.database.write() as session:
        record(session, small.actor, "organisation.changed")
    newer = _ask(small)
    assert newer != waiting, "what has changed since it began is not in it"
    assert _ask(small) == newer
    matching.execute(small.database, newer)
    assert _ask(small) not in (newer, waiting), "what is done is not done again by itself"


def test_two_who_ask_for_a_match_run_at_the_same_moment_get_one(small: Stage) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: _ask(small), range(4)))) == 1
    assert count(small.database, MatchRun) == 1


def test_ctrl_c_while_the_queue_opens_leaves_nothing_that_works_on(
    small: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, launch = _start(small, MatchRun), DBOS.launch

    def interrupted() -> None:
        launch()
        raise KeyboardInterrupt

    monkeypatch.setattr(DBOS, "launch", interrupted)
    _age(small, MatchRun, run_id)
    with pytest.raises(KeyboardInterrupt), JobQueue(small.settings(), small.database):
        pytest.fail("it was interrupted")
    assert not {"job sweep", "chores"} & {thread.name for thread in threading.enumerate()}
    monkeypatch.undo()
    assert _state(small, MatchRun, run_id) == "queued"
    with JobQueue(small.settings(), small.database):
        assert runs.wait(small.database, MatchRun, run_id).state == "done"


# clocks ---------------------------------------------------------------------------------------------------------------
def test_a_machine_whose_clock_is_ahead_takes_nobody_for_dead(small: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = _start(small, MatchRun)
    assert runs.begin(small.database, MatchRun, run_id)
    if not small.database.is_sqlite:  # with a file, all are on one machine
        monkeypatch.setattr(runs, "_now", lambda: datetime.now(UTC) + timedelta(minutes=5))
    with small.database.read() as session:
        assert runs.abandoned(session, MatchRun) == []


def test_a_run_that_died_before_the_clock_was_put_back_is_taken_up(small: Stage) -> None:
    run_id = _start(small, MatchRun)
    assert runs.begin(small.database, MatchRun, run_id)
    with small.database.write() as session:
        session.get_one(MatchRun, run_id).heartbeat_at = datetime.now(UTC) + timedelta(hours=1)
    with small.database.read() as session:
        assert runs.abandoned(session, MatchRun) == [run_id]


def test_a_database_whose_disk_is_full_is_called_so(small: Stage) -> None:
    if not small.database.is_sqlite:
        pytest.skip("a disk of PostgreSQL cannot be filled here")
    with small.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def write(session: WriteSession) -> None:
        session.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")
        for _ in range(1000):
            matching.start_run(session, small.actor, small.event, evenness=0.5).state = "failed"

    with pytest.raises(NotReadyError, match="its disk is full"):
        small.database.run(write)
