"""One request, one transaction: committed before the answer, or not at all; work is queued after that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app.api.deps import open_session, read_session
from app.db.engine import Database, ReadSession, WriteSession
from app.db.models import MatchRun, Tenant
from tests.api.checked import CheckedClient, TestClient
from tests.api.conftest import EVENT, Fair
from tests.torture.counts import often, tell


@contextmanager
def _commits_fail() -> Iterator[None]:
    def fail(_session: WriteSession) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    event.listen(WriteSession, "before_commit", fail)
    try:
        yield
    finally:
        event.remove(WriteSession, "before_commit", fail)


def _runs(database: Database) -> int:
    with database.read() as session:
        return int(session.scalar(select(func.count()).select_from(MatchRun)) or 0)


class Recorder:
    """A queue that notes what it is given, and whether the row was there for everybody by then."""

    def __init__(self, database: Database, *, broken: bool = False) -> None:
        self.seen: list[bool] = []
        self._database, self._broken = database, broken

    def match(self, run_id: UUID) -> None:
        with self._database.read() as session:
            self.seen.append(session.get(MatchRun, run_id) is not None)
        if self._broken:
            raise RuntimeError("the queue is away")

    schedule = match


def test_a_failing_commit_is_never_a_success(client: CheckedClient, fair: Fair, database: Database) -> None:
    organisation = f"/api/v1/organisations/{fair.organisations['s1']}"
    pair = [str(fair.organisations["s1"]), str(fair.organisations["b1"])]
    writes: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/api/v1/events", EVENT | {"code": "new"}),
        ("PUT", f"{organisation}/capabilities", {"moq": 1}),
        ("POST", "/api/v1/events/e-2025/match-runs", {}),
        ("POST", "/api/v1/events/e-2025/meetings", {"organisations": pair, "slot": "s01"}),
    ]
    queue = client.app.state.jobs = Recorder(database)
    with _commits_fail():
        for method, path, body in writes * often(1, 250):
            response = client.request(method, path, headers=fair.key(), json=body)
            assert response.status_code == 503
            assert "retry-after" in response.headers
            assert "disk full" not in response.text
    assert client.get("/api/v1/events/new", headers=fair.key()).status_code == 404
    assert client.get(organisation, headers=fair.key()).json()["capabilities"]["revision"] == 1
    assert (_runs(database), queue.seen) == (0, [])
    tell("a commit that fails", database.engine.dialect.name, f"{len(writes) * often(1, 250)} calls", "0 false 2xx")
    for method, path, body in writes:
        assert client.request(method, path, headers=fair.key(), json=body).status_code < 300


def test_the_default_scope_would_answer_before_the_commit(database: Database) -> None:
    """The negative control: what the test above would see if sessions were closed after the answer."""
    app = FastAPI()
    app.state.database = database

    @app.post("/late")
    def late(session: Annotated[WriteSession, Depends(open_session, scope="request")]) -> str:
        session.add(Tenant(slug="late", name="Late"))
        return "saved"

    with _commits_fail(), TestClient(app, raise_server_exceptions=False) as client:
        assert client.post("/late").status_code == 200  # and nothing was saved
    with database.read() as session:
        assert session.scalar(select(Tenant.id).where(Tenant.slug == "late")) is None


def test_an_error_in_a_route_undoes_all_of_it(client: CheckedClient, fair: Fair) -> None:
    session = {"date": "2025-09-15", "starts": "13:30", "ends": "15:30"}
    body = EVENT | {"code": "new", "sessions": [session, session]}  # found when the event's row is written already
    assert client.post("/api/v1/events", headers=fair.key(), json=body).status_code == 422
    assert client.get("/api/v1/events/new", headers=fair.key()).status_code == 404


def test_work_is_queued_after_the_commit(client: CheckedClient, fair: Fair, database: Database) -> None:
    queue = client.app.state.jobs = Recorder(database)
    assert client.post("/api/v1/events/e-2025/match-runs", headers=fair.key()).status_code == 202
    assert queue.seen == [True]


@pytest.mark.parametrize("broken", [True, False], ids=["broken queue", "no queue"])
def test_without_a_queue_the_run_waits(client: CheckedClient, fair: Fair, database: Database, broken: bool) -> None:
    client.app.state.jobs = Recorder(database, broken=True) if broken else None
    response = client.post("/api/v1/events/e-2025/match-runs", headers=fair.key())
    assert response.status_code == 202
    assert client.get(response.headers["location"], headers=fair.key()).json()["state"] == "queued"


def test_reading_routes_cannot_write(database: Database) -> None:
    app = FastAPI()
    app.state.database = database

    @app.get("/sly")
    def sly(session: Annotated[ReadSession, Depends(read_session, scope="function")]) -> str:
        session.add(Tenant(slug="sly", name="Sly"))
        session.flush()
        return "written"

    with TestClient(app) as client, pytest.raises(RuntimeError, match="asked to write"):
        client.get("/sly")
