"""Each term against figures worked out by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.measures import checked_rates
from scoring.records import read_one
from scoring.terms.base import Setting
from scoring.terms.catalogue import BUYER_WEIGHTS, SUPPLIER_WEIGHTS, terms
from scoring.terms.grid import DAY_COLUMNS, DAYS, LogGrid, day_columns, range_columns

SETTING = Setting(date(2025, 9, 15), checked_rates(None))


def value(name, demand, supplier, fitted=()):
    """A term's value for one pair; `fitted` further suppliers."""
    term = next(term for term in terms() if term.name == name)
    records = [read_one({"id": f"x{i}", **row}, "supplier") for i, row in enumerate([supplier, *fitted])]
    term.fit(records, SETTING)
    return term.value(read_one({"id": "d", **demand}, "demand"), records[0])


# the grids -----------------------------------------------------------------------------------------------------------
@given(st.floats(0.001, 1e9))
def test_a_number_is_spread_over_neighbours_with_weights_that_add_up_to_one(x):
    grid = LogGrid(1.0, 2.0**20, 4)
    spread = grid.spread(x)
    assert sum(weight for _, weight in spread) == pytest.approx(1.0)
    if 1.0 <= x <= 2.0**20:
        middle = 2 ** sum(weight * np.log2(grid.nodes[node]) for node, weight in spread)
        assert middle == pytest.approx(x, rel=1e-6)


@given(st.integers(-100, DAYS + 100), st.integers(-100, DAYS + 100))
def test_a_day_meets_a_range_once_when_inside_and_never_outside(day, first):
    meets = set(day_columns(day)) & set(range_columns(first))
    inside = min(max(day, 0), DAYS - 1) >= min(max(first, 0), DAYS)
    assert len(meets) == int(inside)
    assert all(0 < column < DAY_COLUMNS for column in range_columns(first))


# codes ---------------------------------------------------------------------------------------------------------------
def test_the_asked_product_counts_fully_and_a_sibling_in_part():
    same = value("products", {"products": ["down jackets"]}, {"products": ["down jackets"]})
    sibling = value("products", {"products": ["down jackets"]}, {"products": ["down vests"]})
    foreign = value("products", {"products": ["down jackets"]}, {"products": ["bed linen"]})
    assert same == pytest.approx(1.0)
    assert 0.0 <= foreign < sibling < 0.7


def test_a_broader_wish_is_met_by_a_narrower_product():
    assert value("products", {"products": ["knitwear"]}, {"products": ["knitted T-shirts"]}) == pytest.approx(1.0)


def test_half_of_two_products_is_about_half():
    found = value("products", {"products": ["down jackets", "bath towels"]}, {"products": ["down jackets"]})
    assert 0.45 < found < 0.6


def test_a_specialist_counts_a_little_more_than_one_who_makes_everything():
    many = ["down jackets", "bath towels", "bed linen", "socks", "hoodies", "suits", "ties", "curtains"]
    one = value("products", {"products": ["down jackets"]}, {"products": ["down jackets"]})
    eight = value("products", {"products": ["down jackets"]}, {"products": many})
    assert one == pytest.approx(1.0)
    assert 8**-0.08 - 1e-9 <= eight < one
    mill = value("products", {"products": ["fabrics"]}, {"products": ["woven fabrics", "knitted fabrics"]})
    tailor = value("products", {"products": ["fabrics"]}, {"products": ["woven fabrics", "suits"]})
    assert mill > tailor > 0.9


def test_an_unstated_list_gives_the_neutral_value_and_a_text_fills_in():
    assert value("products", {"products": ["down jackets"]}, {"moq": 1}) == pytest.approx(0.3)
    assert value("products", {"products": ["down jackets"]}, {"text": "Wir nähen Daunenjacken."}) == pytest.approx(0.85)


