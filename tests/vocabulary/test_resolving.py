"""From a cell to a code: each way of matching, and what must not match."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.vocabulary import Vocabulary, load, vocabulary
from scoring.vocabulary.inflect import likely_typo, stem
from scoring.vocabulary.loading import bare
from scoring.vocabulary.text import fold

MATERIALS = vocabulary("materials")
PROCESSES = vocabulary("processes")


@pytest.mark.parametrize(
    ("text", "code", "how"),
    [
        ("tussah-silk", "tussah-silk", "code"),
        ("Tussah Silk", "tussah-silk", "exact"),
        ("柞蚕丝", "tussah-silk", "exact"),
        ("柞蠶絲", "tussah-silk", "exact"),
        ("soie sauvage", "tussah-silk", "alias"),
        ("Wildseide", "tussah-silk", "alias"),
        ("polyster", "polyester", "fuzzy"),
        ("CASHMIRE", "cashmere", "fuzzy"),
        ("60% cotton", "cotton", "fuzzy"),
        ("男士羊绒", "cashmere", "fuzzy"),
        ("milk", None, None),
    ],
)
def test_the_way_of_matching_is_recorded(text: str, code: str | None, how: str | None):
    found = MATERIALS.resolve(text)
    assert (found.text, found.code, found.how) == (text, code, how)
    assert bool(found.candidates) == (how in ("fuzzy", None))


@pytest.mark.parametrize(
    "text",
    [
        "ｃｏｔｔｏｎ　ｙａｒｎ-dyed",
        "",
        "   ",
        "!!!",
        "🙂",
        "的",
        "'",
        "\u200b",
        "a" * 5000,
        "knit " * 300,
    ],
)
def test_odd_texts_are_answered_and_not_raised(text: str):
    for name in ("materials", "processes", "units"):
        assert vocabulary(name).resolve(text).text == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ＣＯＴＴＯＮ", "cotton"),
        (" Cotton. ", "cotton"),
        ("bio coton", None),
        ("coton bio", "organic-cotton"),
        ("Bio‑Baumwolle", "organic-cotton"),
        ("biobaumwolle", "organic-cotton"),
        ("elasthanne", "elastane"),
        ("Élasthanne", "elastane"),
        ("Gaensedaunen", "down"),
        ("Gänsedaunen", "down"),
        ("ramie", "ramie"),
        ("Ramié", "ramie"),
        ("羊驼毛（baby alpaca）", "alpaca"),
        ("cachemires", "cashmere"),
    ],
)
def test_case_accents_width_hyphens_umlauts_and_plurals_do_not_matter(text: str, code: str | None):
    found = MATERIALS.resolve(text)
    assert found.code == code or (code is None and found.how in (None, "fuzzy"))


@pytest.mark.parametrize(
    "text",
    ["milk", "knife", "sulk", "wood", "woof", "line", "hem", "hump", "jade", "note", "mind", "lint", "ski", "fir"],
)
def test_short_words_must_be_exact(text: str):
    assert MATERIALS.resolve(text).code is None


@pytest.mark.parametrize(
    "text",
    [
        "sawing",
        "waving",
        "backing",
        "knotting",
        "quitting",
        "bending",
        "lining",
        "spanning",
        "putting",
        "breaching",
        "fishing",
        "casting",
    ],
)
def test_other_words_one_letter_away_are_no_typing_errors(text: str):
    found = PROCESSES.resolve(text)
    assert found.code is None, found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("embroidry", "embroidery"),
        ("embriodery", "embroidery"),
        ("sublimaton", "sublimation-printing"),
        ("weavving", "weaving"),
    ],
)
def test_slips_of_the_pen_are_mended(text: str, code: str):
    found = PROCESSES.resolve(text)
    assert (found.code, found.how) == (code, "fuzzy")
    assert found.score < 0.95


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("recycled PET yarn", "recycled-polyester"),
        ("mulberry silk fabric", "silk"),
        ("Baumwollstoff", "cotton"),
        ("纯羊绒纱线", "cashmere"),
        ("filato di cotone", "cotton"),
    ],
)
def test_a_fibre_is_read_out_of_the_yarn_or_fabric_it_is_in(text: str, code: str):
    found = MATERIALS.resolve(text)
    assert (found.code, found.how) == (code, "fuzzy")


def test_where_yarns_are_terms_of_their_own_nothing_is_read_out_of_them():
    goods = load([{"code": "yarn", "en": "Yarn"}, {"code": "velvet", "en": "Velvet"}], "goods")
    assert goods.resolve("velvet yarn").code is None
    assert load([{"code": "velvet", "en": "Velvet"}], "piles").resolve("velvet yarn").code == "velvet"


def test_imitations_are_not_the_real_thing():
    assert MATERIALS.resolve("仿羊绒").code == "acrylic"
    assert MATERIALS.resolve("faux cashmere").code is None
    assert MATERIALS.resolve("non-silk").code is None


@pytest.mark.parametrize("text", ["BSCI/Sedex", "GOTS, GRS", "GRS、OCS", "GOTS und GRS"])
def test_several_things_in_one_cell_are_left_to_whoever_splits_it(text: str):
    found = vocabulary("certificates").resolve(text)
    assert found.code is None
    assert len(found.candidates) >= 2
    assert found.candidates[0][1] == found.candidates[1][1] == 0.8


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("units", "pcs", "H87"),
        ("units", "件", "H87"),
        ("units", "台", "H87"),  # machines, lamps and appliances are counted so
        ("units", "Flaschen", "H87"),
        ("units", "nr", "H87"),
        ("units", "Stück", "H87"),
        ("units", "pièces", "H87"),
        ("units", "pezzi", "H87"),
        ("units", "套", "SET"),
        ("units", "双", "PR"),
        ("units", "m²", "MTK"),
        ("units", "米", "MTR"),
        ("units", "kgs", "KGM"),
        ("incoterms", "fob", "FOB"),
        ("incoterms", "FOB Shanghai", "FOB"),
        ("incoterms", "离岸价", "FOB"),
        ("certificates", "OEKO-TEX® Standard 100", "oeko-tex-100"),
        ("certificates", "oekotex100", "oeko-tex-100"),
        ("certificates", "ISO9001:2015", "iso-9001"),
        ("certificates", "GRS 4.0", "grs"),
        ("certificates", "BSCI验厂", "amfori-bsci"),
        ("transport", "中欧班列", "china-europe-rail"),
        ("transport", "LKW", "road"),
        ("customs_modes", "市场采购", "1039"),
        ("business_models", "小单快反", "quick-response"),
        ("business_models", "façon", "cmt"),
        ("cooperation", "joint-venture", "joint-venture"),
        ("cooperation", "Gemeinschaftsunternehmen", "joint-venture"),
        ("kinds", "专业市场", "professional-market"),
        ("kinds", "品牌方", "brand-owner"),
        ("payment_terms", "T/T 30/70", "deposit-balance"),
        ("payment_terms", "信用证", "letter-of-credit"),
        ("compliance", "UFLPA", "forced-labour-file"),
        ("compliance", "digitaler Produktpass", "digital-product-passport"),
        ("processes", "针织", "knitting"),
        ("processes", "Wirkware", "warp-knitting"),
        ("processes", "maille", "knitting"),
        ("processes", "充绒", "down-filling"),
        ("markets", "内外销", "both"),
        ("channels", "跨境电商", "cross-border-online"),
        ("body_roles", "承办单位", "organiser"),
        ("event_forms", "产销对接会", "matchmaking"),
        ("supply_chain_steps", "全产业链", "full-chain"),
    ],
)
def test_words_as_people_write_them(name: str, text: str, code: str):
    assert vocabulary(name).resolve(text).code == code


def _two_meanings() -> Vocabulary:
    return load(
        [
            {"code": "jacket", "en": "Jacket", "fr": "Veste"},
            {"code": "waistcoat", "en": "Waistcoat | veste", "fr": "Gilet"},
            {"code": "robe", "en": "Bathrobe | robe", "fr": "Peignoir"},
            {"code": "dress", "en": "Dress", "fr": "Robe longue | robe"},
        ],
        "clothes",
    )


def test_a_word_that_means_two_things_stays_open_until_the_language_is_known():
    clothes = _two_meanings()
    assert clothes.resolve("robe").code == "robe"  # the code itself comes first
    assert clothes.resolve("Veste").code == "jacket"  # a label before an alias
    assert clothes.resolve("veste", "en").code == "waistcoat"
    words = load([{"code": "a", "en": "Alpha | robe"}, {"code": "b", "fr": "Bêta | robe"}], "letters")
    found = words.resolve("robe")
    assert (found.code, [code for code, _ in found.candidates]) == (None, ["a", "b"])
    assert words.resolve("robe", "fr").code == "b"
    assert [found.code for found in words.resolve_all(["robe", "Alpha", "robe"], "en")] == ["a", "a", "a"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_any_text_gets_the_same_lawful_answer_twice(text: str):
    found = MATERIALS._resolver.resolve(text, None)
    assert found == MATERIALS._resolver.resolve(text, None)
    assert (found.code is None) == (found.how is None)
    assert found.code is None or found.code in MATERIALS
    assert 0.0 <= found.score <= 1.0
    assert all(code in MATERIALS and 0.0 <= score <= 1.0 for code, score in found.candidates)
    assert [score for _, score in found.candidates] == sorted((score for _, score in found.candidates), reverse=True)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(MATERIALS)), st.sampled_from(["upper", "title", "spaced", "dotted"]), st.data())
def test_writing_a_word_differently_does_not_lose_it(code: str, manner: str, data: st.DataObject):
    term = MATERIALS.terms[code]
    language = data.draw(st.sampled_from(sorted(term.labels)))
    word = bare(data.draw(st.sampled_from((term.labels[language], *term.aliases[language]))))
    written = {
        "upper": word.upper(),
        "title": word.title(),
        "spaced": f"  {word.replace(' ', '   ')} ",
        "dotted": f"{word}.",
    }[manner]
    assert MATERIALS.resolve(written).code == code


@given(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=4), st.text("abcdefghijklmnopqrstuvwxyz", max_size=12)
)
def test_no_short_word_is_ever_taken_for_another(short: str, other: str):
    assert likely_typo(short, other) == (short == other)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", "jacket jackets"),
        ("en", "lady ladies"),
        ("en", "dress dresses"),
        ("fr", "tricoté tricotée tricotés tricotées"),
        ("fr", "manteau manteaux"),
        ("de", "Jacke Jacken"),
        ("de", "Mantel Mäntel Maentel"),
        ("de", "Hose Hosen"),
        ("it", "giacca giacche"),
        ("it", "maglia maglie"),
    ],
)
def test_forms_of_a_word_share_a_stem(language: str, forms: str):
    assert len({stem(fold(form), language) for form in forms.split()}) == 1
