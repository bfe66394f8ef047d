"""Parallel labels teach which word of one language stands for which of another."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.base import clone

from scoring import SupplierRanker, learn_lexicon
from scoring.errors import RankingError
from scoring.text.lexicon import Lexicon, taught

# Invented words, so that no vocabulary and no likeness can help.
ROWS = [
    {"code": "1", "en": "red blorp", "de": "Roter Quastel", "fr": "Vernille rouge"},
    {"code": "2", "en": "blue blorp", "de": "Blauer Quastel", "fr": "Vernille bleue"},
    {"code": "3", "en": "red drimble", "de": "Roter Fusk", "fr": "Tapote rouge"},
    {"code": "4", "en": "drimbles", "de": "Fuske", "fr": "Tapotes"},
]
SUPPLIERS = [
    {"id": "a", "name": "Blorps and more"},
    {"id": "b", "name": "Drimble works"},
    {"id": "c", "name": "Something else"},
]


@pytest.fixture(scope="module")
def lexicon() -> dict[str, dict[str, float]]:
    return learn_lexicon(ROWS)


def test_words_that_go_together_are_associated_in_both_directions(lexicon):
    assert max(lexicon["quastel"], key=lexicon["quastel"].__getitem__) in ("blorp", "vernille")
    assert lexicon["blorp"]["quastel"] > 0.7
    assert "drimble" not in lexicon["quastel"]
    assert all(0 < weight <= 1 for near in lexicon.values() for weight in near.values())


def test_learning_is_the_same_whatever_the_order_of_the_columns(lexicon):
    assert learn_lexicon([dict(reversed(row.items())) for row in ROWS]) == lexicon


@pytest.mark.parametrize(("asked", "best"), [("Quastel", "a"), ("vernilles", "a"), ("Fusk", "b"), ("tapote", "b")])
def test_a_request_finds_a_word_it_does_not_use(lexicon, asked: str, best: str):
    ranker = SupplierRanker(as_of="2025-09-15", lexicon=lexicon).fit(SUPPLIERS)
    demand = {"id": "r", "text": asked}
    assert ranker.rank([demand], k=1).ids[0, 0] == best
    without = SupplierRanker(as_of="2025-09-15").fit(SUPPLIERS)
    assert np.ptp(without.scores([demand])) == 0
    because = next(term.because for term in ranker.explain(demand, best).terms if term.name == "text")
    assert f"{asked.lower()} → " in because


def test_the_terms_still_add_up_to_the_score(lexicon):
    ranker = SupplierRanker(as_of="2025-09-15", lexicon=lexicon).fit(SUPPLIERS)
    told = ranker.explain({"id": "r", "text": "Quastel, Fuske"}, "a")
    assert sum(term.points for term in told.terms) == pytest.approx(told.score, abs=1e-9)


def test_a_lexicon_is_saved_with_the_model_and_part_of_its_hash(lexicon, tmp_path):
    ranker = SupplierRanker(as_of="2025-09-15", lexicon=lexicon).fit(SUPPLIERS)
    ranker.save(tmp_path / "model")
    again = SupplierRanker.load(tmp_path / "model")
    demand = [{"id": "r", "text": "Quastel"}]
    assert again.lexicon == lexicon
    assert again.model_hash() == ranker.model_hash()
    assert np.array_equal(again.scores(demand), ranker.scores(demand))
    assert SupplierRanker(as_of="2025-09-15").fit(SUPPLIERS).model_hash() != ranker.model_hash()
    assert clone(ranker).get_params()["lexicon"] == lexicon
    assert json.loads(json.dumps(lexicon)) == lexicon


def test_the_built_in_lists_teach_words_too():
    ranker = SupplierRanker(as_of="2025-09-15").fit(
        [{"id": "a", "name": "Kid scissors"}, {"id": "b", "name": "Kid shovels"}]
    )
    assert "scissors" in ranker._space.text.lexicon.near("ciseaux")
    assert ranker._space.text.lexicon.near("blorp") == {}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"en": "scarf"}], "at least two languages"),
        ([], "no language"),
        ([{"en": "scarf", "Label DE": "Schal"}], r"row 0: the column 'Label DE' is no language tag"),
        ("scarf", "expected a list of dicts"),
    ],
)
def test_labels_that_teach_nothing_are_refused(rows, message: str):
    with pytest.raises(ValueError, match=message):
        learn_lexicon(rows)


def test_the_errors_are_the_rankers_own():
    with pytest.raises(RankingError):
        learn_lexicon([{"en": "scarf"}])


def test_stems_of_two_languages_do_not_fall_together():
    """A German lamp and an Italian zip, `cerniera lampo`, have one stem, each in its own language."""
    learned = learn_lexicon([{"en": "zip", "it": "lampo"}, {"en": "lamp", "de": "Lampe"}])
    assert set(Lexicon(learned).near("lampen")) == {"lamp", "lampe"}
    assert "zip" in Lexicon(learned).near("lampi")
    assert not {"zippers", "zips"} & set(taught().near("lampen"))