def test_words_no_vocabulary_knows_still_meet_each_other():
    assert value("products", {"products": ["Zorblax 9"]}, {"products": ["zorblax  9"]}) == pytest.approx(1.0)


# certificates --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        ({"code": "GRS", "evidence": "verified"}, 1.0),
        ({"code": "GRS", "evidence": "documented", "valid_to": "2026-01-31"}, 0.9),
        ({"code": "GRS", "evidence": "documented", "valid_to": "2026-01-30"}, 0.4),
        ({"code": "GRS", "valid_to": "2025-09-14"}, 0.2),
        ({"code": "GRS", "evidence": "expired"}, 0.2),
        ("GRS", 0.75),
        ("GOTS", 0.0),
        (None, 0.3),
    ],
)
def test_a_certificate_counts_by_evidence_on_the_day_of_shipping(certificate, expected):
    supplier = {} if certificate is None else {"certificates": [certificate]}
    demand = {"certificates": ["GRS"], "ship_by": "2026-01-31"}
    assert value("certificates", demand, supplier, [{"certificates": ["GRS"]}]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        # the verified one ends before the goods ship; the declared one does not
        ({"valid_to": "2025-12-31", "evidence": "verified"}, {"valid_to": "2027-01-31"}, 0.75),
        ({"valid_to": "2024-12-31", "evidence": "verified"}, {"valid_to": "2027-01-31"}, 0.75),
        # a claim without an end does not stretch a certificate that has one; a paper without an end does
        ({"valid_to": "2025-12-31", "evidence": "verified"}, {}, 0.4),
        ({"valid_to": "2025-12-31"}, {"evidence": "documented"}, 0.9),
        ({"valid_to": "2027-01-31"}, {"valid_to": "2027-01-31", "evidence": "verified"}, 1.0),
        ({"evidence": "expired"}, {}, 0.75),
    ],
)
@pytest.mark.parametrize("codes", [("GRS", "GRS"), ("OEKO-TEX STANDARD 100", "OEKO-TEX STANDARD 100 Class I")])
def test_of_two_certificates_for_one_thing_the_one_that_holds_counts(one, two, expected, codes):
    held = [{"code": code, **more} for code, more in zip(codes, (one, two), strict=True)]
    demand = {"certificates": [codes[0]], "ship_by": "2026-01-31"}
    assert value("certificates", demand, {"certificates": held}) == pytest.approx(expected)
    assert value("certificates", demand, {"certificates": held[::-1]}) == pytest.approx(expected)


def test_of_two_asked_certificates_each_counts_half():
    found = value(
        "certificates", {"certificates": ["GRS", "GOTS"]}, {"certificates": [{"code": "GRS", "evidence": "verified"}]}
    )
    assert found == pytest.approx(0.5)


# numbers -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("quantity", "expected"), [(1024, 1.0), (4096, 1.0), (512, 1 / 1.75), (256, 0.0), (10, 0.0)])
def test_quantity_against_minimum_order(quantity, expected):
    assert value("quantity", {"quantity": quantity}, {"moq": 1024}) == pytest.approx(expected, abs=1e-7)


def test_dozens_are_pieces_but_metres_are_not():
    assert value("quantity", {"quantity": 200, "unit": "DZN"}, {"moq": 2000, "unit": "H87"}) == pytest.approx(1.0)
    assert value("quantity", {"quantity": 10, "unit": "MTR"}, {"moq": 2000, "unit": "H87"}) == pytest.approx(0.5)
    assert value("quantity", {"quantity": 256}, {"moq": 1024, "unit": "H87"}) == pytest.approx(0.0, abs=1e-7)


def test_capacity_is_compared_over_the_months_there_are():
    assert value("capacity", {"quantity": 4096}, {"capacity_per_month": 1024}) == pytest.approx(0.0, abs=1e-7)
    assert value("capacity", {"quantity": 4096, "lead_time_days": 120}, {"capacity_per_month": 1024}) == pytest.approx(
        1.0
    )


