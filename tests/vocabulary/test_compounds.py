"""What no list has whole is taken apart, into known words and nothing else."""

from __future__ import annotations

import pytest

from scoring import codes
from scoring.records import read_one
from scoring.vocabulary import vocabulary
from scoring.vocabulary.compounds import Parts


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts(
        {name: vocabulary(name) for name in ("words", "products", "materials")}, letters="words", goods="products"
    )


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("Handtaschenhenkel", {("products", "handbags"), ("words", "handle")}),
        ("Brautschuhzubehör", {("words", "bride"), ("words", "shoe-word"), ("words", "accessory")}),
        ("Kleinkinderbekleidung", {("words", "toddler"), ("words", "clothing-word")}),
        ("KINDERREGENSCHIRME", {("words", "child"), ("words", "umbrella-word")}),
        ("Puppenguertel", {("words", "doll"), ("words", "belt-word")}),
    ],
)
def test_a_german_compound_is_its_parts(parts: Parts, word: str, wanted: set[tuple[str, str]]):
    assert wanted <= set(parts.codes(f"Wir fertigen {word}."))


@pytest.mark.parametrize(
    "word", ["fabricant", "international", "Kapitalgesellschaft", "Produktionsstandort", "abbigliamento", "managed"]
)
def test_a_word_that_is_not_known_all_through_says_nothing(parts: Parts, word: str):
    assert parts.codes(word) == []


def test_a_compound_that_a_list_has_whole_is_left_whole(parts: Parts):
    assert parts.codes("Fingerhut") == []  # a thimble: no finger, no hat


def test_no_compounds_are_seen_in_a_text_that_is_not_german(parts: Parts):
    assert parts.codes("The mill and the people of our company are in the Kinderregenschirme business") == []


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("女鞋", {("words", "woman"), ("words", "shoe-word")}),
        ("婴儿帽", {("words", "hat-word")}),
        ("皮带扣", {("words", "buckle-word")}),
    ],
)
def test_the_characters_of_a_short_chinese_label_count(parts: Parts, label: str, wanted: set[tuple[str, str]]):
    assert wanted <= set(parts.codes(label))


def test_in_a_chinese_sentence_single_characters_mean_nothing(parts: Parts):
    assert parts.codes("我们公司被评为高新技术企业，产品包括各种面料，手续齐全") == []


def test_the_parts_of_a_word_count_in_the_text_alone():
    record = read_one({"id": "r", "text": "Handtaschenhenkel"}, "demand")
    assert ("products", "handbags") in record.hints
    assert ("products", "handbags") not in record.mentions
    assert codes.hinted("Handtaschenhenkel") == record.hints


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("Elastankrimpgarn", {("materials", "elastane"), ("words", "yarn-word")}),  # nobody knows "krimp"
        ("Skischuhe", {("words", "ski"), ("words", "shoe-word")}),  # known whole as sports shoes
    ],
)
def test_in_a_title_most_of_a_compound_is_enough(title: str, wanted: set[tuple[str, str]]):
    assert wanted <= {*codes.mentioned(title), *codes.hinted(title)}


@pytest.mark.parametrize(
    ("title", "hidden"),
    [("Baumwolle", "tree"), ("Teilnehmerinnen", "liner-word"), ("Grundschule", "green-colour")],
)
def test_a_title_of_other_things_is_no_compound(title: str, hidden: str):
    assert ("words", hidden) not in codes.hinted(title)


def test_running_text_does_not_guess_at_compounds(parts: Parts):
    assert parts.of_words(["elastankrimpgarn"], "de") == []
    assert parts.of_words(["elastankrimpgarn"], "fr", title=True) == []
    assert (
        parts.of_words(["elast1numspinngarn", "krimpelastan", "elastankonstruktionszeichnungsgarn"], "de", title=True)
        == []
    )


@pytest.mark.parametrize(
    ("cut_off", "completed"),
    [
        ("Bad- und Küchentextilien", "Badtextilien und Küchentextilien"),
        ("Damen-, Herren- und Kindermode", "Damenmode, Herrenmode und Kindermode"),
        ("Cargo- & Arbeitshosen", "Cargohosen & Arbeitshosen"),
        ("Spül- und Geschirrtücher", "Spültücher und Geschirrtücher"),  # tea towels are known whole
        ("Import- und Exportabteilung", "Import- und Exportabteilung"),  # whose head no list has
        ("Mode für Damen - und Herren", "Mode für Damen - und Herren"),
        ("T-Shirts und Hosen", "T-Shirts und Hosen"),
    ],
)
def test_what_two_german_compounds_share_is_said_of_both(parts: Parts, cut_off: str, completed: str):
    assert parts.completed(cut_off) == completed


def test_a_word_that_has_lost_its_head_is_found():
    assert ("products", "straw-hats") in codes.mentioned("Stroh- und Filzhüte")
    assert ("products", "straw-hats") in codes.titled("Stroh- und Filzhüte")
    assert ("products", "pillowcases") in codes.mentioned(
        "Seit 1950 fertigen wir Kissen- und Deckenbezüge in Handarbeit"
    )
