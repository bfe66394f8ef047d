"""Ask for a cluster's speciality in any language, and its maker leads."""

from __future__ import annotations

import pytest

from scoring import SupplierRanker

MAKERS = [
    {"id": "pinghu", "name": "平湖某羽绒", "text": "专业生产羽绒服，二十四小时快速定制。", "products": ["羽绒服"]},
    {
        "id": "dandong",
        "name": "Invented Dandong Silk and Safety",
        "text": "Protective clothing and tussah silk from the north-east.",
        "products": ["protective clothing"],
        "materials": ["tussah silk"],
    },
    {"id": "ningbo", "name": "Ningbo Sartoria (invented)", "products": ["suits", "uniforms"]},
    {"id": "shaxi", "name": "Shaxi Casual (invented)", "text": "休闲服装产业集群", "products": ["leisure wear"]},
    {"id": "keqiao", "name": "Keqiao Cloth Market (invented)", "products": ["fabrics"]},
    {"id": "qingshanhu", "name": "青山湖针织（虚构）", "products": ["knitted T-shirts"], "moq": 600},
    {"id": "humen", "name": "Humen Full Chain (invented)", "products": ["garments"], "text": "Fashion of every kind."},
]
ASKED = {
    "pinghu": ["down jackets", "羽绒服", "doudounes", "Daunenjacken", "piumini"],
    "dandong": ["tussah silk", "柞蚕丝", "soie tussah", "Tussahseide", "seta tussah"],
    "dandong ": ["protective wear", "防护服", "vêtements de protection", "Schutzkleidung", "indumenti protettivi"],
    "ningbo": ["suits", "西装", "costumes", "Anzüge", "abiti da uomo"],
    "ningbo ": ["uniforms", "制服", "uniformes", "Uniformen", "uniformi"],
    "shaxi": ["leisure wear", "休闲服装", "vêtements de loisirs", "Freizeitkleidung", "abbigliamento casual"],
    "keqiao": ["fabrics", "面料", "tissus", "Stoffe", "tessuti"],
    "qingshanhu": ["knitted T-shirts", "针织T恤", "t-shirts en maille", "gestrickte T-Shirts", "magliette"],
}
CASES = [(maker.strip(), word) for maker, words in ASKED.items() for word in words]


@pytest.fixture(scope="module")
def makers() -> SupplierRanker:
    return SupplierRanker(as_of="2025-09-15").fit(MAKERS)


@pytest.mark.parametrize(("maker", "word"), CASES)
def test_the_maker_leads_when_its_speciality_is_asked_as_a_product(makers, maker, word):
    assert makers.rank([{"id": "r", "products": [word]}], k=3).ids[0, 0] == maker


@pytest.mark.parametrize(("maker", "word"), CASES)
def test_the_maker_leads_when_its_speciality_is_asked_in_free_text(makers, maker, word):
    assert makers.rank([{"id": "r", "text": word}], k=3).ids[0, 0] == maker


@pytest.mark.parametrize(
    "sentence",
    [
        "We are looking for a maker of down jackets for women, autumn collection",
        "我们寻找女士羽绒服的生产厂家",
        "Nous cherchons un fabricant de doudounes pour femme",
        "Wir suchen einen Hersteller von Damen-Daunenjacken",
        "Cerchiamo un produttore di piumini da donna",
    ],
)
def test_a_sentence_is_as_good_as_a_word(makers, sentence):
    assert makers.rank([{"id": "r", "text": sentence}], k=1).ids[0, 0] == "pinghu"


def test_names_and_paragraphs_alone_rank_in_every_language():
    only_text = [
        {"id": "a", "name": "Invented A", "text": "专业生产羽绒服和羽绒背心，月产两万件。"},
        {"id": "b", "name": "Invented B", "text": "Maille fine et t-shirts en jersey pour enfants."},
        {"id": "c", "name": "Invented C", "text": "Leather bags and belts, small series."},
    ]
    ranker = SupplierRanker(as_of="2025-09-15").fit(only_text)
    for word in ("down jackets", "Daunenjacken", "piumini", "doudounes", "羽绒服"):
        assert ranker.rank([{"id": "r", "text": word}], k=1).ids[0, 0] == "a"
        assert ranker.rank([{"id": "r", "products": [word]}], k=1).ids[0, 0] == "a"
    for word in ("knitted T-shirts", "针织T恤"):
        assert ranker.rank([{"id": "r", "text": word}], k=1).ids[0, 0] == "b"