def test_without_another_date_the_time_is_that_until_the_shop():
    capacity = {"capacity_per_month": 1024}
    assert value("capacity", {"quantity": 4096, "in_store_by": "2026-01-13"}, capacity) == pytest.approx(
        1.0
    )  # 4 months
    sooner = {"quantity": 4096, "in_store_by": "2026-01-13", "lead_time_days": 30}
    assert value("capacity", sooner, capacity) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("target", "expected"), [(20.48, 1.0), (10.24, 1.0), (5.12, 0.0), (10.24 / 2**0.5, 0.67), (20.48 * 2 * 16, 0.5)]
)
def test_target_price_against_the_band(target, expected):
    supplier = {"price_from": 10.24, "price_to": 20.48, "currency": "EUR"}
    assert value("price", {"target_price": target, "currency": "EUR"}, supplier) == pytest.approx(expected, abs=0.04)


def test_currencies_are_converted_and_an_unknown_one_is_no_price():
    supplier = {"price_from": 100, "currency": "CNY"}
    assert value("price", {"target_price": 12.5, "currency": "EUR"}, supplier) > 0.97
    assert value("price", {"target_price": 7, "currency": "EUR"}, supplier) < 0.35
    assert value("price", {"target_price": 7, "currency": "EUR"}, {"price_from": 100, "currency": "XTS"}) == 0.5


@pytest.mark.parametrize(
    ("wanted", "expected"), [(180, 1.0), (160, 1.0), (80, 0.0), (640, 0.0), (320 * 2**0.5, 0.5 / 0.875)]
)
def test_weight_in_a_range(wanted, expected):
    assert value("gsm", {"gsm": wanted}, {"gsm_from": 160, "gsm_to": 320}) == pytest.approx(expected, abs=0.04)


@pytest.mark.parametrize(
    ("supplier", "wanted", "expected"),
    [
        ({"gsm_from": 160}, 160, 1.0), ({"gsm_from": 160}, 640, 0.5), ({"gsm_from": 160}, 80, 0.0),
        ({"gsm_to": 320}, 320, 1.0), ({"gsm_to": 320}, 80, 0.5), ({"gsm_to": 320}, 640, 0.0),
    ],
)  # fmt: skip
def test_beyond_the_one_stated_end_of_a_range_nobody_knows(supplier, wanted, expected):
    assert value("gsm", {"gsm": wanted}, supplier) == pytest.approx(expected, abs=0.04)


def test_below_an_upper_price_alone_nobody_knows():
    supplier, wanted = {"price_to": 20.48, "currency": "EUR"}, {"currency": "EUR"}
    assert value("price", {"target_price": 2, **wanted}, supplier) == 0.5
    assert value("price", {"target_price": 20.48, **wanted}, supplier) == pytest.approx(1.0)


@pytest.mark.parametrize(("wanted", "expected"), [(145, 1.0), (160, 1.0), (128, 0.86), (240, 0.0), (100, 0.0)])
def test_a_width_cannot_be_far_off(wanted, expected):
    assert value("width", {"width": wanted}, {"width_from": 144.8, "width_to": 160}) == pytest.approx(expected, abs=0.1)
    assert value("width", {"width": wanted}, {}) == 0.5


@pytest.mark.parametrize(
    ("wanted", "found", "expected"), [(2, 3, 1.0), (3, 3, 1.0), (4, 3, 0.7), (5, 1, 0.0), (3.5, 3, 0.85)]
)
def test_smart_factory_level(wanted, found, expected):
    assert value("smart_level", {"smart_level": wanted}, {"smart_level": found}) == pytest.approx(expected)


# time and route ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("lead", "expected"), [(32, 1.0), (64, 0.0), (45.25, 0.5 / 0.875)])
def test_accepted_lead_time(lead, expected):
    assert value("lead_time", {"lead_time_days": 32}, {"lead_time_days": lead}) == pytest.approx(expected, abs=0.01)


