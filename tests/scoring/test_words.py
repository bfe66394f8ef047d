"""Everyday words carry a text across languages, and count in the text term alone."""

from __future__ import annotations

import pytest

from scoring import SupplierRanker
from scoring.records import read_one

LABELS = [
    {"id": "a", "name": "Baby sleepwear"},
    {"id": "b", "name": "Women's sleepwear"},
    {"id": "c", "name": "Men's sleepwear"},
    {"id": "d", "name": "Bag accessories"},
    {"id": "e", "name": "Hair accessories"},
    {"id": "f", "name": "Bag straps"},
]


@pytest.fixture(scope="module")
def labels() -> SupplierRanker:
    return SupplierRanker(as_of="2025-09-15").fit(LABELS)


@pytest.mark.parametrize(
    ("asked", "best"),
    [
        ("vêtements de nuit pour bébé", "a"),
        ("Schlafanzüge für Babys", "a"),
        ("pigiami da donna", "b"),
        ("男士睡衣", "c"),
        ("accessoires pour sacs", "d"),
        ("accessori per capelli", "e"),
        ("箱包配件", "d"),
        ("tracolle per borse", "f"),
    ],
)
def test_a_modifier_tells_siblings_apart_in_every_language(labels: SupplierRanker, asked: str, best: str):
    assert labels.rank([{"id": "r", "text": asked}], k=1).ids[0, 0] == best


def test_the_reason_is_given_in_the_reader_s_language(labels: SupplierRanker):
    told = labels.explain({"id": "r", "text": "男士睡衣"}, "c", lang="fr")
    because = next(term.because for term in told.terms if term.name == "text")
    assert "vêtements de nuit" in because


def test_everyday_words_are_no_products():
    record = read_one({"id": "x", "text": "Zubehör für Damen"}, "demand")
    assert ("words", "accessory") in record.hints
    assert not any(name == "words" for name, _ in record.mentions)


def test_a_word_with_two_meanings_counts_as_each_of_them():
    record = read_one({"id": "x", "text": "nursing"}, "demand")
    assert {code for name, code in record.hints if name == "words"} >= {"nursing"}
    assert ("words", "child") not in record.hints


def test_what_a_label_joins_is_meant_too():
    """`Coats and jackets` is outerwear, and coats, and jackets; a paragraph has other words to say so."""
    joined = {("products", "coats"), ("products", "jackets")}
    label = read_one({"id": "x", "text": "coats and jackets"}, "demand")
    assert ("products", "outerwear") in label.mentions
    assert joined <= set(label.hints)
    assert joined.isdisjoint(label.mentions)
    told = "We sew coats and jackets. " + "Our mill lies near the river. " * 3
    paragraph = read_one({"id": "x", "text": told}, "demand")
    assert joined.isdisjoint(paragraph.hints)


def test_the_words_of_a_phrase_are_meant_too_in_a_label():
    label = read_one({"id": "x", "text": "Hair ornaments"}, "demand")
    assert {("words", "hair-accessory-word"), ("words", "hair"), ("words", "decorative")} <= set(label.hints)
    paragraph = read_one({"id": "x", "text": "Hair ornaments. " + "Our mill lies near the river. " * 3}, "demand")
    assert ("words", "hair") not in paragraph.hints


@pytest.mark.parametrize("text", ["fabricant", "Kapital", "managed", "chattel", "Handel"])
def test_no_word_is_found_inside_another(text: str):
    assert not [code for name, code in read_one({"id": "x", "text": text}, "demand").hints if name == "words"]
