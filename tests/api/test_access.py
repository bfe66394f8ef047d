"""Who may call what: the matrix of routes and roles, keys, and tenants that do not exist for each other."""

from __future__ import annotations

import time

import pytest

from app.api.auth import KeysSeen
from app.api.permissions import MATRIX, OPEN
from app.api.v1 import PREFIX
from app.db.engine import Database
from app.domain.access import ROLES, STAFF
from app.services import access
from tests.api.calls import ALL, OUTSIDE, call
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair, Standing


def test_every_route_is_in_the_matrix() -> None:
    assert set(ALL) - OUTSIDE == set(MATRIX) | OPEN
    assert all(path.startswith(PREFIX) for name, path in ALL.items() if name not in OUTSIDE)


def test_a_route_outside_the_matrix_is_closed_to_everybody(
    client: CheckedClient, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(MATRIX, "GET /events")
    assert client.get("/api/v1/events", headers=fair.key()).status_code == 403


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_the_matrix_holds(standing: Standing, name: str) -> None:
    """Every route for every role, for a key of the wrong scope, and for strangers."""
    client, fair = standing.client, standing.fair
    holders = {role: role for role in STAFF} | {"enterprise": "s1", "buyer": "b1"}
    assert set(holders) == set(ROLES)
    for role, who in holders.items():
        response = call(client, name, fair, fair.key(who))
        assert (response.status_code == 403) == (role not in MATRIX[name].roles), f"{role}: {response.text}"
        assert response.status_code < 500
    for scope, who in (("files:read", "narrow"), ("people:write", "narrow-people")):
        if MATRIX[name].scope != scope:
            assert call(client, name, fair, fair.key(who)).status_code == 403
    for headers in ({}, {"Authorization": "Bearer fm_nobody"}, {"Authorization": f"Basic {fair.keys['b1']}"}):
        response = call(client, name, fair, headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_keys_come_in_the_header_only(client: CheckedClient, fair: Fair) -> None:
    key = fair.keys["organiser"]
    assert client.get(f"/api/v1/events?key={key}&access_token={key}").status_code == 401
    client.cookies.set("key", key)
    assert client.get("/api/v1/events").status_code == 401


def test_a_revoked_key_is_dead_within_a_second(client: CheckedClient, fair: Fair, database: Database) -> None:
    assert client.get("/api/v1/events", headers=fair.key("b1")).status_code == 200
    with database.write() as session:
        access.revoke_key(session, fair.actor, fair.keys["b1"])
    time.sleep(KeysSeen.SECONDS)
    unknown = client.get("/api/v1/events", headers={"Authorization": "Bearer fm_nobody"}).json()
    revoked = client.get("/api/v1/events", headers=fair.key("b1")).json()
    assert revoked["status"] == 401
    assert {**revoked, "instance": ""} == {**unknown, "instance": ""}


def test_things_of_another_tenant_do_not_exist(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    for name in sorted(n for n in MATRIX if "{" in n):
        for who in ("organiser", "s1", "b1"):
            response = call(client, name, rival, fair.key(who))
            assert response.status_code in (403, 404), response.text
            assert rival.slug not in response.text
        assert call(client, name, rival, fair.key()).status_code == 404


def test_ids_of_another_tenant_in_bodies_and_queries(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    event = f"/api/v1/events/{fair.event_id}"
    strangers = [str(fair.organisations["s1"]), str(rival.organisations["b1"])]
    meeting = {"organisations": strangers, "slot": "s01"}
    assert client.post(f"{event}/meetings", headers=fair.key(), json=meeting).status_code == 404
    wish = {"code": "x", "organisation_id": strangers[1], "products": ["polo shirts"]}
    assert client.post(f"{event}/sourcing-requests", headers=fair.key(), json=wish).status_code == 404
    asked = {"event_id": str(rival.event_id), "request": {"products": ["polo shirts"]}}
    assert client.post("/api/v1/rank", headers=fair.key(), json=asked).status_code == 404
    address = f"/api/v1/sourcing-requests?event_id={rival.event_id}"
    assert client.get(address, headers=fair.key()).status_code == 404
    with_foreign = client.get("/api/v1/sourcing-requests", headers=rival.key()).json()
    assert {item["id"] for item in with_foreign["items"]} == {str(key) for key in rival.requests.values()}


def test_enterprises_and_buyers_act_for_their_own_only(client: CheckedClient, fair: Fair) -> None:
    def seen(who: str, path: str) -> int:
        return int(client.get(f"/api/v1/{path}", headers=fair.key(who)).status_code)

    assert seen("s1", f"organisations/{fair.organisations['s1']}/capabilities") == 200
    assert seen("s1", f"organisations/{fair.organisations['s2']}/capabilities") == 404
    assert seen("s1", f"organisations/{fair.organisations['s2']}") == 404
    assert seen("b1", f"sourcing-requests/{fair.requests['b1']}") == 200
    assert seen("b1", f"sourcing-requests/{fair.requests['b2']}") == 404
    assert seen("b1", f"sourcing-requests/{fair.requests['b2']}/suppliers") == 404
    assert seen("b1", f"organisations/{fair.organisations['b2']}/buyer-profile") == 404
    address = f"/api/v1/organisations/{fair.organisations['s2']}/capabilities"
    assert client.put(address, headers=fair.key("s1"), json={"moq": 1}).status_code == 404
    lists = client.get("/api/v1/organisations", headers=fair.key("b1")).json()["items"]
    assert [item["id"] for item in lists] == [str(fair.organisations["b1"])]
    lists = client.get("/api/v1/sourcing-requests", headers=fair.key("b2")).json()["items"]
    assert [item["id"] for item in lists] == [str(fair.requests["b2"])]


def test_a_buyer_cannot_publish_for_another(client: CheckedClient, fair: Fair) -> None:
    address = f"/api/v1/events/{fair.event_id}/sourcing-requests"
    theirs = {"code": "x", "organisation_id": str(fair.organisations["b2"]), "products": ["polo shirts"]}
    assert client.post(address, headers=fair.key("b1"), json=theirs).status_code == 404
    taken = {"code": "r-b2", "products": ["polo shirts"]}
    response = client.post(address, headers=fair.key("b1"), json=taken)
    assert response.status_code == 409
    assert str(fair.organisations["b2"]) not in response.text
