"""How heavy pages are and how quickly the schedule board answers, at a large fair.

    python -m benchmarks.pages [DATA_FOLDER]

300 suppliers and 400 buyers in 2,880 meetings (two days, 24 slots, 124 tables) among 2,000 participants at an edition,
all invented and written straight through the models; a real server over a SQLite file. Sizes are what the browser gets,
packed. Times are those of Chromium, from the key or the click until the page shows it, each the median of five.
No data is needed.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.settings import Settings
from app.db.engine import Database
from app.db.migrate import upgrade
from app.db.models import Attendee, Event, Meeting, Organisation, Participation, PlaceHold, Schedule, Seat
from app.db.queries.grid import grid_of
from app.domain.fairs import EventShape
from app.main import create_app
from app.services import access, accounts, events
from benchmarks.tables import Table

SUPPLIERS, BUYERS, MEETINGS, PARTICIPANTS, TABLES = 300, 400, 2_880, 2_000, 124
_ME, _PASSWORD = "organiser@example.org", "four words in a row"
_TIMES = ("09:00", "12:00"), ("14:00", "17:00")
_EVENT = {
    "code": "large", "name": "A large fair", "zone": "Europe/Paris", "starts_on": "2025-10-15", "ends_on": "2025-10-16",
    "slot_minutes": 30, "places": [{"code": f"T{number + 1:03d}"} for number in range(TABLES)],
    "sessions": [{"date": f"2025-10-{day}", "starts": a, "ends": b} for day in (15, 16) for a, b in _TIMES],
}  # fmt: skip
_PAGES = (
    ("/schedule", "board by table, one session"), ("/schedule?view=participants", "board by participant"),
    ("/schedule/difference", "all that is new"), ("/schedule/book", "book a pair"),
    ("/live?at=2025-10-15T09:05", "live day, nobody there"), ("/participants", "participants"),
)  # fmt: skip


def tables(_folder: Path | None = None) -> list[Table]:
    """Sizes of pages, times of the board, and what its requests cost the service."""
    with _served() as url:
        return [_sizes(url), _times(url), _costs(url)]


def _sizes(url: str) -> Table:
    rows = []
    with httpx.Client(base_url=url, headers={"Accept": "text/html", "Origin": url}, timeout=120) as client:
        client.post("/sign-in", data={"email": _ME, "password": _PASSWORD})
        for path, name in _PAGES:
            answer = client.get(f"/events/large{path}")
            if answer.status_code == 200:
                rows.append((name, len(gzip.compress(answer.content, 5)) / 1000, len(answer.content) / 1000))
    note = f"{PARTICIPANTS:,} participants, {MEETINGS:,} meetings; the aim is under 100 kB packed."
    return Table("Sizes of pages", "python -m benchmarks.pages", ("page", "kB packed", "kB"), rows, note)


def _times(url: str) -> Table:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1600, "height": 1000}, bypass_csp=True)
        page.goto(f"{url}/sign-in")
        page.fill("[name=email]", _ME)
        page.fill("[name=password]", _PASSWORD)
        page.click("main button.primary")
        page.goto(f"{url}/events/large/schedule", wait_until="load")
        rows = [(name, statistics.median(deed(page) for _ in range(5))) for name, deed in _DEEDS]
        browser.close()
    note = (
        f"{SUPPLIERS} × {BUYERS} participants, {MEETINGS:,} meetings; the aim: under 200 ms. Times hold what the test "
        "program and the browser need to talk to each other, some ten milliseconds each."
    )
    return Table("The schedule board", "python -m benchmarks.pages", ("deed", "ms"), rows, note)


def _costs(url: str) -> Table:
    """Processor time of a request from beginning to end, the client's share of a millisecond or two included."""
    spent: dict[str, list[float]] = {}
    headers = {"Accept": "text/html", "Origin": url}
    with httpx.Client(base_url=url, headers=headers, timeout=120) as client:

        def ask(name: str, method: str, path: str, **how: Any) -> str:
            began = time.process_time()
            answer = client.request(method, path, **how)
            spent.setdefault(name, []).append((time.process_time() - began) * 1000)
            assert answer.status_code == 200, answer.text
            return answer.text

        client.post("/sign-in", data={"email": _ME, "password": _PASSWORD})
        for _ in range(5):
            board = ask("the board, one session", "GET", "/events/large/schedule")
        for meeting in re.findall(r'data-m="([^"]+)"', board)[40:45]:
            path = f"/events/large/schedule/meetings/{meeting}"
            panel = ask("choose a meeting", "GET", f"{path}/panel")
            legal = json.loads(html.unescape(re.findall(r'data-legal="([^"]+)"', panel)[0]))
            slot, places = next(iter(legal.items()))
            to = {"slot": slot, "place": places[-1]}
            ask("move it", "POST", f"{path}/move", data=to, headers={"Accept": "application/json"})
    rows = [(name, statistics.median(found)) for name, found in spent.items()]
    note = "Milliseconds of processor time for one request, the median of five."
    return Table("What the board costs the service", "python -m benchmarks.pages", ("request", "ms"), rows, note)


