"""Sentences: whole in every language, with the same fields, and with the names people know."""

from __future__ import annotations

import csv
import re
from importlib import resources

import pytest

from app.core.i18n import LANGUAGES
from app.domain.scheduling import read_problem, solve
from app.domain.scheduling.words import Said
from tests.scheduling.test_reasons import EXPECTED

ROWS = list(
    csv.DictReader(
        resources.files("app.domain.scheduling").joinpath("sentences.csv").read_text(encoding="utf-8").splitlines()
    )
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_a_sentence_has_the_same_fields_in_every_language(row: dict[str, str]) -> None:
    assert set(row) == {"key", *LANGUAGES}
    fields = {lang: set(re.findall(r"\{(\w+)\}", row[lang])) for lang in LANGUAGES}
    assert all(row[lang] for lang in LANGUAGES)
    assert all(found == fields["en"] for found in fields.values())


def test_no_sentence_is_given_twice() -> None:
    assert len({row["key"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("code", "data"), EXPECTED)
def test_every_reason_is_a_whole_sentence_in_chinese_english_and_french(code: str, data: dict[str, object]) -> None:
    plan = solve(read_problem(data), time_limit=2.0)
    for left in (u for u in plan.unscheduled if u.code == code):
        said = [left.said.words(lang) for lang in ("en", "zh", "fr")]
        assert len(set(said)) == 3
        assert re.search("[\u4e00-\u9fff]", said[1])
        assert not re.search("[\u4e00-\u9fff]", said[0] + said[2])
        assert "{" not in "".join(said)


def test_names_are_put_in_place_of_ids_in_lists_and_nested_sentences_too() -> None:
    busy = Said("room.busy", {"who": "p1", "meetings": ("m1", "m2")})
    said = Said("locked_there", {"meeting": "m3", "slot": "s1", "room": busy})
    names = {"p1": "Atelier Lin", "m1": "Lin × Roux", "m3": "Lin × Weber"}
    assert said.words("en", lambda name: names.get(name, name)) == (
        "Lin × Weber is locked to s1, and there Atelier Lin is in Lin × Roux, m2"
    )
    assert said.words("zh") == "m3 被锁定在 s1，而届时p1 正在参加 m1、m2"


def test_a_long_list_is_cut_and_what_is_left_over_counted() -> None:
    said = Said("conflict.meetings", {"meetings": tuple(f"m{k}" for k in range(30))})
    assert said.words("en").endswith("m8 and 21 more.")
    assert str(said) == said.words("xx")
