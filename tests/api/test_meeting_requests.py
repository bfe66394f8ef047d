"""Requests for meetings: who may ask whom, what a request holds and for how long, and what comes of it."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import (
    Event,
    Letter,
    Meeting,
    MeetingRequest,
    Participation,
    Preference,
    Representative,
    Seat,
    Webhook,
    WebhookDelivery,
)
from app.services.events import find_event
from app.services.meeting_requests import expire_requests, remind_of_requests
from app.services.problems import build_problem
from tests.api.checked import CheckedClient
from tests.api.coming import coming
from tests.api.conftest import Fair, make_fair
from tests.api.test_meetings import book, part
from tests.api.test_races import serving
from tests.api.test_resources import _Count

SITE = "https://fair.example"


def ask(client: Any, fair: Fair, who: str, to: str, **more: Any) -> Any:
    body = {"to": str(fair.organisations[to])} | more
    return client.post(f"/api/v1/events/{fair.event_id}/meeting-requests", headers=fair.key(who), json=body)


def answer(client: Any, fair: Fair, who: str, request: Any, deed: str = "accept", **body: Any) -> Any:
    address = f"/api/v1/meeting-requests/{request.json()['id']}/{deed}"
    return client.post(address, headers=fair.key(who), json=body)


def rules(database: Database, fair: Fair, **given: Any) -> None:
    with database.write() as session:
        event = session.get_one(Event, fair.event_id)
        event.rules = {**event.rules, **given}


def prefer(database: Database, fair: Fair, who: str, about: str, said: str) -> None:
    with database.write() as session:
        session.add(
            Preference(
                event_id=fair.event_id, from_id=part(database, fair, who).id, to_id=part(database, fair, about).id,
                answer=said, at=utc_now(),
            )
        )  # fmt: skip


def pass_by(database: Database, request: Any) -> None:
    """Let the deadline of a request pass."""
    with database.write() as session:
        row = session.get_one(MeetingRequest, UUID(request.json()["id"]))
        row.created_at, row.expires_at = utc_now() - timedelta(days=3), utc_now() - timedelta(seconds=1)


def with_people(database: Database, fair: Fair, *codes: str) -> None:
    with database.write() as session:
        session.add_all(
            Representative(
                tenant_id=fair.tenant_id, organisation_id=fair.organisations[code], name=f"{title} {code}",
                email=f"{title}@{code}.example", consent=title == "ms", languages=["fr"],
            )
            for code in codes
            for title in ("ms", "mr")
        )  # fmt: skip


def letters(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as session:
        return [(row.kind, row.email, row.language) for row in session.scalars(select(Letter).order_by(Letter.id))]


@pytest.fixture
def fair(fair: Fair, database: Database) -> Fair:
    """The fair is to come, and no phase of it stands in the way."""
    coming(database, fair)
    return fair


def test_a_request_becomes_a_meeting_in_the_slot_it_proposes(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    with_people(database, fair, "s1", "b1")
    with database.write() as session:
        session.add(Webhook(tenant_id=fair.tenant_id, url="https://hook.example", secret="x"))
    asked = ask(client, fair, "b1", "s1", slot="s02", purpose="T-shirts", message="Organic, please.",
                sourcing_request=str(fair.requests["b1"]))  # fmt: skip
    assert asked.status_code == 201
    sent = asked.json()
    assert (sent["state"], sent["slot"], sent["from"]["name"], sent["meeting"]) == ("pending", "s02", "demo b1", None)
    assert client.get(asked.headers["location"], headers=fair.key("s1")).json() == sent
    accepted = answer(client, fair, "s1", asked, message="With pleasure.")
    assert accepted.status_code == 200
    assert (accepted.json()["state"], accepted.json()["answer"]) == ("accepted", "With pleasure.")
    meeting = client.get(f"/api/v1/meetings/{accepted.json()['meeting']}", headers=fair.key("b1")).json()
    assert (meeting["slot"], meeting["status"], meeting["place"]) == ("s02", "locked", "T1")
    assert letters(database) == [
        ("request-received", "ms@s1.example", "fr"), ("request-accepted", "ms@b1.example", "fr"),
    ]  # fmt: skip
    with database.read() as session:
        told = session.scalars(select(WebhookDelivery.kind).order_by(WebhookDelivery.id)).all()
        assert session.scalars(select(Letter.text)).first().count("Organic, please.") == 1  # type: ignore[union-attr]
    assert told == ["meeting_request.sent", "meeting.booked", "meeting_request.answered"]
    again = answer(client, fair, "s1", asked)
    assert (again.status_code, again.json()["conflict"]) == (409, "state")
    assert ask(client, fair, "s1", "b1").json()["conflict"] == "pair"


def test_a_slot_that_is_gone_leaves_the_request_waiting(client: CheckedClient, fair: Fair, database: Database) -> None:
    asked = ask(client, fair, "b1", "s1", slot="s01")
    assert book(client, fair, "s1", "b2", "s01").status_code == 201
    refused = answer(client, fair, "s1", asked)
    assert refused.status_code == 409
    assert (refused.json()["conflict"], refused.json()["slot"]) == ("participant", "s01")
    assert refused.json()["legal_slots"] == ["s02", "s03", "s04"]
    assert client.get(asked.headers["location"], headers=fair.key("b1")).json()["state"] == "pending"
    other = answer(client, fair, "s1", asked, slot="s03")
    assert other.json()["state"] == "accepted"
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Meeting)) == 2


def test_without_a_slot_a_yes_is_for_the_next_schedule(client: CheckedClient, fair: Fair, database: Database) -> None:
    asked = ask(client, fair, "s3", "b2")
    assert answer(client, fair, "b2", asked).json()["meeting"] is None
    with database.read() as session:
        stage = build_problem(session, find_event(session, fair.actor, "e-2025"), None)
    assert [(one["id"], one["required"]) for one in stage.problem["meetings"]] == [("s3 × b2", True)]


def test_a_meeting_called_off_is_not_built_again(client: CheckedClient, fair: Fair, database: Database) -> None:
    asked = ask(client, fair, "s3", "b2", slot="s01")
    made = answer(client, fair, "b2", asked).json()["meeting"]
    assert client.post(
        f"/api/v1/meetings/{made}/cancel", headers=fair.key("s3"), json={"note": "We are ill."}
    ).is_success
    with database.read() as session:
        assert build_problem(session, find_event(session, fair.actor, "e-2025"), None).problem["meetings"] == []
    assert ask(client, fair, "s3", "b2").status_code == 201


def test_an_event_may_book_at_once(client: CheckedClient, fair: Fair, database: Database) -> None:
    rules(database, fair, book_on_accept=True)
    assert answer(client, fair, "b2", ask(client, fair, "s3", "b2")).json()["meeting"] is None  # no schedule yet
    book(client, fair, "s1", "b1", "s01")
    made = answer(client, fair, "b1", ask(client, fair, "s2", "b1")).json()["meeting"]
    assert client.get(f"/api/v1/meetings/{made}", headers=fair.key()).json()["slot"] == "s02"


def test_whoever_is_not_wanted_learns_no_more_than_that(client: CheckedClient, fair: Fair, database: Database) -> None:
    prefer(database, fair, "b1", "s1", "blocked")
    prefer(database, fair, "b1", "s2", "no_thanks")
    with database.write() as session:
        session.get_one(Participation, part(database, fair, "b2").id).max_meetings = 0
    refusals = [ask(client, fair, "s1", "b1"), ask(client, fair, "s2", "b1"), ask(client, fair, "s2", "b2")]
    assert [refusal.status_code for refusal in refusals] == [409, 409, 409]
    assert len({str({**refusal.json(), "instance": ""}) for refusal in refusals}) == 1
    assert refusals[0].json()["detail"] == "This participant takes no requests from you."
    assert ask(client, fair, "b1", "s1").json()["conflict"] == "own-answer"


def test_rules_of_the_event(client: CheckedClient, fair: Fair, database: Database) -> None:
    assert ask(client, fair, "s1", "s2").json()["conflict"] == "pairing"
    coming(database, fair, registration=(-2, 5), matching=(1, 5), booking=(5, 9))
    refused = ask(client, fair, "s1", "b1")
    assert (refused.status_code, refused.json()["conflict"]) == (409, "phase")
    whole = {"from": str(fair.organisations["s1"])}
    assert ask(client, fair, "organiser", "b1").status_code == 422
    by_organiser = ask(client, fair, "organiser", "b1", **whole)
    assert by_organiser.status_code == 201
    assert answer(client, fair, "b1", by_organiser).json()["conflict"] == "phase"
    assert answer(client, fair, "organiser", by_organiser).json()["state"] == "accepted"
    assert ask(client, fair, "s2", "b1", **whole).status_code == 404  # in the name of another
    assert ask(client, fair, "viewer", "b1", **whole).status_code == 403


def test_a_quota_counts_what_waits_and_what_was_accepted(client: CheckedClient, fair: Fair, database: Database) -> None:
    rules(database, fair, request_quota=2)
    first, second = ask(client, fair, "b1", "s1"), ask(client, fair, "b1", "s2")
    assert ask(client, fair, "b1", "s3").json()["conflict"] == "quota"
    answer(client, fair, "s1", first)
    assert ask(client, fair, "b1", "s3").json()["conflict"] == "quota"
    answer(client, fair, "s2", second, "decline", message="Not this season.")
    third = ask(client, fair, "b1", "s3")
    assert third.status_code == 201
    pass_by(database, third)
    assert ask(client, fair, "b1", "s2").status_code == 201  # what has expired counts no more
    with database.write() as session:
        session.get_one(Participation, part(database, fair, "s1").id).request_quota = 0
    assert ask(client, fair, "s1", "b2").json()["conflict"] == "quota"


def test_a_deadline_is_never_after_the_slot_or_the_phase(client: CheckedClient, fair: Fair, database: Database) -> None:
    def hours(request: Any) -> float:
        with database.read() as session:
            row = session.get_one(MeetingRequest, UUID(request.json()["id"]))
        return (row.expires_at - utc_now()).total_seconds() / 3600

    assert 71.9 < hours(ask(client, fair, "b1", "s1")) <= 72
    assert 4.9 < hours(ask(client, fair, "b1", "s2", expires_in_hours=5)) <= 5
    rules(database, fair, request_hours=2)
    assert 1.9 < hours(ask(client, fair, "b1", "s3")) <= 2
    starts = coming(database, fair, days=2, booking=(-1, 1))
    assert 23.9 < hours(ask(client, fair, "b2", "s1", expires_in_hours=900)) <= 24
    coming(database, fair, days=2)
    left = (starts - utc_now()).total_seconds() / 3600
    assert hours(ask(client, fair, "b2", "s2", slot="s01", expires_in_hours=900)) == pytest.approx(left, abs=0.1)
    coming(database, fair, days=-1)
    gone = ask(client, fair, "b2", "s3", slot="s01")
    assert (gone.status_code, gone.json()["conflict"], gone.json()["legal_slots"]) == (409, "slot", [])


def test_past_its_deadline_a_request_has_expired_whatever_the_row_says(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    with_people(database, fair, "b1")
    asked = ask(client, fair, "b1", "s1", slot="s01")
    pass_by(database, asked)
    box = f"/api/v1/events/{fair.event_id}/meeting-requests"
    assert client.get(asked.headers["location"], headers=fair.key("b1")).json()["state"] == "expired"
    assert len(client.get(f"{box}?state=expired&box=out", headers=fair.key("b1")).json()["items"]) == 1
    assert client.get(f"{box}?state=pending", headers=fair.key("b1")).json()["items"] == []
    assert answer(client, fair, "s1", asked).json()["state"] == "expired"
    assert book(client, fair, "s2", "b1", "s01").status_code == 201  # it holds nothing any more
    assert expire_requests(database, SITE) == 1
    assert expire_requests(database, SITE) == 0
    with database.read() as session:
        row = session.scalars(select(MeetingRequest)).one()
        assert (row.state, row.answered_at) == ("expired", row.expires_at)
    assert letters(database) == [("request-expired", "ms@b1.example", "fr")]
    assert ask(client, fair, "s1", "b1").status_code == 201


def test_a_new_request_makes_room_for_itself(client: CheckedClient, fair: Fair, database: Database) -> None:
    first = ask(client, fair, "b1", "s1")
    refused = ask(client, fair, "b1", "s1")
    assert (refused.status_code, refused.json()["conflict"]) == (409, "pending")
    pass_by(database, first)
    assert ask(client, fair, "b1", "s1").status_code == 201
    with database.read() as session:
        assert session.scalars(select(MeetingRequest.state).order_by(MeetingRequest.id)).all() == ["expired", "pending"]


def test_who_has_not_answered_is_reminded_once(client: CheckedClient, fair: Fair, database: Database) -> None:
    with_people(database, fair, "s1")
    asked = ask(client, fair, "b1", "s1", expires_in_hours=72)
    assert remind_of_requests(database, SITE) == 0
    with database.write() as session:
        row = session.get_one(MeetingRequest, UUID(asked.json()["id"]))
        row.created_at, row.expires_at = utc_now() - timedelta(hours=60), utc_now() + timedelta(hours=12)
    assert remind_of_requests(database, SITE) == 1
    assert remind_of_requests(database, SITE) == 0
    assert letters(database)[1:] == [("request-expiring", "ms@s1.example", "fr")]
    with database.read() as session:
        assert f"{SITE}/meeting-requests/{asked.json()['id']}" in session.scalars(select(Letter.text)).all()[1]


def test_each_side_sees_and_does_its_own(client: CheckedClient, fair: Fair) -> None:
    asked = ask(client, fair, "b1", "s1")
    assert answer(client, fair, "b1", asked).json()["conflict"] == "side"
    assert answer(client, fair, "s1", asked, "withdraw").json()["conflict"] == "side"
    assert answer(client, fair, "s2", asked).status_code == 404
    assert client.get(asked.headers["location"], headers=fair.key("b2")).status_code == 404
    box = f"/api/v1/events/{fair.event_id}/meeting-requests"

    def count(who: str, query: str = "") -> int:
        return len(client.get(f"{box}?{query}", headers=fair.key(who)).json()["items"])

    assert (count("b1", "box=out"), count("b1", "box=in"), count("s1", "box=in"), count("s2")) == (1, 0, 1, 0)
    assert (count("viewer"), count("viewer", f"box=in&organisation={fair.organisations['s1']}")) == (1, 1)
    assert client.get(f"{box}?box=in", headers=fair.key("viewer")).status_code == 422
    tag = client.get(asked.headers["location"], headers=fair.key("b1")).headers["etag"]
    address = f"{asked.headers['location']}/withdraw"
    assert client.post(address, headers=fair.key("b1") | {"If-Match": '"old"'}, json={}).status_code == 412
    assert client.post(address, headers=fair.key("b1") | {"If-Match": tag}, json={}).json()["state"] == "withdrawn"


def test_a_slot_is_held_for_the_sender(client: CheckedClient, fair: Fair) -> None:
    asked = ask(client, fair, "b1", "s1", slot="s01")
    second = ask(client, fair, "b1", "s2", slot="s01")
    assert (second.status_code, second.json()["conflict"]) == (409, "slot")
    assert second.json()["legal_slots"] == ["s02", "s03", "s04"]
    third = ask(client, fair, "s3", "b1", slot="s01")
    assert third.json()["conflict"] == "slot"
    answer(client, fair, "b1", asked, "withdraw")
    assert ask(client, fair, "b1", "s2", slot="s01").status_code == 201


def test_what_a_request_is_about_belongs_to_one_of_the_two(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    for stranger in (fair.requests["b2"], rival.requests["b1"]):
        assert ask(client, fair, "s1", "b1", sourcing_request=str(stranger)).status_code == 404
    assert ask(client, fair, "s1", "b1", sourcing_request=str(fair.requests["b1"])).status_code == 201
    body = {"to": str(rival.organisations["b1"])}
    address = f"/api/v1/events/{fair.event_id}/meeting-requests"
    assert client.post(address, headers=fair.key("s1"), json=body).status_code == 404


# races: a live server, everybody at once -------------------------------------------------------------------------


def test_two_who_ask_each_other_at_once_have_agreed(database: Database, database_url: str, fair: Fair) -> None:
    with serving(database_url) as address, httpx.Client(timeout=60, base_url=address) as http:
        for number in range(3):
            pair = (f"s{number + 1}", "b1")
            ready = Barrier(2)

            def one(who: int, pair: tuple[str, str] = pair, ready: Barrier = ready) -> Any:
                ready.wait()
                return ask(http, fair, pair[who], pair[1 - who])

            with ThreadPoolExecutor(2) as pool:
                answers = list(pool.map(one, range(2)))
            assert sorted(found.status_code for found in answers) == [200, 201]
            assert len({found.json()["id"] for found in answers}) == 1
    with database.read() as session:
        assert session.scalars(select(MeetingRequest.state)).all() == ["accepted"] * 3


def test_of_two_requests_for_one_slot_one_is_confirmed(database: Database, database_url: str, fair: Fair) -> None:
    with serving(database_url) as address, httpx.Client(timeout=60, base_url=address) as http:
        for number in range(1, 4):
            slot = f"s0{number}"
            asked = [ask(http, fair, code, f"s{number}", slot=slot) for code in ("b1", "b2")]
            assert [found.status_code for found in asked] == [201, 201]
            ready = Barrier(4)

            def one(n: int, asked: Any = asked, ready: Barrier = ready, who: str = f"s{number}") -> int:
                ready.wait()
                return int(answer(http, fair, who, asked[n % 2]).status_code)

            with ThreadPoolExecutor(4) as pool:
                assert Counter(pool.map(one, range(4))) == {200: 1, 409: 3}
    with database.read() as session:
        states = session.scalars(select(MeetingRequest.state)).all()
        seats = session.execute(select(Seat.slot_id, Seat.attendee_id)).all()
    assert Counter(states) == {"accepted": 3, "pending": 3}
    assert len(seats) == len(set(seats)) == 6


def test_a_quota_holds_when_all_are_asked_at_once(database: Database, database_url: str, fair: Fair) -> None:
    wide = make_fair(database, "wide", suppliers=8, buyers=1)
    coming(database, wide)
    rules(database, wide, request_quota=3)
    ready = Barrier(8)
    with serving(database_url) as address, httpx.Client(timeout=60, base_url=address) as http:

        def one(number: int) -> int:
            ready.wait()
            return int(ask(http, wide, "b1", f"s{number + 1}").status_code)

        with ThreadPoolExecutor(8) as pool:
            assert Counter(pool.map(one, range(8))) == {201: 3, 409: 5}


def test_the_number_of_queries_stays_the_same(client: CheckedClient, database: Database) -> None:
    counts = []
    for n in (1, 3, 9):
        made = make_fair(database, f"size{n}", suppliers=n, buyers=1)
        coming(database, made)
        for number in range(n):
            ask(client, made, "b1", f"s{number + 1}")
        with _Count() as count:
            found = client.get(f"/api/v1/events/{made.event_id}/meeting-requests", headers=made.key())
        assert len(found.json()["items"]) == n
        counts.append(count.statements)
    assert len(set(counts)) == 1
