"""The schedule board: what is moved by pointer, by keys and by form, undone, published; evenness to choose from."""

from __future__ import annotations

import json
import re
import time
from html import unescape

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from app.db.models import Meeting, Schedule
from app.domain.scheduling.fairness import gini
from tests.web.conftest import BUYER, EVENT, Site, looked_over, looking

_BASE = f"/events/{EVENT}/schedule"


def _meetings(site: Site, status: str = "planned") -> list[Meeting]:
    """Those of the current schedule in a state."""
    with site.database.read() as session:
        current = select(Schedule.id).where(Schedule.is_current).scalar_subquery()
        mine = select(Meeting).where(Meeting.schedule_id == current, Meeting.status == status)
        return list(session.scalars(mine.order_by(Meeting.id)))


@pytest.fixture(autouse=True, scope="module")
def room(site: Site) -> None:
    """The sample fills every table at all times; calling three meetings off makes room."""
    with site.client() as client:
        for meeting in _meetings(site)[-3:]:
            assert client.post(f"{_BASE}/meetings/{meeting.id}/cancel").status_code == 303


def _told(client: httpx.Client, meeting: Meeting) -> dict[str, str]:
    """What the panel of a meeting says to the script: where it is and where it could go."""
    page = client.get(f"{_BASE}/meetings/{meeting.id}/panel").text
    return {name: unescape(value) for name, value in re.findall(r'data-(legal|slot|place)="([^"]*)"', page)}


def _movable(client: httpx.Client, site: Site) -> tuple[Meeting, dict[str, str], str, str]:
    """A meeting that could go elsewhere, what its panel says, and a slot and table for it."""
    for meeting in _meetings(site):
        told = _told(client, meeting)
        for slot, places in json.loads(told["legal"]).items():
            for place in places:
                if (slot, place) != (told["slot"], told["place"]):
                    return meeting, told, slot, place
    pytest.fail("no meeting of the sample can move")


def _notice(client: httpx.Client, answer: httpx.Response) -> tuple[str, str, dict[str, str]]:
    """The text of the notice after a form, and the form that undoes it."""
    assert answer.status_code == 303, answer.text
    page = client.get(answer.headers["location"]).text
    box = re.search(r'<div class="notice (?:good|bad)".*?</div>', page, re.DOTALL)
    assert box is not None, page
    action = re.search(r'action="([^"]+)"', box.group())
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', box.group()))
    text = re.search(r"<p>(.*?)</p>", box.group(), re.DOTALL)
    return unescape(text.group(1)) if text else "", action.group(1) if action else "", fields


def test_a_move_by_form_is_undone_and_what_is_taken_is_refused(site: Site) -> None:
    with site.client() as client:
        meeting, told, slot, place = _movable(client, site)
        address = f"{_BASE}/meetings/{meeting.id}"
        text, undo, fields = _notice(client, client.post(f"{address}/move", data={"slot": slot, "place": place}))
        assert text.startswith("Moved to ")
        assert _told(client, meeting)["slot"] == slot
        text, _, _ = _notice(client, client.post(undo, data=fields))
        again = _told(client, meeting)
        assert (again["slot"], again["place"]) == (told["slot"], told["place"])
        taken = next(
            s for s in ("s01", "s02", "s03", "s04") if s not in json.loads(told["legal"]) and s != told["slot"]
        )
        text, undo, _ = _notice(client, client.post(f"{address}/move", data={"slot": taken, "place": place}))
        assert text.startswith("Not moved: ")
        assert undo == ""
        answer = client.post(f"{address}/move", data={"slot": taken}, headers={"Accept": "application/json"})
        assert answer.status_code == 409
        assert answer.json()["meetings"][0]["slot"] == told["slot"]


def test_locking_calling_off_and_both_undone(site: Site) -> None:
    meeting = _meetings(site)[0]
    address = f"{_BASE}/meetings/{meeting.id}"
    with site.client(lang="fr") as client:
        text, undo, fields = _notice(client, client.post(f"{address}/lock", data={"locked": "yes"}))
        assert text == "Verrouillé en place."
        text, _, _ = _notice(client, client.post(f"{address}/move", data={"slot": "s01"}))
        assert text == "Non déplacé : le rendez-vous est verrouillé ; déverrouillez-le d’abord."
        _notice(client, client.post(undo, data=fields))
        before = _told(client, meeting)
        _, undo, fields = _notice(client, client.post(f"{address}/cancel", data={"note": "Vol annulé"}))
        page = client.get(f"{address}").text
        assert "Vol annulé" in page
        assert "Rétablir" in client.get(_BASE).text
        _notice(client, client.post(undo, data=fields))
        assert _told(client, meeting) == before
        assert {row.id for row in _meetings(site)} >= {meeting.id}


