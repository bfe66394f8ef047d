"""The portals: an enterprise's and a buyer's path, over forms and in a browser."""

from __future__ import annotations

import html as entities
import json
import re
from uuid import UUID

import httpx
import pytest
from markupsafe import escape
from playwright.sync_api import Browser
from sqlalchemy import select

from app.db.models import (
    CapabilityProfile,
    FeedToken,
    Job,
    Meeting,
    MeetingRequest,
    Organisation,
    Outcome,
    Participation,
    Preference,
    Quotation,
    Representative,
    RequestRevision,
    Schedule,
    SourcingRequest,
)
from app.domain.people import WordingIn
from app.services import access, matching, outlook, sampling
from app.services.booking import release
from app.services.consents import write_wording
from app.services.events import find_event
from tests.web.conftest import BUYER, ENTERPRISE, EVENT, Site, looked_over, looking, two_weeks_ahead
from tests.web.test_setting_up import followed

_ID = "[0-9a-f]{8}-[0-9a-f-]{27}"


@pytest.fixture(scope="module", autouse=True)
def now(site: Site) -> None:
    """The edition as if it were two weeks ahead, and the words in which people consent."""
    two_weeks_ahead(site)
    with site.database.write() as session:
        actor = access.organiser_of(session, sampling.TENANT)
        for language, text in (
            ("en", "Whom I have agreed to meet may see my name."),
            ("zh", "约定会谈的机构可以看到我的姓名和邮箱。"),
        ):
            write_wording(session, actor, WordingIn(purpose="contact", language=language, text=text))


def _own(site: Site, code: str) -> tuple[Organisation, Participation]:
    with site.database.read() as session:
        firm = session.scalars(select(Organisation).where(Organisation.code == code)).one()
        return firm, session.scalars(select(Participation).where(Participation.organisation_id == firm.id)).one()


