"""Concepts in free text: longest first, word boundaries, German compounds, Chinese without spaces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.vocabulary import load, vocabulary

MATERIALS = vocabulary("materials")
PROCESSES = vocabulary("processes")


def test_the_longest_match_wins_and_comes_first():
    found = MATERIALS.find("Shirts of cotton and of recycled polyester.")
    assert found == [("recycled-polyester", "recycled polyester"), ("cotton", "cotton")]
    assert "polyester" not in dict(found)


def test_each_code_comes_once_with_its_longest_words():
    assert MATERIALS.find("silk, pure silk, SILK") == [("silk", "pure silk")]


@pytest.mark.parametrize(
    "text", ["woolly thoughts", "silkworm", "cottontail", "downtown", "sit down", "the Nylons band"]
)
def test_latin_words_are_whole_words(text: str):
    assert MATERIALS.find(text) == ([("polyamide", "Nylons")] if "Nylons" in text else [])


def test_chinese_needs_no_spaces_and_reads_traditional_characters():
    assert dict(MATERIALS.find("本厂生产柞蚕丝围巾及桑蚕丝被套、再生涤纶面料")) == {
        "tussah-silk": "柞蚕丝",
        "silk": "桑蚕丝",
        "recycled-polyester": "再生涤纶",
    }
    assert dict(MATERIALS.find("柞蠶絲綢")) == {"tussah-silk": "柞丝绸"} or "tussah-silk" in dict(
        MATERIALS.find("柞蠶絲綢")
    )


def test_mixed_scripts_are_both_read():
    assert set(dict(MATERIALS.find("Tencel天丝棉混纺 and 羊绒cashmere"))) >= {"lyocell", "cashmere"}


def test_german_compounds_show_their_head_and_marked_beginnings():
    found = dict(MATERIALS.find("Wir liefern Baumwollhemden, Seidenblusen und Rohkaschmir"))
    assert {"cotton", "silk", "cashmere"} <= set(found)
    assert "cashmere" in dict(MATERIALS.find("Edelkaschmir"))
    assert dict(PROCESSES.find("Großrundstrickerei")).keys() == {"circular-knitting"}


def test_short_heads_are_not_sought_inside_words():
    metals = load([{"code": "iron", "de": "Erz"}, {"code": "gold", "de": "Goldware"}], "metals")
    assert metals.find("Scherz") == []
    assert [code for code, _ in metals.find("Weißgoldwaren")] == ["gold"]


@pytest.mark.parametrize(
    "text",
    [
        "faux cashmere",
        "imitation silk",
        "silk-free",
        "no mohair",
        "sans soie",
        "ohne Seide",
        "senza seta",
        "仿桑蚕丝",
        "faux mulberry silk",
        "非羊绒",
    ],
)
def test_what_is_denied_or_imitated_is_not_found(text: str):
    assert not {"cashmere", "silk", "mohair"} & set(dict(MATERIALS.find(text)))


def test_abbreviations_in_capitals_are_looked_for_in_capitals():
    certificates = vocabulary("certificates")
    assert dict(certificates.find("GOTS, WRAP and RDS certified")).keys() == {"gots", "wrap", "rds"}
    assert certificates.find("we wrap what we got") == []
    assert vocabulary("compliance").find("We reach 40 countries") == []


def test_marked_heads_end_compounds_however_short():
    words = vocabulary("words")
    for compound, code in {
        "Lieblingsgarn": "yarn-word",  # its stem ends in another letter than that of Garn
        "Rochenleder": "leather-word",
        "Strickhosen": "trousers-word",
    }.items():
        assert code in dict(words.find(f"Wir fertigen {compound}.")), compound
    for other in ("Die Glieder der Kette", "Weine aus Ungarn", "eine Psychose", "ein Leitfaden"):
        assert not {"leather-word", "yarn-word", "trousers-word", "thread-word"} & set(dict(words.find(other))), other


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Synthetische Garne", "table-word"),
        ("Antistatische Kleidung", "table-word"),
        ("spezifische Waren", "fish-food"),
    ],
)
def test_adjectives_that_end_as_a_head_does_are_no_compounds(text: str, hidden: str):
    assert hidden not in {code for codes, _ in vocabulary("words").meanings(text) for code in codes}


@pytest.mark.parametrize("table", ["Esstische", "Kaffeetische", "Sofatisch"])
def test_tables_are_tables_all_the_same(table: str):
    assert "table-word" in {code for codes, _ in vocabulary("words").meanings(table) for code in codes}


def test_two_little_words_are_not_one_written_apart():
    found = {code for codes, _ in vocabulary("words").meanings("Macchine per le finiture tessili") for code in codes}
    assert "pearl-word" not in found
    assert ("products", "t-shirts-knitted") in {
        ("products", code) for code, _ in vocabulary("products").find("t shirts")
    }


def test_the_same_letters_in_another_language_are_left_alone():
    assert "fur" not in dict(MATERIALS.find("Wir produzieren für den Markt und für die Mode"))
    assert MATERIALS.find("Please sit down and relax with us at the stand") == []


def test_phrases_do_not_run_across_a_comma():
    assert vocabulary("kinds").find("chemical, supplier") == []


def test_marked_words_are_for_whole_texts_only():
    assert MATERIALS.resolve("Down").code == "down"
    assert MATERIALS.find("prices went down") == []
    assert "down" in dict(MATERIALS.find("filled with goose down"))


def test_a_word_of_two_meanings_follows_the_language_around_it():
    clothes = load(
        [
            {"code": "bathrobe", "en": "Bathrobe | robe", "fr": "Peignoir"},
            {"code": "dress", "en": "Dress", "fr": "Robe longue | robe"},
            {"code": "skirt", "en": "Skirt", "fr": "Jupe"},
            {"code": "coat", "en": "Coat", "fr": "Manteau"},
        ],
        "clothes",
    )
    assert "dress" in dict(clothes.find("jupe, manteau, robe"))
    assert "bathrobe" in dict(clothes.find("skirt, coat, robe"))
    assert clothes.find("robe") == []


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=120))
def test_what_is_found_is_in_the_text_and_never_twice(text: str):
    found = PROCESSES.find(text)
    assert found == PROCESSES.find(text)
    assert len({code for code, _ in found}) == len(found)
    assert [len(words) for _, words in found] == sorted((len(words) for _, words in found), reverse=True)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(MATERIALS.leaves())), min_size=1, max_size=6, unique=True),
    st.sampled_from(["zh", "it"]),
)
def test_all_labels_in_a_list_are_found(codes: list[str], language: str):
    labels = {code: MATERIALS.label(code, language) for code in codes}
    found = dict(MATERIALS.find("; ".join(labels.values())))
    assert {code for code in codes if len(labels[code]) > 1} <= set(found)


def test_a_thousand_paragraphs_are_no_burden():
    """No clock: the work must not grow faster than the text (a trie, not a comparison with every word of the list)."""
    import cProfile
    import pstats

    def calls(times: int) -> int:
        profile = cProfile.Profile()
        profile.runcall(MATERIALS.find, "our mill makes fine cotton and silk fabrics, " * times)
        return int(pstats.Stats(profile).total_calls)

    calls(10)
    assert calls(400) < 12 * calls(40)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("公司是一家具有多年经验的企业", "家具"),
        ("优质的产品和服务", "和服"),
        ("我们的面料和服装", "和服"),
        ("提供个性化定制服务", "制服"),
        ("销售渠道具有优势", "道具"),
    ],
)
def test_characters_of_two_words_are_not_a_third(text: str, hidden: str):
    products = vocabulary("products")
    code = products.resolve(hidden).code
    assert code is not None
    assert code not in dict(products.find(text))
    assert code in dict(products.find(f"专业生产{hidden}。"))
