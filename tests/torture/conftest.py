"""Servers and workers of their own process, to be loaded and killed; databases and fairs as for the interface."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.api.conftest import (  # noqa: F401 - fixtures
    client,
    database,
    database_url,
    fair,
    filled,
    filled_postgres,
    filled_sqlite,
    rival,
)
from tests.processes import PATIENCE, Process


@dataclass
class Server:
    """A server process on a port of its own."""

    url: str
    port: int
    environment: dict[str, str]
    process: Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, extra: Sequence[str] = ()) -> None:
        """Start it and wait until it is ready."""
        with Path(os.devnull).open("r+") as nothing:
            quiet = nothing.fileno()
            self.process = Process(
                "app.cli:main", "serve", "--port", str(self.port), *extra, env=os.environ | self.environment,
                stdin=quiet, stdout=quiet, stderr=quiet,
            )  # fmt: skip
        ready(self.address, self.process)

    def kill(self) -> None:
        """End it as by a power cut."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)


def ready(address: str, process: Process) -> None:
    """Wait until a server answers."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert process.poll() is None, "the server ended by itself"
        time.sleep(0.05)
    raise AssertionError("the server does not come up")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(url: str, **settings: str) -> Iterator[Server]:
    """A server that is started by whoever uses it, and stopped in the end."""
    port = free_port()
    fixed = {"FAIRMATCH_WORKERS_IN_PROCESS": "false", "FAIRMATCH_RATE_PER_MINUTE": "0"}
    environment = {"FAIRMATCH_DATABASE_URL": url, **fixed, **settings}
    found = Server(url, port, environment)
    try:
        yield found
    finally:
        found.stop()


def kind_of(url: str) -> str:
    return "SQLite" if url.startswith("sqlite") else "PostgreSQL"
