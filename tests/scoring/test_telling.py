"""What texts share is told in words that people read, and truly, in both text modes."""

from __future__ import annotations

import re

import pytest

from scoring import SupplierRanker
from scoring.records import read
from scoring.text.telling import Written
from scoring.text.tokens import words

AS_OF = "2025-09-15"
SUPPLIERS = [
    {"id": "a", "name": "晨星服饰", "text": "我们生产有机棉婴儿连体衣和儿童睡衣，采用环保印染。"},
    {"id": "b", "name": "江西羽绒", "text": "专业生产羽绒服、羽绒背心，自有充绒车间。"},
    {"id": "c", "name": "Baby Co", "text": "Baby rompers and sleepwear of organic cotton; lace and accessories."},
    {"id": "d", "name": "针织", "text": "纬编针织面料、罗纹、汗布，提供小批量打样。"},
]


@pytest.fixture(scope="module", params=["full", "compact"])
def ranker(request):
    return SupplierRanker(text=request.param, as_of=AS_OF).fit(SUPPLIERS)


def told(ranker, text, supplier, lang):
    reasons = {term.name: term.because for term in ranker.explain({"id": "q", "text": text}, supplier, lang).terms}
    return re.split("[:：] ?", reasons["text"].rstrip(".。"), maxsplit=1)[-1].replace("、", ", ").split(", ")


@pytest.mark.parametrize(
    ("asked", "supplier", "first"),
    [
        ("采购有机棉婴儿连体衣", "a", "有机棉婴儿连体衣"),
        ("轻薄羽绒服和羽绒背心", "b", "羽绒背心"),
        ("小批量打样罗纹面料", "d", "小批量打样"),
    ],
)
def test_chinese_is_told_in_whole_stretches(ranker, asked, supplier, first):
    shown = told(ranker, asked, supplier, "zh")
    assert first in shown
    assert not {"机棉", "儿连", "体衣", "绒服", "绒背", "批量", "量打"} & set(shown)


def test_compact_texts_tell_what_they_share(ranker):
    """They hold directions only, and once said that nothing was shared."""
    assert {"sleepwear", "lace"} <= set(told(ranker, "sleepwear with lace", "c", "en"))
    assert not {"sleepwear", "lace"} & set(told(ranker, "sleepwear with lace", "d", "en"))


def test_a_saved_model_tells_the_same(ranker, tmp_path):
    ranker.save(tmp_path / "model")
    again = SupplierRanker.load(tmp_path / "model")
    for asked, supplier in (("采购有机棉婴儿连体衣", "a"), ("organic rompers", "c")):
        assert told(again, asked, supplier, "fr") == told(ranker, asked, supplier, "fr")


def test_a_word_of_another_language_is_shown_as_the_supplier_writes_it():
    ranker = SupplierRanker(as_of=AS_OF).fit(SUPPLIERS)
    shown = told(ranker, "dentelle et accessoires", "c", "en")
    assert {"dentelle → lace", "accessoires → accessories"} <= set(shown)
    assert not {"lace", "accessories"} & set(shown)  # once is enough
    assert not any("→ 机棉" in word for word in told(ranker, "Bio-Baumwolle", "a", "de"))


def test_weak_associations_are_told_only_where_there_is_nothing_else():
    learned = {"hemp": ("lino", "hemp", 0.35), "linen": ("lino", "linen", 0.5)}
    written, (other,) = Written("lino", "lino", learned), read([{"id": "s", "text": "hemp and linen"}], "supplier")
    assert written.shared(["hemp", "linen"], other) == {"linen": "lino → linen"}
    assert written.shared(["hemp"], other) == {"hemp": "lino → hemp"}
    assert written.shared(["hemp"], other, alone=False) == {}


def test_a_long_stretch_ends_somewhere():
    long = "针织" + "甲乙丙丁戊己庚辛壬癸" * 3
    written, (other,) = Written(long, long), read([{"id": "s", "text": long}], "supplier")
    assert len(written.shared(words(long), other)["针织"]) == 17


@pytest.mark.parametrize("mode", ["full", "compact"])
def test_what_was_learned_is_told_in_the_words_of_the_record(mode):
    ranker = SupplierRanker(text=mode, as_of=AS_OF).fit(SUPPLIERS)
    ranker.learn([("q", "c", 1), ("q", "b", 0), ("p", "b", 1), ("p", "c", 0)])
    moved = ranker.explain({"id": "q", "text": "sleepwear"}, "c", "en").moved
    assert any(word.endswith("accessories") for word in moved)
    assert "accessori" not in moved
    like = {"id": "p", "text": "sleepwear"}
    told = {term.name: term.because for term in ranker.explain(like, "a", "zh").terms}["behaviour"]
    assert "与以往" in told
    moved = ranker.explain(like, "b", "zh").moved
    assert moved
    assert not {"绒服", "绒背", "有充", "业生"} & set(moved)


LANGUAGES = ("en", "zh", "fr", "de", "it")


