"""What makes single requests quick says what the plain way says: distinct rows of terms, places by bisection, and a
collector of cycles that is left as it was found."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.invented import demands, suppliers
from scoring import SupplierRanker, collecting
from scoring.errors import RecordError
from scoring.gates import ALL_OF, ANY_OF, OF_SUPPLIER
from scoring.lifts.candidates import changes
from scoring.lifts.pair import Pair, failing_gates
from scoring.records import read
from scoring.standing import Standing
from scoring.terms import adding, distinct
from scoring.terms.base import in_steps
from scoring.terms.distinct import Distinct
from scoring.text import dots

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
@pytest.mark.parametrize("column", [0, distinct.COLUMN], ids=["column by column", "row by row"])
def test_distinct_rows_give_the_products_of_all_rows_bit_for_bit(width, column, monkeypatch):
    monkeypatch.setattr(distinct, "COLUMN", column)
    draw = np.random.default_rng(width)
    kinds = in_steps(draw.random((5, width)) * (draw.random((5, width)) < 0.6))
    kinds[:, 0] = 0.5  # a column that all rows have
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
    np.testing.assert_array_equal(rows.values(twice, parts), matrix @ asked)


def test_every_term_of_a_list_is_kept_whole_by_its_distinct_rows(monkeypatch):
    ranker = SupplierRanker(text="compact", as_of="2025-09-15").fit(suppliers(60))
    space, asked = ranker._space, read(demands(20), "demand")
    monkeypatch.setattr(distinct, "COLUMN", 0)
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


def test_rows_made_for_some_records_at_a_time_are_those_of_all(monkeypatch):
    records = read(suppliers(60), "supplier")
    ranker = SupplierRanker(text="compact", as_of="2025-09-15").fit(suppliers(60))
    monkeypatch.setattr(distinct, "AT_A_TIME", 7)
    for term in ranker._space.terms:
        whole, parts = Distinct.of_matrix(term.matrix(records)), Distinct.of_records(term, records)
        assert (whole.rows != parts.rows).nnz == 0
        np.testing.assert_array_equal(whole.of, parts.of)
    assert Distinct.of_records(ranker._space.terms[0], []).rows.shape[0] == 0


def test_a_changed_record_is_a_copy_with_other_attributes():
    record = read(suppliers(1), "supplier")[0]
    other = record.changed(numbers={"moq": 5.0})
    assert other == replace(record, numbers={"moq": 5.0})
    assert other != record


def test_gates_that_a_change_does_not_touch_stay_as_they_are():
    ranker = SupplierRanker(as_of="2025-09-15").fit(suppliers(30))
    setting, tried = ranker._setting, 0
    for demand in read(demands(40), "demand"):
        fields = [
            name for name in (*ALL_OF, *ANY_OF, *OF_SUPPLIER, "smart_level") if ranker._book.requirement(demand, name)
        ]
        demand = demand.changed(must=tuple(fields))
        terms = {term.name: term for term in ranker._space.terms if term.states(demand)}
        for supplier in ranker._records[:10]:
            pair = Pair(demand, supplier, terms, dict.fromkeys(terms, 1.0), setting)
            failing = failing_gates(demand, supplier, setting)
            for change in changes(demand, supplier, terms):
                found = pair.tried((change,), failing)
                assert found.failing == failing_gates(demand, found.supplier, setting)
                tried += found.failing != failing
    assert tried > 100


@pytest.mark.parametrize("text", ["compact", "full"])
def test_scores_are_the_same_bits_in_machine_code(text, monkeypatch):
    ranker = SupplierRanker(text=text, as_of="2025-09-15").fit(suppliers(150))
    asked = [*demands(60), {"id": "nothing"}, {"id": "one", "markets": ["FR"]}]
    ranker.learn([(asked[0]["id"], ranker.ids_[3], 1), (asked[0]["id"], ranker.ids_[4], 0)])
    plain = ranker.scores(asked)
    used = []
    monkeypatch.setattr(adding, "worth_it", lambda size: used.append(size) or True)
    np.testing.assert_array_equal(ranker.scores(asked), plain)
    assert set(used) == {150}


def test_machine_code_adds_up_long_lists_only_and_where_it_may_be_compiled(monkeypatch):
    assert adding.worth_it(adding.MANY)
    assert not adding.worth_it(adding.MANY - 1)
    monkeypatch.setattr(adding, "can_compile", lambda: False)
    assert not adding.worth_it(adding.MANY)


@pytest.mark.parametrize("size", [7, dots.MANY + 5])
def test_products_of_whole_steps_in_single_precision_are_those_in_double(size):
    draw = np.random.default_rng(size)
    rows = np.rint(draw.uniform(-(2.0**20), 2.0**20, (size, 128)))
    asked = np.rint(draw.uniform(-(2.0**20), 2.0**20, 128))
    np.testing.assert_array_equal(dots.dots(rows.astype(np.float32), asked), rows @ asked)


def test_products_are_the_same_where_nothing_may_be_compiled(monkeypatch):
    rows = np.rint(np.random.default_rng(1).uniform(-(2.0**20), 2.0**20, (dots.MANY, 16)))
    compiled = dots.dots(rows.astype(np.float32), rows[0])
    monkeypatch.setattr(dots, "can_compile", lambda: False)
    np.testing.assert_array_equal(dots.dots(rows.astype(np.float32), rows[0]), compiled)


def test_a_request_alone_has_the_place_it_has_among_others():
    text = SupplierRanker(text="compact", as_of="2025-09-15").fit(suppliers(40))._space.text
    asked = read([*demands(30), {"id": "nothing"}], "demand")
    for record, among in zip(asked, text.places(asked), strict=True):
        alone = text.request(record)
        np.testing.assert_array_equal(alone.q, among.q)
        assert (alone.start, alone.slope, alone.mean, alone.spread) == (
            among.start, among.slope, among.mean, among.spread,
        )  # fmt: skip


def test_a_score_has_its_place_however_far_down_places_were_asked_for_before():
    draw = np.random.default_rng(3)
    total, passing = np.round(draw.uniform(0.0, 100.0, 300), 1), draw.random(300) < 0.8
    standing = Standing(total, passing)
    for at in np.argsort(-total):
        others = passing & (np.arange(300) != at)
        better = (total > total[at]) | ((total == total[at]) & (np.arange(300) < at))
        assert standing.rank(float(total[at]), int(at)) == 1 + int((others & better).sum())
