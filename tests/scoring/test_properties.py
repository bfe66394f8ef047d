"""What must hold for any records."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from scoring import BuyerRanker, SupplierRanker

AS_OF = date(2025, 9, 15)
WORDS = ["down jackets", "针织T恤", "hoodies", "Socken", "tissus", "suits", "unheard-of thing"]
CERTIFICATES = ["GOTS", "GRS", "RDS", "OEKO-TEX STANDARD 100", "BSCI"]
days = st.integers(-30, 400).map(lambda n: (AS_OF + timedelta(days=n)).isoformat())
texts = st.lists(
    st.sampled_from([*WORDS, "we make", "quick", "wir fertigen", "出口欧洲", "maille", "cotton", "recycled"]),
    max_size=6,
)


def some(values, most=3):
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


def optional(**fields):
    return st.fixed_dictionaries({}, optional=fields)


certificates = st.lists(
    st.fixed_dictionaries(
        {"code": st.sampled_from(CERTIFICATES)},
        optional={"valid_to": days, "evidence": st.sampled_from(["declared", "documented", "verified", "expired"])},
    ),
    max_size=3,
)
both = {
    "name": st.sampled_from(["Invented One", "虚构二", "Inventée Trois"]),
    "text": texts.map(" ".join),
    "products": some(WORDS),
    "materials": some(["cotton", "羊毛", "tussah silk"]),
    "processes": some(["knitting", "dyeing"]),
    "certificates": certificates,
    "languages": some(["en", "zh", "fr", "de", "it"]),
    "business_models": some(["OEM", "ODM", "OBM"]),
    "cooperation": some(["agency", "licence", "joint venture"]),
    "incoterms": some(["FOB", "CIF"]),
    "markets": some(["FR", "DE", "US"]),
    "country": st.sampled_from(["CN", "FR", "IT"]),
    "smart_level": st.integers(0, 5),
    "lead_time_days": st.integers(1, 200),
    "unit": st.sampled_from(["H87", "MTR", "KGM", "DZN"]),
    "currency": st.sampled_from(["EUR", "USD", "CNY", "XTS"]),
}
supplier_fields = optional(
    **both,
    moq=st.integers(0, 100_000),
    capacity_per_month=st.integers(0, 1_000_000),
    sample_days=st.integers(0, 30),
    price_from=st.floats(0.1, 50),
    price_to=st.floats(50, 90),
    gsm_from=st.integers(80, 200),
    gsm_to=st.integers(200, 400),
    gauge_from=st.integers(3, 7),
    width_to=st.integers(110, 160),
    exports_to=some(["FR", "DE", "IT", "US"]),
    transit_days=st.one_of(st.integers(1, 60), st.just({"sea": 40, "rail": 20})),
)
GATES = [
    *("products", "materials", "certificates", "languages", "quantity", "capacity_per_month", "lead_time_days"),
    *(
        "ship_by",
        "in_store_by",
        "target_price",
        "sourcing_countries",
        "gsm",
        "width",
        "business_models",
        "delivery_country",
    ),
]
demand_fields = optional(
    **both,
    quantity=st.integers(1, 1_000_000),
    target_price=st.floats(0.1, 100),
    gsm=st.integers(60, 500),
    gauge=st.integers(2, 20),
    width=st.integers(90, 320),
    ship_by=days,
    in_store_by=days,
    delivery_country=st.sampled_from(["FR", "DE", "US"]),
    transport=some(["sea", "rail", "air"]),
    sourcing_countries=some(["CN", "IT", "IN"]),
    must=some(GATES, most=4),
    info=some(["text", "materials"], most=1),
    exclude=some(["s0", "s1"], most=1),
    partners=some(["s1", "s2"], most=1),
    met=some(["s0", "s3"], most=1),
)


def rows(fields, prefix, low, high):
    return st.lists(fields, min_size=low, max_size=high).map(
        lambda found: [{"id": f"{prefix}{i}", **one} for i, one in enumerate(found)]
    )


def no_clash(demand):
    wishes = {name for name in demand.get("must", []) if name not in demand.get("info", [])}
    return demand | {"must": sorted(wishes)}


suppliers = rows(supplier_fields, "s", 1, 6)
demands = rows(demand_fields, "d", 1, 4).map(lambda found: [no_clash(one) for one in found])
quick = settings(max_examples=25, deadline=None)


@quick
@given(suppliers, demands)
def test_the_terms_add_up_to_the_score_and_the_maxima_to_100(suppliers, demands):
    ranker = SupplierRanker(as_of=AS_OF).fit(suppliers)
    ranker.rank(demands, k=3)
    scores = ranker.scores(demands)
    for i, demand in enumerate(demands):
        for told in ranker.explain_many(demand["id"], ranker.ids_, "en"):
            j = ranker.ids_.index(told.supplier)
            assert told.score == scores[i, j]
            assert math.isclose(math.fsum(term.points for term in told.terms), told.score, abs_tol=1e-9)
            assert math.isclose(sum(term.max for term in told.terms), 100.0, abs_tol=1e-9)
            assert 0.0 <= told.probability <= 1.0


@quick
@given(suppliers, demands)
def test_the_other_direction_adds_up_too(suppliers, demands):
    ranker = BuyerRanker(as_of=AS_OF).fit(demands)
    scores = ranker.scores(suppliers)
    for i, supplier in enumerate(suppliers):
        for told in ranker.explain_many(supplier, ranker.ids_, "zh"):
            assert told.score == scores[i, ranker.ids_.index(told.demand)]
            assert math.isclose(math.fsum(term.points for term in told.terms), told.score, abs_tol=1e-9)


@quick
@given(suppliers, demands, st.randoms(use_true_random=False))
def test_neither_order_nor_batches_change_a_bit(suppliers, demands, random):
    one = SupplierRanker(as_of=AS_OF).fit(suppliers)
    shuffled = list(suppliers)
    random.shuffle(shuffled)
    two = SupplierRanker(as_of=AS_OF).fit(shuffled)
    together = one.rank(demands, k=4)
    for i, demand in enumerate(demands):
        alone = two.rank([demand], k=4)
        assert alone.ids[0].tolist() == together.ids[i].tolist()
        np.testing.assert_array_equal(alone.scores[0], together.scores[i])
    assert one.model_hash() == two.model_hash()


@quick
@given(suppliers, demands)
def test_no_failed_gate_is_ever_ranked_and_no_pair_is_lost(suppliers, demands):
    ranker = SupplierRanker(as_of=AS_OF).fit(suppliers)
    ranking = ranker.rank(demands, k=len(suppliers))
    for demand, (_, found) in zip(demands, ranking, strict=True):
        shown = {identity for identity, _ in found}
        out = {row.supplier for row in ranker.left_out(demand, k=len(suppliers))}
        assert shown | out == set(ranker.ids_)
        assert not shown & out
        for told in ranker.explain_many(demand, ranker.ids_, "en"):
            states = {gate.state for gate in told.gates}
            assert ("failed" in states) == (told.supplier in out)
            assert (told.rank is None) == (told.supplier in out)
        ranks = [ranker.explain(demand, identity).rank for identity, _ in found]
        assert ranks == list(range(1, len(found) + 1))


@settings(max_examples=8, deadline=None)
@given(suppliers=suppliers, demands=demands)
@pytest.mark.parametrize("text", ["full", "compact"])
def test_a_saved_ranker_gives_identical_scores(tmp_path_factory, text, suppliers, demands):
    folder = tmp_path_factory.mktemp("model")
    ranker = SupplierRanker(text=text, as_of=AS_OF).fit(suppliers).fit_context(demands)
    ranker.learn([("d0", "s0", 1, "2025-09-01")])
    ranker.save(folder)
    again = SupplierRanker.load(folder)
    assert again.model_hash() == ranker.model_hash()
    np.testing.assert_array_equal(again.scores(demands), ranker.scores(demands))


@pytest.mark.parametrize("cls", [SupplierRanker, BuyerRanker])
def test_clone_and_parameters(cls):
    ranker = cls(text="compact", as_of=AS_OF, rates={"USD": 0.9}, weights={"price": 20})
    copy = clone(ranker)
    assert copy.get_params() == ranker.get_params()
    assert copy.set_params(text="full").text == "full"
    assert not hasattr(copy, "ids_")
