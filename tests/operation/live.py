"""A service that runs in a process of its own and writes its log to a file."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.cli.command import Shell


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
        return httpx.Client(base_url=self.address, headers=headers, timeout=60)


@contextmanager
def serving(shell: Shell, *arguments: str, limits: str = "") -> Iterator[Live]:
    """`fairmatch serve` until the test is through with it; `limits` is what the shell says before it starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = shell.folder / f"log-{port}"
    command = f'{limits} exec "$0" -m app serve --port {port} "$@"'
    with file.open("w") as log:
        process = subprocess.Popen(
            ["bash", "-c", command, sys.executable, *arguments], cwd=shell.folder, env=shell.environment,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    live = Live(f"http://127.0.0.1:{port}", file)
    try:
        until(lambda: httpx.get(f"{live.address}/healthz").status_code == 200, process)
        yield live
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(holds: object, process: subprocess.Popen[bytes] | None = None, seconds: float = 90) -> None:
    """Wait until a call answers true."""
    assert callable(holds)
    limit = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except httpx.HTTPError:
            pass
        assert process is None or process.poll() is None, "the service ended"
        assert time.monotonic() < limit
        time.sleep(0.1)
