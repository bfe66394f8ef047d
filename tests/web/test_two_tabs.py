"""What was saved since a form was opened is not undone unseen: by a colleague, or by oneself in another tab."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import delete

from app.db.models import Phase
from tests.web.conftest import BUYER, ENTERPRISE, EVENT, ORGANISER, Site, looking

_SETTINGS = f"/events/{EVENT}/settings"


def fields_of(page: str, action: str) -> dict[str, list[str]]:
    """What a browser would send of a form that nobody has changed."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert form is not None, action
    told: dict[str, list[str]] = {}
    for tag, body in re.findall(r"<(input [^>]*)>|<textarea ([^>]*>.*?)</textarea>", form[0], re.DOTALL):
        name, text = re.search(r'name="([^"]+)"', tag or body), re.search(r'value="([^"]*)"', tag)
        if name and not ('type="checkbox"' in tag and " checked" not in tag):
            value = text[1] if text else "" if tag else body.partition(">")[2]
            told.setdefault(name[1], []).append(unescape(value))
    for name, body in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        if chosen := re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body):
            told[name] = [unescape(chosen[1])]
    return told


def _opened(client: httpx.Client, page: str, action: str = "") -> dict[str, list[str]]:
    return fields_of(client.get(page).text, action or page)


@pytest.mark.parametrize(
    ("email", "page", "action", "first", "second"),
    [
        (ORGANISER, _SETTINGS, _SETTINGS, ("place", "Hall 7"), ("name_local", "另一个名称")),
        (ORGANISER, _SETTINGS, f"{_SETTINGS}/rules", ("request_hours", "30"), ("max_must_meet", "4")),
        (ORGANISER, _SETTINGS, f"{_SETTINGS}/phases", ("live-from", "2025-09-15T12:00"),
         ("booking-to", "2025-09-13T18:00")),
        (ORGANISER, f"{_SETTINGS}/programme", f"{_SETTINGS}/programme", ("speaker-0", "Ms Liu"), ("place-0", "Hall 9")),
        (ENTERPRISE, "/my/profile", "/my/profile", ("moq", "777"), ("lead_time_days", "44")),
        (ENTERPRISE, "/my/profile", "/my/profile", ("paper-0-number", "N-1"), ("lead_time_days", "45")),
        (BUYER, "/my/part", "/my/part", ("own_max_meetings", "6"), ("own_max_meetings", "7")),
    ],
)  # fmt: skip
def test_a_form_that_has_become_old_is_not_saved_over_what_is_new(
    site: Site, email: str, page: str, action: str, first: tuple[str, str], second: tuple[str, str]
) -> None:
    with site.client(email) as client:
        if page.endswith("programme"):
            item = {"title-0": "Opening", "kind-0": "talk", "starts_at-0": "2025-09-15T13:00",
                    "ends_at-0": "2025-09-15T13:20", "speaker-0": "Mr Li"}  # fmt: skip
            assert client.post(action, data=item).status_code == 303
        if page == "/my/part":
            with site.database.write() as session:
                session.execute(delete(Phase))  # so that it can be changed at any time
        opened = _opened(client, page, action)
        assert client.post(action, data=opened).status_code == 303, "what nobody has changed can be saved"
        opened = _opened(client, page, action)
        mine, theirs = opened | {second[0]: [second[1]]}, opened | {first[0]: [first[1]]}
        assert client.post(action, data=theirs).status_code == 303
        refused = client.post(action, data=mine)
        assert refused.status_code == 412
        assert "Somebody has saved this since you opened it" in refused.text
        if not first[0].startswith("paper"):
            assert f"Saved meanwhile: {first[1]}" in refused.text.replace("2025-09-15T12:00", first[1])
        assert _opened(client, page, action)[first[0]] == [first[1]]
        again = fields_of(refused.text, action)
        assert again[second[0]] == [second[1]], "what I have written is still there"
        assert client.post(action, data=again).status_code == 303
        assert _opened(client, page, action)[second[0]] == [second[1]]


def test_the_same_sent_twice_is_no_conflict(site: Site) -> None:
    with site.client(ENTERPRISE) as client:
        told = _opened(client, "/my/profile") | {"capacity_per_month": ["12,345"]}
        assert client.post("/my/profile", data=told).status_code == 303
        again = client.post("/my/profile", data=told)
        assert again.status_code == 303, re.findall("Saved meanwhile.*", again.text)


def test_in_two_tabs(site: Site, chromium: Browser) -> None:
    with looking(chromium, site.url) as look:
        one = look.open(_SETTINGS)
        other = one.context.new_page()
        other.goto(site.url + _SETTINGS)
        for tab, field, value in ((one, "#f-place", "Hall 11"), (other, "#f-name", "Another name")):
            tab.fill(field, value)
            tab.locator("#basics button.primary").click()
        expect(one.locator(".notice.good")).to_be_visible()
        expect(other.locator("#basics .notice.bad")).to_contain_text("Somebody has saved this")
        expect(other.locator(".field", has=other.locator("#f-place"))).to_contain_text("Saved meanwhile: Hall 11")
        look.complaints.clear()  # Chromium complains of the refusal
