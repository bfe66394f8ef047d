"""What makes single requests quick says what the plain way says: distinct rows of terms, places by bisection, and a
collector of cycles that is left as it was found."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.invented import demands, suppliers
from scoring import SupplierRanker, collecting
from scoring.errors import RecordError
from scoring.records import read
from scoring.standing import Standing
from scoring.terms.base import in_steps
from scoring.terms.distinct import Distinct

few = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 50.0, 50.0 + 1e-9, 60.0]), min_size=1, max_size=12)


@given(few, st.data())
def test_a_place_is_one_more_than_those_that_are_better_or_equal_and_before(scores, data):
    total = np.asarray(scores)
    passing = np.asarray(data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores))))
    at = data.draw(st.integers(0, len(scores) - 1))
    near = data.draw(st.sampled_from([0.0, 1e-6]))
    score = total[at] + data.draw(st.sampled_from([0.0, 0.25, -0.25, 10.0]))
    better = [
        one
        for one in range(len(scores))
        if one != at and passing[one] and (total[one] > score + near or (one < at and abs(total[one] - score) <= near))
    ]
    assert Standing(total, passing).rank(score, at, near) == 1 + len(better)


@pytest.mark.parametrize("width", [8, 90])
def test_distinct_rows_give_the_products_of_all_rows_bit_for_bit(width):
    draw = np.random.default_rng(width)
    kinds = in_steps(draw.random((5, width)) * (draw.random((5, width)) < 0.6))
    matrix = sp.csr_array(kinds[draw.integers(0, 5, 40)])
    rows = Distinct.of_matrix(matrix)
    assert rows.rows.shape == (5, width)
    assert (rows.matrix() != matrix).nnz == 0
    asked = in_steps(draw.random(width))
    once = np.arange(width)
    np.testing.assert_array_equal(rows.values(once, asked), matrix @ asked)
    twice = np.concatenate((once, once[:2]))
    asked[:2] += 0.5
    parts = np.concatenate((asked - 0.5 * (once < 2), [0.5, 0.5]))
    np.testing.assert_array_equal(rows.values(twice, parts, 3.0), 3.0 * (matrix @ asked))


def test_every_term_of_a_list_is_kept_whole_by_its_distinct_rows():
    ranker = SupplierRanker(text="compact", as_of="2025-09-15").fit(suppliers(60))
    space, asked = ranker._space, read(demands(20), "demand")
    for term, rows in zip(space.terms, space.distinct, strict=True):
        whole = term.matrix(ranker._records)
        assert (rows.matrix() != whole).nnz == 0
        for demand in asked:
            mine = term.matrix([demand])
            np.testing.assert_array_equal(rows.values(*term.full_row(demand)), (whole @ mine.T).toarray().reshape(-1))


def test_the_collector_is_left_as_it_was():
    assert gc.isenabled()
    with collecting.held():
        assert not gc.isenabled()
        with collecting.held():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(RecordError), collecting.held():
        read([{}], "demand")
    assert gc.isenabled()
    gc.disable()
    try:
        with collecting.held():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
