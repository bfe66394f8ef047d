"""Two meetings take each other's time and table: both or neither."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import AuditEntry, Interpreter, InterpreterHold, Meeting, PlaceHold, Preference, Representative, Seat
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair, make_fair
from tests.api.test_meetings import book, part


def _swap(client: CheckedClient, fair: Fair, one: Any, other: Any, who: str = "organiser", **more: Any) -> Any:
    address, body = f"/api/v1/meetings/{one.json()['id']}/swap", {"meeting": other.json()["id"], **more}
    return client.post(address, headers=fair.key(who), json=body)


def _speak(database: Database, fair: Fair, **tongues: str) -> None:
    with database.write() as session:
        for code, tongue in tongues.items():
            key = fair.organisations[code]
            session.add(Representative(tenant_id=fair.tenant_id, organisation_id=key, name=code, languages=[tongue]))


def _interpret(database: Database, fair: Fair, name: str, *languages: str) -> None:
    with database.write() as session:
        session.add(Interpreter(event_id=fair.event_id, position=9, name=name, languages=list(languages)))


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
    sides = [part(database, fair, code).id for code in ("b1", "s1")]
    with database.write() as session:
        session.add(
            Preference(event_id=fair.event_id, from_id=sides[0], to_id=sides[1], answer="blocked", at=utc_now())
        )
    assert _swap(client, fair, other, one).json()["conflict"] == "state"
    assert _swap(client, fair, one, other).json()["conflict"] == "blocked"
    assert _swap(client, fair, one, one).status_code == 422
    assert {row for row in before if str(row[0]) != other.json()["id"]} == _all_held(database)


def test_only_own_meetings_swap(client: CheckedClient, fair: Fair, database: Database) -> None:
    mine = book(client, fair, "s1", "b1", "s01")
    theirs = book(client, make_fair(database, "theirs"), "s1", "b1", "s02")
    assert _swap(client, fair, mine, theirs).status_code == 404
    assert _swap(client, fair, mine, mine, "viewer").status_code == 403


def test_interpreters_go_along(client: CheckedClient, fair: Fair, database: Database) -> None:
    """At one time only tables change hands; at two, the one interpreter whom both need is there for either."""
    _speak(database, fair, s1="zh", s2="zh", b1="fr", b2="fr")
    _interpret(database, fair, "M. Roy", "fr", "zh")
    one = book(client, fair, "s1", "b1", "s02", place="T1")
    other = book(client, fair, "s2", "b2", "s02", place="T2")
    assert _where(_swap(client, fair, one, other)) == [("s02", "T2", "Ms Li"), ("s02", "T1", "M. Roy")]
    client.delete(f"/api/v1/meetings/{one.json()['id']}", headers=fair.key() | {"If-Match": "*"})
    later = book(client, fair, "s2", "b1", "s03", place="T2")
    assert later.json()["interpreter"] == "Ms Li"
    assert _where(_swap(client, fair, other, later))[0] == ("s03", "T2", "M. Roy")


def test_a_swap_taken_back_gives_the_same_tables_and_interpreters(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    """Whom somebody else needs at the other time stays behind; naming what the two had brings it back."""
    _speak(database, fair, s1="zh", b1="fr", s3="zh", b2="fr")
    _interpret(database, fair, "M. Roy", "fr", "zh")
    one = book(client, fair, "s1", "b1", "s02", place="T1")
    third = book(client, fair, "s3", "b2", "s03")
    other = book(client, fair, "s2", "b1", "s03", place="T2")
    assert (one.json()["interpreter"], third.json()["interpreter"]) == ("Ms Li", "Ms Li")
    assert _where(_swap(client, fair, one, other)) == [("s03", "T2", "M. Roy"), ("s02", "T1", None)]
    assert _where(_swap(client, fair, one, other))[0] == ("s02", "T1", "M. Roy"), "it goes along"
    _swap(client, fair, one, other)
    back = {"places": ["T1", "T2"], "interpreters": ["Ms Li", None]}
    assert _where(_swap(client, fair, one, other, **back)) == [("s02", "T1", "Ms Li"), ("s03", "T2", None)]
    assert _swap(client, fair, one, other, interpreters=["Nobody", None]).status_code == 422
    assert _swap(client, fair, one, other, places=[None, "T99"]).status_code == 422


def test_places_and_interpreters_are_chosen_for_both_at_once(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    """A long meeting and a short one overlap once they have swapped: the one who has a choice leaves the other its."""
    _speak(database, fair, s1="zh", b1="fr", s2="zh", b2="pt")
    _interpret(database, fair, "Sra Lima", "zh", "fr", "pt")
    short = book(client, fair, "s1", "b1", "s01")
    longer = book(client, fair, "s2", "b2", "s02")
    with database.write() as session:
        row = session.get_one(Meeting, UUID(longer.json()["id"]))
        row.length = 2  # what it takes in the second slot no rule needs here
        hold = session.scalars(select(InterpreterHold).filter_by(meeting_id=UUID(short.json()["id"]))).one()
        hold.interpreter_id = session.scalars(select(Interpreter.id).filter_by(name="Sra Lima")).one()
    for first, second in ((short, longer), (longer, short)):
        swapped = _swap(client, fair, first, second)
        assert swapped.status_code == 200, swapped.text
        helpers = {one["id"]: one["interpreter"] for one in swapped.json()["meetings"]}
        assert helpers[longer.json()["id"]] == "Sra Lima"
        _swap(client, fair, first, second)
