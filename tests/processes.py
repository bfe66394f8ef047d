"""Processes of the service for tests, each begun in a moment: forked from one that has read its modules already."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Literal, Self, TextIO

from tests.shared import FOLDER, once

ROOT = Path(__file__).parents[1]
PATIENCE = 240.0


@cache
def _nursery() -> socket.socket:
    """The process to fork from, one for all tests of this process; it ends with it."""
    mine = socket.socket(socket.AF_UNIX)
    try:
        mine.connect(once("nursery", lambda: _begin_nursery("nursery.socket")))
    except OSError:  # the process that had begun it has ended already
        mine.connect(_begin_nursery(f"nursery-{os.getpid()}.socket"))
    atexit.register(mine.close)
    return mine


def _begin_nursery(name: str) -> str:
    """Read all modules in a process that ends with this one; return where the others find it."""
    address = str(FOLDER / name)
    mine, its = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.nursery", address, str(its.fileno())], cwd=ROOT, pass_fds=[its.fileno()],
        start_new_session=True, env=os.environ | {"NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    its.close()
    atexit.register(process.wait)
    atexit.register(mine.close)
    with socket.socket(socket.AF_UNIX) as door:
        while door.connect_ex(address):
            assert process.poll() is None, "the nursery has ended"
            time.sleep(0.05)
    return address


class Process:
    """A function without arguments, `MODULE:NAME`, as the main program of a process of its own.

    It has the part of `subprocess.Popen` that tests use. A stream that is not given is a pipe of text to this process.
    """

    def __init__(
        self, main: str, *arguments: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT,
        stdin: int | None = None, stdout: int | None = None, stderr: int | None = None,
    ) -> None:  # fmt: skip
        self.returncode: int | None = None
        self.stdin, its_in = _pipe("w") if stdin is None else (None, os.dup(stdin))
        self.stdout, its_out = _pipe("r") if stdout is None else (None, os.dup(stdout))
        self.stderr, its_err = _pipe("r") if stderr is None else (None, os.dup(stderr))
        self._heard = b""
        self._line, its_line = socket.socketpair()
        told = {"main": main, "arguments": ["fairmatch", *arguments], "cwd": str(cwd), "env": dict(env or os.environ)}
        socket.send_fds(_nursery(), [json.dumps(told).encode() + b"\n"], [its_line.fileno(), its_in, its_out, its_err])
        its_line.close()
        for stream in (its_in, its_out, its_err):
            os.close(stream)
        self.pid = int(self._hear(None))

    def _hear(self, seconds: float | None) -> str:
        """What the nursery says next of this process; TimeoutError if it says nothing for so long."""
        self._line.settimeout(seconds)
        while b"\n" not in self._heard:
            more = self._line.recv(64)
            assert more, "the nursery has ended"
            self._heard += more
        said, _, self._heard = self._heard.partition(b"\n")
        return said.decode()

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; return its exit code, or the negative number of the signal that ended it."""
        if self.returncode is None:
            try:
                self.returncode = int(self._hear(timeout))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired([str(self.pid)], timeout or 0) from None
            self._line.close()
        return self.returncode

    def poll(self) -> int | None:
        """Its exit code, or None as long as it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def communicate(self, told: str | None = None, timeout: float | None = None) -> tuple[str, str]:
        """Tell it something, hear all that it says on both streams, and wait for its end."""
        with ThreadPoolExecutor(2) as readers:
            heard = [readers.submit(stream.read) if stream else None for stream in (self.stdout, self.stderr)]
            if self.stdin:
                self.stdin.write(told or "")
                self.stdin.close()
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()  # as nothing else ends the reading
                raise
            out, err = (future.result() if future else "" for future in heard)
        self.close()
        return out, err

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def kill_after(self, seconds: float | None) -> None:
        """Kill it where it waits for a line; or tell it to go on, and kill it so much later."""
        if seconds is not None:
            assert self.stdin is not None
            self.stdin.write("\n")
            self.stdin.flush()
            time.sleep(seconds)
        self.kill()

    def close(self) -> None:
        """Let go of the streams."""
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream:
                stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close its input, and wait until it has ended; what does not end by that is killed."""
        if self.stdin:
            self.stdin.close()
        try:
            self.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            self.wait()
            raise
        finally:
            self.close()


def _pipe(mode: Literal["r", "w"]) -> tuple[TextIO, int]:
    """This process's end of a pipe, to read from or to write to, and the other's."""
    out, into = os.pipe()
    mine, its = (out, into) if mode == "r" else (into, out)
    return os.fdopen(mine, mode, encoding="utf-8"), its
