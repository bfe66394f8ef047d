"""The rankers and the transformer behave as scikit-learn's own estimators do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from scoring import BuyerRanker, SupplierRanker
from scoring.text.bm25 import BM25Transformer
from tests.scoring.examples import AS_OF, DEMAND, SUPPLIERS

RANKERS = [SupplierRanker, BuyerRanker]
# Those of scikit-learn's checks that need no array of numbers: the rankers take records.
WITHOUT_DATA = [
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_mixin_order",
    "check_valid_tag_types",
]


@parametrize_with_checks([BM25Transformer(), BM25Transformer(k1=2.0, b=0.0)])
def test_the_transformer_passes_every_check(estimator, check):
    check(estimator)


@pytest.mark.parametrize("cls", RANKERS)
@pytest.mark.parametrize("name", WITHOUT_DATA)
def test_the_checks_without_data(cls, name):
    getattr(estimator_checks, name)(cls.__name__, cls())


@pytest.mark.parametrize("cls", RANKERS)
def test_it_says_so_when_it_is_not_fitted(cls):
    for call in (lambda r: r.rank([DEMAND]), lambda r: r.learn([]), lambda r: r.scores([DEMAND])):
        with pytest.raises(NotFittedError, match=f"{cls.__name__} instance is not fitted yet"):
            call(cls())


def test_data_frames_go_in_and_come_out(ranker):
    """A DataFrame with empty cells ranks as the dicts without them do."""
    frame = pd.DataFrame(SUPPLIERS)
    assert frame.isna().to_numpy().any()
    asked = pd.DataFrame([DEMAND])
    there = SupplierRanker(as_of=AS_OF).fit(frame)
    found = there.rank(asked, k=3).to_frame()
    assert found.columns.tolist() == ["asker", "rank", "id", "score"]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["id"].tolist() == ranker.rank([DEMAND], k=3).ids[0].tolist()
    np.testing.assert_array_equal(there.scores(asked), ranker.scores([DEMAND]))


def test_an_explanation_is_a_table_too(ranker):
    told = ranker.explain(DEMAND, "S1")
    table = told.to_frame()
    assert table.columns.tolist() == ["name", "points", "max", "because"]
    assert table["points"].sum() == pytest.approx(told.score, abs=1e-9)
    assert table["max"].sum() == pytest.approx(100.0, abs=1e-9)


def test_fitting_again_forgets_what_was_fitted_before():
    once = SupplierRanker(as_of=AS_OF).fit(SUPPLIERS)
    twice = clone(once).fit(SUPPLIERS[:2]).fit(SUPPLIERS)
    assert twice.ids_ == once.ids_
    np.testing.assert_array_equal(twice.scores([DEMAND]), once.scores([DEMAND]))


def test_fitting_does_not_change_what_it_is_given():
    given = [dict(row) for row in SUPPLIERS]
    before = repr(given)
    SupplierRanker(as_of=AS_OF).fit(given).rank([DEMAND])
    assert repr(given) == before
