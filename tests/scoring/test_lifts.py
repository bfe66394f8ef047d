"""What would lift a pair: every promise is kept when the change is made."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import SupplierRanker
from scoring.errors import RankingError, UnknownIdError
from scoring.lifts import LIFTS
from scoring.lifts.change import EFFORTS
from scoring.lifts.quantities import rounded_down, rounded_up
from scoring.lifts.values import value
from scoring.places import countries
from scoring.records import read
from scoring.terms.base import Setting
from scoring.terms.catalogue import terms
from tests.scoring.examples import AS_OF, DEMAND, SUPPLIERS
from tests.scoring.test_properties import AS_OF as DAY
from tests.scoring.test_properties import demands, suppliers

#: fields whose words and codes the text term reads too
READ_AS_TEXT = {"products", "materials", "processes", "certificates"}
#: fields whose change moves the idf, and so by a little what others have
COUNTED = {*READ_AS_TEXT, "compliance", "cooperation", "business_models"} - {"certificates"}
quick = settings(max_examples=25, deadline=None)


def without_text(told):
    return math.fsum(term.points for term in told.terms if term.name not in ("text", "behaviour"))


def changed(rows, identity, fields):
    """The suppliers with a lift's fields laid over one of them, ranked anew."""
    return SupplierRanker(as_of=DAY).fit([row | (fields if row["id"] == identity else {}) for row in rows])


@quick
@given(suppliers, demands)
def test_the_value_of_a_pair_is_the_inner_product_of_its_rows(suppliers, demands):
    setting = Setting(DAY, SupplierRanker(as_of=DAY).fit(suppliers)._setting.rates)
    own, asking = read(suppliers, "supplier"), read(demands, "demand")
    for term in terms():
        term.fit(own, setting)
        for demand in asking:
            for supplier in own:
                if term.states(demand):
                    found = value(term, demand, supplier, supplier)
                    assert found == pytest.approx(term.value(demand, supplier), abs=1e-6), term.name


@settings(max_examples=15, deadline=None)
@given(suppliers, demands)
def test_every_promise_is_kept_when_the_change_is_made(suppliers, demands):
    ranker = SupplierRanker(as_of=DAY).fit(suppliers)
    for demand in demands[:2]:
        for supplier in suppliers[:2]:
            before = ranker.explain(demand, supplier["id"])
            for lift in ranker.lifts(demand, supplier["id"], most=6):
                again = changed(suppliers, supplier["id"], lift.fields)
                after = again.explain(demand, supplier["id"])
                gained = without_text(after) - without_text(before)
                assert lift.score - before.score == pytest.approx(gained, abs=1e-5), lift
                assert (lift.rank is None) == (after.rank is None), lift
                if lift.fields.keys().isdisjoint(READ_AS_TEXT):
                    assert lift.score == pytest.approx(after.score, abs=1e-5), lift
                    if lift.fields.keys().isdisjoint(COUNTED):
                        assert lift.rank == after.rank, lift


@quick
@given(suppliers, demands, st.integers(1, 4))
def test_what_reaches_the_first_few_is_among_them(suppliers, demands, top):
    ranker = SupplierRanker(as_of=DAY).fit(suppliers)
    for demand in demands[:2]:
        for lift in ranker.lifts(demand, suppliers[0]["id"], top=top):
            assert lift.rank is not None
            assert lift.rank <= top


@quick
@given(suppliers, demands)
def test_an_explanation_leaves_untried_what_could_not_be_among_the_best(suppliers, demands):
    ranker = SupplierRanker(as_of=DAY).fit(suppliers)
    for demand in demands[:2]:
        for supplier in suppliers[:3]:
            told = sorted(lift.score for lift in ranker.explain(demand, supplier["id"]).lifts)
            all_tried = sorted(lift.score for lift in ranker.lifts(demand, supplier["id"], most=LIFTS))
            assert told == pytest.approx(all_tried, abs=2e-5)


BASE = {"id": "s", "products": ["down jackets"], "unit": "H87"}


def lifts(demand, supplier, others=(), **how):
    """The lifts of one supplier by what they say."""
    ranker = SupplierRanker(as_of=AS_OF).fit([BASE | supplier, *others])
    return {lift.change: lift for lift in ranker.lifts({"id": "d", **demand}, "s", **how)}


