"""Cleaning what people typed, and the catalogue of labels."""

from __future__ import annotations

import string
import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import i18n
from app.core.text import clean, one_line, shorten

ANY_TEXT = st.text(st.characters(), max_size=80)  # lone surrogates and controls too


@given(ANY_TEXT)
def test_clean_text_can_be_written_and_is_stable(raw: str) -> None:
    cleaned = clean(raw)
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned
    assert all(c in "\t\n" or unicodedata.category(c) not in ("Cc", "Cs") for c in cleaned)


def test_what_cannot_be_written_stays_visible() -> None:
    assert clean("a\x07b\ud800c\uffff") == "a�b�c�"
    assert clean("a\r\nb\u2028c") == "a\nb\nc"
    assert clean("\u202egnp.exe\u202c") == "gnp.exe"
    assert clean("E\u0301te\u0301") == "Été"


@given(ANY_TEXT, st.integers(1, 40))
def test_one_line_and_short(raw: str, longest: int) -> None:
    line = one_line(raw)
    assert "\n" not in line
    assert line == line.strip()
    assert len(shorten(line, longest)) <= longest


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_message_is_there_in_every_language(lang: str) -> None:
    english = i18n._catalogue()
    for key, entry in english.items():
        assert set(entry) == set(i18n.LANGUAGES), key
        fields = [{name for _, name, _, _ in string.Formatter().parse(entry[tag]) if name} for tag in ("en", lang)]
        assert fields[0] == fields[1], key
        assert entry[lang].strip() == entry[lang] != "", key


def test_the_language_is_negotiated() -> None:
    tags = ["zh-Hans-CN", "zh", "fr-CH", "DE", "it_IT", "pt", "", None]
    assert [i18n.language(tag) for tag in tags] == ["zh", "zh", "fr", "de", "it", "en", "en", "en"]


def test_numbers_shares_and_counts_follow_the_language() -> None:
    assert [i18n.format_number(1234567.891, lang) for lang in ("en", "de", "zh")] == [
        "1,234,567.89",
        "1.234.567,89",
        "1,234,567.89",
    ]
    assert i18n.format_share(0.0023, "en", 2) == "0.23%"
    assert i18n.format_share(0.127, "de") == "12,7\u00a0%"
    assert [i18n.plural("count.meetings", n, "en") for n in (0, 1, 2)] == ["0 meetings", "1 meeting", "2 meetings"]
    assert i18n.plural("count.meetings", 2, "zh") == "2 场会谈"
    assert i18n.plural("count.meetings", 0, "de") == "0 Gespräche"


def test_dates_and_times_are_on_the_events_clock() -> None:
    moment = datetime(2025, 9, 15, 22, 30, tzinfo=UTC)
    assert i18n.format_datetime(moment, "Europe/Paris", "en") == "16 Sept 2025, 00:30"
    assert i18n.format_zone("Europe/Paris", moment) == "Europe/Paris (UTC+02:00)"
    assert i18n.format_zone("Europe/Paris", datetime(2025, 12, 1, tzinfo=UTC)) == "Europe/Paris (UTC+01:00)"
    assert i18n.format_date(date(2025, 9, 15), "zh") == "2025年9月15日星期一"
    later = datetime(2025, 9, 16, 23, 0, tzinfo=UTC)
    assert i18n.format_span(moment, later, "Europe/Paris", "fr") == "00:30–01:00 (17 sept. 2025)"
    assert i18n.format_days(moment, later, "Europe/Paris", "zh") == "2025年9月16日至17日"
    assert i18n.format_days(moment, moment, "Europe/Paris", "zh") == "2025年9月16日 00:30–00:30"


def test_codes_have_names_and_unknown_ones_stay() -> None:
    assert i18n.known("status", "no-show", "zh") == "缺席"
    assert i18n.known("status", "brand-new", "zh") == "brand-new"
    assert i18n.format_country("fr", "zh") == "法国"
    assert i18n.format_country("Q9") == "Q9"
    assert i18n.format_language("zh", "de") == "Chinesisch"


@pytest.mark.parametrize(
    ("lang", "name", "local", "told"),
    [
        ("zh", "Jiangxi Knit", "江西针织", ("江西针织", "Jiangxi Knit")),
        ("fr", "Jiangxi Knit", "江西针织", ("Jiangxi Knit", "江西针织")),
        ("zh", "Warenhaus Koenitz", "Warenhaus Könitz", ("Warenhaus Koenitz", "Warenhaus Könitz")),
        ("zh", "Maison Été", None, ("Maison Été", "")),
        ("zh", "江西针织", "江西针织", ("江西针织", "")),
    ],
)
def test_readers_of_chinese_look_for_the_own_name(
    lang: str, name: str, local: str | None, told: tuple[str, str]
) -> None:
    assert i18n.names_in(lang, name, local) == told


def test_every_reason_of_the_scheduler_has_words() -> None:
    """The codes are those that `app.domain.scheduling.reasons` lists in its docstring."""
    from app.domain.scheduling import reasons

    listed = (reasons.__doc__ or "").partition("Codes: ")[2].partition(".")[0]
    codes = [code.strip() for code in listed.split(",")]
    assert len(codes) > 10
    for code in codes:
        assert i18n.known("code", code, "fr") != code
