"""Passages find in a text what each list finds in it alone."""

import random

import pytest

from scoring.vocabulary import vocabulary
from scoring.vocabulary.finder import meant, settled
from scoring.vocabulary.passages import Passages
from scoring.vocabulary.text import plain

LISTS = ("products", "processes", "materials", "certificates", "words")
LITTLE = "of the with not without faux no le de et sans der und ohne kein di per senza , . ; poly ester imitation free"
_TOLD_APART = [
    "not silk scarves",
    "ohne Baum wolle",  # denied, and written apart
    "poly ester and faux silk, t shirts",
    "cotton, yarn of wool",
    "REACH and GOTS; to reach for gots",
    "Baumwolljacken aus recyceltem Polyester",
    "robes en soie, sans cuir",
    "für Kinder und fur coats",
    "silk free; leather alternative",
    "我们生产丝绸围巾 and cotton shirts",
    "",
]


@pytest.fixture(scope="module")
def passages() -> Passages:
    return Passages({name: vocabulary(name).finder for name in LISTS}, long=7)


def composed(seed: int) -> str:
    """Labels of all lists and languages, spoilt a little, between little words and invented ones."""
    draw = random.Random(seed)
    terms = [term for name in LISTS for term in vocabulary(name).terms.values()]
    out: list[str] = []
    for _ in range(draw.randint(1, 6)):
        label = draw.choice(list(draw.choice(terms).labels.values()))
        spoilt = (str.upper, lambda one: one.replace(" ", ""), lambda one: f"{one[:4]} {one[4:]}", str, str, str)
        out.append(draw.choice(spoilt)(label))
        out += draw.choices(LITTLE.split(), k=draw.randint(0, 3))
        out += ["".join(draw.choices("abcdeiourst", k=draw.randint(2, 9)))] * draw.randint(0, 1)
    return draw.choice((" ", ", ", "-", "\n")).join(out)


@pytest.mark.parametrize("texts", [_TOLD_APART, [composed(seed) for seed in range(300)]], ids=["known", "composed"])
def test_the_lists_together_find_what_each_finds_alone(passages: Passages, texts: list[str]) -> None:
    for text in map(plain, texts):
        said = passages.read(text)
        for name, spots in zip(LISTS, said.spots, strict=True):
            finder = vocabulary(name).finder
            alone = finder.matches(text)
            assert [(spot.reach, spot.entries) for spot in spots] == [(m.start - m.end, m.entries) for m in alone], text
            assert [code for code in settled([spot.entries for spot in spots]) if code] == [
                code for code in settled([match.entries for match in alone]) if code
            ]
            assert [(spot.meant, spot.entries) for spot in spots if spot.entries] == [
                (meant(m.entries, text[m.start : m.end]), m.entries) for m in alone if m.entries
            ]


def test_a_passage_is_looked_into_once(passages: Passages) -> None:
    first = passages.read("scarves lidaro")
    again = passages.read("dulomi scarves")
    assert first.spots[0]
    assert again.spots is first.spots


def test_long_words_and_the_language_are_told(passages: Passages) -> None:
    said = passages.read("Wir nähen die Kinderhandtaschen und mehr")
    assert (said.long, said.language) == (["kinderhandtaschen"], "de")