CASES = [
    # the highest minimum order that passes, in the supplier's unit
    ({"quantity": 20, "unit": "DZN"}, {"moq": 500}, {"moq": 240}),
    ({"quantity": 40}, {"moq": 500}, None),  # less than a tenth of it: no supplier does that
    # the longest lead time that fits a date: 107 days, of which 7 are for samples
    ({"ship_by": "2025-12-31"}, {"lead_time_days": 150, "sample_days": 7}, {"lead_time_days": 100}),
    ({"ship_by": "2025-12-31"}, {"lead_time_days": 300}, None),  # more than half
    ({"ship_by": "2025-12-31"}, {"sample_days": 7}, {"lead_time_days": 100}),  # left open
    ({"in_store_by": "2025-12-31", "country": "FR"}, {"country": "CN"}, {"lead_time_days": 65}),  # 42 days at sea
    # two months, 5,000 pieces
    ({"quantity": 5000, "lead_time_days": 60}, {"capacity_per_month": 2000}, {"capacity_per_month": 2500}),
    ({"quantity": 5000, "lead_time_days": 60}, {}, {"capacity_per_month": 2500}),
    ({"quantity": 5000, "lead_time_days": 60}, {"capacity_per_month": 1000}, None),
    # 10 euros are 83.61 yuan at 0.1196
    ({"target_price": 10, "currency": "EUR"}, {"price_from": 100, "currency": "CNY"}, {"price_from": 83.61}),
    ({"target_price": 10, "currency": "EUR"}, {"price_from": 200, "currency": "CNY"}, None),
    ({"target_price": 10, "currency": "EUR"}, {}, {"price_from": 10, "currency": "EUR"}),
    ({"languages": ["fr", "en"]}, {"languages": ["zh"]}, {"languages": ["zh", "en"]}),
    ({"delivery_country": "FR"}, {"exports_to": ["US"]}, {"exports_to": ["US", "FR"]}),
    ({"incoterms": ["DDP"]}, {"incoterms": ["FOB"]}, {"incoterms": ["FOB", "DDP"]}),
    ({"smart_level": 3}, {"smart_level": 2}, {"smart_level": 3}),
    ({"smart_level": 4}, {"smart_level": 2}, None),
    ({"gsm": 240}, {"gsm_from": 160, "gsm_to": 200}, {"gsm_to": 240}),
    ({"gsm": 300}, {"gsm_from": 160, "gsm_to": 200}, None),
    ({"gsm": 240}, {"gsm_from": 300}, {"gsm_from": 240}),
    ({"gsm": 240}, {"gsm_from": 160}, None),  # may be within
    ({"width": 170}, {"width_from": 112, "width_to": 140}, {"width_to": 170}),
    ({"width": 150}, {}, {"width_from": 150}),
]  # fmt: skip


@pytest.mark.parametrize(("demand", "supplier", "fields"), CASES)
def test_the_smallest_change_that_suffices(demand, supplier, fields):
    found = [lift.fields for lift in lifts(demand, supplier).values()]
    if fields is None:
        known = {"moq", "capacity_per_month", "lead_time_days", "price_from", "smart_level", "gsm_to"} & set(supplier)
        assert not any(known & set(one) for one in found)
    else:
        assert fields in [{name: one[name] for name in one if name in fields} for one in found]


@pytest.mark.parametrize(
    ("asked", "lang", "said", "first"),
    [
        ("Europe", "en", "Deliver to Europe too", "AD"), ("欧洲", "zh", "也供货到欧洲", "AD"),
        ("EU", "de", "Auch liefern nach: Europäische Union", "AT"), ("FR", "en", "Deliver to France too", "FR"),
    ],
)  # fmt: skip
def test_who_asks_for_a_region_is_offered_the_region(asked, lang, said, first):
    found = lifts({"delivery_country": asked}, {"exports_to": ["US"]}, lang=lang)
    assert found[said].fields["exports_to"][1] == first
    assert len(found[said].fields["exports_to"]) == (2 if asked == "FR" else 1 + len(countries(asked)))


