"""Processes to be killed by the hundred: one that has read the service's modules, and forks whenever one is asked for.

Run as `python -m tests.torture.nursery server PORT` or `… worker URL`. A line on standard input asks for a process; its
pid is said, what it says itself, and "gone" once it has ended.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import uvicorn

from app.main import create_app
from tests.services import worker


def _server(port: str) -> Callable[[], object]:
    app = create_app()  # opens nothing yet: that is done when it starts
    return lambda: uvicorn.run(app, port=int(port), log_level="critical")


def _worker(url: str) -> Callable[[], object]:
    return lambda: worker.main(url)


def main(kind: str, about: str) -> None:
    """Fork for each line, until standard input closes."""
    run = {"server": _server, "worker": _worker}[kind](about)
    quiet, _held = os.pipe()  # what a process may read from: nothing, until the nursery ends
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.dup2(quiet, 0)
            os.close(_held)
            run()
            os._exit(0)
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
