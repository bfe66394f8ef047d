"""What passes, what fails, and what has to be confirmed."""

from __future__ import annotations

import pytest

from scoring import BuyerRanker, SupplierRanker

AS_OF = "2025-09-15"


def state(demand, supplier, gate=None):
    """State of the only (or the named) gate of a pair."""
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "s", **supplier}])
    gates = ranker.explain({"id": "d", **demand}, "s").gates
    return next((one.state for one in gates if gate in (None, one.name)), None)


CASES = [
    ("certificates", {"certificates": ["GRS"]}, {"certificates": ["GRS"]}, "passed"),
    ("certificates", {"certificates": ["GRS"]}, {"certificates": ["GOTS"]}, "failed"),
    ("certificates", {"certificates": ["GRS"]}, {}, "unknown"),
    ("certificates", {"certificates": ["GRS", "GOTS"]}, {"certificates": ["GRS"]}, "failed"),
    ("products", {"products": ["down jackets"]}, {"products": ["down jackets", "socks"]}, "passed"),
    ("products", {"products": ["knitwear"]}, {"products": ["knitted T-shirts"]}, "passed"),
    ("products", {"products": ["knitted T-shirts"]}, {"products": ["knitwear"]}, "unknown"),
    ("products", {"products": ["down jackets"]}, {"products": ["socks"]}, "failed"),
    ("products", {"products": ["down jackets"]}, {"text": "Daunenjacken"}, "unknown"),
    ("products", {"products": ["down jackets", "socks"]}, {"products": ["socks"]}, "failed"),
    ("sourcing_countries", {"sourcing_countries": ["UK"]}, {"country": "GB"}, "passed"),
    ("sourcing_countries", {"sourcing_countries": ["England"]}, {"country": "UK"}, "passed"),
    ("sourcing_countries", {"sourcing_countries": ["EL"]}, {"country": "PRC"}, "failed"),
    ("delivery_country", {"delivery_country": "UK"}, {"exports_to": ["Great Britain"]}, "passed"),
    ("target_price", {"target_price": 30, "currency": "RMB"}, {"price_from": 3, "currency": "EUR"}, "passed"),
    ("target_price", {"target_price": 20, "currency": "EUR"}, {"price_from": 180, "currency": "元"}, "failed"),
    ("target_price", {"target_price": 20, "currency": "EUR"}, {"price_from": 180, "currency": "MNT"}, "unknown"),
    ("moq", {"quantity": 500}, {"moq": 500}, "passed"),
    ("quantity", {"quantity": 499}, {"moq": 500}, "failed"),
    ("quantity", {"quantity": 499}, {}, "unknown"),
    ("quantity", {"quantity": 42, "unit": "DZN"}, {"moq": 500, "unit": "H87"}, "passed"),
    ("quantity", {"quantity": 4200, "unit": "MTR"}, {"moq": 500, "unit": "H87"}, "unknown"),
    ("capacity_per_month", {"quantity": 900}, {"capacity_per_month": 1000}, "passed"),
    ("capacity", {"quantity": 1900}, {"capacity_per_month": 1000}, "failed"),
    ("capacity", {"quantity": 1900, "lead_time_days": 60}, {"capacity_per_month": 1000}, "passed"),
    ("lead_time_days", {"lead_time_days": 45}, {"lead_time_days": 45}, "passed"),
    ("lead_time_days", {"lead_time_days": 45}, {"lead_time_days": 46}, "failed"),
    ("ship_by", {"ship_by": "2025-10-15"}, {"lead_time_days": 30}, "passed"),
    ("ship_by", {"ship_by": "2025-10-15"}, {"lead_time_days": 30, "sample_days": 1}, "failed"),
    ("in_store_by", {"in_store_by": "2025-10-15", "country": "FR"}, {"lead_time_days": 20, "country": "IT"}, "passed"),
    ("in_store_by", {"in_store_by": "2025-10-15", "country": "FR"}, {"lead_time_days": 20, "country": "CN"}, "failed"),
    ("in_store_by", {"in_store_by": "2025-10-15", "country": "FR"}, {"lead_time_days": 20}, "unknown"),
    ("target_price", {"target_price": 10}, {"price_from": 9}, "passed"),
    ("target_price", {"target_price": 0}, {"price_from": 9}, None),  # nothing is asked
    ("target_price", {"target_price": 10}, {"price_from": 90, "currency": "CNY"}, "failed"),
    ("target_price", {"target_price": 11, "currency": "EUR"}, {"price_from": 90, "currency": "CNY"}, "passed"),
    ("gsm", {"gsm": 200}, {"gsm_from": 150, "gsm_to": 220}, "passed"),
    ("gsm", {"gsm": 180}, {"gsm_from": 120}, "unknown"),
    ("gsm", {"gsm": 110}, {"gsm_from": 120}, "failed"),
    ("gsm", {"gsm": 180}, {"gsm_to": 300}, "unknown"),
    ("gsm", {"gsm": 310}, {"gsm_to": 300}, "failed"),
    ("target_price", {"target_price": 3}, {"price_to": 5}, "unknown"),
    ("target_price", {"target_price": 6}, {"price_to": 5}, "passed"),
    ("target_price", {"target_price": 3}, {"price_from": 5}, "failed"),
    ("target_price", {"target_price": 6}, {"price_from": 5}, "passed"),
    ("gauge", {"gauge": 3}, {"gauge_from": 5, "gauge_to": 12}, "failed"),
    ("width", {"width": 150}, {"width_from": 144.8, "width_to": 160}, "passed"),
    ("width", {"width": 150}, {"width_to": 112}, "failed"),
    ("width", {"width": 150}, {}, "unknown"),
    ("smart_level", {"smart_level": 3}, {"smart_level": 2}, "failed"),
    ("employees", {"employees": 50}, {"employees": 80}, "passed"),
    ("founded", {"founded": 2010}, {"founded": 2015}, "failed"),
    ("languages", {"languages": ["fr", "en"]}, {"languages": ["en", "zh"]}, "passed"),
    ("languages", {"languages": ["fr"]}, {"languages": ["zh"]}, "failed"),
    ("sourcing_countries", {"sourcing_countries": ["CN", "IT"]}, {"country": "中国"}, "passed"),
    ("sourcing_countries", {"sourcing_countries": ["IT"]}, {"country": "CN"}, "failed"),
    ("sourcing_countries", {"sourcing_countries": ["IT"]}, {}, "unknown"),
    ("delivery_country", {"delivery_country": "FR"}, {"exports_to": ["DE", "FR"]}, "passed"),
    ("delivery_country", {"delivery_country": "FR"}, {"country": "FR"}, "passed"),
    ("delivery_country", {"delivery_country": "FR"}, {"country": "CN"}, "unknown"),
    ("delivery_country", {"delivery_country": "FR"}, {"exports_to": ["DE"]}, "failed"),
    ("delivery_country", {"delivery_country": "FR"}, {"markets": ["export"]}, "unknown"),
    ("markets", {"markets": ["Europe"]}, {"exports_to": ["DE"]}, "passed"),
    ("business_models", {"business_models": ["ODM", "OBM"]}, {"business_models": ["ODM"]}, "passed"),
]