def test_a_pair_is_booked_where_both_are_free(site: Site) -> None:
    with site.client(lang="zh") as client:
        rows = re.findall(r'href="[^"]*book\?a=([^&]+)&amp;b=([^"]+)"', client.get(f"{_BASE}/left-out").text)
        for one, other in rows:
            answer = client.get(_BASE, params={"a": one, "b": other})
            assert answer.headers["location"].startswith(f"{_BASE}/book?")
            slots = re.findall(r'name="slot" value="(s\d+)"', client.get(answer.headers["location"]).text)
            if slots:
                break
        else:
            pytest.fail("no pair that was left out has a slot in common, though a meeting was called off before")
        pair = {"a": one, "b": other}
        text, undo, fields = _notice(client, client.post(f"{_BASE}/book", data=pair | {"slot": slots[0]}))
        assert text.startswith("已预约")
        again = client.post(f"{_BASE}/book", data=pair | {"slot": slots[0]})
        assert again.status_code == 409
        assert "双方已有会谈" in again.text
        text, _, _ = _notice(client, client.post(undo, data=fields))
        assert text == "会谈已取消。"


def test_looking_finds_tables_participants_and_reasons(site: Site) -> None:
    with site.client() as client:
        whole = client.get(_BASE).text
        name = unescape(re.findall(r'class="meet [^>]*><b>(.*?)</b>', whole)[0])
        found = client.get(_BASE, params={"q": name}).text
        assert 0 < found.count('class="meet ') < whole.count('class="meet ')
        people = client.get(_BASE, params={"view": "participants", "q": name}).text
        assert people.count("<tr data-p=") == 1
        assert "Nobody found" in client.get(_BASE, params={"q": "zzz"}).text
        out = client.get(f"{_BASE}/left-out").text
        code, count = re.findall(r'reason=(\w+)"[^>]*>[^<]*?(\d+)</a>', out)[0]
        only = client.get(f"{_BASE}/left-out", params={"reason": code}).text
        assert only.count('<tr><th scope="row">') == min(50, int(count))


def _done(client: httpx.Client, address: str) -> None:
    """Wait for long work, as the page's script does."""
    state = address.split("?")[0] + "/state"
    for _ in range(600):
        told = client.get(state).json()
        if told["state"] == "done":
            return
        assert told["state"] in ("queued", "running"), told
        time.sleep(0.1)
    pytest.fail("the work does not come to an end")


def test_evenness_is_chosen_on_the_curve_compared_published_and_taken_home(site: Site) -> None:
    with site.client() as client:
        answer = client.post(f"{_BASE}/curve", data={"seconds": "0.3"})
        _done(client, answer.headers["location"])
        page = client.get(f"{_BASE}/builds").text
        floors = [int(one) for one in re.findall(r'name="floor" value="(\d+)"', page)]
        assert floors == sorted(floors)
        assert len(floors) == 5
        chosen = {"floor": str(floors[1]), "seconds": "0.5", "draft": "yes"}
        answer = client.post(f"{_BASE}/builds", data=chosen)
        _done(client, answer.headers["location"])
        draft = answer.headers["location"].rpartition("schedule=")[2]
        assert "This is a draft" in client.get(f"{_BASE}/difference", params={"schedule": draft}).text
        text, undo, fields = _notice(client, client.post(f"{_BASE}/current", data={"schedule": draft}))
        assert text == "This schedule is the current one now."
        with site.database.read() as session:
            held = [side for row in _meetings(site) for side in (row.low_id, row.high_id)]
            assert str(session.scalar(select(Schedule.id).where(Schedule.is_current))) == draft
        assert gini([held.count(one) for one in set(held)]) < 0.5
        _notice(client, client.post(undo, data=fields))
        assert "Publish now" in client.get(f"{_BASE}/difference").text
        text, _, _ = _notice(client, client.post(f"{_BASE}/publish"))
        assert text.startswith("Published as version 1.")
        text, _, _ = _notice(client, client.post(f"{_BASE}/publish"))
        assert text == "Nothing has changed since the last publication."
        meeting, _, slot, place = _movable(client, site)
        client.post(f"{_BASE}/meetings/{meeting.id}/move", data={"slot": slot, "place": place})
        page = client.get(f"{_BASE}/difference").text
        assert page.count('<td data-label="Kind of change">') == 1
        answer = client.post(f"{_BASE}/files", data={"what": "timetables", "format": "ics"})
        _done(client, answer.headers["location"])
        files = client.get(answer.headers["location"].rpartition("next=")[2])
        link = re.search(r'href="([^"]+)" download', files.text)
        assert link is not None
        assert client.get(link.group(1)).content.startswith(b"BEGIN:VCALENDAR")


