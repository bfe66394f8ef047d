"""From the link that `fairmatch serve` shows to a published timetable, by links and buttons alone, in three languages.

No page on the way hinders anybody.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app import samples
from app.db.engine import Database
from app.db.migrate import upgrade
from app.services import access, events, overview
from tests.web.conftest import PASSWORD, looked_over, looking, serving

_CODE = "setup-" + "c" * 40
_ANSWERS = {"new_house": "Nanchang Knitwear", "name": "陈静 Durand", "email": "first@example.org", "password": PASSWORD}
_EDITION = {
    "name": "Knitwear Meets Paris", "starts_on": "2025-09-15", "starts": "13:30", "ends": "18:00",
    "slot_minutes": "30", "tables": "11",
}  # fmt: skip
_TIMETABLES = {"en": ("pdf", b"%PDF"), "fr": ("pdf", b"%PDF"), "zh": ("ics", b"BEGIN:VEVENT")}


@pytest.mark.parametrize("lang", ["en", "fr", "zh"])
def test_a_newcomer_publishes_a_timetable(tmp_path: Path, chromium: Browser, lang: str) -> None:
    url = f"sqlite:///{tmp_path / 'fair.db'}"
    database = Database(url)
    upgrade(database)
    database.close()
    with serving(url, setup_code=_CODE) as (address, found):
        with looking(chromium, address, None, lang, phone=lang == "zh") as look:
            page, press = look.page, partial(_press, look.page, colours=lang == "fr")
            page.goto(f"{address}/setup#{_CODE}")  # what the terminal shows; from here on nothing is typed into the bar
            page.wait_for_selector("[name=email]")
            assert looked_over(page) == ""
            _fill(page, _ANSWERS)
            press("form[action='/setup'] button")
            press("main a.primary")
            _fill(page, _EDITION)
            page.select_option("[name=zone]", "Europe/Paris")
            press("form[action='/events/new'] button")
            page.set_input_files("input[type=file]", [str(path) for path in samples.lists("paris")])
            press("form[enctype] button")
            press("form[action$='/write'] button")
            press("form[action$='/rank'] button")
            press("main .head a.primary")  # to the schedule
            press("form[action$='/builds'] button")
            press("main .head a.primary")  # to what publishing would change
            page.click("main details.confirm summary")
            press("form[action$='/publish'] button")
            form, holds = _TIMETABLES[lang]
            assert holds in _saved(page, form)
        with found.read() as session:
            tenant = access.find_tenant(session, "nanchang-knitwear")
            actor = access.Actor(tenant.id)
            event = events.list_events(session, actor).items[0]
            told = overview.overview(session, event)
            assert (event.zone, told.participants, told.next) == ("Europe/Paris", 27, "live")
            assert told.ranked is not None
            assert told.ranked.pairs == 555
            assert told.publication is not None
            assert told.meetings > 40


def _fill(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        page.fill(f"[name={name}]", value)


def _press(page: Page, what: str, *, colours: bool) -> None:
    """Click something, and come to where it leads once its work is done: a sound page, none of it in English only."""
    with page.expect_navigation():
        page.click(f"{what} >> nth=0")
    page.wait_for_url(lambda now: "/progress/" not in now, timeout=90_000)
    page.wait_for_load_state()
    assert not page.locator("main span[lang=en]").count(), page.url
    assert looked_over(page, colours=colours) == ""


def _saved(page: Page, form: str) -> bytes:
    """The first file of a kind that the page of publishing offers."""
    button = page.locator("form[action$='/files']", has=page.locator(f"input[value={form}]")).first
    button.locator("button").click()
    page.wait_for_url(re.compile(r"/schedule/files/[^/]+$"), timeout=90_000)
    with page.expect_download(timeout=90_000) as download:
        page.click("main a[download] >> nth=0", timeout=90_000)  # the page shows it once it is made
    return Path(download.value.path()).read_bytes()
