"""Take the pictures of the console that the documents show, of the Paris sample, in a real browser.

python -m tests.web.pictures [FOLDER]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import Attendee, Event, Meeting, Schedule, Slot
from app.services.access import Actor
from app.services.live.checkins import check_in
from app.services.live.states import mark, meeting_to_change
from tests.web.conftest import _CHROMIUM, BUYER, ENTERPRISE, EVENT, ORGANISER, looking, make_paris, serving

Steps = Callable[[Page], object]
#: name, who looks, language, where, what is done there, on a phone, in the dark
Picture = tuple[str, str, str, str, tuple[Steps, ...], bool, bool]
E = f"/events/{EVENT}"
#: in the second slot of the day, as the live day is shown
NOON = datetime(2025, 9, 15, 14, 10)  # noqa: DTZ001 - local time of the event
#: which of those who come have not come by then
_LATE = (8, 21)


def _first(selector: str) -> Steps:
    """Go where the first link of this kind leads."""

    def go(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_load_state()

    return go


def _press(name: str) -> Steps:
    def press(page: Page) -> None:
        page.get_by_role("button", name=name).first.click()
        page.wait_for_load_state()

    return press


def _tall(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 1300})


PICTURES: tuple[Picture, ...] = (
    ("overview", ORGANISER, "en", E, (), False, False),
    ("participants-zh", ORGANISER, "zh", f"{E}/participants", (), False, False),
    ("ranking", ORGANISER, "en", f"{E}/ranking", (), False, False),
    ("schedule", ORGANISER, "en", f"{E}/schedule", (), False, False),
    ("figures-dark", ORGANISER, "en", f"{E}/figures", (), False, True),
    ("enterprise-zh", ENTERPRISE, "zh", "/my/buyers", (), False, False),
    (
        "buyer-fr",
        BUYER,
        "fr",
        "/my/sourcing",
        (_first("main table a, main .card h2 a, main .card h3 a"),),
        False,
        False,
    ),
)

#: taken when the day is half way
ON_THE_DAY: tuple[Picture, ...] = (
    ("live-phone-zh", ORGANISER, "zh", f"{E}/live?at={NOON:%Y-%m-%dT%H:%M}", (_tall,), True, False),
    ("repair", ORGANISER, "en", f"{E}/live?at={NOON:%Y-%m-%dT%H:%M}", (_press("Does not come"),), False, False),
)


def _half_way(database: Database) -> None:
    """The day at NOON: all but two are here, the first meetings are held, of those now one is a no-show."""
    with database.write() as session:
        event = session.scalars(select(Event).where(Event.code == EVENT)).one()
        organiser = Actor(event.tenant_id, "organiser")
        people = session.scalars(select(Attendee).order_by(Attendee.id)).all()
        late = {people[n].participation_id for n in _LATE}
        for one in people:
            if one.participation_id not in late:
                check_in(session, organiser, event, attendee_id=one.id, at=NOON)
        current = select(Schedule.id).where(Schedule.event_id == event.id, Schedule.is_current).scalar_subquery()
        rows = select(Meeting, Slot.position).join(Slot, Slot.id == Meeting.slot_id)
        rows = rows.where(Meeting.schedule_id == current, Slot.position < 2).order_by(Meeting.id)
        state_now = "no_show"  # of the first, then live
        for meeting, position in session.execute(rows).all():
            if position and not late.isdisjoint((meeting.low_id, meeting.high_id)):
                continue
            state = state_now if position else "held"
            state_now = "live" if position else state_now
            mark(session, organiser, *meeting_to_change(session, organiser, meeting.id), state, at=NOON)


def _taken(browser: Browser, url: str, folder: Path, picture: Picture) -> Path:
    name, email, lang, path, steps, phone, dark = picture
    with looking(browser, url, email, lang, phone=phone, dark=dark) as look:
        look.open(path)
        for step in steps:
            step(look.page)
        look.page.wait_for_load_state("networkidle")
        look.page.screenshot(path=folder / f"console-{name}.png")
    return folder / f"console-{name}.png"


def take(folder: Path) -> list[Path]:
    """Write one picture each; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        sample = make_paris(Path(place) / "paris")
        copy = Path(place) / "fairmatch.db"
        shutil.copy(sample, copy)
        with serving(f"sqlite:///{copy}") as (url, database), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
            written = [_taken(browser, url, folder, picture) for picture in PICTURES]
            _half_way(database)
            written += [_taken(browser, url, folder, picture) for picture in ON_THE_DAY]
            browser.close()
    return written


if __name__ == "__main__":
    for picture in take(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")):
        sys.stdout.write(f"{picture}\n")
