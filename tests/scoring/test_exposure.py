"""Relevance against evenness: the dial, what it costs, and that without it nothing changes."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import SupplierRanker, combine_mutual
from scoring.errors import RankingError
from scoring.exposure import (
    CLOSE_ENOUGH,
    ROUNDS,
    balanced,
    even_lists,
    exposure_curve,
    gini,
    potentials,
)

HOWS = {
    "harmonic": lambda a, b: 2 * a * b / (a + b),
    "minimum": np.minimum,
    "geometric": lambda a, b: np.sqrt(a * b),
    "arithmetic": lambda a, b: (a + b) / 2,
}


@pytest.fixture
def liked() -> np.ndarray:
    """Scores in which a few columns are liked by everybody, with a taste of each row's own."""
    draw = np.random.default_rng(3)
    return 40 + 25 * draw.random((1, 30)) ** 3 + 12 * draw.random((40, 30))


def _shown(scores: np.ndarray, k: int) -> float:
    places = np.argsort(-scores, axis=1)[:, :k]
    return gini(np.bincount(places.reshape(-1), minlength=scores.shape[1]))


def test_gini_by_hand():
    assert gini([1, 1, 1, 1]) == 0
    assert gini([0, 0, 0, 1]) == pytest.approx(0.75)
    assert gini([1, 2, 3]) == pytest.approx(2 / 9)
    assert gini([0, 0]) == 0
    for wrong in ([], [-1, 2], [np.nan]):
        with pytest.raises(RankingError, match="gini"):
            gini(wrong)


@pytest.mark.parametrize("how", HOWS)
def test_without_evenness_each_pair_stands_by_itself(how):
    draw = np.random.default_rng(0)
    one, two = draw.random((7, 5)), draw.random((7, 5))
    assert combine_mutual(one, two, how) == pytest.approx(HOWS[how](one, two), abs=1e-15)
    assert (combine_mutual(one, two, how, evenness=0.0) == combine_mutual(one, two, how)).all()


def test_at_full_evenness_rows_and_columns_have_one_sum(liked):
    made = balanced(liked, 1.0)
    assert made.sum(axis=1) == pytest.approx(made.sum(axis=1).mean(), rel=1e-6)
    assert made.sum(axis=0) == pytest.approx(made.sum(axis=0).mean(), rel=1e-6)
    assert np.log(made).mean() == pytest.approx(np.log(liked).mean())


def test_the_sides_may_be_swapped_and_put_in_any_order(liked):
    made = balanced(liked, 0.4)
    swapped = balanced(liked.T, 0.4).T
    assert swapped == pytest.approx(made, rel=1e-6)
    order = np.random.default_rng(1).permutation(len(liked))
    assert balanced(liked[order], 0.4) == pytest.approx(made[order], rel=1e-6)


def test_what_is_no_pair_stays_none_and_nothing_becomes_infinite():
    scores = np.array([[0.5, np.nan, 0.0], [0.2, 0.9, np.nan], [np.nan, np.nan, np.nan], [0.0, 0.0, 0.0]])
    made = balanced(scores, 1.0)
    assert (np.isnan(made) == np.isnan(scores)).all()
    assert (made[scores == 0] == 0).all()
    assert np.isfinite(made[~np.isnan(scores)]).all()
    assert balanced(np.zeros((0, 3)), 1.0).shape == (0, 3)


def test_lists_of_both_sides_become_more_even():
    draw = np.random.default_rng(5)
    liked, easy = draw.random((1, 30)) ** 3, draw.random((40, 1)) ** 3
    forward, backward = 0.2 + 0.4 * liked + 0.3 * draw.random((40, 30)), 0.2 + 0.4 * easy + 0.3 * draw.random((40, 30))
    mutual, even = combine_mutual(forward, backward), combine_mutual(forward, backward, evenness=0.5)
    assert _shown(even, 3) < 0.9 * _shown(mutual, 3)
    assert _shown(even.T, 3) < 0.9 * _shown(mutual.T, 3)


def test_the_curve_gives_up_more_and_more_for_more_and_more_evenness(liked):
    curve = exposure_curve(liked, 3)
    assert [point.evenness for point in curve] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert curve[0].kept == 1.0
    assert curve[0].gini == pytest.approx(_shown(liked, 3))
    assert (curve[0].prices == 0).all()
    kept, uneven = [point.kept for point in curve], [point.gini for point in curve]
    assert kept == sorted(kept, reverse=True)
    assert uneven == sorted(uneven, reverse=True)
    assert uneven[-1] < 0.5 * uneven[0]
    assert kept[-1] > 0.8


