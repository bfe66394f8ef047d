"""What a booking relies on is changed while it is made: slots close, people go away or withdraw, a day is repaired.

Whoever comes first, nobody has a meeting afterwards where none may be.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Event, Meeting, Participation, Seat
from app.db.queries import holding
from app.domain.editions import ClosuresIn
from app.services import booking, grid
from app.services.doctor import examine
from app.services.events import lock_event
from tests.api.coming import coming
from tests.api.conftest import Fair, make_fair
from tests.api.test_races import serving
from tests.torture.counts import often, tell

ROUNDS, BOOKERS = often(2, 20), 8
_E = "events/e-2025"
Call = tuple[str, str, dict[str, Any], str]


def _at_once(address: str, fair: Fair, calls: list[Call]) -> list[httpx.Response]:
    """Send calls (method, path, body, who) in the same moment."""
    ready = threading.Barrier(len(calls), timeout=60)

    def one(call: Call) -> httpx.Response:
        method, path, body, who = call
        headers = fair.key(who) | {"If-Match": "*"}
        ready.wait()
        return http.request(method, f"{address}/api/v1/{path}", headers=headers, json=body)

    with httpx.Client(timeout=60) as http, ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def _bookings(fair: Fair, *slots: str) -> list[Call]:
    """The first supplier with each buyer in turn, and other pairs; in each of the slots."""
    pairs = [("s1", f"b{n + 1}") for n in range(BOOKERS // 2)] + [(f"s{n + 2}", f"b{n + 1}") for n in range(3)]
    return [
        ("POST", f"{_E}/meetings",
         {"organisations": [str(fair.organisations[x]) for x in pair], "slot": slot}, "organiser")
        for slot in slots
        for pair in pairs
    ]  # fmt: skip


def _part(database: Database, fair: Fair, who: str) -> str:
    with database.read() as session:
        mine = select(Participation.id).where(
            Participation.event_id == fair.event_id, Participation.organisation_id == fair.organisations[who]
        )
        return str(session.scalars(mine).one())


def _on(database: Database, fair: Fair, who: str | None = None) -> list[Meeting]:
    """Meetings of the fair that are on, of everybody or of one."""
    with database.read() as session:
        found = select(Meeting).where(Meeting.event_id == fair.event_id, Meeting.status != "cancelled")
        if who is not None:
            mine = select(Participation.id).where(Participation.organisation_id == fair.organisations[who])
            found = found.where(Meeting.low_id.in_(mine) | Meeting.high_id.in_(mine))
        return list(session.scalars(found))


def _all_right(database_url: str) -> None:
    wrong = [finding.text for finding in examine(Settings(database_url=database_url)) if finding.state == "wrong"]
    assert wrong == []


def test_who_books_while_something_is_closed_has_no_meeting_there(database: Database, database_url: str) -> None:
    seen = Counter[int]()
    with serving(database_url) as address:
        for number in range(ROUNDS):
            fair = make_fair(database, f"close{number}", suppliers=4, buyers=4)
            away, gone = _part(database, fair, "s1"), _part(database, fair, "b2")
            shut = {"slots": ["s01"], "places": [{"code": "T1", "slots": ["s02"]}]}
            changes: list[Call] = [
                ("PUT", f"{_E}/closures", shut, "organiser"),
                ("PATCH", f"participations/{away}", {"unavailable": [{"slots": ["s03"]}]}, "organiser"),
                ("DELETE", f"participations/{gone}", {}, "organiser"),
            ]  # fmt: skip
            answers = _at_once(address, fair, [*changes, *_bookings(fair, "s01", "s02", "s03")])
            seen += Counter(answer.status_code for answer in answers[3:])
            statuses = [answer.status_code for answer in answers]
            assert (statuses[0], statuses[2]) == (200, 200)
            assert statuses[1] in (200, 409)  # refused where the meeting was first
            assert set(statuses) <= {200, 201, 404, 409}, statuses
            assert _on(database, fair, "b2") == []
    _all_right(database_url)
    assert {201, 409} <= set(seen)
    tell(
        "slots and tables closed, participants away or withdrawn, while they are booked",
        database.engine.dialect.name, f"{ROUNDS} times, {3 * (BOOKERS // 2 + 3)} bookings each",
        "0 meetings where none may be, 0 × 5xx",
    )  # fmt: skip


def test_a_repair_while_others_book_and_answer(database: Database, database_url: str) -> None:
    seen = Counter[int]()
    with serving(database_url) as address:
        for number in range(ROUNDS):
            fair = make_fair(database, f"mend{number}", suppliers=4, buyers=4)
            coming(database, fair)
            asks = [
                ("POST", f"{_E}/meeting-requests", {"to": str(fair.organisations[to]), "slot": "s04"}, who)
                for who, to in (("b4", "s1"), ("b3", "s4"))
            ]
            (booked,) = _at_once(address, fair, _bookings(fair, "s01")[:1])
            sent = [_at_once(address, fair, [one])[0].json()["id"] for one in asks]
            calls: list[Call] = [
                ("POST", f"{_E}/repairs", {"kind": "no_show", "organisation": str(fair.organisations["s1"]),
                                           "preview": False}, "organiser"),
                ("POST", f"{_E}/repairs", {"kind": "place_closed", "place": "T2", "preview": False}, "organiser"),
                *(("POST", f"meeting-requests/{key}/accept", {}, "organiser") for key in sent),
                ("PATCH", f"meetings/{booked.json()['id']}", {"slot": "s02"}, "organiser"),
                *_bookings(fair, "s02", "s03"),
            ]  # fmt: skip
            answers = _at_once(address, fair, calls)
            seen += Counter(answer.status_code for answer in answers)
            assert [answer.status_code for answer in answers[:2]] == [200, 200]
            assert {answer.status_code for answer in answers} <= {200, 201, 409}
            assert _on(database, fair, "s1") == []
            if not _on(database, fair):  # all others stood at T2, and what has no points is not worth a move
                assert _at_once(address, fair, _bookings(fair, "s02")[-3:-2])[0].status_code == 201
            assert _on(database, fair) != []
    _all_right(database_url)
    assert {200, 201, 409} <= set(seen)
    tell(
        "a no-show and a closed table repaired while others book, move and say yes", database.engine.dialect.name,
        f"{ROUNDS} times, {len(calls)} calls each", "0 meetings of who is away or at what is closed, 0 × 5xx",
    )  # fmt: skip


def _close_while_booking(database: Database, fair: Fair, monkeypatch: pytest.MonkeyPatch, wait: float) -> list[Meeting]:
    """Close a slot after a booking has looked at it and before it is written, if the booking lets that happen."""
    real: Callable[..., Any] = booking.enter
    closed = threading.Event()

    def close() -> None:
        with database.write() as session:
            event = lock_event(session, fair.actor, "e-2025")
            grid.close(session, fair.actor, event, ClosuresIn(slots=["s01"], preview=False))
        closed.set()

    def slowly(*args: Any, **options: Any) -> Meeting:
        other.start()
        closed.wait(wait)
        found: Meeting = real(*args, **options)
        return found

    other = threading.Thread(target=close)
    monkeypatch.setattr(booking, "enter", slowly)
    with database.write() as session:
        event = session.get_one(Event, fair.event_id)
        pair = (fair.organisations["s1"], fair.organisations["b1"])
        booking.book(session, fair.actor, event.id, pair, "s01", None)
    other.join()
    return _on(database, fair)


def test_a_closing_waits_for_a_booking_that_has_looked(
    database: Database, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _close_while_booking(database, fair, monkeypatch, 0.3) == []


@pytest.mark.parametrize("filled", ["filled_postgres"], indirect=True)
def test_without_the_lock_on_the_event_the_booking_stays_in_the_closed_slot(
    database: Database, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control; there is none on SQLite, for its writers follow each other anyway."""
    monkeypatch.setattr(holding, "hold_event", lambda session, event_id: None)
    assert len(_close_while_booking(database, fair, monkeypatch, 10)) == 1


