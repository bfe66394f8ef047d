"""A process that has read the modules of the service, and forks whenever one like it is asked for.

Reading them takes seconds, forking a moment. What is forked is a process like any other: it has the arguments, folder,
environment and streams that it is given, ends by itself or is killed, and says how. `tests.processes` asks for them.

Run as `python -m tests.nursery ADDRESS OWNER`. Each process of tests that connects to ADDRESS gets a nursery of its
own, forked from this one, and asks it for one process a line, sent with its streams. It all ends with the socket OWNER.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import select
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Sequence


def _read_all() -> None:
    """Import whatever a process may need, and build what all of them build: nothing is opened."""
    import app
    from app.core.settings import Settings
    from app.main import create_app
    from scoring.text.lexicon import taught
    from scoring.vocabulary import names, vocabulary

    for found in pkgutil.walk_packages(app.__path__, "app."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    create_app(Settings(database_url="sqlite://"))
    for name in names():
        vocabulary(name).resolve("-")
    taught()


def _begin(told: dict[str, object], streams: Sequence[int]) -> Callable[[], None]:
    """In the forked process: become what is asked for, and return what it has to do."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(str(told["cwd"]))
    os.environ.clear()
    os.environ.update(told["env"])  # type: ignore[call-overload]
    sys.argv = [*told["arguments"]]  # type: ignore[misc]
    module, name = str(told["main"]).split(":")
    main: Callable[[], None] = getattr(importlib.import_module(module), name)
    return main


def run_code() -> None:
    """Run the program that is the first argument, as `python -c` does."""
    code = sys.argv.pop(1)
    exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})


def listen(address: str, owner: socket.socket) -> Callable[[], None] | None:
    """Fork for each process of tests that connects, until the one that began this ends; in a process that is forked
    in the end, return what it has to do."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    door = socket.socket(socket.AF_UNIX)
    door.bind(address)
    door.listen()
    while True:
        ready, _, _ = select.select([door, owner], [], [])
        if owner in ready:
            return None
        asked, _ = door.accept()
        if os.fork() == 0:
            door.close()
            owner.close()
            return serve(asked)
        asked.close()


def serve(asked: socket.socket) -> Callable[[], None] | None:
    """Fork for each message until nobody asks any more; in a forked process, return what it has to do."""
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno())
    chosen = selectors.DefaultSelector()
    chosen.register(asked, selectors.EVENT_READ)
    chosen.register(woken, selectors.EVENT_READ)
    living: dict[int, socket.socket] = {}
    while True:
        ready = {key.fileobj for key, _ in chosen.select()}
        if woken in ready:
            woken.recv(4096)
            while living:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    break
                with living.pop(pid) as line:
                    line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        if asked in ready:
            message, files, _, _ = socket.recv_fds(asked, 1 << 16, 4)
            while message and not message.endswith(b"\n"):
                message += asked.recv(1 << 16)
            if not message:
                for pid in living:
                    os.kill(pid, signal.SIGKILL)
                return None
            line, streams = socket.socket(fileno=files[0]), files[1:]
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                chosen.close()
                for held in (asked, woken, wake, line, *living.values()):
                    held.close()
                return _begin(json.loads(message), streams)
            line.sendall(f"{pid}\n".encode())
            living[pid] = line
            for stream in streams:
                os.close(stream)


if __name__ == "__main__":
    _read_all()
    gc.freeze()
    todo = listen(sys.argv[1], socket.socket(fileno=int(sys.argv[2])))
    if todo is None:
        os._exit(0)  # it has done nothing itself that coverage should count
    todo()
