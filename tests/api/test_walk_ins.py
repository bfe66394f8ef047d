"""Somebody comes who was not registered: taken in, matched, and given the slots that are free."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.api.v1 import repairs
from app.db.engine import Database
from app.db.models import Attendee, Event, Meeting
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

EVENT = "/api/v1/events/e-2025"
AT = "2025-09-15T13:40"
KNITTER = {
    "name": "Invented Knit House", "kind": "manufacturer", "country": "CN", "person": "Li Na", "languages": ["zh"],
    "supplies": True, "products": ["knitted T-shirts"], "at": AT,
}  # fmt: skip


def _come(client: CheckedClient, fair: Fair, body: dict[str, Any]) -> Any:
    return client.post(f"{EVENT}/walk-ins", headers=fair.key(), json=body)


def test_a_maker_who_walks_in_meets_who_asks_for_it(client: CheckedClient, fair: Fair, database: Database) -> None:
    came = _come(client, fair, KNITTER).json()
    assert {one["organisation"]["name"] for one in came["partners"]} == {"demo b1", "demo b2"}
    assert all(one["value"] > 0 for one in came["partners"])
    with database.read() as session:
        attendee = session.scalars(select(Attendee).where(Attendee.code == came["code"])).one()
        assert attendee.checked_in_at is not None
    waiting = client.get(f"{EVENT}/standby?at={AT}", headers=fair.key()).json()["items"]
    mine = [one for one in waiting if came["organisation"] in one["organisations"]]
    assert len(mine) == 2
    assert all("s01" not in one["slots"] for one in mine)  # it has begun
    fill = {"kind": "fill", "organisation": came["organisation"]["id"], "preview": False, "at": AT}
    done = client.post(f"{EVENT}/repairs", headers=fair.key(), json=fill).json()
    assert len(done["added"]) == 2
    assert len({one["to"]["slot"] for one in done["added"]}) == 2
    with database.read() as session:
        assert len(session.scalars(select(Meeting)).all()) == 2
    assert client.get(f"{EVENT}/standby?at={AT}", headers=fair.key()).json()["items"] == []


def test_a_buyer_who_walks_in_is_offered_who_makes_it(client: CheckedClient, fair: Fair) -> None:
    body = {"name": "A new brand", "kind": "brand-owner", "buys": True, "text": "We look for polo shirts", "at": AT}
    came = _come(client, fair, body | {"products": ["polo shirts"], "quantity": 4000}).json()
    names = [one["organisation"]["name"] for one in came["partners"]]
    assert names
    assert set(names) <= {"demo s1", "demo s2", "demo s3"}
    values = [one["value"] for one in came["partners"]]
    assert values == sorted(values, reverse=True)


def test_a_known_organisation_walks_into_an_event_once(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    first = _come(client, fair, KNITTER).json()
    again = {"organisation_id": first["organisation"]["id"], "supplies": True, "products": ["polo shirts"]}
    assert _come(client, fair, again).json()["conflict"] == "registered"
    stranger = again | {"organisation_id": str(rival.organisations["s1"])}
    assert _come(client, fair, stranger).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"products": []}, {"supplies": False}, {"kind": "wizard"}, {"name": None}, {"kind": None}, {"moq": -1}]
)
def test_what_is_needed_to_find_partners(client: CheckedClient, fair: Fair, wrong: dict[str, Any]) -> None:
    assert _come(client, fair, KNITTER | wrong).status_code == 422


def test_while_a_preview_is_worked_out_others_write_also_where_it_has_a_key(
    client: CheckedClient, fair: Fair, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = [str(fair.organisations[code]) for code in ("s1", "b1")]
    booked = client.post(f"{EVENT}/meetings", headers=fair.key(), json={"organisations": pair, "slot": "s02"})
    assert booked.status_code == 201, booked.text
    work, names = repairs.look, ["first", "second", "third"]

    def slowly(*args: Any, **how: Any) -> Any:
        with database.write() as other:  # on SQLite it would wait in vain for a session that has begun to write
            other.get_one(Event, fair.event_id).name = names.pop(0)
        return work(*args, **how)

    monkeypatch.setattr(repairs, "look", slowly)
    key = fair.key() | {"Idempotency-Key": "a-look"}
    told = {"kind": "fill", "at": AT}
    seen = client.post(f"{EVENT}/repairs", headers=key, json=told)
    assert seen.status_code == 200, seen.text
    again = client.post(f"{EVENT}/repairs", headers=key, json=told)
    assert (again.json(), again.headers["Idempotent-Replay"]) == (seen.json(), "true")
    late = {"organisation": pair[0], "slot": "s03", "at": AT}
    assert client.post(f"{EVENT}/late", headers=key | {"Idempotency-Key": "b"}, json=late).json()["applied"] is False
    assert names == []
