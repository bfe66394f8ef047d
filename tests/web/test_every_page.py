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
from playwright.sync_api import Browser, Page
from sqlalchemy import String, Text, select, update
from sqlalchemy.exc import IntegrityError

from app.db.base import Base
from app.db.engine import Database
from app.db.models import Organisation
from tests.web.conftest import BUYER, ENTERPRISE, ORGANISER, Site, _parties, looked_over, looking, serving
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
#: what a page shows of it: that it was carried out, or that it was escaped twice
_HURT = """() => [
  window.hurt && 'a script ran', document.querySelector('hurt-probe') && 'an element was made',
  document.title.includes('49') && 'a formula was worked out',
  /&(amp|lt|gt|#3[49]|quot);/.test(document.body.innerText) && 'escaped twice',
].filter(Boolean)"""
#: less of the same page, in the same colours
_NARROWED = re.compile(r"\?(box|kinds?|reason|request|state)$")
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


@pytest.fixture(scope="module")
def coloured() -> set[tuple[str, bool, str]]:
    """Whose pages have had their contrast measured, in the dark or not."""
    return set()


@pytest.mark.parametrize(
    ("email", "start", "lang", "phone", "dark"),
    [
        (ORGANISER, "/events", "en", False, False), (ORGANISER, "/events", "zh", True, True),
        (ENTERPRISE, "/my", "zh", False, True), (ENTERPRISE, "/my", "fr", True, False),
        (BUYER, "/my", "fr", False, False), (BUYER, "/my", "zh", True, False),
    ],
)  # fmt: skip
def test_pages_are_for_everybody(
    chromium: Browser, site: Site, coloured: set[tuple[str, bool, str]], email: str, start: str, lang: str, *,
    phone: bool, dark: bool,
) -> None:  # fmt: skip
    wrong: list[str] = []
    names = _own_names(site.database)
    assert len(names) > 10
    with looking(chromium, site.url, email, lang, phone=phone, dark=dark) as look:
        for kind in walk(look.page, site.url, start, _codes(site.database)):
            shown = email, dark, _NARROWED.sub("", kind)
            wrong += filter(None, [looked_over(look.page, colours=shown not in coloured)])
            coloured.add(shown)
            if look.page.locator("h1").count() != 1:
                wrong.append(f"{kind} has no one heading")
            if foreign := _foreign(look.page, names, lang):
                wrong.append(f"{kind} says in English: {foreign}")
    assert wrong == []


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
    # one process holds one queue, and `site` has it: nothing waits here for work to be done
    with serving(f"sqlite:///{copy}", workers_in_process=False) as (url, found):
        with found.read() as session:
            firm, brand = _parties(session)
        yield Site(url, found, firm.code, brand.code)


@pytest.mark.parametrize(("email", "start"), [(ORGANISER, "/events"), (ENTERPRISE, "/my"), (BUYER, "/my")])
def test_nothing_that_people_write_is_carried_out(chromium: Browser, poisoned: Site, email: str, start: str) -> None:
    hurt: list[str] = []
    with looking(chromium, poisoned.url, email) as look:
        for kind in walk(look.page, poisoned.url, start, _codes(poisoned.database)):
            hurt += [f"{kind}: {each}" for each in look.page.evaluate(_HURT)]
            hurt += [f"{kind}: {each}" for each in look.complaints if "Content Security Policy" in each]
    assert hurt == []