@pytest.mark.parametrize(("gate", "demand", "supplier", "expected"), CASES)
def test_a_must_is_passed_failed_or_to_be_confirmed(gate, demand, supplier, expected):
    assert state(demand | {"must": [gate]}, supplier) == expected


@pytest.mark.parametrize(
    ("valid_to", "expected"), [("2026-01-31", "passed"), ("2026-01-30", "failed"), ("2025-09-01", "failed")]
)
def test_a_certificate_must_hold_on_the_day_of_shipping(valid_to, expected):
    demand = {"certificates": ["GRS"], "ship_by": "2026-01-31", "must": ["certificates"]}
    assert state(demand, {"certificates": [{"code": "GRS", "valid_to": valid_to}]}) == expected


def test_without_must_nothing_is_left_out():
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "a", "moq": 9000}, {"id": "b"}])
    demand = {"id": "d", "quantity": 10, "certificates": ["GRS"]}
    assert {i for i, _ in next(iter(ranker.rank([demand])))[1]} == {"a", "b"}
    assert ranker.explain(demand, "a").gates == ()


def test_an_unknown_gate_ranks_below_a_proven_fit_and_a_failed_one_is_left_out():
    ranker = SupplierRanker(as_of=AS_OF).fit(
        [{"id": "a"}, {"id": "b", "certificates": ["GRS"]}, {"id": "c", "certificates": ["GOTS"]}]
    )
    demand = {"id": "d", "certificates": ["GRS"], "must": ["certificates"]}
    assert ranker.rank([demand], k=3).ids.tolist() == [["b", "a", None]]
    (out,) = ranker.left_out(demand)
    assert (out.supplier, out.gate, out.wanted, out.found) == ("c", "certificates", "GRS", "GOTS")


