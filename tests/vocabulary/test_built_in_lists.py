"""Every built-in list is complete, free of clashes, and finds each of its own words again."""

from __future__ import annotations

import doctest
import subprocess
import sys

import pytest

import scoring.vocabulary as package
from scoring.vocabulary import FIELDS, LANGUAGES, UnknownVocabularyError, names, vocabulary
from scoring.vocabulary.index import LOOSE, STRICT, Index
from scoring.vocabulary.loading import bare, words_by_language
from scoring.vocabulary.text import clean, is_han, tokens

CONTRACT = (
    "business_models certificates channels compliance cooperation customs_modes incoterms kinds markets materials "
    "payment_terms processes products transport units"
)
STANDARD_CODES = ("units", "incoterms", "customs_modes")


def test_all_promised_lists_are_there():
    assert set(CONTRACT.split()) <= set(names())
    assert set(FIELDS.values()) <= set(names())


def test_an_unknown_list_is_named_with_the_nearest_known():
    with pytest.raises(UnknownVocabularyError, match=r"'product'.*did you mean 'products'"):
        vocabulary("product")


def test_lists_are_loaded_once():
    assert vocabulary("units") is vocabulary("units")


@pytest.mark.parametrize("name", names())
def test_each_term_has_a_label_in_all_five_languages(name: str):
    for term in vocabulary(name).terms.values():
        assert set(term.labels) == set(LANGUAGES), term.code
        assert is_han(term.labels["zh"]), term.code
        assert not any(is_han(term.labels[language]) for language in ("en", "fr", "de", "it")), term.code


@pytest.mark.parametrize("name", names())
def test_codes_are_slugs_or_the_standard_s_own(name: str):
    for code in vocabulary(name):
        if name not in STANDARD_CODES:
            assert code == code.lower()
            assert code.replace("-", "").isalnum()
            assert code.isascii()


@pytest.mark.parametrize("name", [name for name in names() if name != "words"])
def test_no_word_belongs_to_two_codes_whatever_the_language(name: str):
    index = Index(vocabulary(name).terms)
    for entry in index.entries:
        for level in (STRICT, LOOSE):
            found = index.at(level, " ".join(entry.words), entry.words)
            assert {other.code for other in found} <= {entry.code}, (entry, found)


def test_an_everyday_word_stands_for_each_of_its_meanings():
    """`nursery` may be a room and a school: the list of everyday words keeps both, and none is guessed."""
    terms = vocabulary("words")
    for term in terms.terms.values():
        for language, words in words_by_language(term).items():
            for word in words:
                if len("".join(tokens(bare(word)))) >= (2 if is_han(word) else 3) and not word.startswith("="):
                    meant = {code for codes, _ in terms.meanings(bare(word)) for code in codes}
                    assert term.code in meant, (word, language, meant)


@pytest.mark.parametrize("name", [name for name in names() if name != "words"])
def test_every_word_of_a_list_resolves_to_its_own_code(name: str):
    terms = vocabulary(name)
    for term in terms.terms.values():
        for language, words in words_by_language(term).items():
            for position, word in enumerate(words):
                found = terms.resolve(bare(word))
                assert found.code == term.code, (word, language, found)
                assert found.how in ("code", "exact") or (position > 0 and found.how == "alias"), (word, found)
                assert found.score == 1.0


@pytest.mark.parametrize("name", [name for name in names() if name not in ("incoterms", "words")])
def test_lists_are_rich_in_aliases(name: str):
    terms = vocabulary(name).terms.values()
    assert sum(len(words) for term in terms for words in term.aliases.values()) >= 2 * len(LANGUAGES) * len(terms)


@pytest.mark.parametrize("name", names())
def test_aliases_do_not_repeat_each_other(name: str):
    for term in vocabulary(name).terms.values():
        for language, words in words_by_language(term).items():
            keys = [clean(word) for word in words]
            assert len(keys) == len(set(keys)), (term.code, language, words)


def test_standard_lists_keep_their_standard_s_codes():
    assert {"H87", "SET", "PR", "MTR", "KGM", "MTK"} <= set(vocabulary("units"))
    assert " ".join(vocabulary("incoterms")) == "EXW FCA FAS FOB CFR CIF CPT CIP DAP DPU DDP"
    assert {"0110", "1039", "9610", "9710", "9810"} <= set(vocabulary("customs_modes"))


def test_certificates_cover_the_trade():
    wanted = (
        "oeko-tex-100 oeko-tex-step made-in-green gots ocs grs rcs rws rds bluesign "
        "amfori-bsci smeta wrap slcp higg-fem "
        "sa8000 fair-wear iso-9001 iso-14001 iso-45001 zdhc gb-18401 high-tech-enterprise green-factory "
        "specialised-new-sme"
    )
    assert set(wanted.split()) <= set(vocabulary("certificates"))


def test_trees_go_from_the_nearest_ancestor_to_the_root():
    materials = vocabulary("materials")
    assert materials.ancestors("tussah-silk") == ("silk", "animal-fibres", "natural-fibres")
    assert materials.ancestors("natural-fibres") == ()
    assert "tussah-silk" in materials.children("silk")
    assert "tussah-silk" in materials.leaves()
    assert "silk" not in materials.leaves()
    assert {materials.terms[code].parent for code in materials.children(None)} == {None}


def test_labels_fall_back_to_english():
    assert vocabulary("materials").label("silk", "it") == "Seta"
    assert vocabulary("materials").label("silk", "ja") == "Silk"


def test_free_text_finds_the_label_of_nearly_every_term():
    """Only words too short for running text (two Latin letters, one Chinese character) may be missed."""
    for name in (name for name in names() if name != "words"):
        terms = vocabulary(name)
        for term in terms.terms.values():
            for language, label in term.labels.items():
                squeezed = "".join(tokens(label))
                if len(squeezed) >= (2 if is_han(squeezed) else 3):
                    assert term.code in dict(terms.find(label)), (name, language, label)


def test_the_example_of_the_docstring_runs():
    assert doctest.testmod(package).attempted > 0
    assert doctest.testmod(package).failed == 0


def test_reading_a_vocabulary_does_not_load_the_ranking_libraries():
    script = "import sys, scoring.vocabulary as v; v.vocabulary('units'); print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