@pytest.mark.parametrize(("n", "m", "k"), [(37, 15, 10), (37, 15, 3), (60, 80, 5)])
def test_the_dial_all_the_way_up_is_as_even_as_can_be(n, m, k):
    """Long lists of few columns: prices by the sums of rows and columns made them less even again above a half."""
    draw = np.random.default_rng(n + k)
    scores = 50 + 5 * draw.normal(size=(n, 1)) + 8 * draw.normal(size=(1, m)) + 10 * draw.normal(size=(n, m))
    scores[draw.random((n, m)) < 0.4] = np.nan
    curve = exposure_curve(scores, k)
    uneven = [point.gini for point in curve]
    assert uneven == sorted(uneven, reverse=True)
    assert uneven[-1] < 0.1
    assert curve[-1].kept > 0.85


def test_who_has_few_pairs_is_shown_as_often_as_that_lets_it():
    scores = 50 + 10 * np.random.default_rng(3).random((30, 4))
    scores[:, 0] += 30
    scores[2:, 3] = np.nan  # two rows alone may list the last
    shown = np.bincount(even_lists(scores, 1, 1.0).places[:, 0], minlength=4)
    assert shown[3] == 2
    assert shown[:3].max() - shown[:3].min() <= 2
    assert (even_lists(scores[:, :2], 2, 1.0).prices == 0).all()  # every row lists all it has


def test_lists_follow_score_less_price_and_leave_out_what_may_not_be(liked):
    liked[0, 3:] = np.nan
    liked[1] = np.nan
    made = even_lists(liked, 5, 0.5)
    assert set(made.places[0]) == {0, 1, 2, -1}
    assert (made.places[1] == -1).all()
    for row, places in zip(liked[2:], made.places[2:], strict=True):
        priced = row - made.prices
        assert (np.diff(priced[places]) <= 0).all()
        assert priced[places[-1]] >= np.sort(priced)[-5]


@pytest.mark.parametrize("call", [lambda m: balanced(m, 1.5), lambda m: even_lists(m, 3, -0.1)])
def test_a_dial_outside_0_to_1_is_refused(call, liked):
    with pytest.raises(RankingError, match="expected 0"):
        call(liked)


def test_evenness_needs_a_matrix(liked):
    with pytest.raises(RankingError, match="matrix"):
        combine_mutual(liked[0], liked[0], evenness=0.5)
    with pytest.raises(RankingError, match="matrix"):
        even_lists(liked[0], 3, 0.5)


def test_a_ranking_of_pairs_can_be_evened_out_and_shows_the_pairs_own_scores():
    suppliers = [{"id": f"s{i}", "products": ["socks", "hoodies"][: 1 + i % 2], "moq": 100 * (1 + i)} for i in range(8)]
    buyers = [{"id": f"b{i}", "products": [["socks"], ["hoodies"]][i % 2], "quantity": 300 + 100 * i} for i in range(8)]
    buyers[0] |= {"must": ["quantity"]}
    ranker = SupplierRanker(as_of="2025-09-15").fit(suppliers)
    plain, even = ranker.rank_mutual(buyers, k=2), ranker.rank_mutual(buyers, k=2, evenness=0.8)
    assert even.mutual == pytest.approx(combine_mutual(even.forward, even.backward))

    def uneven(found):
        return gini([sum(pair[1] == one["id"] for pair in found.pairs) for one in suppliers])

    assert uneven(even) < uneven(plain)
    assert {pair[1] for pair in even.pairs if pair[0] == "b0"} <= {"s0", "s1", "s2"}


@pytest.mark.parametrize("spread", [1.0, 30.0, 3000.0])
def test_factors_are_those_that_logarithms_alone_give(spread: float) -> None:
    """Also where no number can hold the factors themselves: scores of a spread of 3,000 are e to the 3,000 apart."""
    draw = np.random.default_rng(1)
    logs = np.where(draw.random((9, 7)) < 0.8, draw.normal(0.0, spread, (9, 7)), -np.inf)
    a, b = np.zeros(9), np.zeros(7)
    for _ in range(ROUNDS):
        a = -np.logaddexp.reduce(logs + b, axis=1)
        new = np.log(9 / 7) - np.logaddexp.reduce(logs + a[:, None], axis=0)
        done, b = float(np.abs(new - b).max()) < CLOSE_ENOUGH, new
        if done:
            break
    shift = float((a[:, None] + b)[np.isfinite(logs)].mean())
    u, v = potentials(logs)
    assert np.allclose(u, a - shift, rtol=0, atol=1e-7 * spread)
    assert np.allclose(v, b, rtol=0, atol=1e-7 * spread)
