"""Long work: followed as a stream, called off, listed; and streams that hold no connection."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import update

from app.db.engine import Database
from app.db.models import Job, MatchRun
from app.services import jobs, matching, runs
from app.services.events import find_event
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair
from tests.api.test_races import serving
from tests.torture.counts import tell


def _waiting(database: Database, fair: Fair) -> UUID:
    with database.write() as session:
        return matching.start_run(session, fair.actor, find_event(session, fair.actor, "e-2025")).id


def _set(database: Database, run_id: UUID, **values: Any) -> None:
    with database.write() as session:
        session.execute(update(MatchRun).where(MatchRun.id == run_id).values(**values))


def _told(lines: Any) -> list[tuple[str, dict[str, Any]]]:
    found, name = [], ""
    for line in lines:
        if line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            found.append((name, json.loads(line[6:])))
    return found


def test_a_run_is_followed_to_its_end(database: Database, database_url: str, fair: Fair) -> None:
    run_id = _waiting(database, fair)
    with serving(database_url) as address, httpx.Client(timeout=60) as http:
        with http.stream("GET", f"{address}/api/v1/match-runs/{run_id}/progress", headers=fair.key()) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.iter_lines()
            first = next(line for line in lines if line.startswith("data: "))
            _set(database, run_id, state="running", progress=0.5, stage="half")
            second = next(line for line in lines if line.startswith("data: "))
            _set(database, run_id, state="done", progress=1.0, stage="", finished_at=datetime.now(UTC))
            rest = _told(lines)
        assert json.loads(first[6:])["state"] == "queued"
        assert json.loads(second[6:]) == {"state": "running", "progress": 0.5, "stage": "half", "error": None}
        assert [name for name, _ in rest] == ["ended"]
        # whoever comes late is told how it ended
        late = http.get(f"{address}/api/v1/match-runs/{run_id}/progress", headers=fair.key())
        assert [name for name, _ in _told(late.text.splitlines())] == ["ended"]


def test_two_hundred_streams_pin_no_connection(database: Database, database_url: str, fair: Fair) -> None:
    run_id, many = _waiting(database, fair), 200
    open_streams = threading.Barrier(many + 1)

    def follow(address: str) -> list[tuple[str, dict[str, Any]]]:
        path = f"{address}/api/v1/match-runs/{run_id}/progress"
        with httpx.Client(timeout=120, verify=False) as http, http.stream("GET", path, headers=fair.key()) as stream:
            lines = stream.iter_lines()
            assert next(line for line in lines if line.startswith("data: "))
            open_streams.wait(timeout=120)
            return _told(lines)

    with serving(database_url) as address, ThreadPoolExecutor(many) as pool:
        followers = [pool.submit(follow, address) for _ in range(many)]
        open_streams.wait(timeout=120)
        with httpx.Client(timeout=30) as http:  # more readers and writers than the pool has connections
            for number in range(40):
                assert http.get(f"{address}/api/v1/events", headers=fair.key()).status_code == 200
                body = {"products": ["polo shirts"], "moq": number + 1}
                path = f"{address}/api/v1/organisations/{fair.organisations['s1']}/capabilities"
                assert http.put(path, headers=fair.key(), json=body).status_code == 200
        _set(database, run_id, state="done", finished_at=datetime.now(UTC))
        assert all([name for name, _ in future.result(timeout=120)] == ["ended"] for future in followers)
    tell(
        f"{many} open streams, and 40 readings and 40 writings beside them", database.engine.dialect.name, "once",
        "0 connections pinned: all answered, every stream told the end",
    )  # fmt: skip


def test_streams_of_others_do_not_exist(client: CheckedClient, fair: Fair, rival: Fair, database: Database) -> None:
    run_id = _waiting(database, fair)
    assert client.get(f"/api/v1/match-runs/{run_id}/progress", headers=rival.key()).status_code == 404


def test_what_waits_never_starts_once_cancelled(client: CheckedClient, fair: Fair, database: Database) -> None:
    run_id = _waiting(database, fair)
    answer = client.post(f"/api/v1/match-runs/{run_id}/cancel", headers=fair.key())
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    matching.execute(database, run_id)
    assert client.get(f"/api/v1/match-runs/{run_id}", headers=fair.key()).json()["state"] == "cancelled"
    assert client.post(f"/api/v1/match-runs/{run_id}/cancel", headers=fair.key()).status_code == 409
    listed = client.get("/api/v1/events/e-2025/match-runs", headers=fair.key()).json()["items"]
    assert [item["state"] for item in listed] == ["cancelled"]


def test_a_job_does_its_work_once(fair: Fair, database: Database, client: CheckedClient) -> None:
    @jobs.job("test")
    def work(_database: Database, row: Job, report: runs.Progress) -> jobs.Done:
        report(0.5, "half")
        return jobs.Done({"asked": row.parameters["asked"]})

    with database.write() as session:
        job_id = jobs.start_job(session, fair.actor, "test", None, {"asked": 7}).id
    jobs.execute(database, job_id)
    jobs.execute(database, job_id)
    found = client.get(f"/api/v1/jobs/{job_id}", headers=fair.key()).json()
    assert (found["state"], found["kind"], found["result"]) == ("done", "test", {"asked": 7})
    assert client.get(f"/api/v1/jobs/{job_id}", headers=fair.key("b1")).status_code == 404
    assert client.get("/api/v1/jobs", headers=fair.key("b1")).json()["items"] == []
    assert len(client.get("/api/v1/jobs", headers=fair.key("viewer")).json()["items"]) == 1


def test_a_run_that_is_cancelled_while_it_works_stops_at_its_next_report(fair: Fair, database: Database) -> None:
    begun, called_off = threading.Event(), threading.Event()

    @jobs.job("long")
    def work(_database: Database, _row: Job, report: runs.Progress) -> jobs.Done:
        begun.set()
        assert called_off.wait(30)
        while True:
            report(0.1, "on and on")

    with database.write() as session:
        job_id = jobs.start_job(session, fair.actor, "long", None, {}).id
    worker = threading.Thread(target=jobs.execute, args=(database, job_id))
    worker.start()
    assert begun.wait(30)
    with database.write() as session:
        runs.cancel(session, session.get_one(Job, job_id))
    called_off.set()
    worker.join(timeout=60)
    assert not worker.is_alive()
    with database.read() as session:
        assert session.get_one(Job, job_id).state == "cancelled"
