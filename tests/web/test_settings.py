"""What an edition is set to is changed on one page, part by part."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.db.models import Event, Meeting
from app.db.queries.grid import grid_of
from app.services import access, events, lookups
from app.services.sampling import TENANT
from app.web.views import grid
from tests.web.conftest import EVENT, Site

_PLACE = f"/events/{EVENT}/settings"
_BASICS = {
    "name": "Paris again", "zone": "Europe/Paris", "currency": "EUR", "language": "fr", "starts_on": "2025-09-15",
    "ends_on": "2025-09-15",
}  # fmt: skip
_RULES = {"max_must_meet": "3", "request_hours": "48", "max_meetings_buyer": "9", "book_on_accept": "yes"}


def _edition(site: Site) -> tuple[Event, lookups.Edition, set[tuple[str, str]]]:
    with site.database.read() as session:
        event = events.find_event(session, access.organiser_of(session, TENANT), EVENT)
        return event, lookups.edition(session, event, ()), set(events.pairing_rules(session, event.id).allowed)


@pytest.mark.parametrize(
    ("part", "said", "says"),
    [
        ("", {**_BASICS, "name": ""}, "This is needed."),
        ("", {**_BASICS, "ends_on": "2025-09-01"}, "before it starts"),
        ("", {**_BASICS, "zone": "Asia/Shanghai"}, "another zone would move each of them"),
        ("", {**_BASICS, "starts_on": "2026-09-15", "ends_on": "2026-09-15"}, "slots lie outside"),
        ("/phases", {"live-from": "2025-09-15T13:00"}, "A phase has a beginning and an end, or neither."),
        ("/phases", {"live-from": "2025-09-15T13:00", "live-to": "2025-09-15T12:00"}, "not after it starts"),
        ("/rules", {**_RULES, "request_hours": ""}, "This is needed."),
        ("/rules", {**_RULES, "min_meetings_buyer": "12"}, "is above max_meetings_buyer"),
        ("/pairing", {"pair": "brand-owner>king"}, "is no kind of organisation"),
        ("/grid", {"date": "2025-09-15"}, "A session has a day, a beginning and an end."),
        ("/grid", {"date": "2025-09-15", "starts": "13:30", "ends": "14:30"}, "while another is on"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(site: Site, part: str, said: dict[str, str], says: str) -> None:
    before = _edition(site)
    with site.client() as client:
        answer = client.post(_PLACE + part, data=said)
    assert answer.status_code in (409, 422)
    assert says in answer.text
    after = _edition(site)
    assert (after[0].version, len(after[1].phases), after[2]) == (before[0].version, len(before[1].phases), before[2])


def test_every_part_is_saved(site: Site) -> None:
    with site.client() as client:
        for part, said in (
            ("", _BASICS),
            ("/phases", {"live-from": "2025-09-15T13:00", "live-to": "2025-09-15T18:30"}),
            ("/rules", _RULES),
            ("/pairing", {"pair": ["brand-owner>manufacturer", "retailer>fabric-mill"]}),
            ("/grid", {"tables": "2", "interpreters": "Zhou Lan：zh、de"}),
        ):
            assert client.post(_PLACE + part, data=said).status_code == 303, part
        shown = client.get(_PLACE).text
    event, edition, pairs = _edition(site)
    assert (event.name, event.language) == ("Paris again", "fr")
    assert [(each.name, each.starts_at.astimezone(ZoneInfo("Europe/Paris")).hour) for each in edition.phases] == [
        ("live", 13)
    ]
    kept = ("max_must_meet", "request_hours", "max_meetings_buyer", "book_on_accept", "request_quota")
    assert [event.rules[name] for name in kept] == [3, 48, 9, True, None]
    assert pairs == {("brand-owner", "manufacturer"), ("retailer", "fabric-mill")}
    assert (len(edition.grid.places), edition.grid.interpreters[-1].languages) == (13, ["zh", "de"])
    assert 'value="2025-09-15T13:00"' in shown
    assert 'value="brand-owner&gt;manufacturer" aria-label="Brand owner seeks Manufacturer" checked' in shown


def test_bodies_and_series_are_set_renamed_and_left(site: Site) -> None:
    said = {"name-0": "Bureau", "name_local-0": "商务局", "role-0": "host", "name-1": "", "role-1": "venue",
            "name-2": "Salon", "role-2": "support"}  # fmt: skip
    with site.client() as client:
        assert client.post(f"{_PLACE}/bodies", data=said).status_code == 303
        kept = [(body.name, body.name_local, body.role) for body in _edition(site)[1].bodies]
        assert kept == [("Bureau", "商务局", "host"), ("Salon", None, "support")]
        assert client.post(f"{_PLACE}/bodies", data={**said, "role-0": "king"}).status_code == 422
        for series, name, told in (
            ("", "Knitwear Tour", "Knitwear Tour"), ("knitwear-tour", "The Tour", "The Tour"), ("", "The Tour", None),
        ):  # fmt: skip
            assert client.post(_PLACE, data={**_BASICS, "series": series, "series_name": name}).status_code == 303
            row = _edition(site)[1].series
            assert (row.name if row else None) == told
        assert client.post(_PLACE, data={**_BASICS, "series": "no-such"}).status_code == 422


def test_the_programme_is_written_changed_and_refused(site: Site) -> None:
    times = {"starts_at-0": "2025-09-15T13:00", "ends_at-0": "2025-09-15T13:20"}
    item = {"title-0": "Opening", "kind-0": "ceremony", **times, "title-1": "", "kind-1": "talk"}
    with site.client() as client:
        assert client.post(f"{_PLACE}/programme", data=item).status_code == 303
        shown = client.get(f"{_PLACE}/programme").text
        assert 'value="2025-09-15T13:00"' in shown
        assert shown.count('value="Opening"') == 1
        for wrong, says in (
            ({"ends_at-0": "2025-09-15T12:00"}, "not after it starts"), ({"title-0": ""}, "This is needed."),
            ({"starts_at-0": "2025-10-15T13:00", "ends_at-0": "2025-10-15T14:00"}, "the event is 2025-09-15"),
        ):  # fmt: skip
            answer = client.post(f"{_PLACE}/programme", data={**item, **wrong})
            assert (answer.status_code, says in answer.text) == (422, True), wrong
        assert client.post(f"{_PLACE}/programme", data={**item, "out-0": "yes"}).status_code == 303
        assert "Opening" not in client.get(f"{_PLACE}/programme").text


def test_what_is_closed_costs_meetings_only_when_that_was_seen(site: Site) -> None:
    def closed() -> grid.Closed:
        with site.database.read() as session:
            event = events.find_event(session, access.organiser_of(session, TENANT), EVENT)
            return grid.closed_now(grid_of(session, event.id))

    def planned() -> int:
        with site.database.read() as session:
            return session.scalar(select(func.count()).where(Meeting.status == "planned")) or 0

    before, had = closed(), planned()
    with site.client() as client:
        asked = client.post(f"{_PLACE}/closed", data={"what": "all", "slot": "s01"})
        assert "would be called off" in asked.text
        assert (closed(), planned()) == (before, had)
        done = client.post(f"{_PLACE}/closed", data={"what": "all", "slot": "s01", "sure": "yes"})
        assert (done.status_code, closed().slots) == (303, ["s01"])
        assert planned() < had
        assert client.post(f"{_PLACE}/closed", data={"what": "place:T11", "slot": "s01"}).status_code == 303
        assert client.post(f"{_PLACE}/closed", data={"what": "place:T99"}).status_code == 422
        assert client.post(f"{_PLACE}/closed", data={"what": "all", "slot": "s99"}).status_code == 422
        assert "Open again" in client.get(f"{_PLACE}/closed").text
        assert client.post(f"{_PLACE}/opened", data={"what": "all"}).status_code == 303
        assert closed().slots == []
