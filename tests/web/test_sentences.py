"""Sentences of services are recognised where a page shows them, and said in the reader's language."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.web import sentences, words
from app.web.forms import Form
from tests.web.conftest import EVENT, Site

_APP = Path(__file__).parents[2] / "app"
_NAME = re.compile(r"\{\w*\}")


def _rows() -> dict[str, tuple[str, str]]:
    with (_APP / "web" / "sentences.csv").open(encoding="utf-8") as file:
        return {row["en"]: (row["zh"], row["fr"]) for row in csv.DictReader(file)}


def _written(node: ast.AST) -> str | None:
    """A text as it stands in the source, `{}` for what is filled in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def _refusals() -> Iterator[tuple[str, str]]:
    """What services refuse: the sentence and its module."""
    for file in sorted((_APP / "services").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                told = _written(node.exc.args[0])
                if told:
                    yield told, file.relative_to(_APP / "services").as_posix()


def test_translations_fill_in_the_same_values() -> None:
    for text, told in _rows().items():
        for translation in told:
            assert translation, text
            assert set(_NAME.findall(translation)) <= set(_NAME.findall(text)), text


@pytest.mark.parametrize(
    ("said", "lang", "told"),
    [
        ("request 3 of 11", "zh", "第 3 项需求（共 11 项）"),
        ("annealing: value 3009.9, bound 3230.4", "fr", "amélioration : valeur 3009.9, borne 3230.4"),
        ("Not booked: T4 is taken in s03.", "zh", "未完成：T4 在 s03 已被占用。"),
        ("'Atlantis' is no country we know", "zh", "'Atlantis' 不是已知国家"),
        ("Registration opens on 2025-09-01 at 09:00 (Europe/Paris).", "fr",
         "Inscription : ouverture le 2025-09-01 à 09:00 (Europe/Paris)."),
        ("request 3 of 11", "en", "request 3 of 11"),
    ],
)  # fmt: skip
def test_a_sentence_is_recognised_with_what_stands_in_it(said: str, lang: str, told: str) -> None:
    assert sentences.plain(said, lang) == told


def test_what_nobody_has_translated_is_marked_as_english_and_escaped() -> None:
    assert sentences.shown("Nobody <knows> this.", lang="zh") == '<span lang="en">Nobody &lt;knows&gt; this.</span>'
    assert sentences.shown("Nobody <knows> this.", lang="en") == "Nobody &lt;knows&gt; this."


def test_most_refusals_of_services_are_translated() -> None:
    """Those that are not are of the command line, of webhooks and keys, or name ids that no page sends."""
    known = {_NAME.sub("{}", text) for text in _rows()}
    found = dict(_refusals())
    lacking = {text: place for text, place in found.items() if _NAME.sub("{}", text) not in known}
    assert len(lacking) <= 0.35 * len(found), lacking


def test_a_refusal_on_a_form_is_in_the_readers_language(site: Site) -> None:
    with site.client(lang="zh") as client:
        refused = client.post(
            f"/events/{EVENT}/settings/rules",
            data={"max_must_meet": "3", "request_hours": "48", "min_meetings_buyer": "12", "max_meetings_buyer": "9"},
        )
        lost = client.get("/events/nowhere")
    assert "采购商会谈下限（12）高于上限（9）" in refused.text
    assert "没有活动 &#39;nowhere&#39;" in lost.text
    assert 'lang="en"' not in re.sub(r'<button[^>]*lang="en"', "", lost.text)


def test_a_fault_is_plain_text_which_the_page_escapes() -> None:
    form = Form({"name": ["A & B"]}, "fr")
    form.fault("name", words.say("Write it like {example}.", "fr", example="A & B"))
    assert form.faults["name"] == ["Écrivez-le comme A & B."]
