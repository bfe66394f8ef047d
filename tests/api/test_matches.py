"""A match run from the supplier's side, and pair by pair."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.db.engine import Database
from app.services import matching
from app.services.events import find_event
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair


@pytest.fixture
def run_id(fair: Fair, database: Database) -> str:
    with database.write() as session:
        key = matching.start_run(session, fair.actor, find_event(session, fair.actor, "e-2025")).id
    matching.execute(database, key)
    return str(key)


def test_an_enterprise_sees_which_requests_fit_it_and_why(client: CheckedClient, fair: Fair, run_id: str) -> None:
    path = f"/api/v1/events/e-2025/suppliers/{fair.organisations['s1']}/requests"
    items = client.get(f"{path}?lang=fr", headers=fair.key("s1")).json()["items"]
    assert [item["rank"] for item in items] == [1, 2]
    assert {item["buyer"]["name"] for item in items} == {"demo b1", "demo b2"}
    for item in items:
        assert item["request"]["title"].startswith("T-shirts for")
        assert sum(term["points"] for term in item["terms"]) == pytest.approx(item["their_score"], abs=1e-6)
        assert item["mutual"] is not None
    assert client.get(path, headers=fair.key("s2")).status_code == 404
    other = f"/api/v1/events/e-2025/suppliers/{fair.organisations['b1']}/requests"
    assert client.get(other, headers=fair.key()).status_code == 404


def test_without_a_run_there_is_nothing_to_see(client: CheckedClient, fair: Fair) -> None:
    path = f"/api/v1/events/e-2025/suppliers/{fair.organisations['s1']}/requests"
    assert client.get(path, headers=fair.key("s1")).status_code == 404


def test_the_pairs_of_a_run(client: CheckedClient, fair: Fair, rival: Fair, run_id: str) -> None:
    path = f"/api/v1/match-runs/{run_id}/matches"
    first = client.get(f"{path}?limit=4", headers=fair.key("viewer")).json()
    rest = client.get(f"{path}?cursor={first['next']}", headers=fair.key()).json()
    assert len(first["items"]) == 4
    assert len(first["items"]) + len(rest["items"]) == 6
    one = client.get(f"{path}?request_id={fair.requests['b1']}", headers=fair.key()).json()["items"]
    assert {item["request_id"] for item in one} == {str(fair.requests["b1"])}
    assert len(one) == 3
    assert client.get(f"{path}?request_id={uuid4()}", headers=fair.key()).json()["items"] == []
    assert client.get(path, headers=rival.key()).status_code == 404
