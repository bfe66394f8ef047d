"""Unmet demand: who is served, why others are not, and what is offered in vain; worked out by hand."""

from __future__ import annotations

import pytest

from scoring import SupplierRanker
from scoring.errors import RankingError
from tests.scoring.examples import AS_OF

SUPPLIERS = [
    {"id": "down", "name": "Down", "products": ["down jackets"], "moq": 500, "certificates": ["RDS"]},
    {"id": "knit", "name": "Knit", "products": ["knitted T-shirts"], "moq": 3000},
    {"id": "knit2", "name": "Knit 2", "products": ["knitted T-shirts"], "moq": 1000, "certificates": ["GRS"]},
    {"id": "told", "name": "Told", "text": "Wir weben Frottiertücher und Badetücher."},
    {"id": "tie", "name": "Tie", "products": ["ties"]},
]
DEMANDS = [
    {"id": "good", "products": ["down jackets"], "quantity": 800},
    {"id": "small", "products": ["knitted T-shirts"], "quantity": 500, "must": ["moq"]},
    {"id": "both", "products": ["knitted T-shirts"], "quantity": 2500, "certificates": ["GOTS"],
     "must": ["moq", "certificates"], "exclude": ["knit"]},
    {"id": "none", "name": "Socks!", "products": ["socks", "down jackets"]},
    {"id": "text", "text": "bath towels"},
]  # fmt: skip


@pytest.fixture(scope="module")
def ranker():
    return SupplierRanker(as_of=AS_OF).fit(SUPPLIERS)


def by_product(found):
    return {product.code: product for product in found.products}


def test_who_is_served_is_not_listed(ranker):
    found = ranker.unmet(DEMANDS)
    assert {row.demand for product in found.products for row in product.requests} == {"small", "both", "none"}
    assert (found.requests, found.unmet) == (5, 3)


def test_a_product_nobody_has_is_unmet_though_the_rest_of_its_request_is_served(ranker):
    product = by_product(ranker.unmet(DEMANDS))["socks"]
    assert (product.label, product.asked, product.suppliers) == ("socks", 1, 0)
    row = product.requests[0]
    assert (row.demand, row.name, row.why, row.suppliers) == ("none", "Socks!", "no_supplier", 0)
    assert row.because == "No supplier offers it."
    assert "down-jackets" not in by_product(ranker.unmet(DEMANDS))


def test_gates_that_fail_are_counted_among_those_who_have_the_product(ranker):
    product = by_product(ranker.unmet(DEMANDS))["t-shirts-knitted"]
    assert (product.asked, product.suppliers, len(product.requests)) == (2, 2, 2)
    small, both = sorted(product.requests, key=lambda row: row.demand, reverse=True)
    assert (small.why, small.suppliers, small.passing, small.gates) == ("gates", 2, 0, {"quantity": 2})
    assert small.because == "2 offer it; each fails a requirement: quantity (2)."
    assert (both.suppliers, both.gates) == (1, {"certificates": 1})  # the excluded one does not count


def test_the_nearest_supplier_is_told_what_would_open_it(ranker):
    product = by_product(ranker.unmet(DEMANDS))["t-shirts-knitted"]
    small = next(row for row in product.requests if row.demand == "small")
    assert small.nearest.supplier == "knit2"
    assert small.nearest.failing == ("quantity",)
    assert small.nearest.lifts[0].change == "Accept 500 instead of 1,000 as the minimum order"
    assert small.nearest.lifts[0].rank == 1
    changed = [row | (small.nearest.lifts[0].fields if row["id"] == "knit2" else {}) for row in SUPPLIERS]
    again = SupplierRanker(as_of=AS_OF).fit(changed).unmet(DEMANDS)
    assert "small" not in {row.demand for one in again.products for row in one.requests}


