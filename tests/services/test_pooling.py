"""What the members of a delegation can do together, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.pooling import able, pool

SHIRTS: dict[str, Any] = {
    "products": ["shirt"], "unit": "H87", "capacity_per_month": 3000.0, "moq": 500, "lead_time_days": 40.0,
    "certificates": [{"code": "GOTS", "evidence": "declared"}], "price_from": 2.0, "price_to": 4.0, "currency": "CNY",
    "languages": ["zh"], "smart_level": 2, "employees": 100,
}  # fmt: skip
MORE: dict[str, Any] = SHIRTS | {
    "moq": 300, "lead_time_days": 30.0, "price_from": 1.5, "price_to": None, "smart_level": 3,
    "certificates": ["BSCI", {"code": "GOTS", "evidence": "verified", "valid_to": "2026-01-01"}],
}  # fmt: skip


def test_two_who_make_the_same_make_twice_as_much() -> None:
    found = pool({}, [SHIRTS, MORE])
    assert (found["products"], found["capacity_per_month"], found["unit"]) == (["shirt"], 6000.0, "H87")
    assert (found["moq"], found["lead_time_days"], found["employees"]) == (300, 30.0, 200)
    assert (found["price_from"], found["currency"]) == (1.5, "CNY")
    assert "price_to" not in found  # of one the upper end is not known
    assert "smart_level" not in found  # each has its own
    assert found["certificates"] == [{"code": "GOTS", "evidence": "verified", "valid_to": "2026-01-01"}, "BSCI"]


@pytest.mark.parametrize(
    ("other", "unknown"),
    [
        ({"products": ["cap"], "capacity_per_month": 10.0}, {"capacity_per_month"}),
        ({"products": ["shirt", "cap"], "capacity_per_month": None}, {"capacity_per_month"}),
        ({"unit": "MTR"}, {"unit", "moq", "capacity_per_month", "price_from", "price_to", "currency"}),
        ({"currency": "EUR"}, {"currency", "price_from", "price_to"}),
        ({"gsm_from": 100.0, "gsm_to": None}, {"gsm_from", "gsm_to"}),
    ],
)
def test_what_does_not_go_together_is_unknown(other: dict[str, Any], unknown: set[str]) -> None:
    second = {name: value for name, value in (SHIRTS | other).items() if value is not None}
    known = set(SHIRTS | second)
    assert known - pool({}, [SHIRTS, second]).keys() == unknown & known


def test_a_figure_of_its_own_holds_and_lists_are_united() -> None:
    own = {"products": ["cap"], "capacity_per_month": 9.0, "unit": "H87", "text": "we", "lead_time_days": 5.0}
    found = pool(own, [SHIRTS | {"text": "they"}])
    assert (found["products"], found["capacity_per_month"], found["lead_time_days"]) == (["cap", "shirt"], 9.0, 5.0)
    assert found["text"] == "we\nthey"
    assert found["moq"] == 500
    other = pool(own | {"unit": "MTR"}, [SHIRTS])
    assert (other["unit"], other["capacity_per_month"]) == ("MTR", 9.0)
    assert not other.keys() & {"moq", "price_from", "price_to"}


def test_nothing_comes_of_nothing() -> None:
    assert pool({}, [{}, {}]) == {}
    assert pool(SHIRTS, []) == SHIRTS


def test_who_can_do_what_is_wanted() -> None:
    demand = {"products": ["shirt", "cap"], "certificates": ["BSCI"], "quantity": 10}
    assert able(demand, [SHIRTS, MORE, {}]) == [["shirt"], ["shirt", "BSCI"], []]
