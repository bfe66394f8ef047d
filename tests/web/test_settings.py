"""What an edition is set to is changed on one page, part by part."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from app.db.models import Event
from app.services import access, events, lookups
from app.services.sampling import TENANT
from tests.web.conftest import EVENT, Site, looking

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
    assert 'value="brand-owner&gt;manufacturer" aria-label="Brand owner seeks Garment manufacturer" checked' in shown


def test_settings_can_be_used_by_everybody(site: Site, chromium: Browser) -> None:
    for lang, phone in (("en", False), ("zh", True)):
        with looking(chromium, site.url, lang=lang, phone=phone) as look:
            page = look.open(f"{_PLACE}?kinds=all")
            report = Axe().run(page)
            assert report.violations_count == 0, report.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
