"""The life of an edition: series, changes, copies, phases, agenda, and what falls out when the day shrinks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.errors import ConflictError
from app.db.engine import Database
from app.db.models import Attendee, InterpreterHold, PairingRule, PlaceHold, Seat
from app.domain.phases import phase_of, shut
from app.services.events import find_event
from app.services.phases import must_be_open, phases_of
from tests.api.checked import CheckedClient
from tests.api.conftest import EVENT, Fair

E = "/api/v1/events/e-2025"


def _tag(client: CheckedClient, fair: Fair, path: str = E) -> dict[str, str]:
    return fair.key() | {"If-Match": client.get(path, headers=fair.key()).headers["etag"]}


def _book(client: CheckedClient, fair: Fair, one: str, other: str, slot: str, place: str | None = None) -> Any:
    pair = [str(fair.organisations[one]), str(fair.organisations[other])]
    body = {"organisations": pair, "slot": slot} | ({"place": place} if place else {})
    booked = client.post(f"{E}/meetings", headers=fair.key(), json=body)
    assert booked.status_code == 201, booked.text
    return booked.json()


# series -------------------------------------------------------------------------------------------------------------
def test_a_series_and_its_editions(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    made = client.post("/api/v1/series", headers=fair.key(), json={"code": "roadshow", "name": "Roadshow"})
    assert made.status_code == 201
    assert client.get(made.headers["location"], headers=fair.key("b1")).json() == made.json()
    again = client.post("/api/v1/series", headers=fair.key(), json={"code": "roadshow", "name": "Other"})
    assert again.status_code == 409
    club = client.get("/api/v1/series/club", headers=fair.key()).json()
    assert [one["code"] for one in club["editions"]] == ["e-2025"]
    listed = client.get("/api/v1/series", headers=fair.key()).json()["items"]
    assert {one["code"]: len(one["editions"]) for one in listed} == {"club": 1, "roadshow": 0}
    assert client.get(made.headers["location"], headers=rival.key()).status_code == 404
    assert client.get("/api/v1/series/roadshow", headers=rival.key()).status_code == 404


# changes ------------------------------------------------------------------------------------------------------------
def test_a_change_says_which_state_it_changes(client: CheckedClient, fair: Fair) -> None:
    headers = _tag(client, fair)
    assert client.patch(E, headers=fair.key(), json={"place": "Hall 2"}).status_code == 428
    changed = client.patch(E, headers=headers, json={"place": "Hall 2", "as_of": None, "rules": {"max_must_meet": 3}})
    assert changed.status_code == 200
    now = client.get(E, headers=fair.key())
    assert now.json() == changed.json()
    assert now.headers["etag"] == changed.headers["etag"] != headers["If-Match"]
    assert (now.json()["place"], now.json()["as_of"], now.json()["name"]) == ("Hall 2", None, "Paris meeting")
    assert now.json()["rules"]["max_must_meet"] == 3
    assert now.json()["rules"]["one_meeting_per_organisation_pair"] is True
    assert client.patch(E, headers=headers, json={"place": "Hall 3"}).status_code == 412


@pytest.mark.parametrize(
    ("patch", "status"),
    [({"name": None}, 422), ({"zone": "Mars/Base"}, 422), ({"starts_on": "2025-09-16"}, 422),
     ({"starts_on": "2025-09-16", "ends_on": "2025-09-16"}, 409), ({"nonsense": 1}, 422),
     ({"rules": {"min_meetings_buyer": 3, "max_meetings_buyer": 2}}, 422), ({"ends_on": "2025-09-17"}, 200)],
)  # fmt: skip
def test_what_cannot_be_changed(client: CheckedClient, fair: Fair, patch: dict[str, Any], status: int) -> None:
    before = client.get(E, headers=fair.key()).json()
    assert client.patch(E, headers=_tag(client, fair), json=patch).status_code == status
    if status != 200:
        assert client.get(E, headers=fair.key()).json() == before


def test_another_zone_keeps_the_clocks_until_somebody_meets(client: CheckedClient, fair: Fair) -> None:
    moved = client.patch(E, headers=_tag(client, fair), json={"zone": "Asia/Shanghai"}).json()
    assert [slot["starts_at"] for slot in moved["slots"]][:2] == [
        "2025-09-15T13:30:00+08:00",
        "2025-09-15T14:00:00+08:00",
    ]
    assert moved["phases"][0]["starts_at"] == "2025-09-15T13:00:00+08:00"
    hour = client.patch(E, headers=_tag(client, fair), json={"zone": "Asia/Tokyo"}).json()  # slots cross each other
    assert hour["slots"][0]["starts_at"] == "2025-09-15T13:30:00+09:00"
    _book(client, fair, "s1", "b1", "s01")
    back = client.patch(E, headers=_tag(client, fair), json={"zone": "Europe/Paris"})
    assert (back.status_code, back.json()["conflict"]) == (409, "meetings")


# the next edition ---------------------------------------------------------------------------------------------------
AGENDA = {"items": [{"kind": "talk", "starts_at": "2025-09-15T10:00", "ends_at": "2025-09-15T10:30", "title": "Yarn"}]}


def test_the_next_edition_is_at_the_same_time_of_day(client: CheckedClient, fair: Fair) -> None:
    client.put(f"{E}/agenda", headers=fair.key(), json=AGENDA)
    client.put(f"{E}/closures", headers=fair.key(), json={"places": [{"code": "T2", "slots": ["s03"]}]})
    old = client.get(E, headers=fair.key()).json()
    copied = client.post(f"{E}/copy", headers=fair.key(), json={"code": "e-winter", "starts_on": "2025-11-10"})
    assert copied.status_code == 201
    new = client.get(copied.headers["location"], headers=fair.key("s1")).json()
    assert new == copied.json()
    assert (new["starts_on"], new["ends_on"], new["as_of"]) == ("2025-11-10", "2025-11-10", "2025-07-27")
    assert [slot["starts_at"] for slot in new["slots"]] == [
        f"2025-11-10T{clock}:00+01:00" for clock in ("13:30", "14:00", "14:30", "15:00")
    ]
    assert new["phases"][0] == {
        "name": "live", "starts_at": "2025-11-10T13:00:00+01:00", "ends_at": "2025-11-10T18:00:00+01:00",
    }  # fmt: skip
    for same in ("name", "zone", "rules", "series", "bodies", "pairing_rules", "slot_minutes"):
        assert new[same] == old[same], same
    assert [(p["code"], p["closed"]) for p in new["places"]] == [("T1", []), ("T2", ["s03"]), ("T3", [])]
    assert [(i["name"], i["away"]) for i in new["interpreters"]] == [("Ms Li", [])]  # what was closed is open again
    assert new["host_fair"]["starts_on"] == "2025-11-10"
    talk = client.get("/api/v1/events/e-winter/agenda", headers=fair.key("b1")).json()["items"][0]
    assert (talk["title"], talk["starts_at"]) == ("Yarn", "2025-11-10T10:00:00+01:00")
    club = client.get("/api/v1/series/club", headers=fair.key()).json()["editions"]
    assert [(one["code"], one["copied_from_id"]) for one in club] == [("e-2025", None), ("e-winter", old["id"])]
    taken = client.post(f"{E}/copy", headers=fair.key(), json={"code": "e-winter", "starts_on": "2026-09-14"})
    assert taken.status_code == 409


def test_participants_come_along_if_asked(client: CheckedClient, fair: Fair, database: Database) -> None:
    for code, along in (("alone", False), ("together", True)):
        body = {"code": code, "starts_on": "2026-09-14", "participants": along}
        new = client.post(f"{E}/copy", headers=fair.key(), json=body).json()["id"]
        with database.read() as session:
            event = find_event(session, fair.actor, new)
            seats = session.scalar(select(func.count()).select_from(Attendee).where(Attendee.event_id == event.id))
            assert seats == (5 if along else 0)


def test_no_slot_falls_into_the_hour_that_is_skipped(client: CheckedClient, fair: Fair) -> None:
    night = {"date": "2025-09-15", "starts": "02:00", "ends": "03:00"}
    body = EVENT | {"code": "night", "sessions": [night], "phases": []}
    assert client.post("/api/v1/events", headers=fair.key(), json=body).status_code == 201
    shape = {"code": "spring", "starts_on": "2026-03-29"}  # the night in which the clocks go forward
    refused = client.post("/api/v1/events/night/copy", headers=fair.key(), json=shape)
    assert refused.status_code == 422
    assert "does not exist" in refused.json()["detail"]
    assert client.get("/api/v1/events/spring", headers=fair.key()).status_code == 404


# phases, bodies, rules, agenda --------------------------------------------------------------------------------------
PHASES = {
    "phases": [
        {"name": "registration", "starts_at": "2025-06-01T09:00", "ends_at": "2025-08-01T18:00"},
        {"name": "matching", "starts_at": "2025-08-01T18:00", "ends_at": "2025-09-01T09:00"},
        {"name": "live", "starts_at": "2025-09-15T13:00", "ends_at": "2025-09-15T18:00"},
    ]
}


def test_phases_say_what_is_open(client: CheckedClient, fair: Fair, database: Database) -> None:
    put = client.put(f"{E}/phases", headers=fair.key(), json=PHASES)
    assert [phase["starts_at"] for phase in put.json()["phases"]] == [
        "2025-06-01T09:00:00+02:00", "2025-08-01T18:00:00+02:00", "2025-09-15T13:00:00+02:00",
    ]  # fmt: skip
    twice = {"phases": [PHASES["phases"][0]] * 2}
    assert client.put(f"{E}/phases", headers=fair.key(), json=twice).status_code == 422
    with database.read() as session:
        event = find_event(session, fair.actor, "e-2025")
        phases = phases_of(session, event.id)

        def at(text: str) -> datetime:
            return datetime.fromisoformat(text).astimezone(UTC)

        assert phase_of(phases, at("2025-05-01T00:00Z")) is None
        assert phase_of(phases, at("2025-08-01T15:59Z")) == "registration"
        assert phase_of(phases, at("2025-08-01T16:00Z")) == "matching"  # the end is the beginning of the next
        assert phase_of(phases, at("2025-09-10T00:00Z")) is None
        assert shut(phases, ["booking"], at("2030-01-01T00:00Z")) is None  # what has no phase is not shut
        must_be_open(session, event, "Registration", "registration", at=at("2025-07-01T00:00Z"))
        must_be_open(session, event, "Registration", "registration", actor=fair.actor, at=at("2030-01-01T00:00Z"))
        with pytest.raises(ConflictError, match=r"Registration closed on 2025-08-01 at 18:00 \(Europe/Paris\)"):
            must_be_open(session, event, "Registration", "registration", at=at("2025-08-01T16:00Z"))
        with pytest.raises(ConflictError, match="Registration opens on 2025-06-01 at 09:00"):
            must_be_open(session, event, "Registration", "registration", at=at("2025-06-01T06:59Z"))


def test_bodies_and_agenda_are_replaced(client: CheckedClient, fair: Fair) -> None:
    bodies = [
        {"name": "The city", "name_local": "市政府", "role": "host"},
        {"name": "The alliance", "role": "guidance"},
    ]
    put = client.put(f"{E}/bodies", headers=_tag(client, fair), json={"bodies": bodies})
    assert put.json()["bodies"] == [bodies[0], bodies[1] | {"name_local": None}]
    twice = client.put(f"{E}/bodies", headers=_tag(client, fair), json={"bodies": [bodies[0], bodies[0]]})
    assert "'The city' is there twice" in twice.json()["errors"][0]["message"]
    stale = fair.key() | {"If-Match": '"not-this-one"'}
    assert client.put(f"{E}/bodies", headers=stale, json={"bodies": []}).status_code == 412
    assert client.put(f"{E}/agenda", headers=fair.key(), json=AGENDA).json()["items"][0]["title"] == "Yarn"
    assert client.put(f"{E}/agenda", headers=fair.key(), json={"items": []}).json() == {"items": []}
    elsewhere = {"items": [AGENDA["items"][0] | {"starts_at": "2025-09-14T10:00"}]}
    refused = client.put(f"{E}/agenda", headers=fair.key(), json=elsewhere)
    assert refused.json()["errors"][0]["field"] == "items.0.starts_at"


def test_pairing_rules_are_revisions(client: CheckedClient, fair: Fair, database: Database) -> None:
    rules = [{"seeker": "agent", "provider": "manufacturer"}, {"seeker": "brand-owner", "provider": "fabric-mill"}]
    put = client.put(f"{E}/pairing-rules", headers=fair.key(), json={"pairing_rules": rules})
    assert put.json()["pairing_rules"] == rules
    none = client.put(f"{E}/pairing-rules", headers=fair.key(), json={"pairing_rules": []})
    assert none.json()["pairing_rules"] == []
    copied = client.post(f"{E}/copy", headers=fair.key(), json={"code": "free", "starts_on": "2026-09-14"})
    assert copied.json()["pairing_rules"] == []
    with database.read() as session:
        kept = select(PairingRule.revision, func.count()).where(PairingRule.event_id == fair.event_id)
        assert dict(session.execute(kept.group_by(PairingRule.revision)).all()) == {1: 1, 2: 2, 3: 225}


# the grid -----------------------------------------------------------------------------------------------------------
def test_a_longer_day_with_more_tables(client: CheckedClient, fair: Fair) -> None:
    client.put(f"{E}/closures", headers=fair.key(), json={"slots": ["s01"]})
    more = {
        "sessions": [{"date": "2025-09-15", "starts": "12:30", "ends": "13:30", "name": "early"}],
        "places": [{"code": "T4", "zone": "east"}],
        "interpreters": [{"name": "Mr Wu", "languages": ["zh", "de"], "unavailable": [["12:30", "13:00"]]}],
    }
    grown = client.post(f"{E}/grid", headers=fair.key(), json=more).json()
    assert [(s["name"], s["starts_at"][11:16], s["session"]) for s in grown["slots"]] == [
        ("s01", "12:30", "early"), ("s02", "13:00", "early"), ("s03", "13:30", "1"), ("s04", "14:00", "1"),
        ("s05", "14:30", "1"), ("s06", "15:00", "1"),
    ]  # fmt: skip
    assert {p["code"]: p["closed"] for p in grown["places"]} == {code: ["s03"] for code in ("T1", "T2", "T3", "T4")}
    assert {i["name"]: i["away"] for i in grown["interpreters"]} == {"Ms Li": ["s03"], "Mr Wu": ["s01"]}
    assert client.post(f"{E}/grid", headers=fair.key(), json={"places": [{"code": "T4"}]}).status_code == 422
    across = {"sessions": [{"date": "2025-09-15", "starts": "15:15", "ends": "16:00"}]}
    assert client.post(f"{E}/grid", headers=fair.key(), json=across).status_code == 409
    outside = {"sessions": [{"date": "2025-09-16", "starts": "15:15", "ends": "16:00"}]}
    assert client.post(f"{E}/grid", headers=fair.key(), json=outside).status_code == 422


def test_a_shorter_day_says_which_meetings_fall_out(client: CheckedClient, fair: Fair, database: Database) -> None:
    late = _book(client, fair, "s1", "b1", "s04", "T1")
    early = _book(client, fair, "s2", "b1", "s02", "T2")
    _book(client, fair, "s3", "b2", "s02", "T3")
    shrink = {"slots": ["s04"], "places": [{"code": "T2"}], "preview": True}
    before = client.get(E, headers=fair.key()).json()
    told = client.put(f"{E}/closures", headers=fair.key(), json=shrink).json()
    assert told["preview"] is True
    assert [(one["id"], one["slot"], one["place"], one["because"]) for one in told["fell_out"]] == [
        (early["id"], "s02", "T2", "place"), (late["id"], "s04", "T1", "slot"),
    ]  # fmt: skip
    assert [party["name"] for party in told["fell_out"][1]["organisations"]] == [
        party["name"] for party in late["organisations"]
    ]
    assert told["fell_out"][1]["starts_at"] == "2025-09-15T15:00:00+02:00"
    assert client.get(E, headers=fair.key()).json() == before  # a preview changes nothing

    done = client.put(f"{E}/closures", headers=fair.key(), json=shrink | {"preview": False}).json()
    assert done["fell_out"] == told["fell_out"]
    now = client.get(E, headers=fair.key()).json()
    assert {p["code"]: p["closed"] for p in now["places"]} == {
        "T1": ["s04"], "T2": ["s01", "s02", "s03", "s04"], "T3": ["s04"],
    }  # fmt: skip
    with database.read() as session:
        for kind, left in ((Seat, 2), (PlaceHold, 1), (InterpreterHold, 0)):
            assert session.scalar(select(func.count()).select_from(kind)) == left, kind
    again = client.put(f"{E}/closures", headers=fair.key(), json=shrink).json()
    assert again["fell_out"] == []
    refused = client.post(
        f"{E}/meetings", headers=fair.key(), json={"organisations": _ids(fair, "s1", "b1"), "slot": "s04"}
    )
    assert refused.status_code == 409
    _book(client, fair, "s1", "b1", "s03")  # the two are free again
    opened = client.put(f"{E}/closures", headers=fair.key(), json={})
    assert opened.json()["fell_out"] == []
    assert all(not p["closed"] for p in client.get(E, headers=fair.key()).json()["places"])


@pytest.mark.parametrize(
    ("body", "field"),
    [({"slots": ["s99"]}, "slots"), ({"places": [{"code": "T9"}]}, "places.0.code"),
     ({"interpreters": [{"name": "Nobody"}]}, "interpreters.0.name")],
)  # fmt: skip
def test_what_is_not_there_cannot_be_closed(client: CheckedClient, fair: Fair, body: Any, field: str) -> None:
    refused = client.put(f"{E}/closures", headers=fair.key(), json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def _ids(fair: Fair, *codes: str) -> list[str]:
    return [str(fair.organisations[code]) for code in codes]