def test_only_those_who_run_the_event_change_it(site: Site) -> None:
    meeting = _meetings(site)[0]
    with site.client(BUYER) as client:
        for deed in ("move", "swap", "lock", "cancel", "restore", "mark"):
            assert client.post(f"{_BASE}/meetings/{meeting.id}/{deed}").status_code == 403
        assert client.get(f"{_BASE}/meetings/{meeting.id}").status_code == 403
    with site.client() as client:
        assert client.get(f"/events/elsewhere/schedule/meetings/{meeting.id}").status_code == 404


def test_a_meeting_is_moved_locked_and_put_back_without_scripts(chromium: Browser, site: Site) -> None:
    with site.client() as client:
        meeting, told, slot, place = _movable(client, site)
    with looking(chromium, site.url, lang="fr", script=False) as look:
        page = look.open(_BASE)
        page.locator(f'[data-m="{meeting.id}"]').click()
        offered = page.locator("#m-slot option").evaluate_all("all => all.map(one => one.value)")
        assert set(offered) == {*json.loads(told["legal"]), told["slot"]}
        page.select_option("#m-slot", slot)
        page.select_option("#m-place", place)
        page.locator("form[data-move] button").click()
        expect(page.locator(f'tr[data-p="{place}"] td[data-s="{slot}"] [data-m="{meeting.id}"]')).to_be_visible()
        page.locator(".notice.good button").click()  # undone
        here = page.locator(f'tr[data-p="{told["place"]}"] td[data-s="{told["slot"]}"] [data-m="{meeting.id}"]')
        here.click()
        page.get_by_role("button", name="Verrouiller", exact=True).click()
        expect(page.locator(".notice.good")).to_contain_text("Verrouillé en place.")
        expect(here).to_have_attribute("data-locked", "")
        page.locator(".notice.good button").click()
        expect(here).not_to_have_attribute("data-locked", "")


def test_the_board_is_worked_by_keys_and_by_pointer(chromium: Browser, site: Site) -> None:
    with site.client() as client:
        meeting, told, _, _ = _movable(client, site)
    with looking(chromium, site.url) as look:
        page = look.open(_BASE)
        card = page.locator(f'[data-m="{meeting.id}"]')
        card.focus()
        page.keyboard.press("Enter")
        legal = page.locator("td.legal")
        expect(legal.first).to_be_attached()
        assert looked_over(page) == ""
        for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"):
            page.keyboard.press(key)
            if page.locator("td.at").count():
                break
        target = page.locator("td.at").get_attribute("data-s")
        table = page.locator("tr:has(td.at)").get_attribute("data-p")
        page.keyboard.press("Enter")
        expect(page.locator(".notice.floating.good")).to_be_visible()
        assert page.locator(f'tr[data-p="{table}"] td[data-s="{target}"] [data-m="{meeting.id}"]').count() == 1
        page.locator(".notice.floating button").click()
        expect(page.locator(f'tr[data-p="{told["place"]}"] td[data-s="{told["slot"]}"] .meet')).to_have_attribute(
            "data-m", str(meeting.id)
        )
        card.focus()
        page.keyboard.press("l")
        expect(page.locator(f'[data-m="{meeting.id}"][data-locked]')).to_be_attached()
        page.keyboard.press("l")
        expect(page.locator(f'[data-m="{meeting.id}"][data-locked]')).not_to_be_attached()
        card.click()
        expect(legal.first).to_be_attached()
        page.keyboard.press("Escape")
        expect(legal).to_have_count(0)
        card.click()
        page.set_viewport_size({"width": 2600, "height": 1500})  # so that nothing scrolls on the way
        cell = legal.first
        target = cell.get_attribute("data-s")
        card.drag_to(cell)
        expect(page.locator(f'td[data-s="{target}"] [data-m="{meeting.id}"]')).to_be_attached()
        page.locator(".notice.floating button").click()


def _swappable(client: httpx.Client, site: Site) -> tuple[Meeting, Meeting]:
    """Two meetings of one participant at different times that could swap."""
    rows = [*_meetings(site), *_meetings(site, "locked")]
    sides = {row.id: {row.low_id, row.high_id} for row in rows}
    busy = {(row.slot_id, side) for row in rows for side in sides[row.id]}
    for one in rows:
        for other in rows:
            shared = sides[one.id] & sides[other.id]
            wanted = {(other.slot_id, side) for side in sides[one.id] - shared}
            wanted |= {(one.slot_id, side) for side in sides[other.id] - shared}
            if len(shared) == 1 and one.slot_id != other.slot_id and not wanted & busy:
                page = client.get(f"{_BASE}/meetings/{one.id}/swap/panel", params={"with": str(other.id)}).text
                if "data-swap>" in page:
                    return one, other
    pytest.fail("no two meetings of the sample can swap")


