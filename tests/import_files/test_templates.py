"""Templates: filled in with their own examples they read back without a word, in every language."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from app.domain.lists import KINDS, LANGUAGES, UnusableListError, fields_of, read_list, read_lists
from app.domain.lists.examples import example_of, list_name
from app.domain.lists.fields import Kind
from app.domain.profiles import BuyerProfile, CapabilityProfile, SourcingRequest
from app.io.spreadsheets import read_tables
from app.io.templates import notes_csv, template_csv, template_xlsx


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_workbook_with_its_examples_reads_back(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(template_xlsx(lang=lang, example=True))
    found = read_lists(read_tables(path))
    assert [parsed.kind for parsed in found.lists] == list(KINDS)
    assert found.problems == []
    for parsed in found.lists:
        assert {column.how for column in parsed.mapping.columns} == {"exact"}
        assert parsed.mapping.language == lang
        assert len(parsed.records) == 1
    by_kind = {parsed.kind: parsed.records[0] for parsed in found.lists}
    assert CapabilityProfile(**by_kind["exhibitors"].of("profile")).moq == 600
    assert BuyerProfile(**by_kind["buyers"].of("profile")).price_tier == "mid"
    for kind in ("buyers", "requests"):
        request = {name: value for name, value in by_kind[kind].of("request").items() if name != "id"}
        assert SourcingRequest(**request).quantity == 5000


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_csv_with_its_example_reads_back(tmp_path: Path, kind: Kind, lang: str) -> None:
    path = tmp_path / f"{kind}.csv"
    path.write_bytes(template_csv(kind, lang, example=True))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    parsed = read_list(read_tables(path)[0])
    assert parsed.kind == kind
    assert parsed.problems == []
    assert len(parsed.records) == 1


def test_an_empty_template_has_no_entries(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(template_xlsx())
    with pytest.raises(UnusableListError, match="no entry"):
        read_lists(read_tables(path))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_is_explained(lang: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_xlsx(lang=lang)))
    rows = list(book[list_name("notes", lang)].iter_rows(min_row=2, values_only=True))
    headers = [(list_name(kind, lang), field.header(lang)) for kind in KINDS for field in fields_of(kind).values()]
    assert [row[:2] for row in rows] == headers
    assert all(row[3] for row in rows)
    assert rows[1][2], "the name of an exhibitor is needed"


def test_short_lists_are_offered_as_drop_downs() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_xlsx(["certificates"], "fr")))
    sheet = book[list_name("certificates", "fr")]
    rules = sheet.data_validations.dataValidation
    assert len(rules) == 1
    letters, _, last = rules[0].formula1.removeprefix("options!$").partition("$1:$")
    offered = [row[0].value for row in book["options"][f"{letters}1:{letters}{last.partition('$')[2]}"]]
    assert offered == ["déclaré", "documenté", "vérifié", "expiré"]
    assert book["options"].sheet_state == "hidden"


def test_examples_are_in_the_language_of_the_template() -> None:
    fields = fields_of("exhibitors")
    assert example_of(fields["country"], "zh") == "中国"
    assert example_of(fields["country"], "it") == "Cina"
    assert example_of(fields["products"], "en") != example_of(fields["products"], "de")


def test_the_notes_are_there_as_csv_too() -> None:
    text = notes_csv(["clusters"], "de").decode("utf-8-sig")
    assert text.splitlines()[0] == "Blatt,Spalte,Nötig,Was hineingehört,Beispiel"
    assert len(text.splitlines()) == len(fields_of("clusters")) + 1


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="en, zh, fr, de, it, not in 'es'"):
        template_xlsx(lang="es")
    with pytest.raises(ValueError, match="not in 'es'"):
        template_csv("buyers", "es")
