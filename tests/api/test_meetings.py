"""Meetings of the current schedule: seen, moved, locked, called off, and where they could go."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import (
    AuditEntry,
    Interpreter,
    InterpreterHold,
    Meeting,
    MeetingRequest,
    Participation,
    PlaceHold,
    Representative,
    Seat,
    Slot,
    Unavailable,
)
from tests.api.checked import CheckedClient
from tests.api.coming import coming
from tests.api.conftest import Fair, make_fair
from tests.api.test_races import serving
from tests.api.test_resources import _Count
from tests.torture.counts import tell


def book(client: CheckedClient, fair: Fair, one: str, other: str, slot: str, **more: Any) -> Any:
    body = {"organisations": [str(fair.organisations[one]), str(fair.organisations[other])], "slot": slot, **more}
    return client.post(f"/api/v1/events/{fair.event_id}/meetings", headers=fair.key(), json=body)


def _patch(client: CheckedClient, fair: Fair, made: Any, tag: str, **change: Any) -> Any:
    headers = fair.key() | {"If-Match": tag}
    return client.patch(f"/api/v1/meetings/{made.json()['id']}", headers=headers, json=change)


def part(database: Database, fair: Fair, code: str) -> Participation:
    with database.read() as session:
        return session.scalars(
            select(Participation).filter_by(event_id=fair.event_id, organisation_id=fair.organisations[code])
        ).one()


def slot_id(database: Database, fair: Fair, position: int) -> Any:
    with database.read() as session:
        return session.scalars(select(Slot.id).filter_by(event_id=fair.event_id, position=position)).one()


def test_a_meeting_is_moved_and_moved_back(client: CheckedClient, fair: Fair, database: Database) -> None:
    made = book(client, fair, "s1", "b1", "s01", place="T2")
    moved = _patch(client, fair, made, made.headers["etag"], slot="s03")
    assert moved.status_code == 200
    assert (moved.json()["slot"], moved.json()["place"], moved.json()["sequence"]) == ("s03", "T2", 1)
    assert moved.json()["starts_at"] == "2025-09-15T14:30:00+02:00"
    assert moved.headers["etag"] != made.headers["etag"]
    assert book(client, fair, "s2", "b1", "s01", place="T2").status_code == 201  # what it had is free
    back = _patch(client, fair, made, moved.headers["etag"], slot="s01")
    assert back.status_code == 409
    assert back.json()["conflict"] == "participant"
    other = _patch(client, fair, made, moved.headers["etag"], slot="s02", place="T1", note="An hour earlier.")
    assert (other.json()["slot"], other.json()["place"], other.json()["note"]) == ("s02", "T1", "An hour earlier.")
    with database.read() as session:
        for held, number in ((Seat, 2), (PlaceHold, 1)):
            rows = session.scalars(select(held).where(held.meeting_id == UUID(other.json()["id"]))).all()
            assert len(rows) == number
            assert {row.slot_id for row in rows} == {slot_id(database, fair, 1)}
        deeds = session.scalars(select(AuditEntry.deed).order_by(AuditEntry.id)).all()
    assert deeds[-4:] == ["meeting.booked", "meeting.moved", "meeting.booked", "meeting.moved"]


def test_a_change_starts_from_what_was_read(client: CheckedClient, fair: Fair) -> None:
    made = book(client, fair, "s1", "b1", "s01")
    address = f"/api/v1/meetings/{made.json()['id']}"
    seen = client.get(address, headers=fair.key("viewer"))
    assert seen.headers["etag"] == made.headers["etag"]
    assert seen.json() == made.json()
    assert client.patch(address, headers=fair.key(), json={"slot": "s02"}).status_code == 428
    assert client.delete(address, headers=fair.key()).status_code == 428
    assert _patch(client, fair, made, seen.headers["etag"], slot="s02").status_code == 200
    stale = _patch(client, fair, made, seen.headers["etag"], slot="s03")
    assert stale.status_code == 412
    assert client.get(address, headers=fair.key()).json()["slot"] == "s02"
    assert _patch(client, fair, made, "*", slot="s99").status_code == 422
    assert _patch(client, fair, made, "*", interpreter="Nobody").status_code == 422


def test_two_changes_of_one_state_are_one_change(database: Database, database_url: str, fair: Fair) -> None:
    with serving(database_url) as address, httpx.Client(timeout=60, base_url=f"{address}/api/v1") as http:
        pair = [str(fair.organisations[code]) for code in ("s1", "b1")]
        made = http.post(f"/events/{fair.event_id}/meetings", headers=fair.key(), json={
            "organisations": pair, "slot": "s01"})  # fmt: skip
        ready = Barrier(8)

        def one(number: int) -> tuple[int, str]:
            ready.wait()
            answer = http.patch(
                f"/meetings/{made.json()['id']}",
                headers=fair.key() | {"If-Match": made.headers["etag"]},
                json={"slot": f"s0{number % 3 + 2}"},
            )
            return answer.status_code, answer.json().get("slot", "")

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(one, range(8)))
    assert Counter(status for status, _ in answers) == {200: 1, 412: 7}
    with database.read() as session:
        meeting = session.scalars(select(Meeting)).one()
        seats = session.scalars(select(Seat.slot_id)).all()
    won = next(slot for status, slot in answers if status == 200)
    assert set(seats) == {meeting.slot_id} == {slot_id(database, fair, int(won[1:]) - 1)}
    assert meeting.sequence == 1
    tell("8 PATCH at once with one ETag", database.engine.dialect.name, "once", "1 × 200, 7 × 412, 1 move")


def test_a_locked_meeting_stays_until_it_is_unlocked(client: CheckedClient, fair: Fair) -> None:
    made = book(client, fair, "s1", "b1", "s01")
    locked = _patch(client, fair, made, "*", locked=True)
    assert (locked.json()["status"], locked.json()["sequence"]) == ("locked", 0)
    refused = _patch(client, fair, made, "*", slot="s02")
    assert (refused.status_code, refused.json()["conflict"]) == (409, "locked")
    moved = _patch(client, fair, made, "*", slot="s02", locked=False)
    assert (moved.json()["status"], moved.json()["slot"]) == ("planned", "s02")


def test_a_cancelled_meeting_frees_what_it_took(client: CheckedClient, fair: Fair, database: Database) -> None:
    made = book(client, fair, "s1", "b1", "s01", place="T1")
    address = f"/api/v1/meetings/{made.json()['id']}"
    gone = client.delete(address, headers=fair.key() | {"If-Match": made.headers["etag"]})
    assert (gone.status_code, gone.json()["status"], gone.json()["sequence"]) == (200, "cancelled", 1)
    assert gone.json()["place"] is None
    with database.read() as session:
        assert session.scalars(select(Seat)).all() == []
    again = client.delete(address, headers=fair.key() | {"If-Match": "*"})
    assert (again.status_code, again.json()["conflict"]) == (409, "state")
    assert _patch(client, fair, made, "*", slot="s02").json()["conflict"] == "state"
    assert book(client, fair, "s1", "b1", "s01", place="T1").status_code == 201
    listed = client.get(f"/api/v1/events/{fair.event_id}/meetings", headers=fair.key()).json()["items"]
    assert [item["status"] for item in listed] == ["cancelled", "planned"]


def test_participants_call_off_their_own_with_a_note(client: CheckedClient, fair: Fair, database: Database) -> None:
    made = book(client, fair, "s1", "b1", "s01")
    address = f"/api/v1/meetings/{made.json()['id']}/cancel"

    def call_off(who: str, note: str = "Our flight is cancelled.") -> Any:
        return client.post(address, headers=fair.key(who), json={"note": note})

    assert call_off("b1").status_code == 404  # nobody has told them yet
    publication = f"/api/v1/events/{fair.event_id}/publications"
    assert client.post(publication, headers=fair.key()).status_code == 201
    assert call_off("b1").json()["conflict"] == "phase"  # the live phase is long over
    coming(database, fair, booking=(-1, 20))
    assert call_off("b2").status_code == 404
    assert call_off("desk").status_code == 403
    assert call_off("b1", " ").status_code == 422
    gone = call_off("b1").json()
    assert (gone["status"], gone["note"]) == ("cancelled", "Our flight is cancelled.")


def test_meetings_are_listed_by_slot_organisation_and_state(client: CheckedClient, fair: Fair) -> None:
    for one, other, slot in (("s1", "b1", "s01"), ("s2", "b2", "s01"), ("s1", "b2", "s02")):
        assert book(client, fair, one, other, slot).status_code == 201
    address = f"/api/v1/events/{fair.event_id}/meetings"

    def seen(query: str = "", who: str = "viewer") -> int:
        return len(client.get(f"{address}?{query}", headers=fair.key(who)).json()["items"])

    assert seen() == 3
    assert seen("slot=s01") == 2
    assert seen(f"organisation={fair.organisations['s1']}") == 2
    assert seen(f"organisation={fair.organisations['s1']}&slot=s02") == 1
    assert seen("status=locked") == 0
    assert client.get(f"{address}?slot=s77", headers=fair.key()).status_code == 422
    page = client.get(f"{address}?limit=2", headers=fair.key()).json()
    rest = client.get(f"{address}?limit=2&cursor={page['next']}", headers=fair.key()).json()
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)


def _legal(client: CheckedClient, fair: Fair, one: str, other: str) -> dict[str, Any]:
    pair = f"{fair.organisations[one]},{fair.organisations[other]}"
    address = f"/api/v1/events/{fair.event_id}/legal-slots?organisations={pair}"
    return {slot["slot"]: slot for slot in client.get(address, headers=fair.key()).json()["slots"]}


def test_legal_slots_say_what_booking_would_say(client: CheckedClient, fair: Fair, database: Database) -> None:
    book(client, fair, "s1", "b2", "s01", place="T1")
    book(client, fair, "s2", "b1", "s02")
    with database.write() as session:
        away = part(database, fair, "b1")
        session.add(
            Unavailable(event_id=fair.event_id, participation_id=away.id, slot_id=slot_id(database, fair, 2))
        )  # fmt: skip
    slots = _legal(client, fair, "s1", "b1")
    found = {name: [reason["code"] for reason in slot["reasons"]] for name, slot in slots.items()}
    assert found == {"s01": ["participant"], "s02": ["participant"], "s03": ["availability"], "s04": []}
    assert slots["s01"]["reasons"][0]["organisation"]["name"] == "demo s1"
    assert slots["s02"]["reasons"][0]["organisation"]["name"] == "demo b1"
    assert (slots["s01"]["free_places"], slots["s01"]["places"]) == (2, ["T2", "T3"])
    for name, codes in found.items():
        answer = book(client, fair, "s1", "b1", name)
        assert answer.json().get("conflict") == (codes[0] if codes else None)
    assert {name: slot["legal"] for name, slot in _legal(client, fair, "b1", "s1").items()} == dict.fromkeys(
        ("s01", "s02", "s03", "s04"), False
    )
    codes = [reason["code"] for reason in _legal(client, fair, "b1", "s1")["s04"]["reasons"]]
    assert codes == ["pair", "participant", "participant"]
    bad = client.get(f"/api/v1/events/{fair.event_id}/legal-slots?organisations=a,b", headers=fair.key())
    assert bad.status_code == 422


def test_a_meeting_may_stay_where_it_is(client: CheckedClient, fair: Fair) -> None:
    made = book(client, fair, "s1", "b1", "s02")
    address = f"/api/v1/meetings/{made.json()['id']}/legal-slots"
    slots = client.get(address, headers=fair.key("viewer")).json()["slots"]
    assert [slot["slot"] for slot in slots if slot["current"]] == ["s02"]
    assert all(slot["legal"] for slot in slots)


def test_an_interpreter_moves_along_or_is_named(client: CheckedClient, fair: Fair, database: Database) -> None:
    with database.write() as session:
        for code, tongue in (("s1", "zh"), ("b1", "fr")):
            session.add(
                Representative(
                    tenant_id=fair.tenant_id, organisation_id=fair.organisations[code], name=f"P {code}",
                    languages=[tongue],
                )
            )  # fmt: skip
        session.add(Interpreter(event_id=fair.event_id, position=1, name="M. Roy", languages=["fr", "zh"]))
        session.add(Interpreter(event_id=fair.event_id, position=2, name="Sr. Paz", languages=["es", "pt"]))
    made = book(client, fair, "s1", "b1", "s01")  # Ms Li is away until 14:00
    assert made.json()["interpreter"] == "M. Roy"
    assert _patch(client, fair, made, "*", slot="s02").json()["interpreter"] == "M. Roy"
    assert _patch(client, fair, made, "*", interpreter="Ms Li").json()["interpreter"] == "Ms Li"
    for name, slot in (("Ms Li", "s01"), ("Sr. Paz", "s02")):
        refused = _patch(client, fair, made, "*", interpreter=name, slot=slot)
        assert (refused.status_code, refused.json()["conflict"]) == (409, "interpreter")
    assert _patch(client, fair, made, "*", slot="s01").json()["interpreter"] == "M. Roy"
    with database.read() as session:
        assert len(session.scalars(select(InterpreterHold)).all()) == 1


def test_a_request_holds_the_last_seat_of_its_sender(client: CheckedClient, fair: Fair, database: Database) -> None:
    def ask(until: timedelta) -> None:
        low, high = sorted((part(database, fair, "s1").id, part(database, fair, "b1").id))
        with database.write() as session:
            session.add(
                MeetingRequest(
                    tenant_id=fair.tenant_id, event_id=fair.event_id, from_id=part(database, fair, "b1").id,
                    to_id=part(database, fair, "s1").id, low_id=low, high_id=high,
                    slot_id=slot_id(database, fair, 0), expires_at=utc_now() + until,
                )
            )  # fmt: skip

    ask(timedelta(hours=1))
    refused = book(client, fair, "s2", "b1", "s01")
    assert (refused.status_code, refused.json()["conflict"]) == (409, "held")
    assert "demo b1 holds s01 until" in refused.json()["detail"]
    assert _legal(client, fair, "s2", "b1")["s01"]["reasons"][0]["until"] is not None
    assert book(client, fair, "s1", "b2", "s01").status_code == 201  # it holds nothing of whom it asks
    assert book(client, fair, "s2", "b1", "s01", override_holds=True).status_code == 201
    with database.write() as session:
        session.scalars(select(MeetingRequest)).one().expires_at = utc_now() - timedelta(seconds=1)
    gone = client.get(f"/api/v1/events/{fair.event_id}/meetings", headers=fair.key()).json()["items"][-1]["id"]
    client.delete(f"/api/v1/meetings/{gone}", headers=fair.key() | {"If-Match": "*"})
    assert book(client, fair, "s2", "b1", "s01").status_code == 201  # a hold does not outlive its deadline


def test_the_number_of_queries_stays_the_same(client: CheckedClient, database: Database) -> None:
    counts: list[list[int]] = []
    for n in (1, 3, 9):
        made = make_fair(database, f"size{n}", suppliers=n, buyers=n)
        last: Any = None
        for number in range(min(n, 3)):
            last = book(client, made, f"s{number + 1}", f"b{number + 1}", "s01")
        pair = f"{made.organisations['s1']},{made.organisations['b1']}"
        counts.append([])
        for path in (
            f"events/{made.event_id}/meetings", f"events/{made.event_id}/legal-slots?organisations={pair}",
            f"meetings/{last.json()['id']}", f"meetings/{last.json()['id']}/legal-slots",
        ):  # fmt: skip
            quiet = []  # at its quietest: without the look at a key that was not seen a moment ago
            for _ in range(3):
                with _Count() as count:
                    assert client.get(f"/api/v1/{path}", headers=made.key()).status_code == 200
                quiet.append(count.statements)
            counts[-1].append(min(quiet))
    assert counts[0] == counts[1] == counts[2]