@pytest.mark.parametrize(
    ("certificate", "change", "written"),
    [
        ("OCS", "Obtain or document GOTS", [{"code": "ocs", "evidence": "declared"}]),
        (None, "Obtain or document GOTS", []),
        ({"code": "GOTS", "valid_to": "2025-12-01"}, "Renew GOTS before 2025-12-01", []),
        ({"code": "GOTS", "valid_to": "2025-09-01"}, "Renew GOTS, which has lapsed", []),
        ("GOTS", "Show the document of GOTS", []),
        ({"code": "GOTS", "evidence": "verified"}, None, None),
    ],
)
def test_certificates_are_obtained_renewed_or_shown(certificate, change, written):
    supplier = {} if certificate is None else {"certificates": [certificate]}
    found = lifts({"certificates": ["GOTS"], "ship_by": "2026-01-31"}, supplier)
    told = [text for text in found if "GOTS" in text]
    assert told == ([] if change is None else [change])
    if change is not None:
        fields = found[change].fields
        assert fields["certificates"] == [*written, {"code": "gots", "evidence": "documented"}]
        assert found[change].effort == "paperwork"


def test_a_certificate_nobody_holds_brings_what_it_would_bring():
    demand = {"certificates": ["GOTS", "GRS"]}
    found = lifts(demand, {"certificates": ["OCS"]})
    most = SupplierRanker(as_of=AS_OF).fit([BASE]).explain({"id": "d", **demand}, "s").terms[0].max
    start = SupplierRanker(as_of=AS_OF).fit([BASE | {"certificates": ["OCS"]}]).explain({"id": "d", **demand}, "s")
    assert found["Obtain or document GRS"].score - start.score == pytest.approx(0.9 / 2 * most)


def test_two_failed_gates_take_two_changes():
    demand = {"products": ["down jackets"], "quantity": 400, "certificates": ["RDS"], "must": ["moq", "certificates"]}
    supplier = {"moq": 500, "certificates": ["GRS"]}
    found = list(lifts(demand, supplier, [{"id": "other", "products": ["socks"]}]).values())
    assert found[0].change == "Obtain or document RDS; and: Accept 400 instead of 500 as the minimum order" or (
        found[0].change == "Accept 400 instead of 500 as the minimum order; and: Obtain or document RDS"
    )
    assert (found[0].rank, found[0].effort) == (1, "production")
    assert all(lift.rank is None for lift in found[1:])


def test_a_gate_missed_by_a_hair_is_opened_though_it_brings_no_points():
    found = lifts({"quantity": 999, "must": ["moq"]}, {"moq": 1000})
    assert found["Accept 999 instead of 1,000 as the minimum order"].rank == 1


def test_fields_to_fill_in_come_first_then_paperwork_then_production():
    demand = {"quantity": 400, "certificates": ["RDS"], "lead_time_days": 40, "languages": ["en"], "smart_level": 3}
    found = list(lifts(demand, {"moq": 800, "certificates": ["GRS"], "languages": ["zh"], "smart_level": 2}).values())
    efforts = [EFFORTS.index(lift.effort) for lift in found]
    assert efforts == sorted(efforts)
    assert set(efforts) == {0, 1, 2}


def test_a_product_named_in_the_text_or_close_by_can_be_listed():
    near = lifts({"products": ["down vests"]}, {})
    assert near["Offer down vests too (products)"].effort == "production"
    text = lifts({"products": ["down vests"]}, {"text": "We fill down vests too."})
    assert text["List down vests (products), if it is so"].effort == "state"
    assert not any("bed linen" in change for change in lifts({"products": ["bed linen"]}, {}))


def test_the_smallest_change_into_the_first_place_comes_first():
    others = [{"id": "best", "products": ["down jackets"], "languages": ["en"], "moq": 100, "smart_level": 5}]
    demand = {"products": ["down jackets"], "languages": ["en"], "quantity": 300, "smart_level": 3}
    supplier = {"languages": ["zh"], "moq": 500, "smart_level": 2}
    found = list(lifts(demand, supplier, others, top=1).values())
    assert found == []  # it takes three
    as_good = [others[0] | {"id": "zz"}]  # equal scores go by id
    two = list(lifts(demand, supplier | {"smart_level": 3}, as_good, top=1).values())
    assert {lift.rank for lift in two} == {1}
    assert all("; and: " in lift.change for lift in two)
    one = list(lifts(demand, supplier | {"smart_level": 3, "moq": 300}, as_good, top=1).values())
    assert one[0].change == "Bring somebody who speaks English"
    assert [lift.score for lift in one] == sorted(lift.score for lift in one)


