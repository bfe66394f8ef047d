"""Whom a demand knows: partners are left out by a gate of their own, those it has met are told apart."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import BuyerRanker, SupplierRanker
from scoring.errors import RecordError
from scoring.messages import LANGUAGES

AS_OF = "2025-09-15"
SUPPLIERS = [
    {"id": "a", "products": ["socks"], "text": "sport socks"},
    {"id": "b", "products": ["socks"]},
    {"id": "c", "products": ["scarves"]},
]
DEMAND = {"id": "d", "products": ["socks"], "text": "socks for running"}
FOUND = {
    "en": "is already a supplier", "zh": "已是其供应商", "fr": "est déjà fournisseur", "de": "ist schon Lieferant",
    "it": "è già fornitore",
}  # fmt: skip
MET = {
    "en": "They have met before.", "zh": "双方此前已会面。", "fr": "Ils se sont déjà rencontrés.",
    "de": "Die beiden haben sich schon getroffen.", "it": "Si sono già incontrati.",
}  # fmt: skip


@pytest.fixture(scope="module")
def ranker():
    return SupplierRanker(as_of=AS_OF).fit(SUPPLIERS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_partner_is_left_out_and_told_so(ranker, lang):
    demand = DEMAND | {"partners": ["a", "gone"]}
    assert ranker.rank([demand], k=3).ids.tolist() == [["b", "c", None]]
    (out,) = ranker.left_out(demand, lang=lang)
    assert (out.supplier, out.gate, out.found) == ("a", "partners", FOUND[lang])
    assert out.wanted not in ("", out.found)
    told = ranker.explain(demand, "a", lang=lang)
    assert (told.rank, [(gate.name, gate.state) for gate in told.gates]) == (None, [("partners", "failed")])
    assert ranker.explain(demand, "b", lang=lang).gates == ()


def test_a_partner_and_an_excluded_one_fail_different_gates(ranker):
    demand = DEMAND | {"partners": ["a"], "exclude": ["b"]}
    assert ranker.rank([demand], k=3).ids.tolist() == [["c", None, None]]
    assert {out.supplier: out.failed for out in ranker.left_out(demand)} == {"a": ("partners",), "b": ("exclude",)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_having_met_is_told_and_moves_nothing(ranker, lang):
    demand = DEMAND | {"met": ["a"]}
    plain, known = ranker.rank([DEMAND], k=3), ranker.rank([demand], k=3)
    assert known.ids.tolist() == plain.ids.tolist()
    assert np.array_equal(known.scores, plain.scores)
    told = ranker.explain(demand, "a", lang=lang)
    assert told.notes == (MET[lang],)
    assert sum(term.points for term in told.terms) == pytest.approx(told.score, abs=1e-9)
    assert ranker.explain(demand, "b", lang=lang).notes == ()


def test_the_other_direction_knows_it_too():
    demands = [DEMAND | {"id": "new"}, DEMAND | {"id": "old", "partners": ["a"]}, DEMAND | {"id": "seen", "met": ["a"]}]
    ranker = BuyerRanker(as_of=AS_OF).fit(demands)
    assert ranker.rank([SUPPLIERS[0]], k=3).ids.tolist() == [["new", "seen", None]]
    assert ranker.rank([SUPPLIERS[1]], k=3).ids.tolist() == [["new", "old", "seen"]]
    assert ranker.explain(SUPPLIERS[0], "old").gates[0].name == "partners"
    assert ranker.explain(SUPPLIERS[0], "seen").notes == (MET["en"],)


def test_a_batch_leaves_partners_out_as_one_alone():
    rows = [{"id": f"s{n:03d}", "products": ["socks" if n % 3 else "scarves"], "moq": 10 * n + 1} for n in range(150)]
    asked = [
        {"id": f"d{n}", "products": ["socks"], "quantity": 40 * n + 1}
        | ({"partners": [f"s{n:03d}", "s001"]} if n % 2 else {})
        | ({"exclude": ["s002"]} if n % 3 == 0 else {})
        for n in range(60)
    ]
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(rows)
    together = list(ranker.rank_blocks(asked, 150, together=True))
    alone = list(ranker.rank_blocks(asked, 150, together=False))
    for part in ("records", "scores"):
        one, other = (np.concatenate([getattr(block, part) for block in found]) for found in (together, alone))
        assert np.array_equal(one, other, equal_nan=part == "scores")
    at = {identity: number for number, identity in enumerate(ranker.ids_)}
    listed = np.concatenate([block.records for block in together])
    assert at["s001"] not in listed[1]
    assert at["s001"] in listed[2]
    assert at["s002"] not in listed[3]


def test_nobody_is_served_by_its_partners_and_no_change_lifts_one(ranker):
    only = SupplierRanker(as_of=AS_OF).fit([SUPPLIERS[0], SUPPLIERS[2]])
    demand = DEMAND | {"partners": ["a"]}
    assert not only.unmet([DEMAND], probability=0.3).unmet
    (product,) = only.unmet([demand], probability=0.3).products
    assert (product.requests[0].why, product.requests[0].suppliers) == ("no_supplier", 0)
    assert ranker.lifts_over("a", [demand]).requests == 0
    assert ranker.lifts_over("b", [demand]).requests == 1


def test_known_suppliers_are_a_list_of_ids(ranker):
    with pytest.raises(RecordError, match="'partners'"):
        ranker.rank([DEMAND | {"partners": {"a": 1}}])
    with pytest.raises(RecordError, match="unknown field 'met' in a supplier"):
        SupplierRanker(as_of=AS_OF).fit([{"id": "a", "met": ["d"]}])
