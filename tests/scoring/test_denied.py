"""What a text denies is not what it is about: in five languages, for both sides, in both text modes."""

from __future__ import annotations

import pytest

from scoring import SupplierRanker
from scoring.text.denied import affirmed
from scoring.text.tokens import runs, wish

AS_OF = "2026-01-10"


def left(text: str) -> str:
    """The words that are left."""
    return " ".join(runs(affirmed(text)))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plush toys but no plastic toys", "plush toys but"),
        ("plush toys with no plastic or metal parts for children", "plush toys with for children"),
        ("sneakers (not sandals)", "sneakers"),
        ("all lamps except street lamps, please", "all lamps please"),
        ("We don't use real fur, only faux fur", "we only faux fur"),
        ("Esstische, keine Polstermöbel", "esstische"),
        ("Tische aus Eiche und keine Sofas oder Sessel, bitte", "tische aus eiche und bitte"),
        ("Lampes de table, pas d'éclairage extérieur", "lampes de table"),
        ("Nous ne faisons pas de chaussures mais des sacs", "nous ne faisons mais des sacs"),
        ("abiti da donna, niente pelliccia", "abiti da donna"),
        ("Non produciamo scarpe, solo borse", "solo borse"),
        ("连衣裙，不要针织、毛衣，红色", "连衣裙 红色"),
        ("不要塑料的玩具", "的玩具"),
        ("除户外家具外的家具", "的家具"),
    ],
)
def test_what_is_denied_is_left_out_up_to_the_end_of_its_clause(text, kept):
    assert left(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "non-woven bags and no-iron shirts",
        "no drill blinds, no-show socks",
        "We do not only make shirts but trousers",
        "It is not far: hall no. 5, stand No 12",
        "yarns, not only of cotton",
        "T-shirts sans manches, intissé, non tissé",
        "nicht nur Hemden",
        "camicie non stiro",
        "非洲市场 非常好的面料 除湿机 无纺布",
    ],
)
def test_what_sounds_like_a_denial_and_is_none_stays(text):
    assert affirmed(text) == text


@pytest.mark.parametrize("mode", ["full", "compact"])
@pytest.mark.parametrize(
    ("suppliers", "asked", "lang"),
    [
        (("We make plastic toys and plastic cars.", "We make plush toys and teddy bears."), None, "en"),
        (("Sofas und Sessel, Polstermöbel", "Esstische aus Eiche"), "Esstische, keine Polstermöbel", "de"),
        (("针织毛衣、针织衫工厂", "梭织连衣裙、衬衫"), "连衣裙，不要针织", "zh"),
    ],
)
def test_sellers_of_what_is_ruled_out_are_far_behind_and_not_praised_for_it(mode, suppliers, asked, lang):
    asked = asked or "plush toys but no plastic toys"
    records = [{"id": str(n), "text": text} for n, text in enumerate(suppliers)]
    ranker = SupplierRanker(text=mode, as_of=AS_OF).fit(records)
    found = ranker.rank([{"id": "q", "text": asked}], k=2)
    assert list(found.ids[0]) == ["1", "0"]
    assert found.scores[0][1] < 0.3 * found.scores[0][0]
    said = ranker.explain("q", "0", lang=lang).terms[0].because.casefold()
    assert not any(word in said for word in ("plastic", "polster", "针织"))


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("pulls, 100 pièces", "pulls"),
        ("连衣裙，2026年3月底出货", "连衣裙 出货"),
        ("1 500 Stück Hemden in 2-3 Wochen", "hemden in"),
        ("羽绒服 3000 件 40天", "羽绒服"),
        ("10 tonnellate di filato", "di filato"),
        ("5 pieces dining set, 3-14 gauge, 5kg bags", "5 pieces dining set 3 14 gauge 5kg bags"),
    ],
)
def test_how_many_and_by_when_is_no_subject_of_a_request(asked, kept):
    assert wish(asked) == kept


@pytest.mark.parametrize("text", ["9" * 6000 + " pcs", "1 " * 6000, "1," * 6000, "\n" * 12000, ", not " * 3000])
def test_a_page_of_nothing_but_digits_or_denials_is_read(text):
    """More digits than Python makes a number of once ended in an error."""
    assert isinstance(wish(affirmed(text)), str)
