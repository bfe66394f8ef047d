"""What texts share is told in words that people read, and truly, in both text modes."""

from __future__ import annotations

import re

import pytest

from scoring import SupplierRanker
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
    written = Written("lino", {"hemp": ("lino", "hemp", 0.35), "linen": ("lino", "linen", 0.5)})
    assert written.shown(["hemp", "linen"]) == {"linen": "lino → linen"}
    assert written.shown(["hemp"]) == {"hemp": "lino → hemp"}
    assert written.shown(["hemp"], alone=False) == {}


def test_a_stretch_keeps_the_function_words_within_it_and_ends_somewhere():
    text = "女装和童装的设计"
    assert Written(text).shown(words("女装和童装"))["女装"] == "女装和童装"
    long = "针织" + "甲乙丙丁戊己庚辛壬癸" * 3
    assert len(Written(long).shown(words(long))["针织"]) == 17


@pytest.mark.parametrize("mode", ["full", "compact"])
def test_what_was_learned_is_told_in_the_words_of_the_record(mode):
    ranker = SupplierRanker(text=mode, as_of=AS_OF).fit(SUPPLIERS)
    ranker.learn([("q", "c", 1), ("q", "b", 0), ("p", "b", 1), ("p", "c", 0)])
    moved = ranker.explain({"id": "q", "text": "sleepwear"}, "c", "en").moved
    assert "accessories" in moved
    assert "accessori" not in moved
    like = {"id": "p", "text": "sleepwear"}
    told = {term.name: term.because for term in ranker.explain(like, "a", "zh").terms}["behaviour"]
    assert "与以往" in told
    moved = ranker.explain(like, "b", "zh").moved
    assert moved
    assert not {"绒服", "绒背", "有充", "业生"} & set(moved)