def _told(supplier: dict[str, object], wanted: dict[str, object], lang: str) -> str:
    others = [
        {"id": f"x{n}", "name": f"Firm {n}", "text": text, "products": ["socks"]}
        for n, text in enumerate(["Machines for paper.", "机械与纸张加工，出口多年。", "Usinage de pièces."])
    ]
    ranker = SupplierRanker(as_of="2025-09-15").fit([supplier | {"id": "S", "name": "S"}, *others])
    terms = ranker.explain(wanted | {"id": "r"}, "S", lang=lang).terms
    return next(term.because for term in terms if term.name == "text")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_spelling_of_a_code_is_no_word_of_either(lang: str) -> None:
    """The app hands codes over for words it knows: a Chinese list was said to share "shirts" and "knitted"."""
    products, processes = ["t-shirts-knitted"], ["screen-printing"]
    supplier = {"text": "本厂生产针织T恤，自有丝网印花车间。", "products": products, "processes": processes}
    wanted = {"text": "采购针织T恤，需丝网印花。", "products": products, "processes": processes}
    said = _told(supplier, wanted, lang)
    told = set(re.split("[,、:：] ?", said.rstrip(".。")))
    assert told.isdisjoint({"shirts", "screen", "printing", "knitted", "恤"})
    assert "丝网印花" in said


def test_a_code_and_a_word_that_reads_like_it_are_told_once() -> None:
    supplier = {"text": "Bonneterie en coton peigné.", "materials": ["cotton"]}
    wanted = {"text": "Coton peigné pour la saison.", "materials": ["cotton"]}
    said = _told(supplier, wanted, "fr")
    assert "cotton" not in said
    assert "oton" in said
    assert "peigné" in said


def test_pairs_of_characters_are_told_as_the_stretch_they_cover() -> None:
    said = _told({"text": "专营女裤品牌，直营门店二十家。"}, {"text": "寻找女裤品牌合作。"}, "zh")
    assert "女裤品牌" in said
    assert "裤品、" not in said
    assert "、裤品" not in said


def test_a_pair_that_only_a_left_out_character_brings_together_is_not_told() -> None:
    """服饰有限公司 without its 有 has 饰限, which nobody wrote."""
    said = _told({"text": "江南服饰有限公司，专做童装。"}, {"text": "北方服饰有限公司求购童装。"}, "zh")
    assert "饰限" not in said
    assert "童装" in said


def test_words_that_both_say_are_told_as_before() -> None:
    said = _told(
        {"text": "Merino pullovers with hand-linked collars."}, {"text": "Merino pullovers, hand-linked."}, "en"
    )
    assert "merino" in said.casefold()
    assert "linked" in said


def test_a_word_that_the_lists_translate_is_told_with_its_translation() -> None:
    said = _told({"text": "Scarf maker, jacquard scarf lines."}, {"text": "Schal"}, "de")
    assert "schal" in said.casefold() or "Schals" in said


@pytest.mark.parametrize("mode", ["full", "compact"])
@pytest.mark.parametrize(
    ("text", "asked", "lang", "never"),
    [
        ("Computerised flat knitting machines", "Flachstrickmaschinen", "de", "Rundstrickmaschinen"),
        ("Alimenti secchi per cani e gatti", "cibo secco per gatti", "it", "plastica"),
        ("Blumentöpfe aus Steinzeug", "Blumentoepfe", "de", "Kochtopf"),
        ("Bettwäsche aus Leinen", "Bettwäsche", "de", "Bekleidungswäsche"),
        ("餐具、茶具", "陶瓷餐具", "zh", "食品"),
        ("女装 亚麻连衣裙", "亚麻连衣裙", "zh", "床品"),
        ("拉杆箱、旅行箱", "valises à roulettes", "fr", "roues"),
        ("Hundeleinen und Halsbänder", "Hundeleine", "de", " Leinen "),
        ("户外防水面料", "功能性户外面料 防水", "zh", "雨"),
    ],
)
def test_no_meaning_is_told_that_neither_text_has(mode, text, asked, lang, never):
    """Hints count for both sides; read into a text they are told of nobody."""
    suppliers = [{"id": "a", "text": text}, {"id": "b", "text": "ball bearings"}]
    ranker = SupplierRanker(text=mode, as_of=AS_OF).fit(suppliers)
    said = told(ranker, asked, "a", lang)
    assert said
    assert not any(never.strip() in word.split() or never in word for word in said)


@pytest.mark.parametrize("mode", ["full", "compact"])
@pytest.mark.parametrize(
    ("text", "asked", "lang", "words"),
    [
        ("We make plush toys and teddy bears.", "plush toys", "en", ["plush toys"]),
        ("borse e cinture in pelle", "borse di pelli, cinture", "it", ["borse", "cinture", "Pelle"]),
        ("梭织亚麻连衣裙", "亚麻连衣裙", "zh", ["亚麻连衣裙"]),
    ],
)
def test_a_thing_is_told_once(mode, text, asked, lang, words):
    suppliers = [{"id": "a", "text": text}, {"id": "b", "text": "ball bearings"}]
    ranker = SupplierRanker(text=mode, as_of=AS_OF).fit(suppliers)
    assert told(ranker, asked, "a", lang) == words
