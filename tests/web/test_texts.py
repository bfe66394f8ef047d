"""Every text of the pages is there in Chinese and French, says the same values, and is used."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

from app.web import words
from tests.web.said import said

_TEXTS = Path(__file__).parents[2] / "app" / "web" / "texts"


def _values(text: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_every_text_is_translated() -> None:
    assert {text: place for text, place in said().items() if text not in words.catalogue()} == {}


def test_translations_fill_in_the_same_values() -> None:
    rows = words.catalogue().items()
    other = [
        (text, told) for text, found in rows for told in found.values() if not told or _values(text) != _values(told)
    ]
    assert other == []


def test_no_text_is_translated_twice() -> None:
    files = [file.read_text(encoding="utf-8").splitlines() for file in _TEXTS.glob("*.csv")]
    texts = [row["en"] for lines in files for row in csv.DictReader(lines)]
    assert [text for text, times in Counter(texts).items() if times > 1] == []


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de,fr;q=0.7", "fr"),
        ("pl", "en"),
        ("", "en"),
        ("en;q=0.2,fr;q=0.9", "fr"),
        ("fr;q=x", "en"),
    ],
)
def test_the_browser_says_which_language(accepted: str, lang: str) -> None:
    assert words.spoken(accepted) == lang


def test_values_are_escaped_and_forms_are_counted() -> None:
    assert words.say("Write it like {example}.", "fr", example="<b>") == "Écrivez-le comme &lt;b&gt;."
    told = [words.say_count("One thing needs mending.", "{count} things need mending.", n, "fr") for n in (0, 1, 2)]
    assert told == ["Un point est à corriger.", "Un point est à corriger.", "2 points sont à corriger."]
