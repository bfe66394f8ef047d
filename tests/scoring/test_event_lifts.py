"""What would lift a supplier over an event: the sums are those of an event in which the change was made."""

from __future__ import annotations

import random

import pytest

from scoring import SupplierRanker
from scoring.errors import RankingError, UnknownIdError
from tests.scoring.examples import AS_OF

DRAW = random.Random(7)
SUPPLIERS = [
    {
        "id": f"s{n:02}",
        "name": f"Invented {n}",
        "moq": DRAW.choice([100, 300, 600, 1000]),
        "capacity_per_month": DRAW.choice([1000, 5000, 20000]),
        "lead_time_days": DRAW.choice([20, 40, 60]),
        "certificates": [{"code": DRAW.choice(["GOTS", "GRS"]), "valid_to": DRAW.choice(["2025-12-01", "2026-12-01"])}],
        "languages": DRAW.choice([["zh"], ["zh", "en"]]),
        "price_from": DRAW.choice([4, 8, 12]),
        "unit": "H87",
    }
    for n in range(25)
]
DEMANDS = [
    {
        "id": f"d{n:02}",
        "quantity": DRAW.choice([60, 250, 500, 900]),
        "unit": "H87",
        "certificates": [DRAW.choice(["GOTS", "GRS"])],
        "ship_by": DRAW.choice(["2025-11-01", "2026-01-31"]),
        "languages": ["en"],
        "target_price": DRAW.choice([5, 10]),
        "must": DRAW.choice([["moq"], ["certificates"], ["moq", "certificates"], []]),
    }
    for n in range(40)
]
K = 5


def standing(rows, supplier):
    """Ranks, probabilities and the three sums of one supplier, each request ranked by itself."""
    ranker = SupplierRanker(as_of=AS_OF).fit(rows)
    told = [ranker.explain(demand, supplier) for demand in DEMANDS]
    ranks = [one.rank for one in told]
    listed = [rank is not None and rank <= K for rank in ranks]
    meetings = sum(one.probability for one, there in zip(told, listed, strict=True) if there)
    return ranks, listed, meetings


@pytest.fixture(scope="module")
def fitted():
    ranker = SupplierRanker(as_of=AS_OF).fit(SUPPLIERS)
    return ranker, ranker.board(DEMANDS)


def test_the_sums_are_those_of_the_changed_event(fitted):
    ranker, board = fitted
    seen = set()
    for supplier in ("s00", "s03", "s11"):
        ranks, listed, meetings = standing(SUPPLIERS, supplier)
        found = ranker.lifts_over(supplier, board, k=K, most=20)
        assert (found.requests, found.passes, found.listed) == (40, sum(r is not None for r in ranks), sum(listed))
        assert found.meetings == pytest.approx(meetings)
        for lift in found.lifts:
            seen.add(lift.effort)
            rows = [row | (lift.fields if row["id"] == supplier else {}) for row in SUPPLIERS]
            ranks_after, listed_after, meetings_after = standing(rows, supplier)
            pairs = list(zip(ranks, ranks_after, strict=True))
            assert lift.opens == sum((a is None) - (b is None) for a, b in pairs), lift.change
            assert lift.enters == sum(b and not a for a, b in zip(listed, listed_after, strict=True)), lift.change
            assert lift.ranks == sum(a - b for a, b in pairs if a and b), lift.change
            assert lift.meetings == pytest.approx(meetings_after - meetings, abs=1e-5), lift.change
            for one in lift.requests:
                at = int(one.demand[1:])
                assert (one.rank, one.rank_after) == pairs[at]
            untouched = {one["id"] for one in DEMANDS} - {one.demand for one in lift.requests}
            assert all(pairs[int(demand[1:])][0] == pairs[int(demand[1:])][1] for demand in untouched)
    assert seen >= {"paperwork", "production"}


def test_the_best_come_first_and_two_together_bring_more_than_both_alone(fitted):
    ranker, board = fitted
    both = 0
    for supplier in ranker.ids_[:8]:
        lifts = ranker.lifts_over(supplier, board, k=K, most=30).lifts
        assert [lift.meetings for lift in lifts] == sorted((lift.meetings for lift in lifts), reverse=True)
        alone = {lift.change: lift for lift in lifts if "; and: " not in lift.change}
        for lift in lifts:
            if lift.change not in alone:
                both += 1
                parts = [alone[part] for part in lift.change.split("; and: ") if part in alone]
                better = lift.meetings > 1.2 * sum(p.meetings for p in parts)
                assert better or lift.opens > 1.2 * sum(p.opens for p in parts)
        assert len(lifts) - len(alone) <= 2
    assert both


def test_of_many_steps_the_smallest_that_brings_nearly_all_is_told():
    suppliers = [{"id": "s", "moq": 1000}, {"id": "t", "moq": 100}]
    quantities = [900] * 30 + [150]
    demands = [{"id": f"d{n:02}", "quantity": q, "must": ["moq"]} for n, q in enumerate(quantities)]
    ranker = SupplierRanker(as_of=AS_OF).fit(suppliers)
    found = ranker.lifts_over("s", demands)
    assert [lift.fields for lift in found.lifts] == [{"moq": 900}]
    assert (found.lifts[0].opens, found.passes) == (30, 0)
    few = ranker.lifts_over("s", demands[-4:])
    assert few.lifts[0].fields == {"moq": 150}
    assert few.lifts[0].opens == 4


def test_the_changes_are_told_in_the_language_asked_for(fitted):
    ranker, board = fitted
    told = {lang: [lift.change for lift in ranker.lifts_over("s00", board, lang=lang).lifts] for lang in ("en", "zh")}
    assert len(told["en"]) == len(told["zh"])
    assert all(any("一" <= sign <= "鿿" for sign in text) for text in told["zh"])
    assert ranker.lifts_over("s00", board).to_dict()["lifts"][0]["requests"][0].keys() >= {"demand", "rank_after"}


def test_what_cannot_be_asked_is_refused(fitted):
    ranker, board = fitted
    with pytest.raises(UnknownIdError, match="nobody"):
        ranker.lifts_over("nobody", board)
    with pytest.raises(RankingError, match="k=0"):
        ranker.lifts_over("s00", board, k=0)
