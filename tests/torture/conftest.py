"""Servers and workers of their own process, to be loaded and killed; databases and fairs as for the interface."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
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

_ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """A server process on a port of its own."""

    url: str
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, extra: Sequence[str] = ()) -> None:
        """Start it and wait until it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", str(self.port), *extra],
            cwd=_ROOT, env={**os.environ, **self.environment}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        limit = time.monotonic() + 120
        while time.monotonic() < limit:
            try:
                if httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            assert self.process.poll() is None, "the server ended by itself"
            time.sleep(0.05)
        raise AssertionError("the server does not come up")

    def kill(self) -> None:
        """As a power cut would: SIGKILL."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)


@contextmanager
def server(url: str, **settings: str) -> Iterator[Server]:
    """A server that is started by whoever uses it, and stopped in the end."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    fixed = {"FAIRMATCH_WORKERS_IN_PROCESS": "false", "FAIRMATCH_RATE_PER_MINUTE": "0"}
    environment = {"FAIRMATCH_DATABASE_URL": url, **fixed, **settings}
    found = Server(url, port, environment)
    try:
        yield found
    finally:
        found.stop()


def kind_of(url: str) -> str:
    return "SQLite" if url.startswith("sqlite") else "PostgreSQL"
