"""Publishing: what it would change, what it refuses, that it is one moment, and what each participant sees of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any
from uuid import UUID

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import select, text

from app.core.clock import utc_now
from app.core.errors import NotFoundError
from app.db.engine import Database
from app.db.models import (
    Event,
    Letter,
    Meeting,
    Participation,
    Preference,
    Publication,
    Schedule,
    Unavailable,
    Webhook,
    WebhookDelivery,
)
from app.services.access import Actor
from app.services.current import make_current
from tests.api.checked import CheckedClient
from tests.api.coming import coming
from tests.api.conftest import Fair, make_fair
from tests.api.test_meeting_requests import answer, ask, letters, with_people
from tests.api.test_meetings import _patch, book, part, slot_id
from tests.api.test_races import serving
from tests.api.test_resources import _Count
from tests.torture.counts import tell


@pytest.fixture
def fair(fair: Fair, database: Database) -> Fair:
    """The fair is to come, and no phase of it stands in the way."""
    coming(database, fair)
    return fair


def publish(client: Any, fair: Fair) -> Any:
    return client.post(f"/api/v1/events/{fair.event_id}/publications", headers=fair.key())


def _difference(client: CheckedClient, fair: Fair) -> Any:
    return client.get(f"/api/v1/events/{fair.event_id}/schedule-difference", headers=fair.key("viewer")).json()


def _own(client: CheckedClient, fair: Fair, who: str, query: str = "") -> Any:
    return client.get(f"/api/v1/events/{fair.event_id}/timetable?{query}", headers=fair.key(who))


def _cancel(client: CheckedClient, fair: Fair, made: Any) -> None:
    address = f"/api/v1/meetings/{made.json()['id']}"
    assert client.delete(address, headers=fair.key() | {"If-Match": "*"}).status_code == 200


def _entries(content: bytes) -> dict[str, Any]:
    return {str(entry["uid"]): entry for entry in Calendar.from_ical(content).walk("VEVENT")}


def test_a_difference_is_published_and_then_is_none(client: CheckedClient, fair: Fair, database: Database) -> None:
    with_people(database, fair, "s1", "b1", "b2")
    with database.write() as session:
        session.add(Webhook(tenant_id=fair.tenant_id, url="https://hook.example", secret="x"))
    assert publish(client, fair).json()["conflict"] == "schedule"
    first, second = book(client, fair, "s1", "b1", "s01"), book(client, fair, "s2", "b2", "s01")
    told = _difference(client, fair)
    assert (told["publication"], told["problems"]) == (None, [])
    assert told["changes"] == {"added": 2, "removed": 0, "moved": 0, "changed": 0, "meetings": 2}
    made = publish(client, fair)
    assert (made.status_code, made.json()["number"], made.json()["changes"]) == (201, 1, told["changes"])
    assert letters(database) == [
        ("schedule-published", address, "fr") for address in ("ms@s1.example", "ms@b1.example", "ms@b2.example")
    ]
    again = publish(client, fair)
    assert (again.status_code, again.json()["conflict"]) == (409, "unchanged")

    _patch(client, fair, first, "*", slot="s03")
    _cancel(client, fair, second)
    third = book(client, fair, "s3", "b2", "s02")
    told = _difference(client, fair)
    assert [(row["kind"], row["meeting"]) for row in told["items"]] == [
        ("removed", second.json()["id"]), ("added", third.json()["id"]), ("moved", first.json()["id"]),
    ]  # fmt: skip
    assert (told["items"][2]["before"]["slot"], told["items"][2]["after"]["slot"]) == ("s01", "s03")
    with database.write() as session:
        for row in session.scalars(select(Letter)):
            session.delete(row)
    assert publish(client, fair).json()["changes"] == {
        "added": 1, "removed": 1, "moved": 1, "changed": 0, "meetings": 2,
    }  # fmt: skip
    assert {kind for kind, _, _ in letters(database)} == {"schedule-changed"}
    with database.read() as session:
        (file,) = session.scalars(select(Letter)).first().attachments  # type: ignore[union-attr]
        kinds = session.scalars(select(WebhookDelivery.kind)).all()
    assert file["media_type"].startswith("text/calendar")
    assert len(_entries(base64.b64decode(file["content"]))) in (1, 2)
    assert kinds.count("schedule.published") == 2
    listed = client.get(f"/api/v1/events/{fair.event_id}/publications", headers=fair.key()).json()["items"]
    assert [(row["number"], row["superseded_at"] is None) for row in listed] == [(1, False), (2, True)]
    before = client.get(f"/api/v1/publications/{listed[0]['id']}", headers=fair.key("viewer")).json()
    assert [(one["slot"], one["status"]) for one in before["meetings"]] == [("s01", "planned")] * 2


def test_only_those_are_written_to_for_whom_something_changes(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    with_people(database, fair, "s1", "s2", "b1", "b2")
    first, _ = book(client, fair, "s1", "b1", "s01"), book(client, fair, "s2", "b2", "s01")
    publish(client, fair)
    before = len(letters(database))
    _patch(client, fair, first, "*", place="T3")
    assert publish(client, fair).json()["changes"]["changed"] == 1
    assert sorted(address for _, address, _ in letters(database)[before:]) == ["ms@b1.example", "ms@s1.example"]


def test_what_must_not_be_published(client: CheckedClient, fair: Fair, database: Database) -> None:
    one, other = book(client, fair, "s1", "b1", "s01"), book(client, fair, "s2", "b2", "s02")
    with database.write() as session:
        session.add(Unavailable(event_id=fair.event_id, participation_id=part(database, fair, "b1").id,
                                slot_id=slot_id(database, fair, 0)))  # fmt: skip
        session.add(Preference(event_id=fair.event_id, from_id=part(database, fair, "b2").id,
                               to_id=part(database, fair, "s2").id, answer="blocked", at=utc_now()))  # fmt: skip
        session.get_one(Participation, part(database, fair, "s1").id).withdrawn_at = utc_now()
        session.execute(
            text("DELETE FROM seat WHERE meeting_id = :m").bindparams(
                m=UUID(other.json()["id"]) if not database.is_sqlite else UUID(other.json()["id"]).hex
            )
        )
    refused = publish(client, fair)
    assert refused.status_code == 409
    found = sorted((row["code"], row["meeting"]) for row in refused.json()["problems"])
    assert found == sorted(
        [("availability", one.json()["id"]), ("withdrawn", one.json()["id"]), ("blocked", other.json()["id"]),
         ("seats", other.json()["id"])]
    )  # fmt: skip
    assert sorted((row["code"], row["meeting"]) for row in _difference(client, fair)["problems"]) == found
    with database.read() as session:
        assert session.scalars(select(Publication)).all() == []


def test_a_published_plan_does_not_change(client: CheckedClient, fair: Fair, database: Database) -> None:
    book(client, fair, "s1", "b1", "s01")
    publish(client, fair)
    for change in ("UPDATE publication SET number = 7", "DELETE FROM publication"):
        with pytest.raises(Exception, match="kept as they are"), database.engine.begin() as connection:
            connection.execute(text(change))


def test_a_timetable_is_what_was_published(client: CheckedClient, fair: Fair) -> None:
    made = book(client, fair, "s1", "b1", "s01")
    book(client, fair, "s2", "b2", "s01")
    assert _own(client, fair, "b1").status_code == 404
    listed = f"/api/v1/events/{fair.event_id}/meetings"
    assert client.get(listed, headers=fair.key("b1")).json()["items"] == []
    publish(client, fair)
    mine = _own(client, fair, "b1").json()
    assert (mine["publication"], [one["counterpart"]["name"] for one in mine["meetings"]]) == (1, ["demo s1"])
    assert "demo s2" not in str(mine)
    _patch(client, fair, made, "*", slot="s03", place="T2")
    (meeting,) = _own(client, fair, "b1").json()["meetings"]
    assert (meeting["slot"], meeting["changed"]) == ("s01", False)  # a draft shows to nobody
    (seen,) = client.get(listed, headers=fair.key("s1")).json()["items"]
    assert (seen["slot"], seen["place"]) == ("s01", "T1")
    read = client.get(f"/api/v1/meetings/{meeting['id']}", headers=fair.key("s1")).json()
    assert read["slot"] == "s01"
    assert client.get(f"/api/v1/meetings/{meeting['id']}", headers=fair.key("b2")).status_code == 404
    assert len(client.get(listed, headers=fair.key("s1"), params={"slot": "s03"}).json()["items"]) == 0
    _cancel(client, fair, made)
    (meeting,) = _own(client, fair, "b1").json()["meetings"]
    assert (meeting["status"], meeting["changed"]) == ("cancelled", True)  # what is off is off at once


def test_a_schedule_shows_to_parties_what_was_published(client: CheckedClient, fair: Fair, database: Database) -> None:
    first = book(client, fair, "s1", "b1", "s01", place="T1")
    address = f"/api/v1/schedules/{first.json()['schedule_id']}"

    def seen(who: str, path: str = address) -> list[tuple[str, str | None, str]]:
        answer = client.get(path, headers=fair.key(who))
        assert answer.status_code == 200, answer.text
        return [(one["slot"], one["place"], one["status"]) for one in answer.json()["meetings"]]

    assert client.get(address, headers=fair.key("s1")).status_code == 404
    publish(client, fair)
    as_published = [("s01", "T1", "planned")]
    assert seen("s1") == seen("b1") == seen("organiser") == as_published
    assert seen("s2") == []
    _patch(client, fair, first, "*", slot="s02", place="T2", locked=True)
    draft = book(client, fair, "s1", "b2", "s03")
    assert seen("s1") == seen("b1") == as_published
    assert seen("b2") == []
    assert len(seen("viewer")) == 2
    publish(client, fair)
    assert seen("b1") == [("s02", "T2", "locked")]
    assert [slot for slot, _, _ in seen("s1")] == ["s02", "s03"]
    _cancel(client, fair, draft)
    assert [status for _, _, status in seen("b2")] == ["cancelled"]  # what is off is known at once
    other = _schedule(database, fair)
    _patch(client, fair, first, "*", locked=False)
    assert client.post(f"/api/v1/schedules/{other}/make-current", headers=fair.key()).status_code == 200
    assert client.get(f"/api/v1/schedules/{other}", headers=fair.key("b1")).status_code == 404
    publish(client, fair)
    assert seen("b1", f"/api/v1/schedules/{other}") == []
    assert seen("b1") == [("s02", "T2", "locked")]  # what the older one said last


def test_the_staff_says_whose_timetable(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    book(client, fair, "s1", "b1", "s01")
    publish(client, fair)
    assert _own(client, fair, "viewer").status_code == 422
    mine = _own(client, fair, "viewer", f"organisation={fair.organisations['s1']}&lang=zh").json()
    assert [one["counterpart"]["name"] for one in mine["meetings"]] == ["demo b1"]
    assert _own(client, fair, "b1", f"organisation={fair.organisations['s1']}").status_code == 404
    assert _own(client, fair, "viewer", f"organisation={rival.organisations['s1']}").status_code == 404


def test_on_the_day_everything_shows_as_it_is(client: CheckedClient, fair: Fair, database: Database) -> None:
    made = book(client, fair, "s1", "b1", "s01")
    publish(client, fair)
    coming(database, fair, days=-3)
    _patch(client, fair, made, "*", slot="s02")
    (meeting,) = _own(client, fair, "b1").json()["meetings"]
    assert (meeting["slot"], meeting["changed"], meeting["sequence"]) == ("s02", True, 1)


def test_what_two_agree_on_shows_at_once(client: CheckedClient, fair: Fair, database: Database) -> None:
    with_people(database, fair, "s1")
    asked = ask(client, fair, "b1", "s1", slot="s02", purpose="T-shirts")
    accepted = answer(client, fair, "s1", asked).json()
    (meeting,) = _own(client, fair, "b1").json()["meetings"]
    assert (meeting["id"], meeting["slot"], meeting["purpose"]) == (accepted["meeting"], "s02", "T-shirts")
    before = len(letters(database))
    note = {"note": "We are ill."}
    gone = client.post(f"/api/v1/meetings/{meeting['id']}/cancel", headers=fair.key("b1"), json=note)
    assert gone.status_code == 200
    assert letters(database)[before:] == [("schedule-changed", "ms@s1.example", "fr")]


def test_a_calendar_and_a_page_of_ones_own(client: CheckedClient, fair: Fair) -> None:
    book(client, fair, "s1", "b1", "s02")
    publish(client, fair)
    address = f"/api/v1/events/{fair.event_id}/timetable"
    file = client.get(f"{address}.ics", headers=fair.key("b1"))
    (entry,) = _entries(file.content).values()
    (meeting,) = _own(client, fair, "b1").json()["meetings"]
    assert entry.start == datetime.fromisoformat(meeting["starts_at"])
    assert str(entry["uid"]).startswith(meeting["uid"])
    paper = client.get(f"{address}.pdf?lang=zh", headers=fair.key("b1"))
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


def test_a_feed_follows_and_is_revoked(client: CheckedClient, fair: Fair) -> None:
    address = f"/api/v1/events/{fair.event_id}/feeds"
    made = client.post(address, headers=fair.key("b1"), json={"language": "fr"})
    assert made.status_code == 201
    feed = made.json()["address"].partition("8000")[2]
    assert "address" not in client.get(address, headers=fair.key("b1")).text
    assert client.get(address, headers=fair.key("s1")).json()["items"] == []

    def entries() -> dict[str, tuple[str, int, datetime]]:
        answer = client.get(feed)
        assert answer.headers["content-type"].startswith("text/calendar")
        found = _entries(answer.content)
        return {uid: (str(one["status"]), int(one["sequence"]), one.start) for uid, one in found.items()}

    assert entries() == {}
    meeting = book(client, fair, "s1", "b1", "s01")
    assert entries() == {}
    publish(client, fair)
    ((uid, first),) = entries().items()
    assert first[:2] == ("CONFIRMED", 0)
    tag = client.get(feed).headers["etag"]
    assert client.get(feed, headers={"If-None-Match": tag}).status_code == 304
    _patch(client, fair, meeting, "*", slot="s03")
    assert entries()[uid] == first
    publish(client, fair)
    assert client.get(feed, headers={"If-None-Match": tag}).status_code == 200
    moved = entries()[uid]
    assert moved[1] == 1
    assert moved[2] > first[2]
    _cancel(client, fair, meeting)
    assert entries()[uid][:2] == ("CANCELLED", 2)
    publish(client, fair)
    assert entries()[uid][:2] == ("CANCELLED", 2)
    book(client, fair, "s1", "b1", "s02")
    publish(client, fair)
    now = entries()
    assert sorted(one[0] for one in now.values()) in (["CONFIRMED"], ["CANCELLED", "CONFIRMED"])
    assert now[uid][1] >= 2
    assert client.delete(f"{address}/{made.json()['id']}", headers=fair.key("s1")).status_code == 404
    assert client.delete(f"{address}/{made.json()['id']}", headers=fair.key("b1")).status_code == 204
    assert client.get(feed).status_code == 404
    assert client.get("/api/v1/feeds/fc_unknown.ics").status_code == 404


def _schedule(database: Database, fair: Fair) -> UUID:
    """A finished schedule without meetings, beside the current one."""
    with database.write() as session:
        row = Schedule(tenant_id=fair.tenant_id, event_id=fair.event_id, state="done", status="feasible")
        session.add(row)
        session.flush()
        return row.id


def test_a_draft_becomes_current_unless_it_loses_what_is_locked(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    first = book(client, fair, "s1", "b1", "s01")
    publish(client, fair)
    empty = _schedule(database, fair)
    difference = f"/api/v1/events/{fair.event_id}/schedule-difference?schedule={empty}"
    assert client.get(difference, headers=fair.key()).json()["changes"]["removed"] == 1
    choose = f"/api/v1/schedules/{empty}/make-current"
    _patch(client, fair, first, "*", locked=True)
    refused = client.post(choose, headers=fair.key())
    assert (refused.status_code, refused.json()["meetings"]) == (409, [first.json()["id"]])
    _patch(client, fair, first, "*", locked=False)
    assert client.post(choose, headers=fair.key()).json()["current"] is True
    stale = _patch(client, fair, first, "*", slot="s02")
    assert (stale.status_code, stale.json()["conflict"]) == (409, "schedule")
    assert _own(client, fair, "b1").json()["meetings"][0]["status"] == "planned"  # until that is published
    publish(client, fair)
    assert _own(client, fair, "b1").json()["meetings"][0]["status"] == "cancelled"


def test_a_schedule_of_another_edition_is_not_there_to_choose(fair: Fair, database: Database) -> None:
    key = _schedule(database, fair)
    with database.write() as session:
        actor, here = Actor(fair.tenant_id, "organiser"), session.get_one(Event, fair.event_id)
        with pytest.raises(NotFoundError, match="There is no schedule"):
            make_current(session, actor, key, Event(id=fair.tenant_id))
        assert make_current(session, actor, key, here).is_current


def test_a_draft_drops_what_was_closed_after_it_was_planned(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    stays, falls = book(client, fair, "s1", "b1", "s02").json(), book(client, fair, "s2", "b2", "s01").json()
    away = book(client, fair, "s3", "b1", "s03").json()
    first, other = stays["schedule_id"], _schedule(database, fair)
    assert client.post(f"/api/v1/schedules/{other}/make-current", headers=fair.key()).status_code == 200
    closed = {"slots": ["s01"], "preview": False}
    assert client.put("/api/v1/events/e-2025/closures", headers=fair.key(), json=closed).json()["fell_out"] == []
    address = f"/api/v1/participations/{part(database, fair, 's3').id}"
    gone = client.patch(address, headers=fair.key() | {"If-Match": "*"}, json={"unavailable": [{"slots": ["s03"]}]})
    assert gone.status_code == 200
    back = client.post(f"/api/v1/schedules/{first}/make-current", headers=fair.key()).json()
    states = {one["id"]: one["status"] for one in back["meetings"]}
    assert states == {stays["id"]: "planned", falls["id"]: "cancelled", away["id"]: "cancelled"}
    assert publish(client, fair).status_code == 201


def test_a_draft_drops_who_has_withdrawn_or_was_blocked_after_it_was_planned(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    stays, refused = book(client, fair, "s1", "b1", "s02").json(), book(client, fair, "s2", "b2", "s01").json()
    gone = book(client, fair, "s3", "b1", "s03").json()
    first, other = stays["schedule_id"], _schedule(database, fair)
    assert client.post(f"/api/v1/schedules/{other}/make-current", headers=fair.key()).status_code == 200
    s2, b2, s3 = (part(database, fair, code) for code in ("s2", "b2", "s3"))
    answered = f"/api/v1/participations/{b2.id}/preferences/{s2.id}"
    assert client.put(answered, headers=fair.key("b2"), json={"answer": "blocked"}).status_code == 200
    leaving = client.delete(f"/api/v1/participations/{s3.id}", headers=fair.key() | {"If-Match": "*"})
    assert leaving.is_success
    back = client.post(f"/api/v1/schedules/{first}/make-current", headers=fair.key()).json()
    states = {one["id"]: one["status"] for one in back["meetings"]}
    assert states == {stays["id"]: "planned", refused["id"]: "cancelled", gone["id"]: "cancelled"}
    with database.read() as session:
        notes = {str(row.id): row.note for row in session.scalars(select(Meeting))}
    assert notes[refused["id"]] == "called off"  # who was blocked is not told so
    assert notes[gone["id"]] == "one of the two has withdrawn from the event"
    assert publish(client, fair).status_code == 201


def test_publishing_is_one_moment_among_many_changes(database: Database, database_url: str, fair: Fair) -> None:
    """Each edit moves a pair of meetings... one after the other; a publication holds every meeting with its table."""
    wide = make_fair(database, "wide", suppliers=6, buyers=6)
    coming(database, wide)
    ready = Barrier(5)
    with serving(database_url) as address, httpx.Client(timeout=60, base_url=address) as http:
        made = [book(http, wide, f"s{n + 1}", f"b{n + 1}", f"s0{n % 2 + 1}").json() for n in range(6)]

        def edit(number: int) -> list[int]:
            ready.wait()
            headers = wide.key() | {"If-Match": "*"}
            answers = []
            for step in range(13):
                one = made[(number + step) % 6]["id"]
                answers.append(
                    http.patch(
                        f"/api/v1/meetings/{one}", headers=headers, json={"slot": f"s0{(number + step) % 4 + 1}"}
                    )
                )
            return [found.status_code for found in answers]

        def announce() -> list[int]:
            ready.wait()
            return [publish(http, wide).status_code for _ in range(6)]

        with ThreadPoolExecutor(5) as pool:
            edits = [pool.submit(edit, n) for n in range(4)]
            published = pool.submit(announce).result()
            codes = {code for one in edits for code in one.result()}
    assert codes <= {200, 409}
    assert set(published) <= {201, 409}
    assert 201 in published
    with database.read() as session:
        rows = session.scalars(select(Publication).where(Publication.event_id == wide.event_id)).all()
    assert [row.number for row in sorted(rows, key=lambda row: row.number)] == list(range(1, len(rows) + 1))
    assert sum(row.superseded_at is None for row in rows) == 1
    for row in rows:
        held = [(one["slot_id"], one["place_id"]) for one in row.meetings]
        assert len(held) == 6
        assert all(place for _, place in held)
        assert len(set(held)) == 6
    tell(
        "publishing 6 times during 52 moves of meetings", database.engine.dialect.name, "once",
        f"{len(rows)} publications, each with every meeting once and at a table",
    )  # fmt: skip


def test_the_number_of_queries_stays_the_same(client: CheckedClient, database: Database) -> None:
    counts = []
    for n in (1, 3, 9):
        made = make_fair(database, f"size{n}", suppliers=n, buyers=n)
        coming(database, made)
        for number in range(min(n, 3)):
            book(client, made, f"s{number + 1}", "b1", f"s0{number + 1}")
        publish(client, made)
        paths = list(_paths(client, made))
        counts.append([])
        for path, who in paths:
            with _Count() as count:
                assert client.get(f"/api/v1/{path}", headers=made.key(who)).status_code == 200
            counts[-1].append(count.statements)
    assert counts[0] == counts[1] == counts[2]


def _paths(client: CheckedClient, fair: Fair) -> Iterator[tuple[str, str]]:
    event = f"events/{fair.event_id}"
    (made,) = client.get(f"/api/v1/{event}/publications", headers=fair.key()).json()["items"]
    yield f"{event}/schedule-difference", "viewer"
    yield f"{event}/publications", "viewer"
    yield f"publications/{made['id']}", "viewer"
    yield f"{event}/timetable", "b1"
    yield f"{event}/meetings", "b1"
