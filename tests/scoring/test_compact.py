"""`text="compact"`: the formula as stated, and whole steps that no order of summation can change."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoring import SupplierRanker
from scoring.records import read_one
from scoring.text.compact import BITS, COVER_FLOOR

AS_OF = "2025-09-15"
THINGS = ["down jackets", "knitted socks", "silk scarves", "针织T恤", "Daunenwesten", "chemises en lin"]


@pytest.fixture(scope="module")
def ranker():
    rows = [
        {"id": f"s{i:02d}", "name": f"House {i}", "text": f"We make {THINGS[i % 6]} and {THINGS[(i * 5 + 1) % 6]}"}
        for i in range(40)
    ]
    return SupplierRanker(text="compact", as_of=AS_OF).fit([*rows, {"id": "silent", "moq": 5}])


def test_the_term_is_the_stated_formula(ranker):
    space = ranker._space.text
    place = space.request(read_one({"id": "r", "text": "House unheardof"}, "demand"))
    rows = space.rows[space.stated]
    n = len(rows)
    dots = rows @ place.q
    best = min(math.sqrt(2 * math.log(n)), (n - 1) / math.sqrt(n))
    good = dots.mean() + best * dots.std()
    values = space.values(place)
    cover = values[space.stated] * good / dots
    assert np.allclose(cover, cover[0], rtol=1e-3)
    assert COVER_FLOOR <= cover[0] < 1.0  # a word no supplier has
    assert values[~space.stated] == pytest.approx(values[space.stated].mean(), rel=1e-3)


def test_both_sides_are_whole_steps_so_that_sums_are_exact(ranker):
    space = ranker._space.text
    place = space.request(read_one({"id": "r", "text": "silk scarves, socks"}, "demand"))
    for part in (space.rows, place.q):
        assert np.array_equal(part, np.rint(part))
        assert np.abs(part).max() <= 2.0**BITS
    order = np.random.default_rng(0).permutation(place.q.size)
    backwards = space.rows[:, order] @ place.q[order]
    assert np.array_equal(backwards, space.rows @ place.q)
    assert [int(v) for v in backwards] == [
        sum(int(a) * int(b) for a, b in zip(row, place.q, strict=True)) for row in space.rows
    ]


def test_a_request_is_placed_alike_alone_and_among_others(ranker):
    space = ranker._space.text
    records = [read_one({"id": str(i), "text": f"{thing} with word{i}"}, "demand") for i, thing in enumerate(THINGS)]
    together = space.places(records[::-1])[::-1]
    space._vectors.clear()
    for one, record in zip(together, records, strict=True):
        alone = space.request(record)
        assert np.array_equal(alone.q, one.q)
        assert (alone.slope, alone.start, alone.mean, alone.spread) == (one.slope, one.start, one.mean, one.spread)


def test_languages_meet_in_the_concepts(ranker):
    top = ranker.rank([{"id": "r", "text": "vestes en duvet"}], k=7).ids[0]
    assert {int(one[1:]) % 6 for one in top} & {0}


def test_a_list_without_any_text_is_neutral():
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit([{"id": "a", "moq": 5}, {"id": "b"}])
    told = ranker.explain({"id": "r", "text": "socks"}, "a")
    (term,) = [term for term in told.terms if term.name == "text"]
    assert term.points == pytest.approx(term.max / 2)
