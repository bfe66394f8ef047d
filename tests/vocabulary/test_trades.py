"""Trades of every sector: a category finds the makers of what it covers, whatever their texts call it."""

from __future__ import annotations

import pytest

from scoring import SupplierRanker, codes
from scoring.vocabulary import vocabulary

PRODUCTS = vocabulary("products")

COVERED = {
    "dairy": "mozzarella, ricotta, skyr, kefir",
    "meat": "salami, veal, chicken wings",
    "bakery": "croissants, sourdough, muffins",
    "spices-herbs": "cinnamon, turmeric, oregano",
    "machine-tools": "end mills, wire EDM, gear hobbing, press brakes",
    "surface-treatment": "anodising, shot blasting, powder coating plant, PVD coating",
    "plastics-rubber": "polypropylene, thermoforming machines, EPDM, masterbatches",
    "robots-automation": "grippers, fieldbus, light curtains",
    "energy-technology": "wind turbines, electrolysers, wellheads, substations",
    "water-technology": "ultrafiltration, sewer pipes, flocculants",
    "transport-technology": "bogies, avionics, cubesats, shipyards",
    "medical-devices": "scalpels, orthodontics, audiometers, stents",
    "first-aid": "catheters, syringes, hydrocolloid dressings",
    "lab-equipment": "pipettes, mass spectrometry, petri dishes",
    "it-services": "firewalls, Kubernetes, chatbots, digital twins",
    "electronic-components": "MOSFETs, thermistors, terminal blocks",
    "travel-services": "safaris, river cruises, destination management companies",
    "financial-services": "private equity, crowdfunding, reinsurance",
    "building-materials": "concrete admixtures, curtain walls, underfloor heating",
}


@pytest.mark.parametrize(("category", "goods"), COVERED.items())
def test_a_category_covers_its_goods(category: str, goods: str):
    for words in goods.split(", "):
        found = [code for code, _ in PRODUCTS.find(words)]
        above = {code for one in found for code in (one, *PRODUCTS.ancestors(one))}
        assert category in above, (words, found)


SAME = {
    "fresh-cheese": ("fresh cheese", "新鲜奶酪", "fromages frais", "Frischkäse", "formaggi freschi"),
    "electroplating-anodising": ("anodizing", "电镀", "anodisation", "Eloxieren", "anodizzazione"),
    "hydrogen-technology": (
        "fuel cells",
        "燃料电池",
        "piles à combustible",
        "Brennstoffzellen",
        "celle a combustibile",
    ),
    "cybersecurity": ("information security", "网络安全", "cybersécurité", "IT-Sicherheit", "sicurezza informatica"),
    "medical-disposables": ("catheters", "注射器", "seringues", "Katheter", "siringhe"),
    "railway-technology": ("rolling stock", "机车车辆", "matériel roulant", "Schienenfahrzeuge", "materiale rotabile"),
}


@pytest.mark.parametrize(("code", "words"), SAME.items())
def test_one_trade_in_five_languages(code: str, words: tuple[str, ...]):
    assert {word: PRODUCTS.resolve(word).code for word in words} == dict.fromkeys(words, code)


EXHIBITORS = {
    "cheese": "A family business in the third generation: mozzarella, burrata and ricotta from our own buffaloes.",
    "anodising": "Job shop for anodising, electropolishing and passivation of aluminium and stainless parts.",
    "syringes": "Manufacturer of syringes, infusion sets and urine bags, gamma sterilised.",
    "lathes": "Swiss-type lathes with bar feeders, built in the Jura since 1963.",
    "pipettes": "Pipettes, microplates and thermal cyclers for life scientists.",
    "firewalls": "Managed firewalls, penetration testing and encryption for banks and hospitals.",
    "bogies": "Bogies and pantographs for metros and locomotives.",
    "polymers": "Distributor of polypropylene, polycarbonate and recycled PET granules.",
    "safaris": "Safaris and guided tours in Kenya and Tanzania for small groups.",
    "fittings": "Shirts, blouses and trousers, woven and sewn in our own mill.",
}
ASKED = {
    "Dairy products": "cheese",
    "Surface treatment": "anodising",
    "Medical disposables": "syringes",
    "Machine tools": "lathes",
    "Laboratory": "pipettes",
    "IT": "firewalls",
    "Railway": "bogies",
    "Plastics": "polymers",
    "Travel": "safaris",
    "Oberflächentechnik": "anodising",
    "produits laitiers": "cheese",
    "Kunststoffe": "polymers",
    "macchine utensili": "lathes",
    "旅行社": "safaris",
}


@pytest.fixture(scope="module")
def exhibitors() -> SupplierRanker:
    return SupplierRanker(as_of="2025-09-15").fit([{"id": one, "text": text} for one, text in EXHIBITORS.items()])


@pytest.mark.parametrize(("category", "maker"), ASKED.items())
def test_a_category_finds_a_maker_that_never_says_it(exhibitors: SupplierRanker, category: str, maker: str):
    assert exhibitors.rank([{"id": "r", "text": category}], k=1).ids[0, 0] == maker


@pytest.mark.parametrize(
    "sentence",
    [
        (
            "We offer solutions, systems and technologies of the highest quality, energy-saving and safe, for "
            "customers all over the world; our university partners and our team of experts care for the environment."
        ),
        (
            "Nos solutions et nos services de qualité sont reconnus dans le monde entier; la traçabilité et la "
            "sécurité sont au cœur de notre métier, et nous tenons à le dire."
        ),
        (
            "Unser Unternehmen steht für Schutz, Nachhaltigkeit und Erfahrung; mit unseren Lösungen begleiten wir "
            "die Kunden bei der Küche ihrer Ideen und auf allen Fahrten."
        ),
        (
            "La nostra azienda è consapevole del valore della tracciabilità e della sostenibilità, con una lunga "
            "esperienza e un servizio che non torna mai indietro."
        ),
        "我们拥有先进的技术和完善的管理体系，为国内外客户提供优质产品和解决方案，得到客户的授权和信赖。",
    ],
)
def test_what_everybody_says_names_no_trade(sentence: str):
    assert PRODUCTS.find(sentence) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Metals", {"steel-metals"}),
        ("chemicals", {"chemicals"}),
        ("Optics & lasers", {"photonics-lasers"}),
        ("Energie, Wasser", {"energy-technology", "water-technology"}),
        ("Fish / meat", {"seafood", "meat"}),
        ("We sell metals of all kinds and would like to meet people who buy them at the fair in May or June.", set()),
        ("", set()),
    ],
)
def test_a_title_is_taken_at_its_word(text: str, wanted: set[str]):
    assert {code for name, code in codes.titled(text) if name == "products"} == wanted


def test_a_marked_word_is_a_category_in_a_wish_and_nothing_in_a_text():
    assert PRODUCTS.named("metals") == PRODUCTS.resolve("metals").code == "steel-metals"
    assert PRODUCTS.named("various metals and more") is None
    assert ("products", "steel-metals") not in codes.mentioned("We like metals.")