def test_meetings_that_swap_all_at_once_keep_what_they_need(database: Database, database_url: str) -> None:
    seen = Counter[int]()
    with serving(database_url) as address:
        for number in range(ROUNDS):
            fair = make_fair(database, f"swap{number}", suppliers=3, buyers=3)
            pairs = [(f"s{n + 1}", f"b{n + 1}", f"s0{n + 1}") for n in range(3)]
            booked = [
                {"organisations": [str(fair.organisations[one]), str(fair.organisations[other])], "slot": slot}
                for one, other, slot in pairs
            ]
            made = _at_once(address, fair, [("POST", f"{_E}/meetings", body, "organiser") for body in booked])
            one, two, three = (answer.json()["id"] for answer in made)
            swaps = [(one, two), (two, one), (two, three), (three, two), (three, one), (one, three)]
            calls: list[Call] = [
                ("POST", f"meetings/{first}/swap", {"meeting": second}, "organiser") for first, second in swaps
            ]
            calls.append(("PATCH", f"meetings/{one}", {"slot": "s04"}, "organiser"))
            seen += Counter(answer.status_code for answer in _at_once(address, fair, calls))
            with database.read() as session:
                mine = Seat.event_id == fair.event_id
                seats = Counter(session.scalars(select(Seat.meeting_id).where(mine)))
                at = {row.id: row.slot_id for row in _on(database, fair)}
                assert set(seats.values()) == {2}
                assert all(at[row.meeting_id] == row.slot_id for row in session.scalars(select(Seat).where(mine)))
            assert len(set(at.values())) == len(at) == 3  # each in a slot of its own, as before
    _all_right(database_url)
    assert set(seen) <= {200, 409}, seen
    assert seen[200] >= ROUNDS
    tell(
        "the same three meetings swapped by six callers at once, and one of them moved",
        database.engine.dialect.name, f"{ROUNDS} times", "0 × 5xx, 0 meetings without what they need",
    )  # fmt: skip