def test_what_cannot_be_asked_is_refused():
    ranker = SupplierRanker(as_of=AS_OF).fit(SUPPLIERS)
    with pytest.raises(UnknownIdError, match="nobody"):
        ranker.lifts(DEMAND, "nobody")
    with pytest.raises(RankingError, match="top=0"):
        ranker.lifts(DEMAND, "S1", top=0)


@given(st.floats(1e-6, 1e9))
def test_rounded_numbers_stay_on_their_side(number):
    assert rounded_down(number) <= number * (1 + 1e-9)
    assert rounded_up(number) >= number * (1 - 1e-9)
    assert rounded_down(number) > 0
    assert rounded_up(number) <= max(number * 1.011, number + 1.0)


def test_no_lift_closes_a_gate_that_was_open():
    """The text alone leaves it open whether all asked products are made; a list of one of them would settle it."""
    supplier = {"id": "s", "text": "down jackets and fabrics by the metre"}
    demand = {"id": "d", "products": ["suits", "fabrics"], "must": ["products"]}
    ranker = SupplierRanker(as_of=AS_OF).fit([supplier, {"id": "t", "products": ["suits"]}])
    assert [gate.state for gate in ranker.explain(demand, "s").gates] == ["unknown"]
    for lift in ranker.lifts(demand, "s", most=10):
        after = changed([supplier, {"id": "t", "products": ["suits"]}], "s", lift.fields).explain(demand, "s")
        assert lift.rank == after.rank is not None
    assert ["fabrics"] not in [lift.fields.get("products") for lift in ranker.lifts(demand, "s", most=10)]


@pytest.mark.parametrize(
    ("lang", "moq", "state"),
    [
        ("en", "Accept 66 dozen instead of 300 dozen as the minimum order", "up to 66 dozen would fit"),
        ("zh", "起订量由 300 打降至 66 打", "不超过 66 打即符合"),
        ("fr", "Accepter 66 douzaines au lieu de 300 douzaines comme minimum de commande",
         "jusqu’à 66 douzaines conviendraient"),
        ("de", "66 Dutzend statt 300 Dutzend als Mindestmenge annehmen", "bis 66 Dutzend würden passen"),
        ("it", "Accettare 66 dozzine invece di 300 dozzine come ordine minimo", "fino a 66 dozzine andrebbero bene"),
    ],
)  # fmt: skip
def test_a_lift_names_the_unit_of_the_supplier_where_the_buyer_has_another(lang, moq, state):
    rows = [{"id": "A", "moq": 300, "unit": "dozen"}, {"id": "B", "unit": "dozen"}]
    ranker = SupplierRanker(as_of=AS_OF).fit(rows)
    demand = {"id": "d", "quantity": 800, "unit": "pcs"}
    assert moq in [lift.change for lift in ranker.lifts(demand, "A", lang=lang)]
    assert any(state in lift.change for lift in ranker.lifts(demand, "B", lang=lang))


def test_a_lift_of_a_price_names_the_unit_it_is_for():
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "A", "price_from": 40, "unit": "dozen"}])
    demand = {"id": "d", "target_price": 3, "unit": "pcs"}
    assert ranker.lifts(demand, "A")[0].change == "Offer from 36 EUR a dozen instead of 40"


def test_lists_in_a_lift_agree_with_their_verb():
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "A"}])
    one, two = ["down filling"], ["down filling", "screen printing"]
    for processes, verb in ((one, "conviendrait"), (two, "conviendraient")):
        lifts = ranker.lifts({"id": "d", "processes": processes}, "A", lang="fr")
        assert lifts[0].change.endswith(f" {verb}")


def test_a_proof_is_asked_for_in_french_that_elides_nothing_wrongly():
    """`de` before OEKO-TEX or amfori would be a fault, and before GOTS none: the sentence needs none."""
    for code in ("OEKO-TEX STANDARD 100", "amfori BSCI", "GOTS"):
        wanted = {"certificates": [code], "ship_by": "2026-01-31"}
        found = [text for text in lifts(wanted, {"certificates": [code]}, lang="fr") if "justificatif" in text]
        assert [text.startswith("Présenter le justificatif ") for text in found] == [True], code
        assert " de " not in found[0]
