"""Several lists together name what each of them names alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.vocabulary import vocabulary
from scoring.vocabulary.inflect import core, skeleton, stemmed, without_umlauts
from scoring.vocabulary.naming import Names

LISTS = {name: vocabulary(name) for name in ("products", "processes", "materials", "certificates")}
NAMES = Names(LISTS)
WORDS = sorted(
    {
        word.lstrip("=")
        for own in LISTS.values()
        for term in own.terms.values()
        for word in (term.code, *term.labels.values(), *(one for words in term.aliases.values() for one in words))
    }
)
ENDINGS = st.sampled_from(
    ["", "s", "es", "ies", "x", "aux", "e", "en", "er", "em", "n", "i", "o", "che", "的", "y", "al"]
)


def alone(text: str) -> list[tuple[str, str]]:
    return [(name, code) for name, own in LISTS.items() if (code := own.named(text)) is not None]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(WORDS), st.integers(0, 3), ENDINGS, st.sampled_from([" ", "-", "", " – "]))
def test_the_lists_together_name_what_each_names_alone(word: str, cut: int, ending: str, between: str):
    for text in (word, word.upper(), word.replace(" ", between), word[: len(word) - cut] + ending, f" {word}. "):
        assert NAMES.of(text) == alone(text)


@pytest.mark.parametrize(
    "text", ["", "…", "silk", "Seiden", "metals", "of and with", "tshirts", "T – SHIRT", "iso-9001", "真丝的", "ä"]
)
def test_names_and_texts_that_are_none(text: str):
    assert NAMES.of(text) == alone(text)


@settings(max_examples=500, deadline=None)
@given(st.text("aeioubcdhglmnrsstxyzé", max_size=7), ENDINGS, ENDINGS, st.sampled_from(["en", "fr", "de", "it", "zh"]))
def test_a_stem_keeps_the_core_and_the_skeleton_of_its_word(begun: str, one: str, two: str, language: str):
    word = begun + one + two
    stem = stemmed(word, language)
    assert core(stem) == core(without_umlauts(word) if language == "de" else word)
    assert skeleton(stem.removesuffix("的")) == skeleton(word)
