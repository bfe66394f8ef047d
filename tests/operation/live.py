"""A service that runs in a process of its own and writes its log to a file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.cli.command import Shell
from tests.processes import Process


@dataclass
class Live:
    """Where it listens, and what it wrote so far."""

    address: str
    file: Path

    @property
    def log(self) -> str:
        return self.file.read_text(encoding="utf-8")

    def client(self, key: str = "") -> httpx.Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # what it would load to check certificates takes a hundred times as long as the rest of it
        return httpx.Client(base_url=self.address, headers=headers, timeout=60, verify=False)


@contextmanager
def serving(shell: Shell, *arguments: str, limits: str = "") -> Iterator[Live]:
    """`fairmatch serve` until the test is through with it; `limits` is what a shell says before it starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = shell.folder / f"log-{port}"
    serve = ("serve", "--port", str(port), *arguments)
    process: subprocess.Popen[bytes] | Process
    with file.open("w") as log, Path(os.devnull).open() as nothing:
        if limits:
            process = subprocess.Popen(
                ["bash", "-c", f'{limits} exec "$0" -m app "$@"', sys.executable, *serve], cwd=shell.folder,
                env=shell.environment, stdin=nothing, stdout=log, stderr=log,
            )  # fmt: skip
        else:
            process = Process(
                "app.cli:main", *serve, cwd=shell.folder, env=shell.environment,
                stdin=nothing.fileno(), stdout=log.fileno(), stderr=log.fileno(),
            )  # fmt: skip
    live = Live(f"http://127.0.0.1:{port}", file)
    try:
        until(lambda: httpx.get(f"{live.address}/readyz", verify=False).status_code == 200, process)
        yield live
    finally:
        process.terminate()
        try:
            ended = process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
    assert ended in (0, -signal.SIGTERM)


def until(
    holds: Callable[[], bool], process: subprocess.Popen[bytes] | Process | None = None, seconds: float = 90
) -> None:
    """Wait until a call answers true."""
    limit = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except httpx.HTTPError:
            pass
        assert process is None or process.poll() is None, "the service ended"
        assert time.monotonic() < limit
        time.sleep(0.05)
