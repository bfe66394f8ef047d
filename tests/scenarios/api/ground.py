"""An organiser's whole work over the interface: nothing here, and nothing in the chains, touches the service itself."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.db.engine import Database
from app.samples import folder, lists
from app.services import access
from tests.api.checked import CheckedClient, calling
from tests.api.conftest import make_app
from tests.databases import Server
from tests.services.stage import STEPS, template

#: lists in an order in which whatever a row refers to is there before it
_ORDER = ("clusters", "cluster_facts", "exhibitors", "buyers", "representatives", "certificates", "requests")


class Ground:
    """A tenant seen through its keys, and one edition of it.

    `who` in the calls is "organiser" or the code of an organisation that has been given a key.
    """

    def __init__(self, client: CheckedClient, key: str) -> None:
        self._client = client
        self._keys = {"organiser": key}
        self.event: dict[str, Any] = {}
        #: by code: organisations, their participations in the edition, and its requests
        self.organisations: dict[str, str] = {}
        self.parts: dict[str, str] = {}
        self.requests: dict[str, str] = {}

    # calls -------------------------------------------------------------------------------------------------------

    def call(self, method: str, path: str, who: str = "organiser", status: int = 200, **options: Any) -> Any:
        """Call a route below /api/v1; the answer has to have `status`. Returns its JSON, None for 204."""
        headers = {"Authorization": f"Bearer {self._keys[who]}"} | options.pop("headers", {})
        answer = self._client.request(method, f"/api/v1{path}", headers=headers, **options)
        assert answer.status_code == status, f"{who}: {method} {path} → {answer.status_code} {answer.text[:2000]}"
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.content or None

    def get(self, path: str, who: str = "organiser", **query: Any) -> Any:
        return self.call("GET", path, who, params=query)

    def all(self, path: str, who: str = "organiser", **query: Any) -> list[dict[str, Any]]:
        """All items of a list, page by page."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, Any] = {}
        while True:
            page = self.get(path, who, limit=200, **query, **cursor)
            found += page["items"]
            if not page["next"]:
                return found
            cursor = {"cursor": page["next"]}

    def post(self, path: str, body: Any = None, who: str = "organiser", status: int = 200, **query: Any) -> Any:
        return self.call("POST", path, who, status, json=body if body is not None else {}, params=query)

    def put(self, path: str, body: Any, who: str = "organiser", status: int = 200) -> Any:
        return self.call("PUT", path, who, status, json=body)

    def change(self, path: str, body: Any, who: str = "organiser", status: int = 200) -> Any:
        """PATCH a thing as it is now."""
        return self.call("PATCH", path, who, status, json=body, headers={"If-Match": self.tag(path, who)})

    def tag(self, path: str, who: str = "organiser") -> str:
        answer = self._client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self._keys[who]}"})
        return str(answer.headers["etag"])

    def follow(self, started: dict[str, Any], *, well: bool = True) -> dict[str, Any]:
        """Ask at `status_url` until the work has ended, and `well`."""
        limit = time.monotonic() + 120
        while True:
            now = self.get(started["status_url"].removeprefix("/api/v1"))
            state = now.get("state") or now["status"]
            if state not in ("queued", "running"):
                assert (state not in ("failed", "cancelled")) == well, now
                return dict(now)
            assert time.monotonic() < limit, now
            time.sleep(0.2)

    # an edition --------------------------------------------------------------------------------------------------

    @property
    def place(self) -> str:
        """Path of the edition."""
        return f"/events/{self.event['code']}"

    def open_edition(self, edition: str, **other: Any) -> None:
        """Create the event that a sample describes, with other fields as they are given."""
        shape = tomllib.loads((folder(edition) / "event.toml").read_text(encoding="utf-8")) | other
        self.event = self.post("/events", json.loads(json.dumps(shape, default=str)), status=201)

    def bring_in(self, edition: str) -> list[dict[str, Any]]:
        """Send every list of a sample as it is; return what the service says of each."""
        rank = {name: n for n, name in enumerate(_ORDER)}
        files = sorted(lists(edition), key=lambda path: rank.get(path.stem, len(rank)))
        started = [
            self.call(
                "POST", f"{self.place}/imports", status=202, content=path.read_bytes(), params={"filename": path.name}
            )
            for path in files
        ]
        done = [self.follow(one) for one in started]
        for one in done:
            assert one["result"]["written"], one["result"]
        self.look()
        return done

    def look(self) -> None:
        """Learn the ids of who takes part and what is asked."""
        self.organisations |= {row["code"]: row["id"] for row in self.all("/organisations")}
        rows = self.all(f"{self.place}/participations")
        self.parts = {row["organisation"]["code"]: row["id"] for row in rows}
        asked = self.all("/sourcing-requests", event_id=self.event["code"])
        self.requests = {row["code"]: row["id"] for row in asked}

    @property
    def codes(self) -> dict[str, str]:
        """Organisation's id → code."""
        return {key: code for code, key in self.organisations.items()}

    def give_key(self, code: str, role: str) -> None:
        """Give an organisation a key of its own."""
        body = {"role": role, "organisation_id": self.organisations[code], "label": code}
        self._keys[code] = self.post("/api-keys", body, status=201)["key"]

    def open_phase(self, *names: str) -> None:
        """Let people do what belongs to these phases, from yesterday to the end of next month."""
        now = datetime.now(UTC).astimezone(ZoneInfo(self.event["zone"]))
        begins, ends = (f"{now + timedelta(days=days):%Y-%m-%dT%H:%M}" for days in (-1, 40))
        phases = [{"name": name, "starts_at": begins, "ends_at": ends} for name in names]
        self.event = self.put(f"{self.place}/phases", {"phases": phases})

    def match(self, **body: Any) -> dict[str, Any]:
        return self.follow(self.post(f"{self.place}/match-runs", body, status=202))

    def schedule(self, **body: Any) -> dict[str, Any]:
        """Build a schedule, the same on every machine, and read it."""
        return self.follow(self.post(f"{self.place}/schedules", {"steps": STEPS} | body, status=202))

    def ranked(self, code: str, who: str = "organiser", **query: Any) -> dict[str, Any]:
        """The stored list of a request; suppliers by code as `code` beside what the answer has."""
        return self._named(self.get(f"/sourcing-requests/{self.requests[code]}/suppliers", who, **query))

    def rank(self, who: str = "organiser", limit: int = 20, lang: str = "en", **request: Any) -> dict[str, Any]:
        """Ask for suppliers at once."""
        body = {"event_id": self.event["code"], "request": request, "limit": limit, "lang": lang}
        return self._named(self.post("/rank", body, who))

    def _named(self, found: dict[str, Any]) -> dict[str, Any]:
        for item in (*found["items"], *found["left_out"]):
            item["code"] = self.codes[item["supplier"]["id"]]
        return found

    def pair(self, meeting: dict[str, Any]) -> frozenset[str]:
        """Who meets, by code."""
        return frozenset(self.codes[party["id"]] for party in meeting["organisations"])


@contextmanager
def ground(server: Server) -> Iterator[Ground]:
    """An empty migrated database, one organiser's key, and the service on it with its workers."""
    with server.lent(template(server, "blank")) as url:
        database = Database(url)
        with database.write() as session:
            tenant = access.create_tenant(session, "bureau", "Bureau of Commerce")
            key = access.create_key(session, access.Actor(tenant.id), "organiser", None)
        database.close()
        with calling(make_app(url, workers=True)) as client:
            yield Ground(client, key)


def points(item: dict[str, Any]) -> dict[str, float]:
    """Points of each term of a ranked supplier."""
    return {term["name"]: term["points"] for term in item["terms"]}
