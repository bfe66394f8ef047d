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
from typing import Any

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
from tests.services.working import PATIENCE

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
        ready(self.address, self.process)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)


def ready(address: str, process: subprocess.Popen[Any]) -> None:
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


@dataclass
class Nursery:
    """Processes of one kind, one after the other, that end by SIGKILL as by a power cut (see `nursery.py`)."""

    process: subprocess.Popen[str]
    pid: int = 0

    def begin(self) -> None:
        """Begin one; whether it is ready is for the caller to find out."""
        self.process.stdin.write("\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]
        self.pid = int(self.said())

    def said(self) -> str:
        """What it says next."""
        return self.process.stdout.readline().strip()  # type: ignore[union-attr]

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        while self.said() != "gone":
            pass


@contextmanager
def nursery(kind: str, about: str, **environment: str) -> Iterator[Nursery]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.nursery", kind, about], cwd=_ROOT, env={**os.environ, **environment},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Nursery(process)
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=PATIENCE)


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
