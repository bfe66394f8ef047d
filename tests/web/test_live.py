"""Requests answered on behalf, and the live day: who is missing, check-in, a repair that is seen before it is made."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.ids import new_id
from app.db.models import Attendee, Letter, Meeting, MeetingRequest, Organisation, Participation, Publication, Schedule
from tests.web.conftest import EVENT, Site, looked_over, looking

_LIVE, _DESK = f"/events/{EVENT}/live", f"/events/{EVENT}/check-in"
_AT = "2025-09-15T13:25"


def _code(site: Site) -> str:
    """A badge code for the enterprise of the sample, as printing badges would give it."""
    with site.database.write() as session:
        mine = select(Attendee).join(Organisation, Organisation.id == Attendee.organisation_id)
        row = session.scalars(mine.where(Organisation.code == site.enterprise).limit(1)).one()
        row.code = "K7M2XQ9RWTHB4F"
    return "K7M2XQ9RWTHB4F"


def _ask(site: Site, count: int) -> list[str]:
    """Requests that wait, the first with the last deadline; their ids."""
    with site.database.write() as session:
        parts = session.scalars(select(Participation).order_by(Participation.id)).all()
        buyer, suppliers = next(row for row in parts if row.buys), [row for row in parts if row.supplies][:count]
        made = [
            MeetingRequest(
                id=new_id(), tenant_id=buyer.tenant_id, event_id=buyer.event_id, from_id=buyer.id, to_id=other.id,
                low_id=min(buyer.id, other.id), high_id=max(buyer.id, other.id), purpose=f"Purpose {number}",
                expires_at=utc_now() + timedelta(hours=48 - number),
            )
            for number, other in enumerate(suppliers)
        ]  # fmt: skip
        session.add_all(made)
    return [str(row.id) for row in made]


def test_requests_are_answered_on_behalf_the_nearest_deadline_first(site: Site) -> None:
    one, two, three = _ask(site, 3)
    base = f"/events/{EVENT}/meeting-requests"
    with site.client() as client:
        page = client.get(base).text
        assert re.findall(r"Purpose (\d)", page) == ["2", "1", "0"]
        for key, deed in ((one, "accept"), (two, "decline"), (three, "remind")):
            assert client.post(f"{base}/{key}/{deed}", data={"message": "On the phone"}).status_code == 303
        assert re.findall(r"Purpose (\d)", client.get(base).text) == ["2"]
        declined = client.get(base, params={"state": "declined"}).text
        assert "On the phone" in declined
        answered = (
            client.get(base, params={"state": "accepted"}).text + client.get(base, params={"state": "booked"}).text
        )
        assert re.findall(r"Purpose (\d)", answered) == ["0"]
        again = client.post(f"{base}/{three}/remind", follow_redirects=True).text
        assert "have been reminded" in again
        assert "None in this state" in client.get(base, params={"state": "expired"}).text
        assert client.post(f"/events/{EVENT}/meeting-requests/{one}/burn").status_code == 404
    with site.database.read() as session:
        assert session.scalar(select(MeetingRequest.reminded_at).where(MeetingRequest.purpose == "Purpose 2"))
        assert session.scalars(select(Letter.kind)).all() is not None


def test_somebody_is_checked_in_by_code_by_name_and_taken_back(site: Site) -> None:
    code = _code(site)
    with site.client() as client:
        before = client.get(_LIVE, params={"at": _AT}).text
        missing = before.count('<li class="card">')
        assert missing > 0
        answer = client.post(_DESK, data={"code": f"https://example.org/check-in?code={code.lower()}", "at": _AT})
        assert answer.status_code == 303
        assert "is here." in client.get(answer.headers["location"]).text
        assert client.get(_LIVE, params={"at": _AT}).text.count('<li class="card">') == missing - 1
        again = client.post(_DESK, data={"code": code}, follow_redirects=True).text
        assert "was here already" in again
        assert client.post(_DESK, data={"code": "NOBODY"}).status_code == 404
        found = client.get(_DESK, params={"q": site.enterprise}).text
        who = re.search(r'name="attendee" value="([^"]+)"', found)
        assert who is not None
        client.post(f"{_DESK}/undo", data={"attendee": who.group(1)})
        assert client.get(_LIVE, params={"at": _AT}).text.count('<li class="card">') == missing
        looked = client.get(_DESK, params={"code": code}).text
        assert "primary big" in looked  # looking by a badge's link checks nobody in


def test_a_repair_is_seen_before_it_is_made_and_made_as_seen(site: Site) -> None:
    with site.client() as client:
        told = {"kind": "no_show", "who": site.enterprise, "at": _AT}
        with site.database.read() as session:
            published = session.scalar(select(Publication.number))
            mine = select(Meeting.id).join(Schedule).where(Schedule.is_current, Meeting.status == "cancelled")
            before = len(session.scalars(mine).all())
        seen = client.post(f"{_LIVE}/repair", data=told)
        assert seen.status_code == 200
        fallen = re.search(r"(\d+) meetings fall out", seen.text)
        assert fallen is not None
        state = re.search(r'name="state" value="([^"]+)"', seen.text)
        assert state is not None
        stale = client.post(f"{_LIVE}/repair", data=told | {"state": "0" * 64})
        assert stale.status_code == 412
        with site.database.read() as session:
            assert len(session.scalars(mine).all()) == before
        done = client.post(f"{_LIVE}/repair", data=told | {"state": state.group(1)})
        assert done.status_code == 200
        assert f"{fallen.group(1)} meetings fall out" in done.text
        with site.database.read() as session:
            assert len(session.scalars(mine).all()) == before + int(fallen.group(1))
        assert published is None
        assert "Choose whom it is about." in client.post(f"{_LIVE}/repair", data={"kind": "late"}).text
        assert client.get(f"{_LIVE}/standby", params={"at": _AT}).status_code == 200


def test_who_was_said_to_be_away_and_checks_in_can_be_given_meetings_again(site: Site) -> None:
    told = {"kind": "no_show", "who": site.buyer, "at": _AT}
    with site.client() as client:
        seen = client.post(f"{_LIVE}/repair", data=told).text
        state = re.search(r'name="state" value="([^"]+)"', seen)
        assert state is not None
        client.post(f"{_LIVE}/repair", data=told | {"state": state[1]})
        found = client.get(_DESK, params={"q": site.buyer, "at": _AT}).text
        assert "Give them meetings again" not in found  # they are not here
        who = re.search(r'name="attendee" value="([^"]+)"', found)
        assert who is not None
        here = client.post(_DESK, data={"attendee": who[1], "at": _AT})
        assert "was said to be away" in client.get(here.headers["location"]).text
        told["kind"] = "back"
        seen = client.post(f"{_LIVE}/repair", data=told).text
        assert re.search(r"\d+ meetings come in from standby|One meeting comes in", seen)
        state = re.search(r'name="state" value="([^"]+)"', seen)
        assert state is not None
        assert client.post(f"{_LIVE}/repair", data=told | {"state": state[1]}).status_code == 200
        assert "was said to be away" not in client.get(here.headers["location"]).text
        assert "Choose whom it is about." in client.post(f"{_LIVE}/repair", data={"kind": "back"}).text
        client.post(f"{_DESK}/undo", data={"attendee": who[1]})


def test_a_walk_in_gets_a_badge_and_partners(site: Site) -> None:
    with site.client() as client:
        shape = {"name": "<b>Invented Knit House", "kind": "manufacturer", "country": "CN", "person": "Li Na",
                 "languages": ["zh", "en"], "supplies": "yes", "moq": "500", "at": _AT}  # fmt: skip
        wrong = client.post(f"{_LIVE}/walk-in", data=shape)
        assert wrong.status_code == 422
        assert "&lt;b&gt;Invented Knit House" in wrong.text
        taken = client.post(f"{_LIVE}/walk-in", data=shape | {"products": "knitted T-shirts\npolo shirts"}).text
        assert "&lt;b&gt;Invented Knit House" in taken
        assert re.search(r"<code>[2-9A-Z]{14}</code>", taken)
        assert "stand by for free slots" in taken
        again = client.post(
            f"{_LIVE}/walk-in", data=shape | {"products": "knitted T-shirts", "name": " <B>invented Knit House"}
        )
        assert again.status_code == 422
        assert "takes part already (walk-in-" in again.text  # a form that is sent twice makes nobody twice


def test_the_day_without_scripts(chromium: Browser, site: Site) -> None:
    with looking(chromium, site.url, phone=True, script=False) as look:
        page = look.open(f"{_LIVE}?at={_AT}")
        missing = page.locator(".people > li")
        name, count = missing.first.locator("strong").inner_text(), missing.count()
        missing.first.get_by_role("link", name="Check in").click()
        page.locator("main li.card button").first.click()
        expect(page.locator(".notice.good")).to_contain_text(f"{name} is here.")
        page = look.open(f"{_LIVE}?at={_AT}")
        expect(missing).to_have_count(count - 1)
        gone = missing.first.locator("strong").inner_text()
        missing.first.get_by_role("button", name="Does not come").click()
        expect(page.get_by_role("heading", name="This is what would be done")).to_be_visible()
        expect(page.locator("section.card").first).to_contain_text(gone)
        rows = page.locator("section.card table").first.locator("tbody tr").all_inner_texts()
        page.get_by_role("button", name="Do this").click()
        expect(page.get_by_role("heading", name="Done")).to_be_visible()
        assert page.locator("section.card table").first.locator("tbody tr").all_inner_texts() == rows
        page.get_by_role("link", name="Back to the day").click()
        expect(missing.filter(has_text=gone)).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_day_on_a_phone(chromium: Browser, site: Site, lang: str) -> None:
    with looking(chromium, site.url, lang=lang, phone=True) as look:
        for path in (f"{_LIVE}?at={_AT}", f"{_LIVE}/repair", f"{_LIVE}/standby?at={_AT}", f"{_LIVE}/walk-in",
                     f"/events/{EVENT}/meeting-requests", f"{_DESK}?q={site.buyer}"):  # fmt: skip
            page = look.open(path)
            assert looked_over(page, colours=lang == "en") == ""
        name = page.locator("main li.card strong").first.inner_text()
        page.locator("main li.card button").first.click()
        expect(page.locator(".notice.good")).to_contain_text(name)
        page.locator(".notice.good button").click()
        expect(page.locator(".notice.good")).not_to_contain_text(name)
        assert unescape(page.locator("h1").inner_text()) == {"en": "Check in", "zh": "签到"}[lang]


#: what this browser has on phones only; the picture that it looks at is a real one, of a camera that plays a test card
_DETECTOR = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect(video) { return video.videoWidth ? [{ rawValue: "K7M2XQ9RWTHB4F" }] : []; }
};
"""


def test_a_badge_is_read_with_the_camera(chromium: Browser, site: Site) -> None:
    _code(site)
    with looking(chromium, site.url, phone=True) as look:
        look.page.add_init_script(_DETECTOR)
        page = look.open(_DESK)
        page.get_by_role("button", name="Scan with the camera").click()
        expect(page.get_by_text("The camera may not be used; write the code instead.")).to_be_visible()
        page.context.grant_permissions(["camera"])
        page.get_by_role("button", name="Scan with the camera").click()
        expect(page.locator(".notice")).to_contain_text("is here.")
