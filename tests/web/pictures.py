"""Take the pictures of the console that the documents show, of the Paris sample, in a real browser.

python -m tests.web.pictures [FOLDER]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.web.conftest import _CHROMIUM, BUYER, ENTERPRISE, EVENT, ORGANISER, looking, make_paris, serving

Steps = Callable[[Page], object]
E = f"/events/{EVENT}"


def _first(selector: str) -> Steps:
    """Go where the first link of this kind leads."""

    def go(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_load_state()

    return go


#: name, who looks, language, where, what is done there, on a phone, in the dark
PICTURES: tuple[tuple[str, str, str, str, tuple[Steps, ...], bool, bool], ...] = (
    ("overview", ORGANISER, "en", E, (), False, False),
    ("participants-zh", ORGANISER, "zh", f"{E}/participants", (), False, False),
    ("ranking", ORGANISER, "en", f"{E}/ranking", (), False, False),
    ("schedule", ORGANISER, "en", f"{E}/schedule", (), False, False),
    ("live-phone-zh", ORGANISER, "zh", f"{E}/live", (), True, False),
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


def take(folder: Path) -> list[Path]:
    """Write one picture each; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with tempfile.TemporaryDirectory() as place:
        sample = make_paris(Path(place) / "paris")
        copy = Path(place) / "fairmatch.db"
        shutil.copy(sample, copy)
        with serving(f"sqlite:///{copy}") as (url, _database), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
            for name, email, lang, path, steps, phone, dark in PICTURES:
                with looking(browser, url, email, lang, phone=phone, dark=dark) as look:
                    look.open(path)
                    for step in steps:
                        step(look.page)
                    look.page.wait_for_load_state("networkidle")
                    written.append(folder / f"console-{name}.png")
                    look.page.screenshot(path=written[-1])
            browser.close()
    return written


if __name__ == "__main__":
    for picture in take(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")):
        sys.stdout.write(f"{picture}\n")
