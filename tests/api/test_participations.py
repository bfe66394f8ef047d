"""Who takes part, with what limits and when; what participants answer to each other; organisations and clusters."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.db.engine import Database
from app.db.models import Meeting, Participation, Representative, Seat
from app.domain.fairs import MAX_MUST_MEET
from app.services.events import find_event
from app.services.participants import meeting_limits
from app.services.problems import build_problem
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

E = "/api/v1/events/e-2025"


def _parts(client: CheckedClient, fair: Fair, who: str = "organiser") -> dict[str, Any]:
    items = client.get(f"{E}/participations", headers=fair.key(who)).json()["items"]
    return {item["organisation"]["code"]: item for item in items}


def _path(client: CheckedClient, fair: Fair, code: str) -> str:
    return f"/api/v1/participations/{_parts(client, fair)[code]['id']}"


def _tag(client: CheckedClient, headers: dict[str, str], path: str) -> dict[str, str]:
    return headers | {"If-Match": client.get(path, headers=headers).headers["etag"]}


def _book(client: CheckedClient, fair: Fair, one: str, other: str, slot: str) -> Any:
    pair = [str(fair.organisations[one]), str(fair.organisations[other])]
    return client.post(f"{E}/meetings", headers=fair.key(), json={"organisations": pair, "slot": slot})


# participations ------------------------------------------------------------------------------------------------------
def test_each_sees_what_is_theirs_to_see(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    all_of_it = _parts(client, fair, "viewer")
    assert set(all_of_it) == {"s1", "s2", "s3", "b1", "b2"}
    assert all(item["details"] is not None for item in all_of_it.values())
    seen = _parts(client, fair, "b1")
    assert {code: item["details"] is not None for code, item in seen.items()} == {
        "s1": False, "s2": False, "s3": False, "b1": True, "b2": False,
    }  # fmt: skip
    path = f"/api/v1/participations/{seen['s1']['id']}"
    assert client.get(path, headers=fair.key("b1")).json() == seen["s1"]
    assert client.get(path, headers=fair.key("s1")).json()["details"]["unavailable"] == []
    assert client.get(path, headers=rival.key()).status_code == 404


@pytest.mark.parametrize(
    ("query", "codes"),
    [("side=buy", {"b1", "b2"}), ("side=supply&kind=manufacturer", {"s1", "s2", "s3"}), ("kind=agent", set()),
     ("q=DEMO%20S", {"s1", "s2", "s3"}), ("q=b2", {"b2"}), ("q=%25", set())],
)  # fmt: skip
def test_filters(client: CheckedClient, fair: Fair, query: str, codes: set[str]) -> None:
    items = client.get(f"{E}/participations?{query}", headers=fair.key()).json()["items"]
    assert {item["organisation"]["code"] for item in items} == codes


def test_pages_hold_everybody_once(client: CheckedClient, fair: Fair) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{E}/participations?limit=2{cursor}", headers=fair.key("s1")).json()
        seen += [item["organisation"]["code"] for item in page["items"]]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert sorted(seen) == ["b1", "b2", "s1", "s2", "s3"]


def test_an_organisation_joins(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    made = client.post(
        "/api/v1/organisations",
        headers=fair.key(),
        json={"name": "Maison Élan", "kind": "brand-owner", "country": "FR"},
    )
    assert (made.status_code, made.json()["code"]) == (201, "maison-elan")
    body = {"organisation_id": made.json()["id"], "buys": True, "staff": 2, "max_meetings": 4, "place": "T1"}
    joined = client.post(f"{E}/participations", headers=fair.key(), json=body)
    assert joined.status_code == 201
    read = client.get(joined.headers["location"], headers=fair.key())
    assert read.json() == joined.json()
    assert read.headers["etag"] == joined.headers["etag"]
    part = joined.json()
    assert (part["kind"], part["supplies"], part["buys"], part["place"]) == ("brand-owner", False, True, "T1")
    assert (part["details"]["max_meetings"], len(part["details"]["attendees"])) == (4, 2)
    again = client.post(f"{E}/participations", headers=fair.key(), json=body)
    assert (again.status_code, again.json()["conflict"]) == (409, "participation")
    foreign = body | {"organisation_id": str(rival.organisations["b1"])}
    assert client.post(f"{E}/participations", headers=fair.key(), json=foreign).status_code == 404
    nowhere = body | {"organisation_id": made.json()["id"], "place": "T99"}
    assert client.post(f"{E}/participations", headers=fair.key(), json=nowhere).status_code in (409, 422)


def test_an_enterprise_says_when_it_is_away_and_who_comes(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    with database.write() as session:
        people = [
            Representative(tenant_id=fair.tenant_id, organisation_id=fair.organisations[owner], name=name)
            for owner, name in (("s1", "Ms Wang"), ("s1", "Mr Zhao"), ("s2", "Ms Sun"))
        ]
        session.add_all(people)
        session.flush()
        wang, zhao, sun = (str(person.id) for person in people)
    path, mine = _path(client, fair, "s1"), fair.key("s1")
    away = {"unavailable": [{"date": "2025-09-15", "starts": "14:15", "ends": "15:00"}, {"slots": ["s01"]}]}
    changed = client.patch(path, headers=_tag(client, mine, path), json=away | {"attendees": [zhao, wang]})
    assert changed.status_code == 200, changed.text
    assert changed.json()["details"]["unavailable"] == ["s01", "s02", "s03"]
    assert [seat["person"]["name"] for seat in changed.json()["details"]["attendees"]] == ["Mr Zhao", "Ms Wang"]
    refused = _book(client, fair, "s1", "b1", "s02")
    assert (refused.status_code, refused.json()["conflict"]) == (409, "availability")
    assert _book(client, fair, "s1", "b1", "s04").status_code == 201

    def tried(body: dict[str, Any], who: str = "s1") -> Any:
        return client.patch(path, headers=_tag(client, fair.key(who), path), json=body)

    assert tried({"unavailable": [{"slots": ["s04"]}]}).json()["conflict"] == "meetings"
    assert tried({"unavailable": [{"date": "2025-09-16"}]}).status_code == 422
    assert tried({"unavailable": [{"slots": ["s09"]}]}).status_code == 422
    assert tried({"unavailable": [{}]}).status_code == 422
    assert tried({"attendees": [sun]}).json()["errors"][0]["field"] == "attendees.0"
    assert tried({"max_meetings": 1}).json()["errors"][0]["field"] == "max_meetings"
    assert tried({"attendees": [wang]}).status_code == 200  # one person less, the other seat stays
    assert tried({"unavailable": []}, "s2").status_code == 404
    assert client.get(path, headers=mine).json()["details"]["unavailable"] == ["s01", "s02", "s03"]


def test_an_organiser_sets_limits(client: CheckedClient, fair: Fair) -> None:
    path = _path(client, fair, "s1")
    body = {"max_meetings": 2, "min_meetings": 1, "staff": 3, "place": "T2", "kind": "agent", "buys": True}
    changed = client.patch(path, headers=_tag(client, fair.key(), path), json=body).json()
    assert (changed["kind"], changed["supplies"], changed["buys"], changed["place"]) == ("agent", True, True, "T2")
    assert len(changed["details"]["attendees"]) == 3
    assert client.patch(path, headers=fair.key(), json={"staff": 1}).status_code == 428
    low = client.patch(path, headers=_tag(client, fair.key(), path), json={"max_meetings": 0})
    assert low.status_code == 422
    nothing = client.patch(path, headers=_tag(client, fair.key(), path), json={"min_meetings": None, "place": None})
    assert (nothing.json()["details"]["min_meetings"], nothing.json()["place"]) == (None, None)
    for slot, buyer in (("s01", "b1"), ("s01", "b2")):
        assert _book(client, fair, "s1", buyer, slot).status_code == 201
    fewer = client.patch(path, headers=_tag(client, fair.key(), path), json={"staff": 1})
    assert (fewer.status_code, fewer.json()["conflict"]) == (409, "meetings")


def test_who_is_on_neither_side_only_attends(client: CheckedClient, fair: Fair) -> None:
    path = _path(client, fair, "s1")
    said = client.patch(path, headers=_tag(client, fair.key(), path), json={"supplies": False, "buys": False})
    assert (said.status_code, said.json()["supplies"], said.json()["buys"]) == (200, False, False)
    sides = [client.get(f"{E}/participations?side={side}", headers=fair.key()).json() for side in ("supply", "buy")]
    assert "s1" not in {item["organisation"]["code"] for side in sides for item in side["items"]}
    assert "s1" in _parts(client, fair, "viewer")


def test_a_participant_wants_fewer_meetings_than_it_may_have(
    client: CheckedClient, fair: Fair, database: Database
) -> None:  # fmt: skip
    path, mine = _path(client, fair, "b1"), fair.key("b1")

    def tried(body: dict[str, Any], headers: dict[str, str] = mine) -> Any:
        return client.patch(path, headers=_tag(client, headers, path), json=body)

    assert tried({"min_meetings": 1, "max_meetings": 3}, fair.key()).status_code == 200
    more, fewer = tried({"own_max_meetings": 4}), tried({"own_max_meetings": 0})
    assert (more.status_code, more.json()["errors"][0]["field"]) == (422, "own_max_meetings")
    assert (fewer.status_code, fewer.json()["detail"]) == (422, "0 is less than the organiser asks of everybody, 1.")
    lowered = tried({"own_max_meetings": 1}).json()["details"]
    assert (lowered["max_meetings"], lowered["own_max_meetings"]) == (3, 1)
    assert _book(client, fair, "s1", "b1", "s01").status_code == 201
    refused = _book(client, fair, "s2", "b1", "s02")
    assert (refused.status_code, refused.json()["conflict"]) == (409, "maximum")
    with database.read() as session:
        stage = build_problem(session, find_event(session, fair.actor, "e-2025"), None)
        limits = {one["id"]: (one["min_meetings"], one["max_meetings"]) for one in stage.problem["participants"]}
        assert limits["b1"] == (1, 1)
    assert tried({"min_meetings": 2}, fair.key()).status_code == 200  # what the participant wants goes first
    with database.read() as session:
        row = session.scalars(select(Participation).where(Participation.own_max_meetings.is_not(None))).one()
        assert meeting_limits(find_event(session, fair.actor, "e-2025"), row) == (1, 1)
    assert tried({"min_meetings": 1}, fair.key()).status_code == 200
    assert tried({"own_max_meetings": None}).json()["details"]["own_max_meetings"] is None
    assert _book(client, fair, "s2", "b1", "s02").status_code == 201


def test_who_withdraws_meets_nobody(client: CheckedClient, fair: Fair, database: Database) -> None:
    assert _book(client, fair, "s1", "b1", "s01").status_code == 201
    path = _path(client, fair, "s1")
    gone = client.delete(path, headers=_tag(client, fair.key(), path))
    assert gone.status_code == 200
    assert gone.json()["details"]["withdrawn_at"] is not None
    with database.read() as session:
        assert session.scalars(select(Meeting.status)).all() == ["cancelled"]
        assert session.scalar(select(func.count()).select_from(Seat)) == 0
        stage = build_problem(session, find_event(session, fair.actor, "e-2025"), None)
        assert "s1" not in [one["id"] for one in stage.problem["participants"]]
    assert "s1" not in _parts(client, fair, "b1")
    assert "s1" in _parts(client, fair)
    assert client.get(path, headers=fair.key("b1")).status_code == 404
    assert _book(client, fair, "s1", "b1", "s02").status_code == 404
    assert client.delete(path, headers=_tag(client, fair.key(), path)).status_code == 409
    back = {"organisation_id": str(fair.organisations["s1"]), "supplies": True}
    assert client.post(f"{E}/participations", headers=fair.key(), json=back).json()["id"] in path
    assert _book(client, fair, "s1", "b1", "s02").status_code == 201


def test_a_member_comes_with_one_body(client: CheckedClient, fair: Fair) -> None:
    parts = _parts(client, fair)

    def joins(member: str, body: str) -> int:
        path = f"/api/v1/participations/{parts[member]['id']}"
        headers = _tag(client, fair.key(), path)
        return int(client.patch(path, headers=headers, json={"delegation_id": parts[body]["id"]}).status_code)

    assert joins("s2", "s1") == 200
    assert joins("s3", "s2") == 422  # a member is no body
    assert joins("s1", "s3") == 422  # a body with members is no member
    assert joins("s1", "s1") == 422
    assert joins("s3", "s1") == 200


# preferences ---------------------------------------------------------------------------------------------------------
def test_answers_are_ones_own(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    parts = _parts(client, fair)
    mine, other = (f"/api/v1/participations/{parts[code]['id']}/preferences" for code in ("b1", "s1"))
    given = client.put(f"{mine}/{parts['s1']['id']}", headers=fair.key("b1"), json={"answer": "want"})
    assert (given.status_code, given.json()["organisation"]["name"]) == (200, "demo s1")
    client.put(f"{mine}/{parts['s2']['id']}", headers=fair.key("b1"), json={"answer": "blocked"})
    again = client.put(f"{mine}/{parts['s1']['id']}", headers=fair.key("b1"), json={"answer": "no_thanks"})
    assert again.status_code == 200
    answers = client.get(mine, headers=fair.key("b1")).json()["items"]
    assert [(one["participation_id"], one["answer"]) for one in answers] == [
        (parts["s1"]["id"], "no_thanks"), (parts["s2"]["id"], "blocked"),
    ]  # fmt: skip
    assert client.get(mine, headers=fair.key("viewer")).json()["items"] == answers
    assert client.get(mine, headers=fair.key("s1")).status_code == 404
    assert client.get(other, headers=fair.key("s1")).json()["items"] == []
    for who in ("s1", "b2"):
        put = client.put(f"{mine}/{parts['s1']['id']}", headers=fair.key(who), json={"answer": "want"})
        assert put.status_code == 404
    itself = client.put(f"{mine}/{parts['b1']['id']}", headers=fair.key("b1"), json={"answer": "want"})
    assert itself.status_code == 422
    theirs = _parts(client, rival)["s1"]["id"]
    assert client.put(f"{mine}/{theirs}", headers=fair.key("b1"), json={"answer": "want"}).status_code == 404
    assert client.delete(f"{mine}/{parts['s2']['id']}", headers=fair.key("b1")).status_code == 204
    assert client.delete(f"{mine}/{parts['s2']['id']}", headers=fair.key("b1")).status_code == 404
    assert len(client.get(mine, headers=fair.key("b1")).json()["items"]) == 1


def test_nobody_insists_on_more_than_the_event_allows(client: CheckedClient, fair: Fair) -> None:
    event = client.get(E, headers=fair.key())
    assert event.json()["rules"]["max_must_meet"] == MAX_MUST_MEET
    headers = fair.key() | {"If-Match": event.headers["etag"]}
    client.patch(E, headers=headers, json={"rules": {"max_must_meet": 2}})
    parts = _parts(client, fair)
    mine = f"/api/v1/participations/{parts['b1']['id']}/preferences"

    def insists(code: str) -> int:
        put = client.put(f"{mine}/{parts[code]['id']}", headers=fair.key("b1"), json={"answer": "must_meet"})
        return int(put.status_code)

    assert [insists(code) for code in ("s1", "s2", "s2", "s3")] == [200, 200, 200, 409]
    client.put(f"{mine}/{parts['s1']['id']}", headers=fair.key("b1"), json={"answer": "want"})
    assert insists("s3") == 200


def test_a_block_calls_the_meeting_off_and_does_not_say_why(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    parts = _parts(client, fair)
    meeting = _book(client, fair, "s1", "b1", "s01").json()
    _book(client, fair, "s2", "b1", "s02")
    path = f"/api/v1/participations/{parts['s1']['id']}/preferences/{parts['b1']['id']}"
    assert client.put(path, headers=fair.key("s1"), json={"answer": "blocked"}).status_code == 200
    with database.read() as session:
        states = {str(row.id): (row.status, row.note) for row in session.scalars(select(Meeting))}
        assert states.pop(meeting["id"]) == ("cancelled", "called off")
        assert [state for state, _ in states.values()] == ["planned"]
    seen = client.get(f"/api/v1/participations/{parts['s1']['id']}", headers=fair.key("b1"))
    assert "block" not in seen.text
    assert _book(client, fair, "s1", "b1", "s03").json()["conflict"] == "blocked"


def test_answers_are_closed_when_their_phases_are_over(client: CheckedClient, fair: Fair) -> None:
    over = {"phases": [{"name": "booking", "starts_at": "2025-09-01T09:00", "ends_at": "2025-09-12T18:00"}]}
    client.put(f"{E}/phases", headers=fair.key(), json=over)
    parts = _parts(client, fair)
    path = f"/api/v1/participations/{parts['b1']['id']}/preferences/{parts['s1']['id']}"
    late = client.put(path, headers=fair.key("b1"), json={"answer": "want"})
    assert (late.status_code, late.json()["conflict"]) == (409, "phase")
    assert client.put(path, headers=fair.key(), json={"answer": "want"}).status_code == 200


# organisations and clusters ------------------------------------------------------------------------------------------
def test_an_organisation_changes(client: CheckedClient, fair: Fair) -> None:
    path = f"/api/v1/organisations/{fair.organisations['s1']}"
    mine = _tag(client, fair.key("s1"), path)
    changed = client.patch(path, headers=mine, json={"name_local": "春", "city": "Nanchang"})
    assert (changed.json()["name_local"], changed.json()["city"], changed.json()["country"]) == ("春", "Nanchang", "CN")
    assert client.get(path, headers=fair.key()).headers["etag"] == changed.headers["etag"]
    assert client.patch(path, headers=mine, json={"city": "Lyon"}).status_code == 412
    kind = client.patch(path, headers=_tag(client, fair.key("s1"), path), json={"kind": "agent"})
    assert kind.json()["errors"][0]["field"] == "kind"
    assert client.patch(path, headers=_tag(client, fair.key(), path), json={"kind": "agent"}).status_code == 200
    assert client.patch(path, headers=_tag(client, fair.key(), path), json={"name": None}).status_code == 422
    unknown = client.patch(path, headers=_tag(client, fair.key(), path), json={"cluster": "nowhere"})
    assert unknown.json()["errors"][0]["field"] == "cluster"
    taken = client.post("/api/v1/organisations", headers=fair.key(), json={"name": "x", "kind": "agent", "code": "s1"})
    assert taken.status_code == 409


def test_two_figures_that_disagree_both_stand(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    facts = [
        {"metric": "output", "value": 45.0, "unit": "bn CNY", "scope": "Qingshanhu knitwear", "source": "district"},
        {"metric": "output", "value": 75.0, "unit": "bn CNY", "qualifier": "over", "year": "2024",
         "scope": "light industry and textiles of Nanchang", "source": "city"},
    ]  # fmt: skip
    body = {"code": "qsh", "name": "Qingshanhu", "specialities": ["knitted T-shirts"], "facts": facts}
    made = client.post("/api/v1/clusters", headers=fair.key(), json=body)
    assert made.status_code == 201
    read = client.get(made.headers["location"], headers=fair.key("b1")).json()
    assert read == made.json()
    assert [(f["value"], f["year"]) for f in read["facts"]] == [(45.0, ""), (75.0, "2024")]
    assert client.post("/api/v1/clusters", headers=fair.key(), json=body).status_code == 409
    same = {"name": "Qingshanhu", "facts": [facts[0], facts[0] | {"value": 46.0}]}
    assert client.put("/api/v1/clusters/qsh", headers=fair.key(), json=same).status_code == 422
    put = client.put("/api/v1/clusters/qsh", headers=fair.key(), json={"name": "Qingshanhu", "facts": facts[1:]})
    assert [f["value"] for f in put.json()["facts"]] == [75.0]
    assert put.json()["specialities"] == []
    assert client.get("/api/v1/clusters", headers=rival.key()).json()["items"] == []
    assert client.put("/api/v1/clusters/qsh", headers=rival.key(), json={"name": "Mine"}).status_code == 404
    path = f"/api/v1/organisations/{fair.organisations['s1']}"
    assert client.patch(path, headers=_tag(client, fair.key(), path), json={"cluster": "qsh"}).status_code == 200