def _first(pattern: str, answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text[:500]
    found = re.search(pattern, answer.text)
    assert found, pattern
    return found.group(1)


def _request(client: httpx.Client, site: Site) -> str:
    """The buyer's request with the longest list."""
    ids = list(dict.fromkeys(re.findall(rf"/my/sourcing/({_ID})\"", client.get("/my/sourcing").text)))
    return max(ids, key=lambda one: client.get(f"/my/sourcing/{one}").text.count('name="with"'))


def _fields(page: str) -> dict[str, list[str]]:
    """The hidden fields of the page that asks whether words are meant so."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(entities.unescape(value))
    return found


def test_a_profile_is_saved_word_by_word_and_can_be_taken_up_again(site: Site) -> None:
    firm, _ = _own(site, site.enterprise)
    with site.client(ENTERPRISE) as client:
        shown = client.get("/my/profile")
        assert "down jackets" in shown.text.lower() or "Down jackets" in shown.text
        said = {"products": "down jackets\nflying carpets", "moq": "1 200", "languages": ["zh", "en"],
                "unit": "H87", "lead_time_days": "40", "exports_to": "France\nDE", "smart_level": "3",
                "business_models": ["oem"], "paper-0-code": "RDS", "paper-0-valid_to": "2030-01-31",
                "paper-0-evidence": "documented"}  # fmt: skip
        asked = client.post("/my/profile", data=said)
        assert asked.status_code == 200
        assert "Is this what you mean?" in asked.text
        assert "flying carpets" in asked.text
        with site.database.read() as session:
            before = session.scalars(
                select(CapabilityProfile).where(CapabilityProfile.organisation_id == firm.id)
            ).all()
        again = {**_fields(asked.text), "means": "products|padded-coats|flying carpets"}
        done = client.post("/my/profile", data=again)
        assert (done.status_code, done.headers["location"]) == (303, "/my/profile")
        with site.database.read() as session:
            rows = session.scalars(
                select(CapabilityProfile).where(CapabilityProfile.organisation_id == firm.id)
                .order_by(CapabilityProfile.revision)
            ).all()  # fmt: skip
        assert len(rows) == len(before) + 1
        document = rows[-1].document
        assert [row["code"] for row in rows[-1].resolved if row["field"] == "products"] == [
            "down-jackets",
            "padded-coats",
        ]
        assert (document["moq"], document["lead_time_days"], document["exports_to"]) == (1200, 40.0, ["FR", "DE"])
        assert document["certificates"][0] == {"code": "RDS", "valid_to": "2030-01-31", "evidence": "documented"}
        assert rows[-1].unresolved == []
        lacking = client.get("/my/profile").text
        assert "What each missing field costs" in lacking
        assert client.post("/my/profile/restore", data={"revision": rows[0].revision}).status_code == 303
        with site.database.read() as session:
            last = session.scalars(
                select(CapabilityProfile).where(CapabilityProfile.organisation_id == firm.id)
                .order_by(CapabilityProfile.revision.desc()).limit(1)
            ).one()  # fmt: skip
        papers = last.document.pop("certificates")
        assert {paper["evidence"] for paper in papers} == {"documented"}, "what was thrown away is to be verified anew"
        assert last.document == {name: value for name, value in rows[0].document.items() if name != "certificates"}
        assert client.get("/my/profile/revisions").text.count("/my/profile/restore") == len(rows)


def test_faults_stand_at_their_fields_and_nobody_verifies_themselves(site: Site) -> None:
    with site.client(ENTERPRISE) as client:
        said = {"products": "", "moq": "many", "exports_to": "Atlantis", "price_from": "9", "price_to": "3"}
        answer = client.post("/my/profile", data=said)
        assert answer.status_code == 422
        assert 'id="fault-moq"' in answer.text
        assert "There is no country Atlantis" in answer.text
        said = {"products": "羽绒服", "paper-0-code": "GOTS", "paper-0-evidence": "verified", "confirmed": "yes"}
        answer = client.post("/my/profile", data=said)
        assert answer.status_code == 400 or answer.status_code == 422
        assert "verified by the organiser" in answer.text


def test_reasons_are_shown_for_both_sides_with_what_would_lift(site: Site) -> None:
    with site.client(ENTERPRISE) as client:
        page = client.get("/my/buyers").text
        assert page.count("What they are to you") == page.count("What you are to them") > 0
        assert "rank 1 on their list" in page
    with site.client(BUYER) as client:
        assert client.get("/my/buyers").status_code == 403


def test_what_would_lift_is_worked_out_once_and_read_in_any_language(site: Site) -> None:
    """Kept for the match run, without the requests, which are their buyers'; nobody else comes by it."""
    with site.client(ENTERPRISE) as client:
        assert "Work it out" in client.get("/my/lifts").text
        page = followed(client, client.post("/my/lifts")).text
        assert "meetings to be expected" in page
        assert client.get("/my/lifts").text == page
        with site.database.read() as session:
            work = session.scalars(select(Job).filter_by(kind="lifts")).one()
            owner = session.get_one(Organisation, UUID(work.parameters["of"]))
            actor = access.Actor(owner.tenant_id, "enterprise", owner.id)
            found = matching.supplier_lifts(session, actor, find_event(session, actor, EVENT), owner.id, lang="fr")
            assert outlook.found_in(work, "fr") == json.loads(json.dumps(found))
            assert outlook.found_in(work, "zh") != outlook.found_in(work, "fr")
    with site.client(ENTERPRISE, lang="fr") as client:
        page = client.get("/my/lifts").text
        assert found["lifts"]
        for lift in found["lifts"]:
            assert str(escape(lift["change"])) in page
    with site.client(BUYER) as client:
        assert client.get("/my/lifts").status_code == client.post("/my/lifts").status_code == 403
        assert client.get(f"/progress/job/{work.id}").status_code == 404


def test_a_pasted_text_becomes_a_request_only_when_it_is_confirmed(site: Site) -> None:
    text = "5.000 Stück T-shirts aus Bio-Baumwolle, GOTS, Zielpreis 3,20 EUR, FOB, bis 2031-02-01"
    with site.client(BUYER) as client:
        with site.database.write() as session:
            session.query(Preference).delete()  # the list of who has answered is told as moved by the answers
            before = session.query(SourcingRequest).count()
        read = client.post("/my/sourcing/paste", data={"text": text})
        assert read.status_code == 200
        for value in ('value="5000"', 'value="3.2"', 'value="2031-02-01"', ">T-shirts", ">GOTS", "Organic cotton"):
            assert value in read.text, value
        with site.database.read() as session:
            assert session.query(SourcingRequest).count() == before
        said = {"title": "Tees", "text": text, "products": "T-shirts", "quantity": "5000", "unit": "H87",
                "must": ["quantity", "gsm"],
                "target_price": "3.2", "currency": "EUR", "certificates": "GOTS", "confirmed": "yes"}  # fmt: skip
        done = client.post("/my/sourcing/new", data=said)
        assert done.status_code == 303
        address = done.headers["location"]
        with site.database.read() as session:
            newest = session.scalars(select(RequestRevision).order_by(RequestRevision.created_at.desc()).limit(1)).one()
        assert newest.document["must"] == ["quantity"]
        ranked = client.get(address)
        assert "Ranked just now for you" in ranked.text
        stale = client.post(f"{address}/edit", data={**said, "revision": "7"})
        assert stale.status_code == 409 or stale.status_code == 412
        assert client.post(f"{address}/edit", data={**said, "quantity": "6000", "revision": "1"}).status_code == 303
        assert client.post(f"{address}/withdraw").status_code == 303
        assert "This request is withdrawn" in client.get(address).text
        assert client.post(f"{address}/publish").status_code == 303
        assert "This request is withdrawn" not in client.get(address).text


def test_answers_move_the_list_and_each_can_be_undone(site: Site) -> None:
    _, part = _own(site, site.buyer)
    with site.client(BUYER) as client:
        request = _request(client, site)
        address = f"/my/sourcing/{request}"
        supplier = _first(rf'name="with" value="({_ID})"', client.get(address))
        for answer, told in (("must_meet", 1), ("want", 1), ("blocked", 1), ("", 0)):
            done = client.post(f"/my/answers/{supplier}", data={"answer": answer, "next": address})
            assert (done.status_code, done.headers["location"]) == (303, address)
            with site.database.read() as session:
                given = session.scalars(select(Preference.answer).where(Preference.from_id == part.id)).all()
            assert [one for one in given if one == answer] == [answer] * told, answer
            page = client.get(address).text
            assert ('aria-pressed="true"' in page) == (answer in ("must_meet", "want")), answer
            assert f'value="{supplier}"' not in page if answer == "blocked" else f'value="{supplier}"' in page
            assert 'action="/my/answers/' in page.split("<main")[1].split("</button>")[0], "an undo is offered"
        assert client.post(f"/my/answers/{supplier}", data={"answer": "hate"}).status_code == 404
        elsewhere = client.post(f"/my/answers/{supplier}", data={"answer": "want", "next": "//evil.example"})
        assert elsewhere.headers["location"] == "/my"
        assert client.get(f"{address}?mine=yes").text.count('name="with"') == 1
        assert "Nobody is left" in client.get(f"{address}?country=FR").text
        assert client.get(f"{address}?least=100").status_code == 200


def test_suppliers_stand_side_by_side(site: Site) -> None:
    with site.client(BUYER) as client:
        address = f"/my/sourcing/{_request(client, site)}"
        ids = re.findall(rf'name="with" value="({_ID})"', client.get(address).text)[:3]
        page = client.get(f"{address}/compare", params={"with": ids}).text
        assert page.count('<th scope="col"><strong>') == 3
        assert "Tick two to four suppliers" in client.get(f"{address}/compare", params={"with": ids[:1]}).text


def test_a_meeting_is_asked_for_answered_and_told(site: Site) -> None:
    firm, _ = _own(site, site.enterprise)
    brand, _ = _own(site, site.buyer)
    with site.database.write() as session:
        session.query(Preference).delete()
        for meeting in session.query(Meeting).all():
            release(session, meeting)
            meeting.status = "cancelled"
    with site.client(BUYER) as buyer, site.client(ENTERPRISE, "zh") as enterprise:
        form = buyer.get(f"/my/meet/{firm.id}")
        assert 'name="slot"' in form.text
        asked = buyer.post(f"/my/meet/{firm.id}", data={"purpose": "<b>Down</b>", "message": "Hello", "next": "/my"})
        assert asked.status_code == 303, asked.text
        again = buyer.post(f"/my/meet/{firm.id}", data={"purpose": "Down"})
        assert again.status_code == 409
        inbox = enterprise.get("/my/meeting-requests")
        assert "&lt;b&gt;Down" in inbox.text
        request = _first(rf"/my/meeting-requests/({_ID})\"", inbox)
        assert brand.name.replace("&", "&amp;") in enterprise.get(f"/my/meeting-requests/{request}").text
        assert enterprise.post(f"/my/meeting-requests/{request}/withdraw").status_code == 409
        slot = _first(r'<option value="(s\d+)"', enterprise.get(f"/my/meeting-requests/{request}"))
        done = enterprise.post(f"/my/meeting-requests/{request}/accept", data={"message": "好的", "slot": slot})
        assert done.status_code == 303, done.text
        with site.database.read() as session:
            row = session.get_one(MeetingRequest, UUID(request))
            assert (row.state, row.answer, row.meeting_id is not None) == ("accepted", "好的", True)
        assert "已接受" in enterprise.get("/my/meeting-requests").text
        letter = enterprise.get(f"/meeting-requests/{request}")
        assert letter.headers["location"] == f"/my/meeting-requests/{request}?event={EVENT}"


def test_a_timetable_is_read_taken_along_and_a_meeting_called_off(site: Site) -> None:
    with site.client(ENTERPRISE) as client:
        page = client.get("/my/timetable")
        assert "Times of Europe/Paris" in page.text
        assert client.get("/my/timetable.ics").text.startswith("BEGIN:VCALENDAR")
        assert client.get("/my/timetable.pdf").content.startswith(b"%PDF")
        made = client.post("/my/timetable/feeds")
        address = _first(r'<code class="address">([^<]+)</code>', made)
        assert httpx.get(address).text.startswith("BEGIN:VCALENDAR")
        assert address not in client.get("/my/timetable").text
        with site.database.read() as session:
            feed = session.scalars(select(FeedToken)).one()
        assert client.post(f"/my/timetable/feeds/{feed.id}/revoke").status_code == 303
        assert httpx.get(address).status_code == 404
        meeting = _first(rf"/my/meetings/({_ID})/cancel", client.get("/my/timetable"))
        with site.database.read() as session:
            before = session.get_one(Meeting, UUID(meeting)).status
        assert before != "cancelled"
        silent = client.post(f"/my/meetings/{meeting}/cancel", data={"note": ""})
        assert silent.headers["location"] == "/my/timetable"
        with site.database.read() as session:
            assert session.get_one(Meeting, UUID(meeting)).status == before
        client.post(f"/my/meetings/{meeting}/cancel", data={"note": "Our flight is cancelled."})
        with site.database.read() as session:
            assert session.get_one(Meeting, UUID(meeting)).status == "cancelled"


def test_outcomes_are_recorded_and_offers_compared(site: Site) -> None:
    _, brand = _own(site, site.buyer)
    with site.database.write() as session:
        meeting = session.scalars(
            select(Meeting)
            .join(Schedule, (Schedule.id == Meeting.schedule_id) & Schedule.is_current)
            .where((Meeting.low_id == brand.id) | (Meeting.high_id == brand.id), Meeting.request_id.is_not(None))
            .order_by(Meeting.id)
        ).first()
        assert meeting is not None
        meeting.status, key, request = "held", str(meeting.id), meeting.request_id
    with site.client(BUYER) as client:
        assert f"/my/outcomes/{key}" in client.get("/my/outcomes").text
        said = {"rating": "5", "next_step": "quotation", "currency": "EUR", "comment": "<script>alert(1)</script>"}
        for number, (quantity, price) in enumerate((("5 000", "3,20"), ("20000", "2.7"))):
            said |= {f"offer-{number}-quantity": quantity, f"offer-{number}-unit_price": price,
                     f"offer-{number}-product": "Tees", f"offer-{number}-incoterm": "FOB"}  # fmt: skip
        wrong = client.post(f"/my/outcomes/{key}", data={**said, "offer-1-unit_price": "cheap", "rating": "9"})
        assert wrong.status_code == 422
        assert wrong.text.count('class="fault"') >= 1
        assert client.post(f"/my/outcomes/{key}", data=said).status_code == 303
        assert client.post(f"/my/outcomes/{key}", data=said).status_code == 412, "a colleague has written meanwhile"
        with site.database.read() as session:
            row = session.scalars(select(Outcome)).one()
            prices = session.scalars(select(Quotation.unit_price).order_by(Quotation.position)).all()
        assert (row.rating, [float(price) for price in prices]) == (5, [3.2, 2.7])
        page = client.get(f"/my/quotations?request={request}").text
        assert "16,000" in page
        assert "54,000" in page
        shown = client.get(f"/my/outcomes/{key}").text
        assert "<script>alert" not in shown


def test_people_consent_in_the_words_they_were_shown(site: Site) -> None:
    with site.client(ENTERPRISE, "zh") as client:
        added = client.post(
            "/my/people/new",
            data={"name": "王芳", "role": "销售", "email": "wang@example.com", "languages": ["zh", "en"]},
        )
        address = added.headers["location"]
        page = client.get(address)
        assert "约定会谈的机构" in page.text
        wording = _first(rf'name="wording" value="({_ID})"', page)
        assert client.post(f"{address}/consents", data={"wording": wording}).status_code == 303
        with site.database.read() as session:
            assert session.scalars(select(Representative.consent).where(Representative.name == "王芳")).one()
        assert client.get(f"{address}/export").json()
        client.post(f"{address}/consents", data={"purpose": "contact"})
        with site.database.read() as session:
            assert not session.scalars(select(Representative.consent).where(Representative.name == "王芳")).one()
        assert client.post("/my/people/new", data={"name": "王芳"}).status_code == 409
    with site.client(BUYER) as client:
        assert client.get(address).status_code == 404


def test_one_says_when_one_is_away(site: Site) -> None:
    with site.client(BUYER) as client:
        slots = re.findall(r'name="away" value="(s\d+)"', client.get("/my/part").text)
        assert client.post("/my/part", data={"away": slots[-1:]}).status_code in (303, 409)
        away = re.findall(r'name="away" value="(s\d+)" checked', client.get("/my/part").text)
        assert client.post("/my/part", data={"away": away, "own_max_meetings": "2"}).status_code == 422
        assert client.post("/my/part", data={"away": away, "own_max_meetings": "7"}).status_code == 303
        shown = client.get("/my/part").text
        assert "<dt>Meetings at most</dt><dd>7</dd>" in shown
        assert client.post("/my/part", data={"away": away, "own_max_meetings": ""}).status_code == 303


def test_another_editions_code_is_not_there(site: Site) -> None:
    with site.client(BUYER) as client:
        assert client.get("/my", params={"event": "lyon-1900"}).status_code == 404
        assert client.get("/my", params={"event": EVENT}).status_code == 200
        assert client.get(f"/events/{EVENT}/timetable").headers["location"] == f"/my/timetable?event={EVENT}"
        assert client.get(f"/events/{EVENT}/outcomes").headers["location"] == f"/my/outcomes?event={EVENT}"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_buyers_path(chromium: Browser, site: Site, lang: str) -> None:
    """From a pasted text to a supplier on the shortlist, two side by side, and the form that asks for a meeting."""
    with looking(chromium, site.url, BUYER, lang, phone=lang == "zh") as look:
        look.page.set_default_timeout(90_000)  # the first list loads the ranking engine
        page = look.open("/my/sourcing/paste")
        page.fill(
            "[name=text]",
            "3,000 down jackets, RDS, EUR 25, FOB" if lang == "en" else "采购羽绒服 3000 件，要求RDS认证，EUR 25",
        )
        assert looked_over(page, colours=lang == "en") == ""
        page.click("main form button.primary")
        assert page.input_value("[name=quantity]") == "3000"
        assert looked_over(page, colours=lang == "en") == ""
        page.click("main form button.primary")
        page.wait_for_url(re.compile(rf"/my/sourcing/{_ID}$"))
        assert looked_over(page, colours=lang == "en") == ""
        page.locator(".answers button[value=want]").first.click()
        page.wait_for_selector(".notice.good button")
        assert looked_over(page, colours=lang == "en") == ""
        for box in page.locator("input[name=with]").all()[:2]:
            box.check()
        page.click("#compare button")
        page.wait_for_url(re.compile("/compare"))
        assert looked_over(page, colours=lang == "en") == ""
        page.locator("a.button.primary").first.click()
        page.wait_for_url(re.compile("/my/meet/"))
        assert looked_over(page, colours=lang == "en") == ""
        if lang == "en":  # in the others they are of the walk through every page
            for path in ("/my", "/my/sourcing", "/my/profile", "/my/quotations", "/my/meeting-requests"):
                assert looked_over(look.open(path)) == ""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_enterprises_path(chromium: Browser, site: Site, lang: str) -> None:
    """From the profile, whose new word is confirmed, to buyers with reasons, the timetable and the people."""
    with looking(chromium, site.url, ENTERPRISE, lang, phone=lang == "en", dark=lang == "zh") as look:
        look.page.set_default_timeout(90_000)  # the first list loads the ranking engine
        page = look.open("/my/profile")
        assert looked_over(page) == ""
        page.fill(
            "[name=products]", page.input_value("[name=products]") + ("\nparkas" if lang == "en" else "\n派克大衣")
        )
        page.click("main form button.primary")
        assert looked_over(page) == ""
        page.locator("main form button.primary").first.click()
        page.wait_for_selector(".notice.good")
        page = look.open("/my/buyers")
        page.locator(".ranked summary").first.click()
        assert looked_over(page) == ""
        for path in ("/my", "/my/lifts", "/my/meeting-requests", "/my/timetable", "/my/outcomes", "/my/people",
                     "/my/people/new", "/my/part", "/my/profile/revisions") if lang == "en" else ():  # fmt: skip
            assert looked_over(look.open(path)) == ""


def test_what_was_done_is_told_with_the_name_as_it_is(site: Site) -> None:
    with site.database.read() as session:
        other = session.scalars(select(Organisation).where(Organisation.name.contains("Pois & "))).one()
    with site.client(ENTERPRISE) as client:
        done = client.post(f"/my/answers/{other.id}", data={"answer": "want", "next": "/my"})
        shown = client.get(done.headers["location"]).text
    told = re.search(r'<div class="notice good".*?<p>(.*?)</p>', shown, re.DOTALL)
    assert told is not None
    assert entities.unescape(told[1]) == f"{other.name} is on your shortlist."
