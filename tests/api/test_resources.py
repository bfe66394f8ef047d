"""Editions, organisations, profiles and requests: written, read back, listed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event

from app.api.auth import KeysSeen
from app.db.engine import Database
from tests.api.checked import CheckedClient
from tests.api.conftest import EVENT, Fair, make_fair

SHIRTS = {
    "products": ["knitted T-shirts", "针织T恤", "thingamajigs"], "moq": 600, "unit": "H87",
    "capacity_per_month": 200_000, "lead_time_days": 35,
    "certificates": [{"code": "GOTS", "valid_to": "2026-03-31", "evidence": "documented"}, "RDS"],
}  # fmt: skip


def test_an_enterprise_registers_what_it_makes(client: CheckedClient, fair: Fair) -> None:
    address = f"/api/v1/organisations/{fair.organisations['s1']}/capabilities"
    saved = client.put(address, headers=fair.key("s1"), json=SHIRTS).json()
    assert set(saved) == {"organisation_id", "revision", "resolved", "unresolved", "completeness"}
    assert saved["organisation_id"] == str(fair.organisations["s1"])
    assert saved["revision"] == 2
    codes = {row["text"]: row["code"] for row in saved["resolved"]}
    assert codes["knitted T-shirts"] == codes["针织T恤"]
    assert all(set(row) == {"text", "code", "how"} for row in saved["resolved"])
    assert saved["unresolved"] == ["thingamajigs"]
    assert 0 < saved["completeness"] < 100

    read = client.get(address, headers=fair.key()).json()
    assert {name: read[name] for name in saved} == saved
    assert read["document"]["products"] == SHIRTS["products"]
    assert read["document"]["certificates"][0] == SHIRTS["certificates"][0]
    state = client.get(f"/api/v1/organisations/{fair.organisations['s1']}", headers=fair.key("s1")).json()
    assert state["capabilities"] == {"revision": 2, "completeness": saved["completeness"]}
    assert state["buyer_profile"] is None


def test_a_buyer_says_who_buys(client: CheckedClient, fair: Fair) -> None:
    address = f"/api/v1/organisations/{fair.organisations['b1']}/buyer-profile"
    body = {"products": ["polo shirts"], "price_tier": "mid", "yearly_volume": 400_000}
    assert client.put(address, headers=fair.key("b1"), json=body).json()["revision"] == 2
    assert client.get(address, headers=fair.key("b1")).json()["document"] == body
    nobody = f"/api/v1/organisations/{fair.organisations['s1']}/buyer-profile"
    assert client.get(nobody, headers=fair.key()).status_code == 404


def test_a_buyer_publishes_a_request_and_mends_it(client: CheckedClient, fair: Fair) -> None:
    address = "/api/v1/events/e-2025/sourcing-requests"
    wish = {"code": "tees", "title": "Tees", "products": ["T-shirts"], "quantity": 5000, "ship_by": "2026-02-01",
            "certificates": ["GOTS", {"code": "RDS", "evidence": "verified"}], "must": ["certificates"]}  # fmt: skip
    first = client.post(address, headers=fair.key("b1"), json=wish)
    assert first.status_code == 201
    made = first.json()
    assert made["organisation_id"] == str(fair.organisations["b1"])
    assert made["document"] == {name: value for name, value in wish.items() if name != "code"}
    assert client.get(first.headers["location"], headers=fair.key("b1")).json() == made

    again = client.post(address, headers=fair.key("b1"), json=wish | {"quantity": 6000})
    assert again.status_code == 200
    assert (again.json()["id"], again.json()["revision"]) == (made["id"], 2)
    assert client.get(first.headers["location"], headers=fair.key()).json()["document"]["quantity"] == 6000


def test_an_organiser_names_whose_request_it_is(client: CheckedClient, fair: Fair) -> None:
    address, wish = "/api/v1/events/e-2025/sourcing-requests", {"code": "tees", "products": ["T-shirts"]}
    nobodys = client.post(address, headers=fair.key(), json=wish)
    assert nobodys.status_code == 422
    assert nobodys.json()["errors"][0]["field"] == "organisation_id"
    buyer = str(fair.organisations["b2"])
    assert client.post(address, headers=fair.key(), json=wish | {"organisation_id": buyer}).status_code == 201
    other = wish | {"organisation_id": str(fair.organisations["b1"])}
    assert client.post(address, headers=fair.key(), json=other).status_code == 409


@pytest.mark.parametrize("must", [["code"], ["organisation_id"], ["colour"]])
def test_a_gate_is_a_field_of_the_request(client: CheckedClient, fair: Fair, must: list[str]) -> None:
    body = {"code": "tees", "products": ["T-shirts"], "must": must}
    response = client.post("/api/v1/events/e-2025/sourcing-requests", headers=fair.key("b1"), json=body)
    assert response.status_code == 422
    assert must[0] in response.json()["errors"][0]["message"]


def test_an_event_comes_back_as_it_was_made(client: CheckedClient, fair: Fair) -> None:
    response = client.post("/api/v1/events", headers=fair.key(), json=EVENT | {"code": "e-2026"})
    assert response.status_code == 201
    made = response.json()
    by_id = client.get(response.headers["location"], headers=fair.key("b1")).json()
    assert by_id == made == client.get("/api/v1/events/e-2026", headers=fair.key("s1")).json()
    assert [slot["name"] for slot in made["slots"]] == ["s01", "s02", "s03", "s04"]
    assert made["slots"][0]["starts_at"] == "2025-09-15T13:30:00+02:00"
    assert made["interpreters"][0]["away"] == ["s01"]
    assert [place["code"] for place in made["places"]] == ["T1", "T2", "T3"]
    assert made["bodies"] == [{"name": "Bureau of Commerce", "name_local": "商务局", "role": "host"}]
    assert made["series"] == {"code": "club", "name": "The club"}
    assert made["host_fair"]["name"] == "The fair around it"
    assert made["pairing_rules"] == [{"seeker": "brand-owner", "provider": "manufacturer"}]
    assert made["phases"][0]["starts_at"] == "2025-09-15T13:00:00+02:00"
    codes = [item["code"] for item in client.get("/api/v1/events", headers=fair.key()).json()["items"]]
    assert codes == ["e-2025", "e-2026"]


def test_lists_come_in_pages(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    whole = client.get("/api/v1/organisations", headers=fair.key()).json()
    assert whole["next"] is None
    assert len(whole["items"]) == 5
    found: list[dict[str, Any]] = []
    cursor = None
    for _ in range(3):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/organisations", params=query, headers=fair.key()).json()
        found += page["items"]
        cursor = page["next"]
    assert found == whole["items"]
    assert cursor is None


def test_requests_of_one_event(client: CheckedClient, fair: Fair) -> None:
    client.post("/api/v1/events", headers=fair.key(), json=EVENT | {"code": "e-2026"})
    for asked, expected in (("e-2025", 2), (str(fair.event_id), 2), ("e-2026", 0)):
        page = client.get("/api/v1/sourcing-requests", params={"event_id": asked}, headers=fair.key()).json()
        assert len(page["items"]) == expected
    assert client.get("/api/v1/sourcing-requests?event_id=nothing-here", headers=fair.key()).status_code == 404


class _Count:
    """Counts statements on every engine while it is open."""

    def __init__(self) -> None:
        self.statements = 0

    def __enter__(self) -> _Count:
        event.listen(Engine, "before_cursor_execute", self._one)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._one)

    def _one(self, *_: object) -> None:
        self.statements += 1


def test_the_number_of_queries_does_not_grow(
    client: CheckedClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeysSeen, "SECONDS", 0)  # each call looks its key up, however long the one before took
    fairs = [make_fair(database, f"size{n}", suppliers=n, buyers=n) for n in (1, 3, 9)]
    for path in ("events", "events/e-2025", "organisations", "sourcing-requests"):
        counts = []
        for made in fairs:
            with _Count() as count:
                assert client.get(f"/api/v1/{path}", headers=made.key()).status_code == 200
            counts.append(count.statements)
        assert len(set(counts)) == 1, f"{path}: {counts}"