def _timed(deed: Callable[[], Any], page: Page, until: str) -> float:
    began = time.perf_counter()
    deed()
    page.wait_for_function(until)
    return (time.perf_counter() - began) * 1000


def _choose(page: Page) -> float:
    page.keyboard.press("Escape")
    card = page.locator("tr:nth-child(9) .meet").nth(1)
    card.focus()
    return _timed(lambda: page.keyboard.press("Enter"), page, "document.querySelector('td.legal')")


def _step(page: Page) -> float:
    if not page.locator("td.legal").count():
        _choose(page)
    before = page.evaluate("[...document.querySelectorAll('td')].indexOf(document.querySelector('td.at'))")
    until = f"[...document.querySelectorAll('td')].indexOf(document.querySelector('td.at')) !== {before}"
    for key in ("ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft"):
        took = _timed(lambda key=key: page.keyboard.press(key), page, "true")
        if page.evaluate(until):
            return took
    return _timed(lambda: None, page, "true")


def _drop(page: Page) -> float:
    _choose(page)
    _step(page)
    page.evaluate("document.querySelector('[data-notice]').replaceChildren()")
    return _timed(lambda: page.keyboard.press("Enter"), page, "document.querySelector('.notice.floating.good')")


def _look(page: Page) -> float:
    field = page.locator("#b-q")
    field.fill("")
    return _timed(lambda: field.fill("Supplier 11"), page, "document.querySelector('.meet.hit')")


_DEEDS: tuple[tuple[str, Callable[[Page], float]], ...] = (
    ("choose a meeting: details and legal cells", _choose), ("one legal cell further", _step),
    ("drop it: written, and shown there", _drop), ("look for somebody while writing", _look),
)  # fmt: skip


@contextmanager
def _served() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as probe:
        address, port = f"sqlite:///{folder}/fair.db", probe.getsockname()[1]
        probe.close()
        database = Database(address)
        upgrade(database)
        with database.write() as session:
            _fill(session)
        database.close()
        app = create_app(Settings(database_url=address, rate_per_minute=0))
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join(timeout=30)


def _fill(session: Session) -> None:
    access.create_tenant(session, "large", "Large")
    actor = access.organiser_of(session, "large")
    accounts.create_member(session, actor, _ME, "organiser", None, name="A", language="en", password=_PASSWORD)
    event = events.create_event(session, actor, EventShape.model_validate(_EVENT))
    session.flush()
    parts, people = _people(session, event)
    schedule = Schedule(
        tenant_id=event.tenant_id, event_id=event.id, state="done", status="feasible", is_current=True, progress=1.0,
        value=1.0, objective=1.0, bound=1.0, gap=0.0, finished_at=utc_now(),
    )  # fmt: skip
    session.add(schedule)
    session.flush()
    grid = grid_of(session, event.id)
    a_slot = MEETINGS // len(grid.slots)
    meetings, seats, holds = [], [], []
    for number in range(MEETINGS):
        at, table = divmod(number, a_slot)
        sides = number % SUPPLIERS, SUPPLIERS + (number + 7 * at) % BUYERS
        low, high = sorted(parts[side] for side in sides)
        key, slot = new_id(), grid.slots[at]
        where = {"event_id": event.id, "schedule_id": schedule.id, "meeting_id": key, "slot_id": slot.id}
        meetings.append({"id": key, "event_id": event.id, "schedule_id": schedule.id, "low_id": low, "high_id": high,
                         "slot_id": slot.id, "value": 50.0})  # fmt: skip
        seats += [{**where, "id": new_id(), "attendee_id": people[side]} for side in sides]
        holds.append({**where, "id": new_id(), "place_id": grid.places[table + TABLES - a_slot].id})
    for model, rows in ((Meeting, meetings), (Seat, seats), (PlaceHold, holds)):
        session.execute(insert(model), rows)


def _people(session: Session, event: Event) -> tuple[list[Any], list[Any]]:
    """Ids of participations and of one attendee each: suppliers first, then buyers, then who only attends."""
    firms, parts, people = [], [], []
    for number in range(PARTICIPANTS):
        supplies, buys = number < SUPPLIERS, SUPPLIERS <= number < SUPPLIERS + BUYERS
        name = f"{'Supplier' if supplies else 'Buyer' if buys else 'Visitor'} {number} Textile Trading Company"
        firm = {"id": new_id(), "tenant_id": event.tenant_id, "code": f"P{number:04d}", "name": name, "country": "FR",
                "kind": "manufacturer"}  # fmt: skip
        part = {"id": new_id(), "tenant_id": event.tenant_id, "event_id": event.id, "organisation_id": firm["id"],
                "kind": "manufacturer", "supplies": supplies, "buys": buys}  # fmt: skip
        firms.append(firm)
        parts.append(part)
        people.append({"id": new_id(), "event_id": event.id, "participation_id": part["id"],
                       "organisation_id": firm["id"], "number": 1})  # fmt: skip
    for model, rows in ((Organisation, firms), (Participation, parts), (Attendee, people)):
        session.execute(insert(model), rows)
    return [row["id"] for row in parts], [row["id"] for row in people]


if __name__ == "__main__":
    for table in tables():
        print(table.markdown())
