"""Learning across editions: earlier teaches later, never less of a good thing, little from little, and kept safely."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.base import clone

from scoring import SupplierRanker
from scoring.errors import ModelFileError, RankingError
from scoring.terms.catalogue import SUPPLIER_WEIGHTS, weights
from scoring.training import EditionModel, time_splits

TERMS = ("products", "certificates", "languages", "quantity")
TRUE = np.array([6.0, 0.0, 2.0, -2.0])


def pairs(n: int, seed: int = 0) -> list[dict]:
    """Outcomes that hang on products much, on languages some, on certificates not; small quantities do better."""
    draw = np.random.default_rng(seed)
    values = draw.random((n, len(TERMS)))
    met = draw.random(n) < 1 / (1 + np.exp(-((values - 0.5) @ TRUE - 0.5)))
    return [
        {"terms": dict(zip(TERMS, map(float, row), strict=True)), "outcome": bool(yes), "edition": f"20{20 + i % 3}"}
        for i, (row, yes) in enumerate(zip(values, met, strict=True))
    ]


def test_weights_follow_the_outcomes_and_are_never_negative():
    model = EditionModel().fit(pairs(4000))
    built_in = weights("supplier", None)
    ratio = {name: model.weights_[name] / built_in[name] for name in TERMS}
    assert ratio["languages"] > 1
    assert ratio["products"] > 1
    assert ratio["certificates"] < 0.5
    assert ratio["quantity"] < 0.05  # what points the wrong way is worth nothing, not less
    assert min(model.weights_.values()) >= 0
    assert sum(model.weights_.values()) == pytest.approx(100)
    assert model.calibration_[1] > 0
    assert model.editions_ == ("2020", "2021", "2022")


def test_little_data_changes_little_and_more_data_more():
    built_in = weights("supplier", None)
    moved = [
        sum(abs(EditionModel().fit(pairs(n)).weights_[name] - built_in[name]) for name in TERMS)
        for n in (10, 300, 8000)
    ]
    assert moved[0] < moved[1] < moved[2]
    assert moved[0] < 4
    kept = EditionModel(strength=1e9).fit(pairs(300)).weights_
    assert kept == pytest.approx(built_in, abs=1e-3)


def test_more_of_any_term_never_lowers_score_or_probability():
    model = EditionModel().fit(pairs(500))
    draw = np.random.default_rng(1)
    for name in TERMS:
        row = {term: float(draw.random()) for term in TERMS}
        steps = [{"terms": row | {name: value}} for value in np.linspace(0, 1, 11)]
        assert (np.diff(model.points(steps)) >= 0).all()
        assert (np.diff(model.predict_proba(steps)[:, 1]) >= 0).all()


def test_it_predicts_a_later_edition_better_than_the_built_in_weights():
    rows = pairs(3000)
    for earlier, later in time_splits(rows):
        assert max(rows[i]["edition"] for i in earlier) < min(rows[i]["edition"] for i in later)
        train, test = [rows[i] for i in earlier], [rows[i] for i in later]
        assert EditionModel().fit(train).score(test) > EditionModel(strength=1e9).fit(train).score(test)


def test_its_weights_and_curve_serve_a_ranker():
    model = EditionModel().fit(pairs(2000))
    suppliers = [{"id": "A", "products": ["socks"]}, {"id": "B", "languages": ["fr"]}]
    demand = {"id": "d", "products": ["socks"], "languages": ["fr"]}
    plain = SupplierRanker(as_of="2025-09-15").fit(suppliers).scores([demand])[0]
    taught = SupplierRanker(as_of="2025-09-15", weights=model.weights_).fit(suppliers)
    taught.calibration_ = model.calibration_
    assert taught.scores([demand])[0] != pytest.approx(plain)
    told = taught.explain(demand, "A")
    first, slope = model.calibration_
    assert told.probability == pytest.approx(1 / (1 + np.exp(-(first + slope * told.score))))


def test_it_is_a_scikit_learn_estimator_and_comes_out_the_same_again():
    model = EditionModel(strength=50.0)
    assert clone(model).get_params() == {"side": "supplier", "strength": 50.0}
    rows = pairs(200)
    assert clone(model).fit(rows).weights_ == clone(model).fit(rows).weights_
    assert set(clone(model).fit(rows).weights_) == set(SUPPLIER_WEIGHTS)


def test_saved_and_loaded_it_is_the_same_and_what_was_changed_is_refused(tmp_path):
    model, rows = EditionModel().fit(pairs(300)), pairs(20, seed=9)
    model.save(tmp_path)
    again = EditionModel.load(tmp_path)
    assert again.weights_ == model.weights_
    assert (again.predict_proba(rows) == model.predict_proba(rows)).all()
    assert (again.editions_, again.n_pairs_) == (model.editions_, model.n_pairs_)
    told = json.loads((tmp_path / "model.json").read_text())
    for change in ({"pairs": 999}, {"schema": 99}, {"class": "Other"}, {"terms": []}):
        (tmp_path / "model.json").write_text(json.dumps(told | change))
        with pytest.raises(ModelFileError, match="train it again"):
            EditionModel.load(tmp_path)
    (tmp_path / "arrays.npz").write_bytes(b"no arrays")
    with pytest.raises(ModelFileError, match="no readable"):
        EditionModel.load(tmp_path)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "no rows"),
        ([{"terms": {"products": 1.0}}], "outcome"),
        ([{"terms": {"prodcuts": 1.0}, "outcome": 1}], "known term"),
        ([{"terms": {"products": float("nan")}, "outcome": 1}], "number"),
        ([{"terms": {"products": 1.0}, "outcome": 1}], "both needed"),
    ],
)
def test_rows_that_cannot_teach_are_refused(rows, told):
    with pytest.raises(RankingError, match=told):
        EditionModel().fit(rows)


def test_a_split_needs_editions():
    with pytest.raises(RankingError, match="edition"):
        time_splits([{"terms": {}}])
    with pytest.raises(RankingError, match="two editions"):
        time_splits([{"terms": {}, "edition": "1"}])


def test_a_dataframe_teaches_what_its_rows_do():
    pandas = pytest.importorskip("pandas")
    rows = pairs(60)
    frame = pandas.DataFrame(rows, index=range(100, 160))
    one, other = EditionModel().fit(frame), EditionModel().fit(rows)
    assert (one.weights_, one.editions_) == (other.weights_, other.editions_)
    assert one.score(frame) == other.score(rows)
    assert time_splits(frame) == time_splits(rows)
