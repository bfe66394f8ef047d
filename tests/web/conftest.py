"""A service to look at: the Paris edition, ranked and scheduled, in a database of each test's own; and a browser."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Event, Organisation, Phase, Slot
from app.main import create_app
from app.services import access, accounts, publications, sampling
from tests.cli.conftest import demonstrated
from tests.shared import FOLDER, once

PASSWORD = "four words in a row"
ORGANISER, ENTERPRISE, BUYER = "organiser@example.org", "enterprise@example.org", "buyer@example.org"
EVENT = "paris-2025"
_CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
_LOCALES = {"en": "en-GB", "zh": "zh-CN", "fr": "fr-FR"}
#: the cookie of whoever has signed in at an address: a password is slow to check, and tests of one site share it
_SIGNED_IN: dict[tuple[str, str], str] = {}


def _cookie(url: str, email: str) -> str:
    """The session of an account, made once for each site; who signs out in a test signs in there."""
    if (url, email) not in _SIGNED_IN:
        said = {"email": email, "password": PASSWORD}
        answer = httpx.post(f"{url}/sign-in", data=said, headers={"Origin": url}, timeout=60, verify=False)
        assert answer.status_code == 303, answer.text
        _SIGNED_IN[url, email] = answer.cookies["fairmatch"]
    return _SIGNED_IN[url, email]


@dataclass(frozen=True)
class Site:
    """A running service, its database, and the organisations that people of it act for."""

    url: str
    database: Database
    enterprise: str
    buyer: str

    @contextmanager
    def client(self, email: str | None = ORGANISER, lang: str = "en") -> Iterator[httpx.Client]:
        """A client that is signed in, sends forms as a browser does, and asks for pages."""
        headers = {"Accept": "text/html", "Accept-Language": lang, "Origin": self.url}
        # no certificates are read, for none are shown: that takes as long as the page of a test
        with httpx.Client(base_url=self.url, headers=headers, timeout=60, verify=False) as client:
            if email:
                client.cookies.set("fairmatch", _cookie(self.url, email))
                client.cookies.set("fairmatch_language", lang)
            yield client


@dataclass
class Look:
    """A page of a browser, and all that its console and its scripts complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page


def make_paris(folder: Path) -> Path:
    """A copy of the database that `fairmatch demo` leaves, with an account for each kind of user."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(once("demo", demonstrated).first, folder / "fairmatch.db")
    database = Database(f"sqlite:///{folder / 'fairmatch.db'}")
    _people(database)
    database.close()
    return folder / "fairmatch.db"


@pytest.fixture(scope="session")
def paris() -> Path:
    """Such a database, to be copied."""
    return once("paris", lambda: make_paris(FOLDER / "paris"))


def _people(database: Database) -> None:
    with database.write() as session:
        actor = access.organiser_of(session, sampling.TENANT)
        firm, brand = _parties(session)
        for email, role, of, name in (
            (ORGANISER, "organiser", None, "Camille Durand"),
            (ENTERPRISE, "enterprise", firm.id, "Li Wei"),
            (BUYER, "buyer", brand.id, "Élise Martin"),
        ):
            accounts.create_member(session, actor, email, role, of, name=name, language="en", password=PASSWORD)


def _parties(session: object) -> tuple[Organisation, Organisation]:
    """The first enterprise and the first buyer of the sample, by code."""
    found = session.query(Organisation).order_by(Organisation.code).all()  # type: ignore[attr-defined]
    return next(row for row in found if row.country == "CN"), next(row for row in found if row.country != "CN")


@contextmanager
def serving(url: str, **settings: object) -> Iterator[tuple[str, Database]]:
    """The service on a port of its own, in a thread; its address and a database to look into."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    told = Settings(database_url=url, rate_per_minute=0, public_url=f"http://127.0.0.1:{port}", **settings)  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(create_app(told), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < limit, "the service does not come up"
        time.sleep(0.02)
    database = Database(url)
    try:
        yield f"http://127.0.0.1:{port}", database
    finally:
        database.close()
        server.should_exit = True
        thread.join(timeout=30)
        for key in [key for key in _SIGNED_IN if key[0] == f"http://127.0.0.1:{port}"]:
            del _SIGNED_IN[key]  # another service may get the port


