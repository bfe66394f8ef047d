"""Webhooks and the audit trail over the interface."""

from __future__ import annotations

from app.db.engine import Database
from app.services import sealing
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

_HOOK = {"url": "https://example.org/hook", "kinds": ["schedule.published"], "label": "CRM"}


def test_a_webhook_lives(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    made = client.post("/api/v1/webhooks", headers=fair.key(), json=_HOOK)
    assert made.status_code == 201
    secret, address = made.json()["secret"], made.headers["location"]
    read = client.get(address, headers=fair.key())
    assert secret not in read.text
    assert read.headers["etag"] == made.headers["etag"]
    assert client.get(address, headers=rival.key()).status_code == 404
    assert client.patch(address, headers=fair.key(), json={"active": False}).status_code == 428
    tag = fair.key() | {"If-Match": read.headers["etag"]}
    changed = client.patch(address, headers=tag, json={"active": False})
    assert (changed.status_code, changed.json()["active"]) == (200, False)
    assert client.patch(address, headers=tag, json={"active": True}).status_code == 412
    assert client.delete(address, headers=tag).status_code == 412
    assert client.get(f"{address}/deliveries", headers=fair.key()).json() == {"items": [], "next": None}
    assert client.delete(address, headers=fair.key() | {"If-Match": changed.headers["etag"]}).status_code == 204
    assert client.get("/api/v1/webhooks", headers=fair.key()).json()["items"] == []


def test_addresses_and_kinds_that_do_not_go(client: CheckedClient, fair: Fair) -> None:
    for wrong in ({"url": "http://example.org/hook"}, {"url": "https://user:pw@example.org/"}, {"kinds": ["x.y"]}):
        answer = client.post("/api/v1/webhooks", headers=fair.key(), json=_HOOK | wrong)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] in ("url", "kinds") or "kinds" in str(answer.json()["errors"])


def test_two_who_change_one_state_get_a_yes_and_a_no(client: CheckedClient, fair: Fair) -> None:
    made = client.post("/api/v1/webhooks", headers=fair.key(), json=_HOOK)
    tag = fair.key() | {"If-Match": made.headers["etag"]}
    first = client.patch(made.headers["location"], headers=tag, json={"label": "one"})
    second = client.patch(made.headers["location"], headers=tag, json={"label": "two"})
    assert (first.status_code, second.status_code) == (200, 412)
    assert client.get(made.headers["location"], headers=fair.key()).json()["label"] == "one"


def test_the_trail_tells_who_did_what(client: CheckedClient, fair: Fair, rival: Fair, database: Database) -> None:
    made = client.post("/api/v1/webhooks", headers=fair.key(), json=_HOOK).json()
    sealing.seal(database)
    trail = client.get(f"/api/v1/audit?target_id={made['id']}", headers=fair.key()).json()["items"]
    assert [(entry["deed"], entry["role"], entry["actor_kind"]) for entry in trail] == [
        ("webhook.created", "organiser", "key")
    ]
    assert trail[0]["number"] > 0
    assert len(trail[0]["hash"]) == 64
    events = client.get("/api/v1/audit?event_id=e-2025", headers=fair.key()).json()["items"]
    assert {entry["event_id"] for entry in events} == {str(fair.event_id)}
    theirs = client.get(f"/api/v1/audit?target_id={made['id']}", headers=rival.key()).json()["items"]
    assert theirs == []
