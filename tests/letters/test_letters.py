"""Letters: every kind in every language with the same placeholders, nothing hostile, nobody else's meetings."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import letters
from app.domain.agenda_changes import AgendaChange, changes, with_removed
from app.domain.letters import LANGUAGES, LETTERS, catalogue, letter_language, write_letter
from app.domain.timetables import EventInfo, Party, PlannedMeeting, Timetable

START = datetime(2025, 10, 26, 8, 0, tzinfo=UTC)  # 09:00 in Paris, on the day when the clocks go back
EVENT = EventInfo("p", "Paris edition", "Europe/Paris", "Hall 4", date(2025, 10, 26), date(2025, 10, 26))
BUYER, KNITTER, OTHER = Party("b", "Maison Été"), Party("s", "青山湖针织"), Party("x", "Secret Rival Ltd")
LINK = "https://fair.example/m/1?token=abc&x=1"


def _timetable(*rows: tuple[str, int, str, Party, str]) -> Timetable:
    meetings = tuple(
        PlannedMeeting(
            name,
            0,
            START + timedelta(hours=hour),
            START + timedelta(hours=hour + 1),
            place,
            (who, BUYER),
            status=status,
        )
        for name, hour, place, who, status in rows
    )
    other = PlannedMeeting("z", 0, START, START + timedelta(hours=1), "T9", (OTHER, KNITTER))
    return Timetable(EVENT, (), (), (*meetings, other), START)


TABLES = _timetable(("m1", 0, "T1", KNITTER, "planned"), ("m2", 2, "T2", KNITTER, "cancelled"))
LATER = _timetable(("m1", 1, "T3", KNITTER, "planned"), ("m3", 4, "T4", KNITTER, "planned"))


def facts_of(kind: str, **more: Any) -> Any:
    """Facts of a kind, every text of them overridable."""
    agenda = TABLES.agenda("b")
    account = {"name": "Li Na", "house": "Fair House", "link": LINK, "expires_at": START, "zone": "Asia/Shanghai"}
    asked = {"name": "Li Na", "event": EVENT, "counterpart": "Maison Été", "link": LINK}
    mine = {"name": "Li Na", "agenda": agenda, "link": LINK}
    entered = {"name": "Li Na", "event": EVENT, "organisation": "Knit Co"}
    values: dict[str, dict[str, Any]] = {
        "invitation": account,
        "password-reset": account,
        "request-received": {**asked, "message": "We knit.\n\nShall we meet?", "expires_at": START},
        "request-accepted": asked,
        "request-declined": asked,
        "request-expiring": {**asked, "expires_at": START},
        "request-expired": asked,
        "schedule-published": mine,
        "schedule-changed": {**mine, "changes": changes(agenda, LATER.agenda("b"))},
        "reminder": mine,
        "outcomes-wanted": mine,
        "registration-received": entered,
        "registration-approved": {**entered, "link": LINK},
        "registration-refused": {**entered, "reason": "The hall is full."},
        "erasure-done": {
            "name": "", "house": "Fair House", "erased_at": START, "zone": "Europe/Paris", "reference": "E-1",
        },
    }  # fmt: skip
    return LETTERS[kind](**{**values[kind], **more})


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_kind_is_in_every_language_with_the_same_placeholders() -> None:
    assert set(catalogue()) == {*LETTERS, "common"}
    for kind, by_language in catalogue().items():
        assert tuple(by_language) == LANGUAGES, kind
        english = by_language["en"]
        for lang, words in by_language.items():
            assert words.keys() == english.keys(), (kind, lang)
            for part, words_of_part in words.items():
                assert words_of_part.strip()
                assert _names(words_of_part) == _names(english[part]), (kind, lang, part)
            if kind != "common":
                shape = [len(re.findall(r"\n\n", entry["body"].strip())) for entry in (words, english)]
                assert shape[0] == shape[1], (kind, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", LETTERS)
def test_a_letter_is_whole(kind: str, lang: str) -> None:
    letter = write_letter(facts_of(kind), lang)
    assert letter.lang == lang
    assert letter.subject
    assert "\n" not in letter.subject
    assert not set("{}") & set(letter.subject + letter.text)
    if kind != "erasure-done":
        assert "Li Na" in letter.text
    seen = _Html(letter.html)
    assert seen.lang == lang
    for line in letter.text.split("\n"):
        words = line.removeprefix(">").removeprefix("- ").strip()
        assert words in seen.text, words
    assert seen.links in ([], [LINK])
    assert "Secret Rival" not in letter.text + letter.html


def test_languages_are_distinct_and_unknown_ones_become_english() -> None:
    texts = {write_letter(facts_of("reminder"), lang).text for lang in LANGUAGES}
    assert len(texts) == 3
    assert [letter_language(tag) for tag in ("zh-Hans-CN", "fr_FR", "de", "xx", None)] == ["zh", "fr", "en", "en", "en"]


def test_times_are_those_of_the_event_with_its_zone_named() -> None:
    text = write_letter(facts_of("schedule-published"), "en").text
    assert "Sunday, 26 October 2025, 09:00–10:00, Europe/Paris (UTC+01:00), table T1, with 青山湖针织" in text
    assert "T2" not in text  # cancelled
    assert "16:00, Asia/Shanghai (UTC+08:00)" in write_letter(facts_of("password-reset"), "en").text


def test_a_change_says_what_was_and_what_is() -> None:
    text = write_letter(facts_of("schedule-changed"), "en").text
    assert "Changed: Sunday, 26 October 2025, 10:00–11:00" in text
    assert "(before: 26 Oct 2025, 09:00–10:00, table T1)" in text
    assert "New: Sunday, 26 October 2025, 13:00–14:00" in text
    back = write_letter(facts_of("schedule-changed", changes=changes(LATER.agenda("b"), TABLES.agenda("b"))), "fr").text
    assert "Annulé : dimanche 26 octobre 2025, 13:00–14:00" in back


def test_changes_are_told_once_and_equal_agendas_have_none() -> None:
    before, after = TABLES.agenda("b"), LATER.agenda("b")
    assert [(change.kind, change.meeting.id) for change in changes(before, after)] == [("moved", "m1"), ("new", "m3")]
    assert changes(before, before) == ()
    renamed = replace(before, meetings=tuple(replace(m, purpose="else", sequence=3) for m in before.meetings))
    assert changes(before, renamed) == ()
    with pytest.raises(ValueError, match="before or after"):
        _ = AgendaChange("off", None, None).meeting


def test_meetings_that_vanish_are_kept_as_cancelled() -> None:
    kept = {meeting.id: meeting for meeting in with_removed(LATER.agenda("b"), TABLES.agenda("b")).meetings}
    assert (kept["m3"].status, kept["m3"].sequence) == ("cancelled", 1)
    assert (kept["m1"].status, kept["m1"].sequence) == ("planned", 0)
    assert kept["m2"].sequence == 0


@pytest.mark.parametrize("link", ["javascript:alert(1)", "fair.example/x", "https://a b", 'https://a"b', ""])
def test_a_link_is_an_address_or_nothing_is_written(link: str) -> None:
    with pytest.raises(ValueError, match="whole address"):
        write_letter(facts_of("request-accepted", link=link))


@given(text=st.text(st.characters(), max_size=200), kind=st.sampled_from(sorted(LETTERS)))
def test_nothing_that_people_write_becomes_markup_or_a_header(text: str, kind: str) -> None:
    hostile = f"{text}</p>\r\nBcc: x@y.example\r\n<script>alert(1)</script><img src=x onerror=alert(1)>{{0.__class__}}"
    texts = {"name", "house", "counterpart", "organisation", "message", "reason", "reference"}
    facts = facts_of(kind)
    facts = replace(facts, **dict.fromkeys(texts & set(facts.__dataclass_fields__), hostile))
    letter = write_letter(facts, "fr")
    assert not set("\r\n") & set(letter.subject)
    seen = _Html(letter.html)
    assert not seen.tags & {"script", "img", "iframe", "form"}
    assert seen.handlers == []


def test_the_names_are_exported() -> None:
    assert {facts.__name__ for facts in LETTERS.values()} <= set(letters.__all__)


class _Html(HTMLParser):
    """What a reader sees of a page: its words, its tags, where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.lang, self.tags, self.links, self.handlers = "", "", set[str](), list[str](), list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        self.lang = found.get("lang") or self.lang if tag == "html" else self.lang
        self.links += [found["href"] or ""] if tag == "a" else []
        self.handlers += [name for name in found if name.startswith("on")]
        self.text += "\n" if tag in ("p", "br", "li") else ""

    def handle_data(self, data: str) -> None:
        self.text += data