def test_excluded_suppliers_never_show_and_are_named_as_such():
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "a", "products": ["socks"]}, {"id": "b"}])
    demand = {"id": "d", "products": ["socks"], "exclude": ["a", "gone"]}
    assert ranker.rank([demand], k=2).ids.tolist() == [["b", None]]
    assert ranker.left_out(demand)[0].gate == "exclude"
    assert ranker.explain(demand, "a").gates[0].state == "failed"
    assert ranker.explain(demand, "b").gates == ()


def test_a_supplier_is_not_shown_buyers_whose_gates_it_fails():
    buyers = [
        {"id": "open", "products": ["socks"]},
        {"id": "strict", "products": ["socks"], "certificates": ["GOTS"], "must": ["certificates"]},
        {"id": "averse", "products": ["socks"], "exclude": ["s"]},
    ]
    ranker = BuyerRanker(as_of=AS_OF).fit(buyers)
    plain = {"id": "s", "products": ["socks"], "certificates": ["GRS"]}
    assert ranker.rank([plain], k=3).ids.tolist() == [["open", None, None]]
    certified = {"id": "t", "products": ["socks"], "certificates": ["GOTS"]}
    assert set(ranker.rank([certified], k=3).ids[0]) == {"open", "strict", "averse"}
    assert [gate.name for gate in ranker.explain(certified, "strict").gates] == ["certificates"]
    assert ranker.explain(certified, "open").gates == ()


@pytest.mark.parametrize(
    ("name", "lang", "wanted", "found"),
    [
        ("quantity", "en", "800 pieces", "300 dozen"),
        ("quantity", "de", "800 Stück", "300 Dutzend"),
        ("price", "en", "1 EUR a piece", "≥ 24 EUR a dozen"),
        ("price", "zh", "1 EUR/件", "≥ 24 EUR/打"),
    ],
)
def test_units_are_shown_where_the_two_sides_have_different_ones(name, lang, wanted, found):
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "a", "moq": 300, "price_from": 24, "unit": "dozen"}])
    demand = {"id": "d", "quantity": 800, "target_price": 1, "unit": "pcs", "must": [name]}
    (out,) = ranker.left_out(demand, lang=lang)
    assert (out.wanted, out.found) == (wanted, found)
    alike = SupplierRanker(as_of=AS_OF).fit([{"id": "a", "moq": 3000, "price_from": 24, "unit": "pcs"}])
    assert "piece" not in alike.left_out(demand)[0].found


@pytest.mark.parametrize(
    ("lang", "wanted", "found"),
    [
        ("en", "a supplier that is not excluded", "is excluded"),
        ("zh", "未被排除的供应商", "已被排除"),
        ("fr", "un fournisseur qui n'est pas exclu", "est exclu"),
        ("de", "ein Lieferant, der nicht ausgeschlossen ist", "ist ausgeschlossen"),
        ("it", "un fornitore non escluso", "è escluso"),
    ],
)
def test_who_is_excluded_is_not_said_to_be_wanted_and_names_nobody_else(lang: str, wanted: str, found: str) -> None:
    """It read "wanted ES-MARISOL, QSH-04, found QSH-04": the asker's own code, what it does not want, and as it may
    happen who keeps away from it."""
    ranker = SupplierRanker(as_of="2025-09-15").fit([{"id": one, "products": ["socks"]} for one in ("a", "b", "shy")])
    out = ranker.left_out({"id": "d", "products": ["socks"], "exclude": ["a", "shy", "d-itself"]}, lang=lang)
    assert {(one.supplier, one.wanted, one.found) for one in out} == {(s, wanted, found) for s in ("a", "shy")}
