"""What two texts share is told in words that both of them say."""

from __future__ import annotations

import re

import pytest

from scoring import SupplierRanker

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
