"""Two meetings take each other's time and table: both or neither."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.db.engine import Database
from app.db.models import AuditEntry, Interpreter, PlaceHold, Representative, Seat
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair, make_fair
from tests.api.test_meetings import book


def _swap(client: CheckedClient, fair: Fair, one: Any, other: Any, who: str = "organiser") -> Any:
    address, body = f"/api/v1/meetings/{one.json()['id']}/swap", {"meeting": other.json()["id"]}
    return client.post(address, headers=fair.key(who), json=body)


def _where(answer: Any) -> list[tuple[str, str, str | None]]:
    return [(one["slot"], one["place"], one["interpreter"]) for one in answer.json()["meetings"]]


def _all_held(database: Database) -> set[tuple[Any, ...]]:
    with database.read() as session:
        seats = session.execute(select(Seat.meeting_id, Seat.slot_id, Seat.attendee_id)).all()
        holds = session.execute(select(PlaceHold.meeting_id, PlaceHold.slot_id, PlaceHold.place_id)).all()
    return {tuple(row) for row in (*seats, *holds)}


def test_two_meetings_swap_and_swap_back(client: CheckedClient, fair: Fair, database: Database) -> None:
    one = book(client, fair, "s1", "b1", "s01", place="T1")
    other = book(client, fair, "s1", "b2", "s02", place="T2")  # the supplier sits in both
    before = _all_held(database)
    swapped = _swap(client, fair, one, other)
    assert swapped.status_code == 200
    assert _where(swapped) == [("s02", "T2", None), ("s01", "T1", None)]
    assert [each["sequence"] for each in swapped.json()["meetings"]] == [1, 1]
    assert len(_all_held(database)) == len(before)
    with database.read() as session:
        deeds = session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)).all()
    assert deeds[-2:] == ["meeting.moved", "meeting.moved"]
    assert _where(_swap(client, fair, one, other)) == [("s01", "T1", None), ("s02", "T2", None)]
    assert _all_held(database) == before


def test_neither_moves_where_one_may_not(client: CheckedClient, fair: Fair, database: Database) -> None:
    one = book(client, fair, "s1", "b1", "s01")
    other = book(client, fair, "s2", "b2", "s02")
    third = book(client, fair, "s3", "b1", "s02")
    before = _all_held(database)
    for first, second in ((one, other), (other, one)):  # whichever of the two is named first
        refused = _swap(client, fair, first, second)
        assert (refused.status_code, refused.json()["conflict"]) == (409, "participant")
        assert "b1 has a meeting in s02 already" in refused.json()["detail"]
    headers = fair.key() | {"If-Match": "*"}
    client.patch(f"/api/v1/meetings/{third.json()['id']}", headers=headers, json={"locked": True})
    refused = _swap(client, fair, one, third)
    assert (refused.status_code, refused.json()["conflict"]) == (409, "locked")
    client.delete(f"/api/v1/meetings/{other.json()['id']}", headers=headers)
    assert _swap(client, fair, other, one).json()["conflict"] == "state"
    assert _swap(client, fair, one, one).status_code == 422
    assert {row for row in before if str(row[0]) != other.json()["id"]} == _all_held(database)


def test_only_own_meetings_swap(client: CheckedClient, fair: Fair, database: Database) -> None:
    mine = book(client, fair, "s1", "b1", "s01")
    theirs = book(client, make_fair(database, "theirs"), "s1", "b1", "s02")
    assert _swap(client, fair, mine, theirs).status_code == 404
    assert _swap(client, fair, mine, mine, "viewer").status_code == 403


def test_interpreters_go_along(client: CheckedClient, fair: Fair, database: Database) -> None:
    """At one time only tables change hands; at two, the one interpreter whom both need is there for either."""
    with database.write() as session:
        for code, tongue in (("s1", "zh"), ("s2", "zh"), ("b1", "fr"), ("b2", "fr")):
            key = fair.organisations[code]
            session.add(Representative(tenant_id=fair.tenant_id, organisation_id=key, name=code, languages=[tongue]))
        session.add(Interpreter(event_id=fair.event_id, position=1, name="M. Roy", languages=["fr", "zh"]))
    one = book(client, fair, "s1", "b1", "s02", place="T1")
    other = book(client, fair, "s2", "b2", "s02", place="T2")
    assert _where(_swap(client, fair, one, other)) == [("s02", "T2", "Ms Li"), ("s02", "T1", "M. Roy")]
    client.delete(f"/api/v1/meetings/{one.json()['id']}", headers=fair.key() | {"If-Match": "*"})
    later = book(client, fair, "s2", "b1", "s03", place="T2")
    assert later.json()["interpreter"] == "Ms Li"
    assert _where(_swap(client, fair, other, later))[0] == ("s03", "T2", "M. Roy")
