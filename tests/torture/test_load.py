"""Everybody at once: readers and writers of every kind, and the invariants of the data afterwards."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.core.settings import Settings
from app.db.engine import Database
from app.services import sealing
from app.services.doctor import examine
from tests.api.conftest import Fair, make_fair
from tests.torture.conftest import kind_of, server
from tests.torture.counts import often, tell

_SECONDS, _WORKERS = often(5, 60), often(12, 32)
_SLOTS = ("s01", "s02", "s03", "s04")


@dataclass
class Client:
    """One of the many, with a random will of its own."""

    http: httpx.Client
    fair: Fair
    chance: random.Random
    statuses: Counter[int] = field(default_factory=Counter)
    meetings: list[str] = field(default_factory=list)

    def one(self) -> None:
        """Do one thing."""
        deed = self.chance.choice((self.look, self.look, self.register, self.wish, self.book, self.book, self.change))
        deed()

    def call(self, method: str, path: str, who: str = "organiser", **options: Any) -> httpx.Response:
        headers = self.fair.key(who) | options.pop("headers", {})
        answer = self.http.request(method, f"/api/v1/{path}", headers=headers, **options)
        self.statuses[answer.status_code] += 1
        return answer

    def look(self) -> None:
        paths = ("events", "events/e-2025", "organisations", "sourcing-requests", "events/e-2025/meetings", "audit")
        self.call("GET", self.chance.choice(paths))

    def register(self) -> None:
        who = self.chance.choice([name for name in self.fair.organisations if name.startswith("s")])
        path = f"organisations/{self.fair.organisations[who]}/capabilities"
        self.call("PUT", path, who, json={"products": ["polo shirts"], "moq": self.chance.randint(1, 999)})

    def wish(self) -> None:
        who = self.chance.choice([name for name in self.fair.organisations if name.startswith("b")])
        body = {"code": f"w{self.chance.randint(1, 40)}-{who}", "products": ["polo shirts"]}
        self.call("POST", "events/e-2025/sourcing-requests", who, json=body)

    def book(self) -> None:
        pair = [self.chance.choice([n for n in self.fair.organisations if n.startswith(side)]) for side in "sb"]
        body = {
            "organisations": [str(self.fair.organisations[name]) for name in pair],
            "slot": self.chance.choice(_SLOTS),
            "place": self.chance.choice(("T1", "T2", "T3", None)),
        }
        headers = {"Idempotency-Key": f"k{self.chance.randint(1, 10**9)}"}
        answer = self.call("POST", "events/e-2025/meetings", json=body, headers=headers)
        if answer.status_code == 201:
            self.meetings.append(answer.json()["id"])

    def change(self) -> None:
        """Move or cancel a meeting of one's own."""
        if not self.meetings:
            return self.book()
        path = f"meetings/{self.chance.choice(self.meetings)}"
        headers = {"If-Match": self.call("GET", path).headers.get("etag", '"none"')}
        if self.chance.random() < 0.5:
            self.call("PATCH", path, json={"slot": self.chance.choice(_SLOTS)}, headers=headers)
        else:
            self.call("DELETE", path, headers=headers)
        return None


def test_many_who_do_everything_at_once_break_nothing(database: Database, database_url: str) -> None:
    fair = make_fair(database, "load", suppliers=8, buyers=6)
    stop = threading.Event()
    with server(database_url) as served:
        served.start()

        def work(number: int) -> Counter[int]:
            with httpx.Client(base_url=served.address, timeout=60, verify=False) as http:
                one = Client(http, fair, random.Random(number))
                while not stop.is_set():
                    one.one()
                return one.statuses

        with ThreadPoolExecutor(_WORKERS) as pool:
            running = [pool.submit(work, number) for number in range(_WORKERS)]
            time.sleep(_SECONDS)
            stop.set()
            statuses = sum((each.result(timeout=120) for each in running), Counter[int]())
    sealing.seal(database)
    wrong = [finding.text for finding in examine(Settings(database_url=database_url)) if finding.state == "wrong"]
    assert wrong == []
    assert {status for status in statuses if status >= 500} == set()
    assert {200, 201, 409} <= set(statuses)
    assert statuses.keys() <= {200, 201, 204, 304, 404, 409, 412}, statuses
    tell(
        "mixed load: nothing doubled, no 5xx, every invariant holds", kind_of(database_url),
        f"{_WORKERS} workers, {_SECONDS} s", f"{sum(statuses.values())} calls, 0 × 5xx",
    )  # fmt: skip