def test_a_product_nobody_has_is_nearest_to_one_with_a_kindred_product():
    kindred = [{"id": "a", "products": ["ties"], "moq": 10}, {"id": "b", "products": ["down vests"], "moq": 9000}]
    demands = [{"id": "d", "products": ["down jackets"], "quantity": 100}]
    row = SupplierRanker(as_of=AS_OF).fit(kindred).unmet(demands).products[0].requests[0]
    assert row.nearest.supplier == "b"
    assert any("down jackets" in lift.change for lift in row.nearest.lifts)


def test_what_counts_as_served_is_the_callers_choice(ranker):
    strict = ranker.unmet(DEMANDS, probability=0.99)
    weak = by_product(strict)["down-jackets"].requests[0]
    assert (weak.demand, weak.why, weak.passing) == ("good", "weak", 1)
    assert weak.because.startswith("1 of 1 that offers it passes; the best comes to ")
    assert strict.unmet == 5
    assert ranker.unmet(DEMANDS, probability=0.01).unmet == 3
    for wrong in ({"probability": 1.5}, {"k": 0}):
        with pytest.raises(RankingError, match="unmet"):
            ranker.unmet(DEMANDS, **wrong)


def test_products_in_text_count_on_both_sides(ranker):
    alone = ranker.unmet([DEMANDS[4]], probability=0.05)
    assert not alone.products
    unknown = ranker.unmet([{"id": "x", "text": "zzorblax"}], probability=0.9)
    assert [product.code for product in unknown.products] == [None]
    assert unknown.products[0].label == "no product named"


def test_what_is_offered_in_vain(ranker):
    found = ranker.unmet(DEMANDS, k=1)
    assert [(one.code, one.suppliers) for one in found.unasked] == [("ties", ("tie",))]
    # above and below count as asked
    wide = SupplierRanker(as_of=AS_OF).fit([{"id": "a", "products": ["knitwear"]}, {"id": "b", "products": ["socks"]}])
    assert not wide.unmet([{"id": "d", "products": ["knitted T-shirts", "socks"]}]).unasked
    ranked = {identity for _, best in ranker.rank(DEMANDS, k=1) for identity, _ in best}
    assert found.idle == tuple(sorted(set(ranker.ids_) - ranked))


@pytest.mark.parametrize(("lang", "label", "because"), [("zh", "袜子", "没有供应商提供。"), ("de", "Socken", "Kein")])
def test_labels_and_reasons_are_in_the_language_asked_for(ranker, lang, label, because):
    product = by_product(ranker.unmet(DEMANDS, lang=lang))["socks"]
    assert label in product.label
    assert product.requests[0].because.startswith(because)


def test_something_broader_may_be_it_and_a_text_may_name_it():
    suppliers = [
        {"id": "broad", "products": ["knitwear"]},
        {"id": "text", "products": ["ties"], "text": "We sew bath towels as well."},
    ]
    demands = [{"id": "d1", "products": ["knitted T-shirts"]}, {"id": "d2", "products": ["bath towels"]}]
    found = SupplierRanker(as_of=AS_OF).fit(suppliers).unmet(demands, probability=0.01)
    assert not found.products


def test_the_nearest_is_who_comes_further_even_if_a_gate_fails_today():
    suppliers = [
        {"id": "passes", "products": ["socks"], "certificates": ["GOTS"]},
        {
            "id": "lapses",
            "products": ["socks"],
            "certificates": [{"code": "GOTS", "valid_to": "2025-10-01"}],
            "languages": ["fr"],
            "smart_level": 5,
        },
    ]
    demand = {
        "id": "d",
        "products": ["socks"],
        "certificates": ["GOTS"],
        "ship_by": "2025-12-01",
        "must": ["certificates"],
    }
    demand |= {"languages": ["fr"], "smart_level": 4}
    row = SupplierRanker(as_of=AS_OF).fit(suppliers).unmet([demand], probability=0.9).products[0].requests[0]
    assert (row.why, row.passing, row.nearest.supplier) == ("weak", 1, "lapses")
    assert row.nearest.lifts[0].change == "Renew GOTS before 2025-10-01"
