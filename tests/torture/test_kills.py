"""Killed at any moment: nothing that was acknowledged is lost, nothing is there by half, nothing has happened twice."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
from sqlalchemy import func, select, update

from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import CapabilityProfile, Event, IdempotencyKey, Match, MatchRun, Meeting, Schedule, Slot
from app.services import matching, scheduling
from app.services.doctor import examine
from app.services.events import find_event
from tests.api.conftest import EVENT, Fair
from tests.services.working import until, worker
from tests.torture.conftest import kind_of, server
from tests.torture.counts import often, tell

_SERVER_KILLS, _WORKER_KILLS = often(2, 200), often(1, 100)


def _write_until_killed(address: str, fair: Fair, number: int, kept: list[tuple[str, str]]) -> None:
    """Send changes as fast as they are answered; note each that was acknowledged."""
    headers = fair.key()
    with httpx.Client(base_url=f"{address}/api/v1", timeout=30) as http:
        for step in range(10**6):
            name = f"k{number}-{step}"
            mine = headers | {"Idempotency-Key": name}
            try:
                if step % 3:
                    path = f"/organisations/{fair.organisations[f's{number % 3 + 1}']}/capabilities"
                    answer = http.put(path, headers=mine, json={"products": ["polo shirts"], "text": name})
                else:
                    answer = http.post("/events", headers=mine, json=EVENT | {"code": name})
            except httpx.HTTPError:
                return
            if answer.status_code in (200, 201):
                kept.append(("event" if answer.status_code == 201 else "profile", name))


def test_a_server_killed_in_the_middle_of_writing_loses_nothing(
    database: Database, database_url: str, fair: Fair
) -> None:
    acknowledged: list[tuple[str, str]] = []
    with server(database_url) as served:
        for kill in range(_SERVER_KILLS):
            served.start()
            writers = [
                threading.Thread(target=_write_until_killed, args=(served.address, fair, 10 * kill + n, acknowledged))
                for n in range(4)
            ]
            before = len(acknowledged)
            for writer in writers:
                writer.start()
            until(lambda before=before: len(acknowledged) > before)  # type: ignore[misc]
            time.sleep(random.Random(kill).uniform(0, 0.5))
            served.kill()
            for writer in writers:
                writer.join()
    assert len(acknowledged) >= _SERVER_KILLS
    with database.read() as session:
        events = set(session.scalars(select(Event.code)))
        profiles = {row.get("text") for row in session.scalars(select(CapabilityProfile.document))}
        keys = set(session.scalars(select(IdempotencyKey.key)))
        slots = select(Event.code, func.count(Slot.id)).outerjoin(Slot, Slot.event_id == Event.id).group_by(Event.code)
        grids = {row[0]: row[1] for row in session.execute(slots)}
    lost = [name for what, name in acknowledged if name not in (events if what == "event" else profiles)]
    assert lost == []
    assert {name for _, name in acknowledged} <= keys, "the answer was not kept with its effect"
    written = {code for code in events if code.startswith("k")} | {text for text in profiles if text}
    assert {name for name in written if str(name).startswith("k")} == keys, (
        "an effect without its key, or a key without it"
    )
    assert {grids[code] for code in events if code.startswith("k")} <= {4}, "an event without all of its slots"
    wrong = [finding.text for finding in examine(Settings(database_url=database_url)) if finding.state == "wrong"]
    assert wrong == []
    tell(
        "`kill -9` of the server in the middle of writing", kind_of(database_url), f"{_SERVER_KILLS} kills",
        f"{len(acknowledged)} acknowledged writes, 0 lost, 0 by half",
    )  # fmt: skip


def _state(database: Database, model: type[MatchRun] | type[Schedule], run_id: UUID) -> str:
    with database.read() as session:
        return str(session.scalar(select(model.state).where(model.id == run_id)))


def _start(database: Database, fair: Fair, number: int) -> tuple[type[MatchRun] | type[Schedule], UUID]:
    """Record a match run or a schedule, in turn, for a worker to find."""
    with database.write() as session:
        event = find_event(session, fair.actor, "e-2025")
        if number % 2:
            return Schedule, scheduling.start_schedule(session, fair.actor, event, steps=2000).id
        return MatchRun, matching.start_run(session, fair.actor, event).id


def _forget(database: Database, run_id: UUID) -> None:
    """As if half a minute had gone by since the last sign of life."""
    then = datetime.now(UTC) - timedelta(minutes=1)
    with database.write() as session:
        for model in (MatchRun, Schedule):
            session.execute(update(model).where(model.id == run_id, model.state == "running").values(heartbeat_at=then))


def test_a_worker_killed_in_the_middle_of_a_job_has_its_effect_once(
    database: Database, database_url: str, fair: Fair
) -> None:
    with database.write() as session:
        event = find_event(session, fair.actor, "e-2025")
        run_id = matching.start_run(session, fair.actor, event).id
    runs_done = [(MatchRun, run_id)]
    matching.execute(database, run_id)
    model: type[MatchRun] | type[Schedule] = MatchRun
    for kill in range(_WORKER_KILLS + 1):  # who takes up what the one before left is the next to be killed
        with worker(database_url) as working:
            if kill:
                until(lambda run_id=run_id, model=model: _state(database, model, run_id) == "done")  # type: ignore[misc]
                runs_done.append((model, run_id))
            if kill < _WORKER_KILLS:
                model, run_id = _start(database, fair, kill)
                until(lambda run_id=run_id, model=model: _state(database, model, run_id) != "queued")  # type: ignore[misc]
                time.sleep(random.Random(kill).uniform(0, 0.3))
            working.kill()
        _forget(database, run_id)
    with database.read() as session:
        counts = [
            session.scalar(select(func.count()).where(Match.run_id == key))
            for model, key in runs_done
            if model is MatchRun
        ]
        plans = [
            session.scalar(select(func.count()).where(Meeting.schedule_id == key))
            for model, key in runs_done
            if model is Schedule
        ]
    assert len(set(counts)) == 1, "a run that was killed wrote more or fewer matches"
    assert len(set(plans)) <= 1
    wrong = [finding.text for finding in examine(Settings(database_url=database_url)) if finding.state == "wrong"]
    assert wrong == []
    tell(
        "`kill -9` of a worker in the middle of a job", kind_of(database_url), f"{_WORKER_KILLS} kills",
        "every job's effect once",
    )  # fmt: skip
