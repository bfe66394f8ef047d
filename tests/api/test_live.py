"""The live day: check-in, arrivals, and what becomes of meetings."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, func, select

from app.api.auth import KeysSeen
from app.core.errors import NotAllowedError
from app.db.engine import Database
from app.db.models import Attendee, Meeting, Participation, Representative, Schedule
from app.services import events
from app.services.access import Actor
from app.services.live.checkins import check_in
from app.services.live.people import badge_codes
from app.services.participants import seat_people
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

EVENT = "/api/v1/events/e-2025"
AT = "2025-09-15T13:40"


def _people(database: Database, fair: Fair, code: str, *names: str) -> None:
    """Named people for an organisation of the fair."""
    with database.write() as session:
        part = session.scalars(select(Participation).filter_by(organisation_id=fair.organisations[code])).one()
        rows = [
            Representative(tenant_id=fair.tenant_id, organisation_id=part.organisation_id, name=name) for name in names
        ]
        session.add_all(rows)
        session.flush()
        seat_people(session, part, rows, staff=len(rows))


def _codes(database: Database, fair: Fair) -> dict[str, str]:
    with database.write() as session:
        found = badge_codes(session, events.find_event(session, fair.actor, "e-2025"))
        owners = {row[0]: row[1] for row in session.execute(select(Attendee.id, Attendee.organisation_id))}
    codes = {key: code for code, key in fair.organisations.items()}
    return {codes[owners[key]]: code for key, code in found.items()}


def _book(client: CheckedClient, fair: Fair, one: str, other: str, slot: str) -> str:
    body = {"organisations": [str(fair.organisations[name]) for name in (one, other)], "slot": slot}
    made = client.post(f"{EVENT}/meetings", headers=fair.key(), json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_a_badge_is_scanned_once_and_says_so_the_second_time(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    code = _codes(database, fair)["s1"]
    first = client.post(f"{EVENT}/check-ins", headers=fair.key("desk"), json={"code": code}).json()
    assert (first["organisation"]["id"], first["again"]) == (str(fair.organisations["s1"]), False)
    assert first["checked_in_at"].endswith(("+01:00", "+02:00"))
    again = client.post(f"{EVENT}/check-ins", headers=fair.key(), json={"code": code.lower()}).json()
    assert again == first | {"again": True}
    address = f"{EVENT}/check-ins/{first['attendee_id']}"
    assert client.delete(address, headers=fair.key("desk")).json()["checked_in_at"] is None
    third = client.post(f"{EVENT}/check-ins", headers=fair.key(), json={"attendee_id": first["attendee_id"]}).json()
    assert third["again"] is False


def test_two_desks_scan_one_badge_at_the_same_time(fair: Fair, database: Database) -> None:
    code = _codes(database, fair)["b1"]

    def scan(_: int) -> bool:
        with database.write() as session:
            return check_in(session, fair.actor, events.find_event(session, fair.actor, "e-2025"), code=code).again

    with ThreadPoolExecutor(6) as pool:
        assert Counter(pool.map(scan, range(6))) == {False: 1, True: 5}


def test_codes_once_made_stay_and_no_two_are_alike(fair: Fair, database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        printed = list(pool.map(lambda _: _codes(database, fair), range(4)))
    assert all(codes == printed[0] for codes in printed)
    assert len(set(printed[0].values())) == len(fair.organisations)


def test_a_name_is_enough_where_one_person_has_it(client: CheckedClient, fair: Fair, database: Database) -> None:
    _people(database, fair, "s1", "Li Na", "Wang Wei")
    _people(database, fair, "b1", "Anne 100%", "Li Na")

    def by(name: str) -> Any:
        return client.post(f"{EVENT}/check-ins", headers=fair.key("desk"), json={"name": name})

    assert by("wang").json()["name"] == "Wang Wei"
    assert by("100%").json()["name"] == "Anne 100%"
    several = by("Li Na")
    assert several.status_code == 409
    assert {one["organisation"] for one in several.json()["candidates"]} == {"demo s1", "demo b1"}
    assert by("demo s2").json()["number"] == 1
    assert by("nobody at all").status_code == 404
    assert by("%%").status_code == 404


def test_who_is_not_of_this_event_cannot_be_checked_in(
    client: CheckedClient, fair: Fair, rival: Fair, database: Database
) -> None:
    codes = _codes(database, rival)
    assert client.post(f"{EVENT}/check-ins", headers=fair.key(), json={"code": codes["s1"]}).status_code == 404
    for body in ({}, {"code": "A", "name": "Li Na"}, {"code": "A", "at": "2025-09-15T13:30:00Z"}):
        assert client.post(f"{EVENT}/check-ins", headers=fair.key(), json=body).status_code == 422
    assert client.delete(f"{EVENT}/check-ins/{uuid4()}", headers=fair.key()).status_code == 404
    with database.write() as session:
        part = session.scalars(select(Participation).filter_by(organisation_id=fair.organisations["s3"])).one()
        part.withdrawn_at = part.created_at
    gone = client.post(f"{EVENT}/check-ins", headers=fair.key(), json={"code": _codes(database, fair)["s3"]})
    assert gone.status_code == 409
    assert "withdrawn" in gone.json()["detail"]


def test_who_is_missing_and_what_waits_for_them(client: CheckedClient, fair: Fair, database: Database) -> None:
    _book(client, fair, "s1", "b1", "s01")
    later = _book(client, fair, "s1", "b2", "s02")
    _book(client, fair, "s2", "b1", "s03")
    client.post(f"{EVENT}/check-ins", headers=fair.key(), json={"code": _codes(database, fair)["b1"], "at": AT})

    def read(**query: str) -> Any:
        return client.get(f"{EVENT}/arrivals", headers=fair.key(), params=query).json()

    found = read(at=AT)
    states = {one["organisation"]["name"]: one["state"] for one in found["items"]}
    assert states == {
        "demo s1": "late", "demo s2": "expected", "demo s3": "expected", "demo b1": "arrived", "demo b2": "expected",
    }  # fmt: skip
    assert found["counts"] == {"expected": 3, "arrived": 1, "late": 1}
    assert found["at"] == "2025-09-15T13:40:00+02:00"
    (late,) = read(at=AT, state="late")["items"]
    assert (late["next_meeting"]["slot"], late["next_meeting"]["counterpart"]["name"]) == ("s01", "demo b1")
    (after,) = [one for one in read(at="2025-09-15T14:00")["items"] if one["organisation"]["name"] == "demo s1"]
    assert after["next_meeting"]["id"] == later
    assert client.get(f"{EVENT}/arrivals?at={AT}", headers=fair.key("desk")).status_code == 403
    assert client.get(f"{EVENT}/arrivals", headers=fair.key("viewer")).status_code == 200
    pages, cursor = [], None
    while True:
        page = client.get(
            f"{EVENT}/arrivals", headers=fair.key(), params={"limit": 2} | ({"cursor": cursor} if cursor else {})
        ).json()
        pages.append([one["organisation"]["name"] for one in page["items"]])
        cursor = page["next"]
        if cursor is None:
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({name for page in pages for name in page}) == 5


def test_arrivals_take_the_same_number_of_queries_for_one_and_for_many(
    client: CheckedClient, fair: Fair, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeysSeen, "SECONDS", 0)  # each call looks its key up, however long the one before took

    def queries() -> int:
        seen = []

        def note(*_: Any) -> None:
            seen.append(1)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            assert client.get(f"{EVENT}/arrivals", headers=fair.key()).status_code == 200
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return len(seen)

    _book(client, fair, "s1", "b1", "s01")
    few = queries()
    for slot, (one, other) in {"s02": ("s1", "b2"), "s03": ("s2", "b1"), "s04": ("s3", "b2")}.items():
        _book(client, fair, one, other, slot)
    _people(database, fair, "s2", "Li Na", "Wang Wei", "Zhao Min")
    assert queries() == few


def _mark(client: CheckedClient, fair: Fair, meeting: str, who: str = "organiser", **body: Any) -> Any:
    headers = fair.key(who) | body.pop("headers", {})
    return client.post(f"/api/v1/meetings/{meeting}/state", headers=headers, json=body)


def test_a_meeting_is_live_then_held_and_a_mark_is_taken_back(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    meeting = _book(client, fair, "s1", "b1", "s01")
    early = _mark(client, fair, meeting, state="live", at="2025-09-15T13:00")
    assert (early.status_code, early.json()["conflict"]) == (409, "state")
    assert _mark(client, fair, meeting, state="held", at="2025-09-15T13:29").status_code == 409
    assert _mark(client, fair, meeting, state="live", at="2025-09-15T13:20").json()["status"] == "live"
    held = _mark(client, fair, meeting, "desk", state="held")
    assert held.json()["status"] == "held"
    assert _mark(client, fair, meeting, "desk", state="held").headers["etag"] == held.headers["etag"]
    assert _mark(client, fair, meeting, state="live").status_code == 409
    assert _mark(client, fair, meeting, "desk", state="planned").json()["status"] == "planned"
    with database.read() as session:
        row = session.get_one(Meeting, UUID(meeting))
        assert (row.status, row.sequence) == ("planned", 0)
        assert row.changed_at is not None


def test_a_no_show_says_who_did_not_come(client: CheckedClient, fair: Fair) -> None:
    meeting = _book(client, fair, "s1", "b1", "s01")
    absent = str(fair.organisations["s1"])
    found = _mark(client, fair, meeting, "desk", state="no_show", absent=absent).json()
    assert (found["status"], found["absent"]["id"]) == ("no_show", absent)
    assert _mark(client, fair, meeting, state="no_show").json()["absent"] is None
    assert _mark(client, fair, meeting, state="no_show", absent=str(fair.organisations["s2"])).status_code == 422
    assert _mark(client, fair, meeting, state="held", absent=absent).status_code == 422
    assert _mark(client, fair, meeting, state="held").json()["absent"] is None


def test_of_two_who_mark_one_state_one_is_told(client: CheckedClient, fair: Fair) -> None:
    meeting = _book(client, fair, "s1", "b1", "s01")
    tag = _mark(client, fair, meeting, state="live").headers["etag"]
    assert _mark(client, fair, meeting, state="held", headers={"If-Match": tag}).status_code == 200
    assert _mark(client, fair, meeting, state="no_show", headers={"If-Match": tag}).status_code == 412


def test_a_meeting_of_another_tenant_or_an_older_schedule_is_not_marked(
    client: CheckedClient, fair: Fair, rival: Fair, database: Database
) -> None:
    meeting = _book(client, fair, "s1", "b1", "s01")
    assert _mark(client, rival, meeting, state="held").status_code == 404
    assert _mark(client, fair, meeting, "viewer", state="held").status_code == 403
    with database.write() as session:
        row = session.scalars(select(Meeting)).one()
        session.get_one(Schedule, row.schedule_id).is_current = False
    old = _mark(client, fair, meeting, state="held")
    assert (old.status_code, "older schedule" in old.json()["detail"]) == (409, True)


@pytest.mark.parametrize("role", ["viewer", "enterprise", "buyer"])
def test_who_is_not_at_the_desk_checks_nobody_in(fair: Fair, database: Database, role: str) -> None:
    with database.write() as session:
        row = events.find_event(session, fair.actor, "e-2025")
        with pytest.raises(NotAllowedError):
            check_in(session, Actor(fair.tenant_id, role, fair.organisations["s1"]), row, name="demo s1")
    with database.read() as session:
        assert session.scalar(select(func.count()).where(Attendee.checked_in_at.is_not(None))) == 0
