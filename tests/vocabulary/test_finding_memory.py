"""What a finder remembers about words and pairs of words never changes what it finds."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.vocabulary import vocabulary
from scoring.vocabulary.finder import SETTLED, Finder, opening
from scoring.vocabulary.inflect import stem

LISTS = ("products", "materials", "words")
LITTLE = ["the", "of", "and", "le", "la", "der", "und", "mit", "il", "di", "no", "s", "t", "e", "faux", "ohne", "free"]


@cache
def _warm():
    return {name: Finder(vocabulary(name).terms) for name in LISTS}


@cache
def _words():
    return sorted(
        {
            word.lstrip("=").rstrip("-")
            for name in LISTS
            for term in vocabulary(name).terms.values()
            for language, label in term.labels.items()
            for word in (label, *term.aliases.get(language, ()))
        }
    )


A_WORD = st.deferred(lambda: st.sampled_from(_words()))


@st.composite
def torn(draw):
    """A word of a list, as it is, in capitals, torn apart or grown together with another."""
    word = draw(A_WORD)
    how = draw(st.sampled_from(["as it is", "as it is", "capitals", "torn", "compound"]))
    cut = draw(st.integers(0, len(word)))
    other = draw(A_WORD).lower()
    return {"capitals": word.upper(), "torn": f"{word[:cut]} {word[cut:]}", "compound": word + other}.get(how, word)


texts = st.lists(st.one_of(torn(), st.sampled_from(LITTLE)), min_size=1, max_size=10).flatmap(
    lambda words: st.sampled_from([" ", " ", "", ", ", "-"]).map(lambda between: between.join(words))
)


@settings(max_examples=60, deadline=None)
@given(texts)
def test_a_finder_that_has_read_much_finds_what_a_new_one_finds(text):
    for name, warm in _warm().items():
        fresh = Finder.__new__(Finder)
        fresh.__dict__.update(warm.__dict__)
        fresh._begins, fresh._joined, fresh._dull, fresh._dull_pairs, fresh._last = {}, {}, set(), set(), ("", [])
        assert warm.codes(text) == fresh.codes(text), name


@settings(max_examples=300, deadline=None)
@given(A_WORD, A_WORD, st.sampled_from(["en", "fr", "de", "it", "es"]))
def test_a_word_passed_over_by_its_first_letters_begins_nothing(first, second, language):
    """`opening` decides without stemming: no stem of a settled word may begin otherwise."""
    for word in (first + second, first + "es", first + "ies", first + "eaux", first + "enes", first + "che"):
        folded = "".join(letter for letter in word.lower() if letter.isalpha())
        if len(folded) >= SETTLED:
            assert stem(folded, language).startswith(opening(folded, language)[: len(stem(folded, language))])
            assert len(stem(folded, language)) >= len(opening(folded, language))