@pytest.fixture(scope="module")
def site(paris: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The service over a copy of the sample, for the tests of one file; with workers, so that long work gets done."""
    copy = tmp_path_factory.mktemp("site") / "fairmatch.db"
    shutil.copy(paris, copy)
    with serving(f"sqlite:///{copy}") as (url, database):
        with database.read() as session:
            firm, brand = _parties(session)
        yield Site(url, database, firm.code, brand.code)


def two_weeks_ahead(site: Site) -> None:
    """Move the edition two weeks ahead: people ask each other, and its plan is published."""
    with site.database.write() as session:
        event = session.scalars(select(Event).where(Event.code == EVENT)).one()
        days = timedelta(days=(utc_now().date() - event.starts_on).days + 14)
        for slot in session.scalars(select(Slot).where(Slot.event_id == event.id)):
            slot.starts_at, slot.ends_at = slot.starts_at + days, slot.ends_at + days
        event.starts_on, event.ends_on = event.starts_on + days, event.ends_on + days
        for phase in session.scalars(select(Phase).where(Phase.event_id == event.id)):
            session.delete(phase)
        session.flush()
        at = utc_now()
        session.add(Phase(event_id=event.id, name="booking", starts_at=at - days, ends_at=at + timedelta(days=13)))
        publications.publish(session, access.organiser_of(session, sampling.TENANT), event, site.url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; without one the test is skipped, unless FAIRMATCH_BROWSER says that it must be there.

    For one file only: while it is open an event loop runs in this thread, and the job queue starts on none.
    """
    if not _CHROMIUM:
        if os.environ.get("FAIRMATCH_BROWSER") == "required":
            pytest.fail("Chromium is not installed here, and the browser tests must not be skipped.")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--use-fake-device-for-media-stream"]
        )
        yield browser
        browser.close()


@contextmanager
def looking(
    browser: Browser, url: str, email: str | None = ORGANISER, lang: str = "en", *, phone: bool = False,
    dark: bool = False, script: bool = True,
) -> Iterator[Look]:  # fmt: skip
    """A browser window, signed in; in the end nothing may have been complained of."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 860}, locale=_LOCALES[lang],
        color_scheme="dark" if dark else "light", timezone_id="Europe/Paris", java_script_enabled=script,
    )  # fmt: skip
    context.set_default_timeout(20_000)
    page = context.new_page()
    look = Look(page, url)
    page.on("pageerror", lambda error: look.complaints.append(str(error)))
    page.on("console", lambda said: look.complaints.append(said.text) if said.type == "error" else None)
    if email:
        kept = {"fairmatch": _cookie(url, email), "fairmatch_language": lang}  # else the language of the account
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in kept.items()])
    yield look
    context.close()
    assert look.complaints == []


def looked_over(page: Page, *, colours: bool = True) -> str:
    """What hinders anybody on the page that is open, by axe, or sticks out of it to the side; "" of a sound page.

    `colours` says whether contrast is measured, which takes longer than all the rest: once for each page in light and
    in dark will do, for no language changes it.
    """
    if not page.evaluate("'axe' in window"):
        page.add_init_script(AXE_SCRIPT)  # for the pages to come
        page.evaluate(AXE_SCRIPT)
    told = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": colours}}}
    found = page.evaluate("told => axe.run(document, told).then(({ violations }) => ({ violations }))", told)
    report = AxeResults(found)
    wrong = f"{page.url}: {report.generate_report()[:1500]}" if report.violations_count else ""
    wide = not page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return wrong + (f"{page.url} sticks out to the side" if wide else "")
