"""Every page that links lead to, for each kind of user: axe finds nothing, nothing sticks out, no script complains.

The second walk is over a database in which every text that people can write is hostile.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import String, Text, select, update
from sqlalchemy.exc import IntegrityError

from app.db.base import Base
from app.db.engine import Database
from app.db.models import Organisation
from tests.web.conftest import BUYER, ENTERPRISE, ORGANISER, Site, _parties, looking, serving
from tests.web.walking import walk

_HOSTILE = (
    """"'><script>window.hurt=1</script><img src=x onerror="window.hurt=1"><hurt-probe></hurt-probe>{{7*7}}"""
    """<svg/onload=window.hurt=1>${7*7}"""
)
#: columns that hold what people write; ids, codes, states, addresses, digests and the like are checked on the way in
_WRITTEN = re.compile(
    r"^(name|name_local|title|title_local|description|message|note|label|place|city|speaker|reason|role_title|text"
    r"|position_title|subject|scope|source)$"
)
_TWICE = re.compile(r"&(amp|lt|gt|#3[49]|quot);")
_NOT = {"role", "phase", "place", "vocabulary"}


def _codes(database: Database) -> frozenset[str]:
    with database.read() as session:
        return frozenset(session.scalars(select(Organisation.code)))


def _own_names(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        named = select(Organisation.name, Organisation.name_local).where(Organisation.name_local.is_not(None))
        return [(name, own) for name, own in session.execute(named) if own != name]


def _foreign(page: Page, names: list[tuple[str, str]], lang: str) -> list[str]:
    """What a page says in English to readers of another language: sentences, and in Chinese names of Chinese firms."""
    texts = page.locator("main span[lang=en]").all_inner_texts() if lang != "en" else []
    said = page.locator("main").inner_text() if lang == "zh" else ""
    return texts + [name for name, own in names if name in said and own not in said]


@pytest.mark.parametrize(
    ("email", "start", "lang", "phone", "dark"),
    [
        (ORGANISER, "/events", "en", False, False), (ORGANISER, "/events", "zh", True, True),
        (ENTERPRISE, "/my", "zh", False, True), (ENTERPRISE, "/my", "fr", True, False),
        (BUYER, "/my", "fr", False, False), (BUYER, "/my", "zh", True, False),
    ],
)  # fmt: skip
def test_pages_are_for_everybody(
    chromium: Browser, site: Site, email: str, start: str, lang: str, *, phone: bool, dark: bool
) -> None:
    wrong: dict[str, str] = {}
    names = _own_names(site.database)
    assert len(names) > 10
    with looking(chromium, site.url, email, lang, phone=phone, dark=dark) as look:
        for kind in walk(look.page, site.url, start, _codes(site.database)):
            report = Axe().run(look.page)
            if report.violations_count:
                wrong[kind] = report.generate_report()[:1500]
            if not look.page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                wrong[kind] = wrong.get(kind, "") + " it sticks out to the side"
            if look.page.locator("h1").count() != 1:
                wrong[kind] = wrong.get(kind, "") + " it has no one heading"
            if foreign := _foreign(look.page, names, lang):
                wrong[kind] = wrong.get(kind, "") + f" it says in English: {foreign}"
    assert wrong == {}


@pytest.fixture(scope="module")
def poisoned(paris: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    copy = tmp_path_factory.mktemp("poisoned") / "fairmatch.db"
    shutil.copy(paris, copy)
    database = Database(f"sqlite:///{copy}")
    with database.write() as session:
        count = 0
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                free = (
                    isinstance(column.type, String | Text) and _WRITTEN.match(column.name) and not column.foreign_keys
                )
                if free and table.name not in _NOT and not column.unique:
                    with suppress(IntegrityError), session.begin_nested():  # some hold codes after all
                        session.execute(
                            update(table).where(column.is_not(None)).values({column.name: column + _HOSTILE})
                        )
                        count += 1
    assert count > 10
    database.close()
    with serving(f"sqlite:///{copy}") as (url, found):
        with found.read() as session:
            firm, brand = _parties(session)
        yield Site(url, found, firm.code, brand.code)


@pytest.mark.parametrize(("email", "start"), [(ORGANISER, "/events"), (ENTERPRISE, "/my"), (BUYER, "/my")])
def test_nothing_that_people_write_is_carried_out(chromium: Browser, poisoned: Site, email: str, start: str) -> None:
    hurt: list[str] = []
    with looking(chromium, poisoned.url, email) as look:
        for kind in walk(look.page, poisoned.url, start, _codes(poisoned.database)):
            page = look.page
            if page.evaluate("window.hurt") or page.locator("hurt-probe").count() or "49" in page.title():
                hurt.append(kind)
            if _TWICE.search(page.locator("body").inner_text()):
                hurt.append(f"{kind}: escaped twice")
            hurt += [f"{kind}: {each}" for each in look.complaints if "Content Security Policy" in each]
    assert hurt == []