def _only_what_can_swap_is_offered(client: httpx.Client, site: Site, meeting: Meeting) -> None:
    """Every planned meeting is either offered, or told with why not; the preview of each says the same."""
    page = client.get(f"{_BASE}/meetings/{meeting.id}/swap").text
    offered = set(re.findall(r"with=([0-9a-f-]{36})", page))
    assert 0 < len(offered) < len(_meetings(site)) - 1
    assert len(offered) + page.count('<small class="quiet">') == len(_meetings(site)) - 1
    for row in _meetings(site)[:12]:
        if row.id != meeting.id:
            shown = client.get(f"{_BASE}/meetings/{meeting.id}/swap/panel", params={"with": str(row.id)}).text
            assert ("data-swap>" in shown) == (str(row.id) in offered)


def test_two_meetings_swap_by_form_by_keys_and_by_pointer(chromium: Browser, site: Site) -> None:
    with site.client(lang="fr") as client:
        one, other = _swappable(client, site)
        address = f"{_BASE}/meetings/{one.id}/swap"
        told, others = _told(client, one), _told(client, other)
        offered = client.get(address, params={"slot": others["slot"]}).text
        assert f"with={other.id}" in offered
        assert f"with={one.id}" not in offered
        _only_what_can_swap_is_offered(client, site, one)
        assert "Échanger ces deux-là" in client.get(address, params={"with": str(other.id)}).text
        assert "Personne" in client.get(address, params={"q": "zzz"}).text
        text, undo, fields = _notice(client, client.post(address, data={"with": str(other.id)}))
        assert text == "Les deux rendez-vous sont échangés."
        assert {name: _told(client, one)[name] for name in ("slot", "place")} == {
            name: others[name] for name in ("slot", "place")
        }
        _notice(client, client.post(undo, data=fields))
        assert (_told(client, one), _told(client, other)) == (told, others)
        answer = client.post(address, data={"with": str(one.id)}, headers={"Accept": "application/json"})
        assert answer.status_code == 422
        assert answer.json()["said"].startswith("Un échange demande deux rendez-vous")
    with looking(chromium, site.url, lang="zh") as look:
        page = look.open(_BASE)
        page.set_viewport_size({"width": 2600, "height": 1500})  # so that nothing scrolls on the way
        card, partner = (page.locator(f'[data-m="{row.id}"]') for row in (one, other))
        there = page.locator(f'tr[data-p="{others["place"]}"] td[data-s="{others["slot"]}"] [data-m="{one.id}"]')
        card.press("Enter")
        expect(page.locator("[data-about]")).to_be_visible()
        card.press("s")
        partner.press("Enter")
        expect(page.locator("[data-swap] button")).to_be_focused()
        assert looked_over(page) == ""
        page.keyboard.press("Enter")
        expect(there).to_be_attached()
        page.locator(".notice.floating button").click()
        expect(there).not_to_be_attached()
        card.drag_to(partner)
        page.locator("[data-swap] button").click()
        expect(there).to_be_attached()
        page.locator(".notice.floating button").click()


def test_on_a_phone_the_panel_is_a_sheet_that_leaves_the_chosen_meeting_in_sight(chromium: Browser, site: Site) -> None:
    with looking(chromium, site.url, phone=True) as look:
        page = look.open(_BASE)
        card, sheet, key = page.locator(".meet").last, page.locator("[data-panel]"), page.locator("[data-fold]")
        card.click()
        for opened in (False, True, False):
            expect(key).to_have_attribute("aria-expanded", str(opened).lower())
            expect(page.locator("#m-slot")).to_be_visible(visible=opened)
            place, below = card.bounding_box(), sheet.bounding_box()
            assert place
            assert below
            assert place["y"] >= 0
            assert place["y"] + place["height"] <= below["y"], "the sheet covers what it is about"
            assert below["height"] < page.viewport_size["height"] * (0.65 if opened else 0.2)  # type: ignore[index]
            assert looked_over(page) == ""
            key.press("Enter")
        page.locator("[data-close]").click()
        expect(sheet).to_be_hidden()
        expect(card).to_be_focused()
        page.fill("#b-q", "qsh-01")  # a code, which no card shows
        expect(page.locator("#b-found")).not_to_have_text("0 found on this page")
        expect(page.locator(".meet.hit").first).to_be_attached()