def test_ship_by_counts_sampling_too():
    supplier = {"lead_time_days": 32, "sample_days": 32}
    assert value("lead_time", {"ship_by": "2025-11-18"}, supplier) == pytest.approx(1.0)
    assert value("lead_time", {"ship_by": "2025-10-17"}, supplier) == pytest.approx(0.0, abs=1e-7)


def test_the_route_decides_whether_goods_reach_the_shop():
    demand = {"in_store_by": "2025-11-18", "delivery_country": "FR"}  # 64 days
    near, far = {"lead_time_days": 40, "country": "PT"}, {"lead_time_days": 40, "country": "CN"}
    assert value("lead_time", demand, near) == pytest.approx(1.0)
    assert value("lead_time", demand, far) < 0.8
    assert value("lead_time", demand | {"transport": ["air"]}, far) == pytest.approx(1.0)
    assert value("lead_time", demand, far | {"transit_days": 20}) == pytest.approx(1.0)
    by_mode = far | {"transit_days": {"sea": 45, "rail": 22}}
    assert value("lead_time", demand | {"transport": ["sea"]}, by_mode) < 0.7
    assert value("lead_time", demand | {"transport": ["sea", "rail"]}, by_mode) == pytest.approx(1.0)


def test_an_unknown_origin_leaves_the_route_open():
    demand = {"in_store_by": "2025-11-18", "delivery_country": "FR"}
    assert value("lead_time", demand, {"lead_time_days": 10}) == pytest.approx(0.5)


# sharing -------------------------------------------------------------------------------------------------------------
def test_one_shared_language_is_enough():
    assert value("languages", {"languages": ["fr", "English"]}, {"languages": ["zh", "en"]}) == pytest.approx(1.0)
    assert value("languages", {"languages": ["français"]}, {"languages": ["中文"]}) == pytest.approx(0.0)
    assert value("languages", {"languages": ["fr"]}, {}) == pytest.approx(0.4)


def test_trade_terms_are_a_mean_of_what_is_stated():
    demand = {"incoterms": ["FOB", "CIF"], "transport": ["rail"]}
    assert value("trade_terms", demand, {"incoterms": ["FOB"], "transport": ["sea"]}) == pytest.approx(0.5)
    assert value("trade_terms", demand, {"incoterms": ["FOB"]}) == pytest.approx(0.75)


def test_markets_and_origin():
    assert value("markets", {"delivery_country": "France"}, {"exports_to": ["EU"]}) == pytest.approx(1.0)
    assert value("markets", {"delivery_country": "FR"}, {"exports_to": ["US"]}) == pytest.approx(0.0)
    assert value("markets", {"delivery_country": "FR"}, {"markets": ["export"]}) == pytest.approx(0.4)
    assert value("markets", {"delivery_country": "FR"}, {"markets": ["Europe"]}) == pytest.approx(1.0)
    assert (
        value("markets", {"markets": ["内销"], "country": "CN"}, {"markets": ["内销", "外销"], "country": "CN"}) == 1.0
    )
    assert value("countries", {"sourcing_countries": ["CN", "IT"]}, {"country": "Italien"}) == pytest.approx(1.0)
    assert value("countries", {"sourcing_countries": ["CN"]}, {"country": "IN"}) == pytest.approx(0.0)


def test_every_term_has_its_weight_in_both_directions():
    names = {term.name for term in terms()} | {"text", "behaviour"}
    assert names == set(SUPPLIER_WEIGHTS) == set(BUYER_WEIGHTS)
    assert sum(SUPPLIER_WEIGHTS.values()) == 100.0


@given(st.integers(1, 10**6), st.floats(1.0, 50.0))
def test_whoever_meets_the_need_gets_all_of_it(moq, times):
    assert value("quantity", {"quantity": moq * times}, {"moq": moq}) == pytest.approx(1.0)
