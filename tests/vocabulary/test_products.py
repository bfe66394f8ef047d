"""The product tree: its size, its maps to HS 2022 and CPV 2008, and the words the trade really uses."""

from __future__ import annotations

import re

import pytest

from scoring.vocabulary import LANGUAGES, vocabulary

PRODUCTS = vocabulary("products")
TEXTILE_CHAPTERS = {"42", "43", "94", *map(str, range(50, 66))}
TEXTILE_ROOTS = {
    "garments",
    "fabrics",
    "fashion-accessories",
    "bags-luggage",
    "footwear",
    "fibres-and-yarns",
    "trims",
    "home-textiles",
}


def test_the_tree_has_about_150_leaves_or_more_and_more_than_one_level():
    assert len(PRODUCTS.leaves()) >= 140
    assert max(len(PRODUCTS.ancestors(code)) for code in PRODUCTS) >= 2


def test_hs_codes_are_headings_or_subheadings():
    for term in PRODUCTS.terms.values():
        for code in term.maps.get("hs", ()):
            assert re.fullmatch(r"\d{4}|\d{6}", code), (term.code, code)
            assert 1 <= int(code[:2]) <= 97, (term.code, code)


def test_most_textiles_are_mapped_to_the_textile_chapters_of_hs():
    textiles = [term for term in PRODUCTS.terms.values() if {term.code, *PRODUCTS.ancestors(term.code)} & TEXTILE_ROOTS]
    mapped = [term for term in textiles if any(code[:2] in TEXTILE_CHAPTERS for code in term.maps.get("hs", ()))]
    assert len(textiles) >= 200
    assert len(mapped) >= 0.85 * len(textiles)


def test_cpv_codes_have_eight_digits():
    for term in PRODUCTS.terms.values():
        for code in term.maps.get("cpv", ()):
            assert re.fullmatch(r"\d{8}", code), (term.code, code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_two_aliases_per_product_on_average(language: str):
    assert sum(len(term.aliases.get(language, ())) for term in PRODUCTS.terms.values()) >= 2 * len(PRODUCTS)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("羽绒服 doudoune Daunenjacke piumino Daunenjacken piumini doudounes 羽絨服 down-jacket", "Down jackets"),
        ("maille bonneterie Strickware Wirkware maglieria Strickwaren 针织 knits", "Knitwear"),
    ],
)
def test_trade_words_of_all_languages_meet_in_one_product(words: str, label: str):
    found = {word: PRODUCTS.resolve(word) for word in words.split()}
    assert {resolution.code for resolution in found.values()} == {next(iter(found.values())).code}
    assert PRODUCTS.label(next(iter(found.values())).code or "").lower() == label.lower()


@pytest.mark.parametrize(
    "same",
    [
        ("knitted T-shirts", "针织T恤", "T-shirts en maille", "Strick-T-Shirts", "T恤", "tshirt"),
        ("workwear", "工作服", "vêtements de travail", "Arbeitskleidung", "abbigliamento da lavoro"),
        ("leisure wear", "休闲服", "Freizeitkleidung", "abbigliamento per il tempo libero"),
        ("protective clothing", "防护服", "vêtements de protection", "Schutzkleidung"),
        ("suits", "西装", "costumes", "Anzüge", "Anzuege", "abiti da uomo"),
        ("trousers", "裤子", "pantalons", "Hosen", "pantaloni"),
        ("curtains", "窗帘", "rideaux", "Vorhänge", "tende"),
    ],
)
def test_one_product_in_five_languages(same: tuple[str, ...]):
    codes = {word: PRODUCTS.resolve(word).code for word in same}
    assert len(set(codes.values())) == 1, codes
    assert None not in codes.values()


@pytest.mark.parametrize(
    ("phrase", "head"),
    [
        ("women's down jackets", "down jackets"),
        ("男士羽绒服", "羽绒服"),
        ("doudounes homme", "doudoune"),
        ("Daunenjacken für Damen", "Daunenjacke"),
        ("pull en laine mérinos", "pull"),
        ("woven shirts 100% cotton", "shirts"),
        ("Down jackets (羽绒服)", "down jackets"),
    ],
)
def test_phrases_go_to_their_head_and_say_that_it_was_a_likeness(phrase: str, head: str):
    found = PRODUCTS.resolve(phrase)
    assert found.code == PRODUCTS.resolve(head).code
    assert found.how in ("alias", "exact", "fuzzy")


@pytest.mark.parametrize(
    "text",
    [
        "bishops",
        "volcanoes",
        "Regierung",
        "parlamento",
        "avventura",
        "火山",
        "goats",
        "towns",
        "vowels",
        "mutton",
        "Cardiff",
        "fenders",
    ],
)
def test_what_is_no_product_of_the_list_stays_open_with_candidates(text: str):
    found = PRODUCTS.resolve(text)
    assert (found.code, found.how, found.score) == (None, None, 0.0)
    assert len(found.candidates) <= 5
    assert found.candidates or text == "火山"  # shares no character with any word of the list


def test_a_paragraph_in_each_language_names_its_products():
    jackets = PRODUCTS.resolve("down jackets").code
    assert jackets is not None
    for text in (
        "The mill of our group makes down jackets and curtains for the European market.",
        "公司主要生产羽绒服和窗帘，产品远销欧洲。",
        "Nous fabriquons des doudounes et des rideaux pour le marché européen.",
        "Wir fertigen Damendaunenjacken und Vorhänge für den europäischen Markt.",
        "Produciamo piumini e tende per il mercato europeo.",
    ):
        found = dict(PRODUCTS.find(text))
        assert jackets in found, (text, found)
        assert PRODUCTS.resolve("curtains").code in found, (text, found)
