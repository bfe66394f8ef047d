"""A meeting called off and booked anew reads as one; a question that opens in place stays on a phone."""

from __future__ import annotations

import pytest
from markupsafe import escape
from playwright.sync_api import Browser
from sqlalchemy import select

from app.db.models import Event, Meeting, Organisation, Participation, Schedule
from app.services import access, publications, sampling
from tests.web.conftest import BUYER, ENTERPRISE, EVENT, Site, looked_over, looking, two_weeks_ahead


@pytest.fixture(scope="module", autouse=True)
def ahead(site: Site) -> None:
    """Meetings are still to come."""
    two_weeks_ahead(site)


def test_who_is_called_off_and_booked_anew_at_the_same_hour_reads_of_one_meeting(site: Site) -> None:
    with site.database.read() as session:
        firm = session.scalars(select(Organisation).where(Organisation.code == site.enterprise)).one()
        part = session.scalars(select(Participation).where(Participation.organisation_id == firm.id)).one()
        mine = select(Meeting).join(Schedule).where(Schedule.is_current, Meeting.status == "planned")
        mine = mine.where((Meeting.low_id == part.id) | (Meeting.high_id == part.id)).order_by(Meeting.id)
        meeting = session.scalars(mine.limit(1)).one()
        other = session.get_one(Participation, meeting.high_id if meeting.low_id == part.id else meeting.low_id)
        brand = session.get_one(Organisation, other.organisation_id)
    board = f"/events/{EVENT}/schedule"
    with site.client() as client:
        assert client.post(f"{board}/meetings/{meeting.id}/cancel").status_code == 303
        again = {"a": firm.code, "b": brand.code, "slot": str(meeting.slot_id)}
        assert client.post(f"{board}/book", data=again).status_code == 303
    with site.database.write() as session:
        event = session.scalars(select(Event).where(Event.code == EVENT)).one()
        publications.publish(session, access.organiser_of(session, sampling.TENANT), event, site.url)
    with site.client(ENTERPRISE) as client:
        page = client.get("/my/timetable").text
        assert page.count(f"<strong>{escape(brand.name)}</strong>") == 1
        assert "Call it off" in page


def test_a_question_that_opens_in_place_stays_on_a_phone(chromium: Browser, site: Site) -> None:
    for email, path in ((BUYER, "/my/sourcing"), (ENTERPRISE, "/my/timetable")):
        with looking(chromium, site.url, email, "zh", phone=True) as look:
            page = look.open(path)
            page.locator("details.confirm > summary").first.click()
            assert looked_over(page, colours=False) == ""
    with looking(chromium, site.url, lang="fr", phone=True) as look:
        assert looked_over(look.open(f"/events/{EVENT}/report"), colours=False) == ""
