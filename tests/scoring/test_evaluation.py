"""Figures of rankings: by hand on small lists, within bounds on drawn ones, None where nothing is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoring import SupplierRanker
from scoring.errors import RankingError
from scoring.evaluation import Listed, brier, calibration_error, evaluate, interval, ndcg, recall, reliability

LISTS = {
    "a": [Listed("s1", 0.9), Listed("s2", 0.5), Listed("s3", 0.1)],
    "b": [Listed("s1", 0.8), Listed("s3", 0.6)],
}
JUDGED = {("a", "s1"): 0.0, ("a", "s3"): 1.0, ("b", "s1"): 1.0, ("b", "s9"): 1.0, ("zz", "s1"): 1.0}


def test_ndcg_and_recall_by_hand():
    assert ndcg([0, 1, 2], [2, 1, 0], 3) == pytest.approx((1 / math.log2(3) + 2 / 2) / (2 + 1 / math.log2(3)))
    assert ndcg([3, 2, 0], [0, 2, 3], 2) == 1.0
    assert ndcg([0, 0, 1], [1, 0, 0], 2) == 0.0
    assert math.isnan(ndcg([0, 0], [0, 0], 2))
    assert recall([1, 0, 1], [1, 1, 1, 0], 2) == pytest.approx(1 / 3)
    assert math.isnan(recall([0], [0], 1))


def test_calibration_by_hand():
    assert brier([1.0, 0.0, 0.5], [1, 0, 1]) == pytest.approx(0.25 / 3)
    said, met = [0.1] * 10 + [0.9] * 10, [1, *[0] * 9, *[1] * 5, *[0] * 5]
    assert [(one.said, one.met, one.n) for one in reliability(said, met, 2)] == [
        (pytest.approx(0.1), pytest.approx(0.1), 10),
        (pytest.approx(0.9), pytest.approx(0.5), 10),
    ]
    assert calibration_error(said, met, 2) == pytest.approx(0.2)
    assert math.isnan(calibration_error([], []))


def test_lists_are_judged_by_what_is_known_of_them():
    found = evaluate(LISTS, JUDGED, mutual={("a", "s3"): 1.0, ("a", "s2"): 0.0}, catalogue=["s4"], k=2)
    assert (found.lists, found.pairs, found.liked) == (2, 4, 3)
    # a: s1 refused before s3 accepted; b: s1 accepted, s9 wanted and never listed
    of_a, of_b = 1 / math.log2(3), 1 / (1 + 1 / math.log2(3))
    assert found.ndcg.value == pytest.approx((of_a + of_b) / 2)
    assert found.recall.value == pytest.approx((0 + 1 / 2) / 2)  # s3 stands third
    assert found.mutual_ndcg.value == pytest.approx(of_a)
    assert found.brier.value == pytest.approx((0.9**2 + 0.9**2 + 0.2**2) / 3)
    assert found.coverage.value == pytest.approx(3 / 4)  # s4 is nowhere, s9 is not of the lists
    assert found.exposure_gini.value == pytest.approx((-3 * 0 - 1 * 1 + 1 * 1 + 3 * 2) / (4 * 4))
    assert sum(one.n for one in found.reliability) == 3


def test_intervals_hold_their_figure_and_shrink_with_more_lists():
    draw = np.random.default_rng(0)
    widths = []
    for n in (20, 400):
        lists = {f"q{i:03d}": [Listed(f"s{j}", draw.random()) for j in draw.permutation(30)[:15]] for i in range(n)}
        judged = {(asker, one.id): float(draw.random() < 0.3) for asker, found in lists.items() for one in found}
        found = evaluate(lists, judged, mutual=judged)
        for figure in (found.ndcg, found.recall, found.mutual_ndcg, found.brier, found.coverage):
            assert 0 <= figure.low <= figure.value <= figure.high <= 1
        assert found.calibration_error.value >= 0
        widths.append(found.ndcg.high - found.ndcg.low)
        assert evaluate(lists, judged, mutual=judged) == found
    assert widths[1] < widths[0] / 2


def test_what_nobody_said_anything_of_is_none_and_not_zero():
    lists = {"a": [Listed("s1"), Listed("s2")]}
    found = evaluate(lists, {("a", "s1"): 0.0})
    assert (found.ndcg, found.recall, found.mutual_ndcg, found.brier, found.calibration_error) == (None,) * 5
    assert found.reliability == ()
    assert found.coverage.value == 1.0


def test_nothing_to_judge_is_refused_with_a_reason():
    with pytest.raises(RankingError, match="ids"):
        evaluate(LISTS, {("x", "s1"): 1.0})
    with pytest.raises(RankingError, match="k=0"):
        evaluate(LISTS, JUDGED, k=0)
    with pytest.raises(RankingError, match="no value"):
        interval([float("nan")])


def test_what_rank_gives_is_judged_as_it_is_and_so_are_lists_of_ids():
    ranker = SupplierRanker().fit([{"id": "s1", "text": "socks"}, {"id": "s2", "text": "lamps"}])
    ranking = ranker.rank([{"id": "a", "text": "lamps"}, {"id": "b", "text": "socks"}], k=2)
    found = evaluate(ranking, {("a", "s2"): 1.0, ("b", "s2"): 1.0})
    assert found.ndcg.n == 2
    assert found.brier is None  # no probability was stated
    assert found == evaluate({"a": ["s2", "s1"], "b": ["s1", "s2"]}, {("a", "s2"): 1.0, ("b", "s2"): 1.0})


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        ({"a": {"s1": 1.0}}, "'a' is no pair"),
        ({("a", "s1"): -1.0}, "is -1.0, expected a number of 0 or more"),
        ({("a", "s1"): math.nan}, "is nan"),
    ],
)
def test_gains_that_make_no_sense_are_refused(judged, said):
    with pytest.raises(RankingError, match=said):
        evaluate(LISTS, judged)
