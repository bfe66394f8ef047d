"""The declarative tables: every header means one thing, every type can be read, every field has a home."""

from __future__ import annotations

from collections import Counter

import pytest

from app.domain.lists import KINDS, LANGUAGES, fields_of
from app.domain.lists.fields import Kind, choices, rows_of
from app.domain.lists.headers import recognise_header
from app.domain.lists.readers import TYPES
from app.domain.lists.words import code_of, key, sign_key
from app.domain.participants import ANSWERS, EVIDENCE
from app.domain.profiles import BuyerProfile, CapabilityProfile, Certificate, SourcingRequest
from app.domain.vocabulary import vocabulary

#: columns that are read into other fields than their own
DERIVED = {"price": {"price_from", "price_to"}, "gsm": {"gsm_from", "gsm_to"}, "gauge": {"gauge_from", "gauge_to"},
           "width": {"width_from", "width_to"}}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_no_header_means_two_fields_of_one_list(kind: Kind) -> None:
    owners: dict[str, set[str]] = {}
    for name, field in fields_of(kind).items():
        for words in field.headers.values():
            for word in (name, *words):
                owners.setdefault(key(word), set()).add(name)
    assert {word: names for word, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_every_header_of_every_language_is_recognised(kind: Kind) -> None:
    for name, field in fields_of(kind).items():
        for lang in LANGUAGES:
            assert field.headers[lang], (name, lang)
            for word in field.headers[lang]:
                assert recognise_header(kind, word)[0] == name, (word, lang)


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_has_a_reader_and_every_vocabulary_exists(kind: Kind) -> None:
    for field in fields_of(kind).values():
        assert field.type in TYPES
        if field.type in ("words", "code") and field.argument:
            assert len(vocabulary(field.argument)) > 0
        if field.type in ("choice", "choices"):
            assert choices(field.argument)


@pytest.mark.parametrize(
    ("kind", "part", "model"),
    [
        ("exhibitors", "profile", CapabilityProfile),
        ("buyers", "profile", BuyerProfile),
        ("buyers", "request", SourcingRequest),
        ("requests", "request", SourcingRequest),
        ("certificates", "certificate", Certificate),
    ],
)
def test_the_parts_are_fields_of_the_profiles(kind: Kind, part: str, model: type) -> None:
    known = set(model.model_fields) | {"id"}
    for name, field in fields_of(kind).items():
        if field.part == part:
            assert (DERIVED.get(name, {name}) if field.type in ("band", "range") else {name}) <= known


@pytest.mark.parametrize(
    ("model", "kind", "elsewhere"),
    [(CapabilityProfile, "exhibitors", set()), (SourcingRequest, "requests", set()), (BuyerProfile, "buyers", set())],
)
def test_every_field_of_a_profile_can_be_imported(model: type, kind: Kind, elsewhere: set[str]) -> None:
    assert set(model.model_fields) - elsewhere <= set(fields_of(kind))


def test_short_lists_have_words_in_every_language_that_mean_one_thing() -> None:
    for name in sorted({row["set"] for row in rows_of("choices.csv")}):
        for code, words in choices(name).items():
            for lang in LANGUAGES:
                assert words[lang], (name, code, lang)
                assert code_of(name)[sign_key(words[lang][0])] == code


def test_answers_and_evidence_are_those_of_the_domain() -> None:
    assert tuple(choices("answer")) == ANSWERS
    assert tuple(choices("evidence")) == EVIDENCE
    assert set(choices("list")) == {*KINDS, "notes"}


def test_every_type_is_explained_in_every_language() -> None:
    explained = {row["key"]: row for row in rows_of("notes.csv")}
    for kind in KINDS:
        for field in fields_of(kind).values():
            assert all(explained[field.type][lang].strip() for lang in LANGUAGES)
    assert not [key for key, count in Counter(row["key"] for row in rows_of("notes.csv")).items() if count > 1]
