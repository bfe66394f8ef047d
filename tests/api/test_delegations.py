"""A delegation meets as one: it is ranked with what its members do together, and whatever names a member acts on it."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import Meeting, Outcome, Participation, Schedule
from app.domain.profiles import CapabilityProfile
from app.services import matching, participants, schedules, scheduling
from app.services.events import find_event
from app.services.exports import match_rows
from app.services.matching.field import read_field
from app.services.problems import last_match_run
from app.services.profiles import register_capabilities
from tests.api.checked import CheckedClient
from tests.api.coming import coming
from tests.api.conftest import Fair
from tests.api.test_meeting_requests import answer, ask, letters, with_people
from tests.api.test_meetings import book, part
from tests.api.test_resources import _Count

E = "/api/v1/events/e-2025"


@pytest.fixture
def fair(fair: Fair, database: Database) -> Fair:
    """Still to come; s2 makes caps too, and shirts enough only together with s1."""
    coming(database, fair)
    with database.write() as session:
        for code, products in (("s1", ["knitted T-shirts"]), ("s2", ["knitted T-shirts"])):
            able = CapabilityProfile(
                products=products, unit="H87", capacity_per_month=3000.0, moq=300 if code == "s1" else 200,
                certificates=["GOTS"] if code == "s2" else [],
            )  # fmt: skip
            register_capabilities(session, fair.actor, fair.organisations[code], able)
    return fair


def join(client: CheckedClient, database: Database, fair: Fair, member: str, body: str | None) -> Any:
    path = f"/api/v1/participations/{part(database, fair, member).id}"
    headers = fair.key() | {"If-Match": client.get(path, headers=fair.key()).headers["etag"]}
    said = str(part(database, fair, body).id) if body else None
    return client.patch(path, headers=headers, json={"delegation_id": said})


def delegation(client: CheckedClient, database: Database, fair: Fair) -> None:
    """s1 and s2 come with s3, which says nothing of itself but its name."""
    with database.write() as session:
        register_capabilities(session, fair.actor, fair.organisations["s3"], CapabilityProfile(text="a cluster"))
        session.get_one(Participation, part(database, fair, "s3").id).supplies = False
    for member in ("s1", "s2"):
        assert join(client, database, fair, member, "s3").status_code == 200


def matched(database: Database, fair: Fair) -> None:
    with database.write() as session:
        key = matching.start_run(session, fair.actor, find_event(session, fair.actor, "e-2025")).id
    matching.execute(database, key)


def test_ranked_as_one_with_what_members_do_together(client: CheckedClient, fair: Fair, database: Database) -> None:
    wish = {"products": ["knitted T-shirts"], "quantity": 5000.0, "certificates": ["GOTS"], "must": ["certificates"]}
    before = client.post("/api/v1/rank", headers=fair.key("b1"), json={"event_id": "e-2025", "request": wish}).json()[
        "items"
    ]
    assert "demo s2" in [item["supplier"]["name"] for item in before]
    assert {tuple(item["members"]) for item in before} == {()}
    delegation(client, database, fair)
    assert part(database, fair, "s3").supplies  # as its members do
    matched(database, fair)
    path = f"/api/v1/sourcing-requests/{fair.requests['b1']}/suppliers"
    stored = client.get(path, headers=fair.key("b1")).json()["items"]
    live = client.post("/api/v1/rank", headers=fair.key("b1"), json={"event_id": "e-2025", "request": wish}).json()[
        "items"
    ]
    for (item,) in (stored, live):
        assert item["supplier"]["name"] == "demo s3"
        can = {member["name"]: member["can"] for member in item["members"]}
        assert [len(can[name]) for name in ("demo s1", "demo s2")] == [1, 2]  # only the second holds the certificate
    with database.read() as session:
        field = read_field(session, find_event(session, fair.actor, "e-2025"))
    (record,) = field.records
    assert (record["id"], record["capacity_per_month"], record["moq"]) == ("s3", 6000.0, 200)
    for who in ("s1", "s2", "s3"):
        seen = client.get(f"{E}/suppliers/{fair.organisations[who]}/requests", headers=fair.key(who)).json()["items"]
        assert len(seen) == 2


def test_a_change_of_a_member_is_seen_in_the_live_list(client: CheckedClient, fair: Fair, database: Database) -> None:
    delegation(client, database, fair)
    wish = {"products": ["polo shirts"]}

    def can() -> list[str]:
        (item,) = client.post(
            "/api/v1/rank", headers=fair.key("b1"), json={"event_id": "e-2025", "request": wish}
        ).json()["items"]
        return [member["name"] for member in item["members"] if member["can"]]

    assert can() == []
    body = {"products": ["polo shirts"]}
    path = f"/api/v1/organisations/{fair.organisations['s2']}/capabilities"
    assert client.put(path, headers=fair.key("s2"), json=body).status_code == 200
    assert can() == ["demo s2"]


def test_a_request_to_a_member_is_one_to_its_delegation(client: CheckedClient, fair: Fair, database: Database) -> None:
    delegation(client, database, fair)
    sent = ask(client, fair, "b1", "s1", slot="s02")
    assert sent.status_code == 201
    assert sent.json()["to"]["name"] == "demo s3"
    twice = ask(client, fair, "b1", "s2")
    assert (twice.status_code, twice.json()["conflict"]) == (409, "pending")
    mine = client.get(f"{E}/meeting-requests?box=in", headers=fair.key("s2")).json()["items"]
    assert [one["id"] for one in mine] == [sent.json()["id"]]
    assert answer(client, fair, "s2", sent).status_code == 200  # any of them speaks for all
    with database.read() as session:
        (meeting,) = session.scalars(select(Meeting)).all()
    assert {meeting.low_id, meeting.high_id} == {part(database, fair, code).id for code in ("s3", "b1")}
    assert ask(client, fair, "s1", "b1").status_code == 409
    assert ask(client, fair, "s1", "s2").status_code == 422
    for who in ("s1", "s2", "s3", "b1"):
        own = client.get(f"{E}/timetable", headers=fair.key(who)).json()["meetings"]
        assert len(own) == 1, who


def test_a_delegation_is_booked_once_a_slot_and_once_a_pair(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    delegation(client, database, fair)
    made = book(client, fair, "s1", "b1", "s01")
    assert made.status_code == 201
    assert {one["name"] for one in made.json()["organisations"]} == {"demo s3", "demo b1"}
    again = book(client, fair, "s2", "b1", "s02")
    assert (again.status_code, again.json()["conflict"]) == (409, "pair")
    other = book(client, fair, "s2", "b2", "s01")
    assert (other.status_code, other.json()["conflict"]) == (409, "participant")
    assert book(client, fair, "s3", "b2", "s02").status_code == 201


def test_scheduled_as_one_even_from_a_run_before_it_came_together(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    matched(database, fair)
    delegation(client, database, fair)
    with database.write() as session:
        run = scheduling.start_schedule(session, fair.actor, find_event(session, fair.actor, "e-2025"))
        key = run.id
    scheduling.build(database, key)
    with database.read() as session:
        assert session.get_one(Schedule, key).state == "done"
        meetings = session.scalars(select(Meeting).where(Meeting.schedule_id == key)).all()
        sides = Counter(side for meeting in meetings for side in (meeting.low_id, meeting.high_id))
    parts = {code: part(database, fair, code).id for code in ("s1", "s2", "s3")}
    assert (sides[parts["s1"]], sides[parts["s2"]], sides[parts["s3"]]) == (0, 0, 2)
    assert len({meeting.slot_id for meeting in meetings}) == 2


def test_answers_about_a_member_hold_for_its_delegation(client: CheckedClient, fair: Fair, database: Database) -> None:
    def say(who: str, about: str, said: str) -> Any:
        path = f"/api/v1/participations/{part(database, fair, who).id}/preferences/{part(database, fair, about).id}"
        return client.put(path, headers=fair.key(who), json={"answer": said})

    assert say("b1", "s1", "blocked").status_code == 200
    assert book(client, fair, "s3", "b1", "s01").status_code == 201
    delegation(client, database, fair)
    with database.read() as session:  # what was blocked in one is blocked in all
        assert session.scalars(select(Meeting.status)).all() == ["cancelled"]
    assert book(client, fair, "s2", "b1", "s02").json()["conflict"] == "blocked"
    given = say("b2", "s2", "want").json()
    assert given["organisation"]["name"] == "demo s3"
    assert say("s1", "b2", "blocked").status_code == 200
    assert book(client, fair, "s3", "b2", "s02").json()["conflict"] == "blocked"
    assert say("s1", "s2", "want").status_code == 422


def test_who_has_meetings_cannot_join_and_who_withdraws_lets_go(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    assert book(client, fair, "s1", "b1", "s01").status_code == 201
    refused = join(client, database, fair, "s1", "s3")
    assert (refused.status_code, refused.json()["conflict"]) == (409, "meetings")
    assert ask(client, fair, "s2", "b1").status_code == 201
    assert join(client, database, fair, "s2", "s3").json()["conflict"] == "meetings"
    assert join(client, database, fair, "s3", "s1").status_code == 200
    path = f"/api/v1/participations/{part(database, fair, 's1').id}"
    tag = {"If-Match": client.get(path, headers=fair.key()).headers["etag"]}
    assert client.delete(path, headers=fair.key() | tag).status_code == 200
    assert part(database, fair, "s3").delegation_id is None
    assert book(client, fair, "s3", "b1", "s02").status_code == 201
    assert join(client, database, fair, "s2", "s1").json()["conflict"] == "withdrawn"


def test_who_comes_with_nobody_pays_one_question(client: CheckedClient, fair: Fair, database: Database) -> None:
    with database.read() as session:
        event = find_event(session, fair.actor, "e-2025")
        session.refresh(event)
        only = [fair.organisations["s1"], fair.organisations["b1"]]
        counts = []
        for read in (participants.participants, participants.those_who_meet):
            with _Count() as count:
                read(session, event, only)
            counts.append(count.statements)
    assert counts[1] - counts[0] == 1


def test_each_member_hears_of_the_meetings_of_its_delegation(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    delegation(client, database, fair)
    with_people(database, fair, "s1", "s3", "b1")
    asked = ask(client, fair, "b1", "s3")
    assert asked.status_code == 201, asked.text
    assert sorted(address for _, address, _ in letters(database)) == ["ms@s1.example", "ms@s3.example"]
    assert book(client, fair, "s3", "b2", "s01").status_code == 201
    assert client.post(f"{E}/publications", headers=fair.key()).status_code == 201
    assert sorted(address for _, address, _ in letters(database)[2:]) == ["ms@s1.example", "ms@s3.example"]


def test_a_members_own_sheet_shows_what_its_delegation_meets(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    delegation(client, database, fair)
    matched(database, fair)
    made = book(client, fair, "s3", "b1", "s01").json()["id"]
    with database.read() as session:
        event = find_event(session, fair.actor, "e-2025")
        schedule = session.scalars(select(Meeting.schedule_id)).one()
        whole = schedules.timetable(session, fair.actor, schedule)
        run = last_match_run(session, event.id)
        assert run is not None
        rows = match_rows(session, event, run, "en")
    sheets = {agenda.party.id: agenda for agenda in whole.agendas()}
    assert [one.counterpart.name for one in sheets["s1"].meetings] == ["demo b1"]
    assert sheets["s1"].meetings == sheets["s3"].meetings == whole.agenda("s2").meetings
    assert {row.members for row in rows if row.provider.id == "s3"} == {("demo s1", "demo s2")}
    feed = client.post(f"{E}/feeds", headers=fair.key("s2"), json={"language": "en"})
    assert feed.status_code == 201, feed.text
    assert [one["id"] for one in client.get(f"{E}/feeds", headers=fair.key("s1")).json()["items"]] == [
        feed.json()["id"]
    ]
    with database.write() as session:
        session.get_one(Meeting, UUID(made)).status = "held"
    path = f"/api/v1/meetings/{made}/outcome"
    assert client.put(path, headers=fair.key("s1"), json={"rating": 4}).status_code == 200  # whoever of them sat there
    assert client.put(path, headers=fair.key("s3") | {"If-Match": "*"}, json={"rating": 5}).status_code == 200
    with database.read() as session:
        assert session.scalars(select(Outcome.rating)).all() == [5]


def test_a_member_that_does_not_come_leaves_its_delegation_its_meetings(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    delegation(client, database, fair)
    assert book(client, fair, "s3", "b1", "s01").status_code == 201

    def gone(code: str) -> int:
        told = {"kind": "no_show", "organisation": str(fair.organisations[code]), "fill": False}
        seen = client.post(f"{E}/repairs", headers=fair.key(), json=told)
        assert seen.status_code == 200, seen.text
        return len(seen.json()["cancelled"])

    assert [gone(code) for code in ("s1", "s2", "s3")] == [0, 0, 1]
