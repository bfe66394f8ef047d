"""An empty service: the first account, an edition's public page, and registering for it; in a browser and without."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, select

from app.core.crypto import SETUP, new_key
from app.db.engine import Database
from app.db.migrate import upgrade
from app.db.models import Account, Letter, Registration
from app.domain.fairs import EventShape
from app.domain.people import WordingIn
from app.services import access, consents, events
from app.services.access import Actor
from tests.web.conftest import PASSWORD, Site, looked_over, looking, serving

_CODE = new_key(SETUP)


def _event(code: str, *, opens: int, closes: int) -> EventShape:
    """An edition next month, whose registration opens and closes so many days from today."""
    today, day = date.today(), date.today() + timedelta(days=30)  # noqa: DTZ011 - any day near today will do
    phase = {"name": "registration", "starts_at": f"{today + timedelta(days=opens)}T08:00",
             "ends_at": f"{today + timedelta(days=closes)}T18:00"}  # fmt: skip
    return EventShape.model_validate_json(json.dumps({
        "code": code, "name": "Silk & cotton day", "name_local": "丝棉对接会", "zone": "Europe/Paris",
        "starts_on": str(day),
        "ends_on": str(day), "sessions": [{"date": str(day), "starts": "13:30", "ends": "15:30"}],
        "places": [{"code": "T1"}], "phases": [phase],
        "agenda": [{"kind": "talk", "title": "Opening", "starts_at": f"{day}T10:00", "ends_at": f"{day}T10:30"}],
    }))  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service without an account, with two editions of a house that has data already."""
    url = f"sqlite:///{tmp_path_factory.mktemp('empty') / 'fairmatch.db'}"
    database = Database(url)
    upgrade(database)
    with database.write() as session:
        actor = Actor(access.create_tenant(session, "bureau", "Bureau of Commerce").id)
        events.create_event(session, actor, _event("open", opens=-2, closes=20))
        events.create_event(session, actor, _event("over", opens=-20, closes=-10))
        for lang, text in (("en", "We may show your contact data."), ("fr", "Vos coordonnées peuvent être montrées.")):
            consents.write_wording(session, actor, WordingIn(purpose="contact", language=lang, text=text))
    database.close()
    with serving(url, setup_code=_CODE, workers_in_process=False) as (address, found):
        yield Site(address, found, "", "")


def _form(**changed: str) -> dict[str, str]:
    return {
        "name": "Maison Élan", "kind": "brand-owner", "country": "FR", "person": "Jeanne Martin",
        "email": "jeanne@example.com", "staff": "1", "side": "buys", "wanted": "knitted T-shirts\npolo shirts",
        "quantity": "5 000",
    } | changed  # fmt: skip


def test_without_the_code_nobody_sets_the_service_up(empty: Site) -> None:
    with empty.client(None) as client:
        assert "Code" in client.get("/setup").text
        for path in ("/setup/look", "/setup"):
            guess = {"token": "fu_guess", "new_house": "X", "name": "X", "email": "x@example.org"}
            answer = client.post(path, data=guess | {"password": PASSWORD})
            assert answer.status_code == 403
            assert "This is not the code" in answer.text
    with empty.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 0


def test_an_application_is_taken_down_once_and_answered_by_letter(empty: Site) -> None:
    with empty.client(None, "fr") as client:
        page = client.get("/fairs/bureau/open/registration").text
        assert "Vos coordonnées peuvent être montrées." in page
        for _ in range(2):
            answer = client.post("/fairs/bureau/open/registration", data=_form())
            assert (answer.status_code, answer.headers["location"]) == (303, "/fairs/bureau/open")
        assert "Un courriel confirme" in client.get("/fairs/bureau/open").text
    with empty.database.read() as session:
        row = session.scalars(select(Registration).where(Registration.email == "jeanne@example.com")).one()
        assert row.form["request"]["products"] == ["knitted T-shirts", "polo shirts"]
        assert (row.form["request"]["quantity"], row.language) == (5000, "fr")
        assert session.scalar(select(func.count()).select_from(Letter).where(Letter.email == row.email)) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "nobody"}, "email"), ({"name": ""}, "name"), ({"side": ""}, "side"),
        ({"quantity": "many"}, "quantity"),
        ({"kind": "wizard"}, "kind"), ({"staff": "99"}, "staff"), ({"side": "supplies", "moq": "0"}, "moq"),
    ],
)  # fmt: skip
def test_each_fault_stands_at_its_field_and_nothing_is_lost(empty: Site, changed: dict[str, str], field: str) -> None:
    with empty.client(None) as client:
        answer = client.post("/fairs/bureau/open/registration", data=_form(person="Ana <i>", **changed))
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text or field == "side"
    assert "Ana &lt;i&gt;" in answer.text
    assert re.search("needs? mending", answer.text)


def test_registration_that_is_over_says_so(empty: Site) -> None:
    with empty.client(None) as client:
        assert "Registration is closed" in client.get("/fairs/bureau/over").text
        assert client.post("/fairs/bureau/over/registration", data=_form()).status_code == 409
        assert client.get("/fairs/bureau/none").status_code == 404


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_anybody_registers_in_a_browser(chromium: Browser, empty: Site, lang: str) -> None:
    with looking(chromium, empty.url, None, lang, phone=lang == "zh") as look:
        page = look.open("/fairs/bureau/open")
        assert page.locator("h1").inner_text() == ("丝棉对接会" if lang == "zh" else "Silk & cotton day")
        assert looked_over(page, colours=lang == "en") == ""
        page.click("main a.button.primary")
        assert looked_over(page, colours=lang == "en") == ""
        for name, value in _form(email=f"browser-{lang}@example.com").items():
            field = page.locator(f"[name={name}]")
            if field.first.get_attribute("type") == "radio":
                page.check(f"[name={name}][value={value}]")
            elif name in ("kind", "country"):
                field.select_option(value)
            else:
                field.fill(value)
        page.click("main button.primary")
        page.wait_for_selector(".notice.good")
    with empty.database.read() as session:
        found = Registration.email == f"browser-{lang}@example.com"
        assert session.scalar(select(func.count()).select_from(Registration).where(found)) == 1


def test_the_first_account_is_made_from_the_terminals_link_and_only_once(chromium: Browser, empty: Site) -> None:
    with looking(chromium, empty.url, None) as look:
        page = look.open(f"/setup#{_CODE}")
        page.wait_for_selector("[name=password]")
        assert _CODE not in page.url
        assert looked_over(page) == ""
        page.fill("[name=name]", "Camille Durand")
        page.fill("[name=email]", "Camille@Example.org")
        page.fill("[name=password]", PASSWORD)
        page.click("main button.primary")
        page.wait_for_url("**/events")
        look.complaints.clear()
    with empty.client(None) as client:
        answer = client.post("/setup", data={"token": _CODE, "new_house": "Y", "name": "Y", "email": "y@example.org",
                                             "password": PASSWORD})  # fmt: skip
        assert answer.status_code == 409
        assert "has been set up" in client.get("/setup").text
    with empty.client("camille@example.org") as client:
        assert client.get("/", follow_redirects=False).headers["location"] == "/events"
