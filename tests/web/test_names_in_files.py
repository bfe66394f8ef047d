"""An edition and the bodies behind it have the name in files that readers of the language know them by."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest

from app.db.engine import Database
from app.services import access, exports, sampling
from app.services.events import find_event
from app.services.problems import current_schedule
from app.services.schedules import event_info
from tests.web.conftest import EVENT

CHINESE = ("南昌青山湖针织服装产业供需对接会（巴黎）", "南昌市商务局", "青山湖区人民政府")
ENGLISH = (
    "Nanchang Qingshanhu meets Paris",
    "Nanchang Bureau of Commerce",
    "People's Government of Qingshanhu District",
)


@pytest.mark.parametrize(("lang", "names"), [("zh", CHINESE), ("zh-Hans", CHINESE), ("fr", ENGLISH), ("en", ENGLISH)])
def test_the_names_of_an_edition_by_language(paris: Path, lang: str, names: tuple[str, str, str]) -> None:
    database = Database(f"sqlite:///{paris}")
    with database.read() as session:
        actor = access.organiser_of(session, sampling.TENANT)
        told = event_info(session, find_event(session, actor, EVENT), lang)
    database.close()
    assert (told.name, *(body.name for body in told.bodies[:2])) == names
    assert told.bodies[2].name == "Paris Le Bourget exhibition centre"


def test_a_chinese_timetable_is_headed_in_chinese(paris: Path, tmp_path: Path) -> None:
    """It was headed in English throughout, though the console called the edition by its Chinese name."""
    database = Database(f"sqlite:///{paris}")
    with database.read() as session:
        actor = access.organiser_of(session, sampling.TENANT)
        event = find_event(session, actor, EVENT)
        assert current_schedule(session, event.id)
        files = exports.write_timetables(session, actor, event, tmp_path, lang="zh")
    database.close()
    page = pypdf.PdfReader(next(path for path in files if path.name == "timetable.pdf")).pages[0].extract_text()
    assert CHINESE[0] in page.replace("\n", "")
    assert CHINESE[1] in page
    assert ENGLISH[0] not in page
    calendar = next(path for path in files if path.name == "timetable.ics").read_text(encoding="utf-8")
    assert CHINESE[0][:6] in calendar
