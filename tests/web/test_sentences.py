"""Sentences of services are recognised where a page shows them, and said in the reader's language."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain import profiles
from app.web import sentences, words
from app.web.forms import Form
from tests.web.conftest import EVENT, Site

_APP = Path(__file__).parents[2] / "app"
_NAME = re.compile(r"\{\w*\}")


def _rows() -> dict[str, tuple[str, str]]:
    with (_APP / "web" / "sentences.csv").open(encoding="utf-8") as file:
        return {row["en"]: (row["zh"], row["fr"]) for row in csv.DictReader(file)}


#: what no page ever shows, and why
_UNSEEN = {
    "core/settings.py": "settings are read at start-up",
    "db/backup.py": "the command line keeps and restores backups",
    "db/loading.py": "the command line",
    "db/types.py": "a fault of the program",
    "domain/agenda_changes.py": "a fault of the program",
    "domain/letters/": "a fault of the program",
    "domain/scheduling/": "problem files of the command line",
    "domain/transfers.py": "the interface, where headers are told as JSON",
    "io/backups.py": "the command line",
    "io/editions.py": "files of the command line",
    "io/http.py": "calls to webhooks, told in the interface and the log",
    "io/judgements.py": "files of the command line",
    "io/mail.py": "letters, told in the log",
    "io/pdf/": "a fault of the program",
    "io/spreadsheets/workbook_child.py": "codes between two processes",
    "io/templates.py": "a fault of the program",
    "services/backup.py": "the command line",
    "services/matching/evaluating.py": "the command line",
    "services/sampling.py": "samples are part of the program",
    "services/sending.py": "calls to webhooks",
}
_FAULTS_OF_THE_PROGRAM = ("AssertionError", "KeyError", "RuntimeError", "TypeError")
#: sentences whose rows are worded otherwise, as they come out
_OTHERWISE = {
    "min_meetings_{} ({}) is above max_meetings_{} ({})": tuple(
        f"min_meetings_{side} (9) is above max_meetings_{side} (7)" for side in ("buyer", "supplier")
    ),
    "{}/{}/{} could be {} or {}": ("3/4/2026 could be 2026-04-03 or 2026-03-04",),
    "{} is {}": ("-3 is negative", "0 is too small"),
    'for inches: {}"': ('for inches: 16"',),
    "at most 100": ("at most 100",),
    "{} {}. Delete what is not part of the list, or split it.": (
        "'a.xlsx' has 900 sheets; at most 50 are read. Delete what is not part of the list, or split it.",
    ),
}


def _written(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The texts that an expression can be, as they stand in the source, `{}` for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _written(node.body, named)
        yield from _written(node.orelse, named)
    elif isinstance(node, ast.Name):
        for value in named.get(node.id, []):
            yield from _written(value, {})


def _told(file: Path) -> Iterator[str]:
    """What a module refuses, and what it says of cells that it reads."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Name, ast.Attribute)):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        of_a_cell = name in ("refuse", "warn", "_note", "_problem", "Problem")
        count = 9 if of_a_cell else int(name.endswith("Error") and name not in _FAULTS_OF_THE_PROGRAM)
        for given in node.args[:count]:
            yield from (told for told in _written(given, named) if " " in told or not of_a_cell)


def _sentences() -> Iterator[tuple[str, str]]:
    """All that a page may have to say, and its module."""
    files = [
        file for layer in ("core", "db", "domain", "io", "services", "web") for file in (_APP / layer).rglob("*.py")
    ]
    for file in [*sorted(files), _APP / "api" / "problems.py", _APP / "api" / "guard.py"]:
        place = file.relative_to(_APP).as_posix()
        if not place.startswith(tuple(_UNSEEN)):
            yield from ((told, place) for told in _told(file) if re.search("[a-z]{2}", _NAME.sub("", told)))


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
        ("'Atlantis' is no country we know", "zh", "“Atlantis”不是已知国家"),
        ("'Atlantis' is no country we know", "fr", "« Atlantis » n’est pas un pays connu"),
        ("This page is for buyer or enterprise; your role is organiser.", "zh",
         "此页面仅限采购商、企业；您的角色是主办方。"),
        ("'spy' is no kind of organisation; one of fabric-mill, buyer-alliance", "fr",
         "« spy » n’est pas une sorte d’organisation ; choisissez parmi Tisseur, buyer-alliance"),
        ("There is no event 'x'; there is 'a', 'b'.", "zh", "没有活动“x”；现有“a”、“b”。"),
        ("There is no schedule 0199c0de.", "fr", "Ce planning n’existe pas."),
        ("Not moved: no place is free in s03.", "zh", "未完成：s03 没有空桌位。"),
        ("Not moved: Li Na is not free in that slot.", "zh", "未移动：Li Na 在该时段没有空。"),
        ("The file 'list.xlsx' is a web page (HTML), not a spreadsheet. Save it.", "zh",
         "文件“list.xlsx”是网页（HTML），不是表格。Save it."),
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


def test_all_that_a_page_may_have_to_say_is_translated() -> None:
    known = {_NAME.sub("{}", text) for text in _rows()}
    found = dict(_sentences())
    assert len(found) > 300
    known |= {text for text, said in _OTHERWISE.items() if all(sentences.translated(each, "zh") for each in said)}
    assert not {text: place for text, place in found.items() if _NAME.sub("{}", text) not in known}


def test_a_refusal_on_a_form_is_in_the_readers_language(site: Site) -> None:
    with site.client(lang="zh") as client:
        refused = client.post(
            f"/events/{EVENT}/settings/rules",
            data={"max_must_meet": "3", "request_hours": "48", "min_meetings_buyer": "12", "max_meetings_buyer": "9"},
        )
        lost = client.get("/events/nowhere")
    assert "采购商会谈下限（12）高于上限（9）" in refused.text
    assert "没有活动“nowhere”" in lost.text
    assert 'lang="en"' not in re.sub(r'<button[^>]*lang="en"', "", lost.text)


def test_a_fault_is_plain_text_which_the_page_escapes() -> None:
    form = Form({"name": ["A & B"]}, "fr")
    form.fault("name", words.say("Write it like {example}.", "fr", example="A & B"))
    assert form.faults["name"] == ["Écrivez-le comme A & B."]


@pytest.mark.parametrize(
    ("field", "said", "en", "fr"),
    [
        ("currency", "EURO", "EURO is no code of a currency; write EUR",
         "EURO n’est pas un code de monnaie ; écrivez EUR"),
        ("currency", "money",
         "there is no currency money; write its three letters of ISO 4217, such as EUR, USD or CNY",
         "il n’y a pas de monnaie money ; écrivez ses trois lettres ISO 4217, par exemple EUR, USD ou CNY"),
        ("delivery_country", "Frankreich", "Frankreich is no code of a country; write FR",
         "Frankreich n’est pas un code de pays ; écrivez FR"),
        ("delivery_country", "Narnia",
         "there is no country Narnia; write its two letters of ISO 3166-1, such as FR, GB or CN",
         "il n’y a pas de pays Narnia ; écrivez ses deux lettres ISO 3166-1, par exemple FR, GB ou CN"),
    ],
)  # fmt: skip
def test_what_is_no_code_is_told_which_is(field: str, said: str, en: str, fr: str) -> None:
    for lang, expected in (("en", en), ("fr", fr)):
        form = Form({field: [said]}, lang)
        assert form.shape(profiles.SourcingRequest, {field: said}) is None
        assert form.faults[field] == [expected]
