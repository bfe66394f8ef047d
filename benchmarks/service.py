"""How quickly the service answers: ranking anew and lists that are stored, over HTTP, at an event of a large fair.

    python -m benchmarks.service [DATA_FOLDER] [--suppliers 30000] [--requests 40] [--seconds 8]

A real server with one worker over a SQLite file, driven over sockets from another process. Suppliers and requests are
invented (`benchmarks/invented.py`) and written straight through the models; a match run writes the lists. The peer is
a route of the same application that returns the same bytes from memory, without asking who calls. No data is needed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import numpy as np
from sqlalchemy import insert

from app.core.ids import new_id
from app.core.settings import Settings
from app.db.engine import Database
from app.db.migrate import upgrade
from app.db.models import CapabilityProfile, Event, Organisation, Participation, RequestRevision, SourcingRequest
from app.domain.fairs import EventShape
from app.domain.profiles import SourcingRequest as Shape
from app.services import access, events, matching
from app.services.access import Actor
from app.services.profiles import document_of
from benchmarks.invented import AS_OF, demands, suppliers
from benchmarks.tables import Table

CLIENTS = 16
COMMITS = 10  # a second, in the measurement with somebody who writes
WARM = 5  # calls of each kind that are not counted
_EVENT = {
    "code": "large", "name": "A large fair", "zone": "Europe/Paris", "starts_on": "2025-10-15", "ends_on": "2025-10-15",
    "as_of": AS_OF.isoformat(), "slot_minutes": 30,
    "sessions": [{"date": "2025-10-15", "starts": "09:00", "ends": "12:00"}], "places": [{"code": "T1"}],
}  # fmt: skip
_OF_OWNER = ("id", "name", "country")
_NOT_SHOWN = ("id", "name", "exclude")


@dataclass(frozen=True)
class Rate:
    """What a number of clients got: answers a second, and milliseconds of one."""

    what: str
    clients: int
    rate: float
    p50: float
    p99: float
    bytes: int


# filling --------------------------------------------------------------------------------------------------------------
def fill(url: str, n: int, m: int) -> dict[str, Any]:
    """An event of `n` suppliers and `m` requests, matched. Gives a key, the requests, and bodies to ask live."""
    database = Database(url)
    upgrade(database)
    with database.write() as session:
        actor = Actor(access.create_tenant(session, "large", "Large").id)
        event = events.create_event(session, actor, EventShape.model_validate_json(json.dumps(_EVENT)))
        key = access.create_key(session, actor, "organiser", None)
    owners, parts, profiles = [], [], []
    for record in suppliers(n):
        owner, now = new_id(), {"tenant_id": actor.tenant_id}
        country = record.get("country")
        named = {"code": record["id"], "name": record["name"], "country": country, "kind": "manufacturer"}
        owners.append({"id": owner, **now, **named})
        parts.append(_part(event, owner, "manufacturer", supplies=True))
        document = {name: value for name, value in record.items() if name not in _OF_OWNER}
        profiles.append(
            {"id": new_id(), **now, "organisation_id": owner, "revision": 1, "document": document, "completeness": 80}
        )
    buyer = new_id()
    owners.append({"id": buyer, "tenant_id": actor.tenant_id, "code": "buyer", "name": "Buyer", "kind": "brand-owner"})
    parts.append(_part(event, buyer, "brand-owner", buys=True))
    asked = [shape_of(demand) for demand in demands(m + 400)]
    requests, revisions = [], []
    for number, shape in enumerate(asked[:m]):
        row = {"id": new_id(), "tenant_id": actor.tenant_id, "event_id": event.id, "organisation_id": buyer}
        requests.append({**row, "code": f"r{number:04d}"})
        document = document_of(shape)
        revisions.append(
            {"id": new_id(), "request_id": row["id"], "revision": 1, "document": document, "completeness": 80}
        )
    with database.write() as session:
        for model, rows in (
            (Organisation, owners), (Participation, parts), (CapabilityProfile, profiles),
            (SourcingRequest, requests), (RequestRevision, revisions),
        ):  # fmt: skip
            session.execute(insert(model), rows)
    with database.write() as session:
        run = matching.start_run(session, actor, session.get_one(Event, event.id)).id
    matching.execute(database, run)
    database.close()
    bodies = [{"event_id": "large", "request": document_of(shape), "limit": 20} for shape in asked[m:]]
    return {"key": key, "requests": [str(row["id"]) for row in requests], "bodies": bodies}


def _part(event: Event, owner: Any, kind: str, *, supplies: bool = False, buys: bool = False) -> dict[str, Any]:
    row = {"id": new_id(), "tenant_id": event.tenant_id, "event_id": event.id, "organisation_id": owner}
    return {**row, "kind": kind, "supplies": supplies, "buys": buys}


def shape_of(demand: dict[str, Any]) -> Shape:
    """An invented demand as a request that can be stored."""
    said = {name: value for name, value in demand.items() if name in Shape.model_fields and name not in _NOT_SHOWN}
    if "must" in said:
        said["must"] = sorted({"quantity" if name == "moq" else name for name in said["must"]})
    return Shape.model_validate(said, strict=False)


# serving --------------------------------------------------------------------------------------------------------------
def serve(url: str, port: int, answer: Path) -> None:
    """The service, and beside it the peer: a route that returns the bytes of a file it has read once."""
    import uvicorn
    from fastapi import Response

    from app.main import create_app

    application = create_app(Settings(database_url=url, workers_in_process=False, rate_per_minute=10**9))
    held: list[bytes] = []

    @application.get("/peer", include_in_schema=False)
    def peer() -> Response:
        if not held:
            held.append(answer.read_bytes())
        return Response(held[0], media_type="application/json")

    uvicorn.run(application, host="127.0.0.1", port=port, workers=1, log_level="warning", access_log=False)


# asking ---------------------------------------------------------------------------------------------------------------
class Client:
    """One connection that is kept open; as little work as can be, so that the server is what is measured."""

    def __init__(self, port: int, key: str) -> None:
        self._port, self._key = port, key

    async def open(self) -> Client:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def call(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._key}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self._writer.write(head.encode() + b"\r\n" + body)
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        size = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
        return int(lines[0].split()[1]), await self._reader.readexactly(size)


async def measured(
    what: str, port: int, key: str, calls: list[tuple[str, str, bytes]], clients: int, seconds: float
) -> Rate:
    """Clients that ask one after the other for so many seconds, the calls in turn."""
    turn, spent, sizes = cycle(calls), [], [0]
    until = 0.0

    async def one(client: Client) -> None:
        while time.perf_counter() < until:
            start = time.perf_counter()
            status, answer = await client.call(*next(turn))
            spent.append(time.perf_counter() - start)
            sizes[0] = max(sizes[0], len(answer))
            if status != 200:
                raise RuntimeError(f"{what}: {status} {answer[:300]!r}")

    opened = [await Client(port, key).open() for _ in range(clients)]
    for call in calls[: max(WARM, min(len(calls), 60))]:
        await opened[0].call(*call)
    start = time.perf_counter()
    until = start + seconds
    await asyncio.gather(*(one(client) for client in opened))
    rate = len(spent) / (time.perf_counter() - start)
    p50, p99 = np.percentile(np.asarray(spent) * 1e3, (50, 99))
    return Rate(what, clients, rate, float(p50), float(p99), sizes[0])


@contextmanager
def committing(url: str) -> Iterator[None]:
    """Somebody else writes meanwhile: `COMMITS` transactions a second."""
    database, ended = Database(url), Flag()

    def write() -> None:
        while not ended.wait(1 / COMMITS):
            database.probe()

    thread = Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        database.close()


async def drive(url: str, port: int, filled: dict[str, Any], answer: Path, seconds: float) -> list[Rate]:
    """Every measurement, the peer before and after."""
    key = filled["key"]
    lists = [("GET", f"/api/v1/sourcing-requests/{one}/suppliers", b"") for one in filled["requests"]]
    live = [("POST", "/api/v1/rank", json.dumps(body).encode()) for body in filled["bodies"]]
    client = await Client(port, key).open()
    start = time.perf_counter()
    await client.call(*live[-1])
    learned = time.perf_counter() - start
    answers = sorted([(await client.call(*one))[1] for one in lists], key=len)
    answer.write_bytes(answers[len(answers) // 2])
    peer = [("GET", "/peer", b"")]
    found = [
        await measured("POST /rank, each request asked for the first time", port, key, live[:-1], 1, seconds),
        await measured("the same bytes from memory", port, key, peer, CLIENTS, seconds),
        await measured("GET /sourcing-requests/{id}/suppliers", port, key, lists, CLIENTS, seconds),
        await measured("the same bytes from memory, again", port, key, peer, CLIENTS, seconds),
        await measured("GET /sourcing-requests/{id}/suppliers", port, key, lists, 1, seconds),
    ]
    with committing(url):
        writing = f"the same while others commit {COMMITS} times a second"
        found.append(await measured(writing, port, key, lists, CLIENTS, seconds))
    print(f"the first call, which learns the suppliers: {learned:.1f} s", file=sys.stderr, flush=True)
    return found


def table(n: int, m: int, seconds: float) -> Table:
    """Fill, serve, ask."""
    with tempfile.TemporaryDirectory() as folder:
        url, answer = f"sqlite:///{folder}/service.db", Path(folder) / "answer.json"
        filled = fill(url, n, m)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "benchmarks.service", "--serve", url, str(port), str(answer)]
        server = subprocess.Popen(command, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"})
        try:
            _wait(port, server)
            found = asyncio.run(drive(url, port, filled, answer, seconds))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    peer = (found[1].rate + found[3].rate) / 2
    return Table(
        title=f"The service at an event of {n:,} suppliers",
        command=f"python -m benchmarks.service --suppliers {n} --requests {m} --seconds {seconds:g}",
        columns=("what", "clients", "answers/s", "of the peer", "p50, ms", "p99, ms", "KB"),
        rows=[
            (r.what, r.clients, r.rate, r.rate / peer if r.clients == CLIENTS else "", r.p50, r.p99, r.bytes / 1e3)
            for r in found
        ],
        note=(
            "One worker, SQLite, invented suppliers and requests, 20 suppliers with explanations an answer; clients in "
            "another process on the same processors. The peer asks nobody who calls and reads nothing."
        ),
    )


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("the server did not answer within a minute")


def tables(_data: Path) -> Iterator[Table]:
    """As many suppliers as a large platform has."""
    yield table(30_000, 24, 8.0)


def main() -> None:
    """The size asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--suppliers", type=int, default=3_000)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--serve", nargs=3, metavar=("URL", "PORT", "ANSWER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve[0], int(asked.serve[1]), Path(asked.serve[2]))
        return
    print(table(asked.suppliers, asked.requests, asked.seconds).markdown())


if __name__ == "__main__":
    main()
