"""Word associations learned from other texts: what is learned, what it changes, that it is kept."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoring import SupplierRanker
from scoring.errors import RankingError
from scoring.text.associations import STRONGEST, Associations

AS_OF = "2025-09-15"
OTHER_FAIRS = [
    *(f"luggage: trolleys and suitcases, hall{at}" for at in range(6)),
    *(f"cutlery: knives and forks, hall{at}" for at in range(6)),
    *(f"gardens and hoses, hall{at}" for at in range(30)),
]
LIST = [
    {"id": "a", "text": "We make suitcases."},
    {"id": "b", "text": "We make knives."},
    {"id": "c", "text": "We make hoses."},
]


def test_the_weight_is_information_times_the_log_of_the_texts():
    learned = Associations.learn(OTHER_FAIRS)
    found = learned.of(["luggag"])
    assert found["suitcas"] == pytest.approx(math.log(6 * 42 / (6 * 6)) * math.log(7))
    assert "knive" not in found
    assert "luggag" not in found
    assert learned.of(["garden"]) == {}  # in most texts: goes with everything
    assert learned.of(["unheard"]) == {}


def test_only_the_strongest_are_kept():
    many = [" ".join(["topic", *(f"word{at}" for at in range(60))])] * 4 + [f"other{at}" for at in range(60)]
    assert len(Associations.learn(many).of(["topic"])) == STRONGEST


def test_a_request_finds_what_its_words_go_with():
    request = [{"id": "r", "text": "luggage"}]
    ranker = SupplierRanker(as_of=AS_OF, weights={"products": 0}).fit(LIST)
    alone = ranker.scores([{"id": "r", "text": "cutlery hall"}])[0]
    taught = ranker.fit_associations(OTHER_FAIRS)
    assert taught.rank(request, k=1).ids[0, 0] == "a"
    assert taught.rank([{"id": "s", "text": "cutlery hall"}], k=1).ids[0, 0] == "b"
    assert taught.rank([{"id": "s", "text": "cutlery hall"}], k=1).scores[0, 0] > alone[1] - 1e-9
    told = taught.explain(request[0], "a")
    assert sum(term.points for term in told.terms) == pytest.approx(told.score, abs=1e-9)


def test_they_are_saved_and_can_be_forgotten(tmp_path):
    request = [{"id": "r", "text": "luggage and forks"}]
    ranker = SupplierRanker(as_of=AS_OF).fit(LIST)
    before, plain = ranker.scores(request), ranker.model_hash()
    ranker.fit_associations(OTHER_FAIRS)
    assert ranker.model_hash() != plain
    ranker.save(tmp_path)
    loaded = SupplierRanker.load(tmp_path)
    np.testing.assert_array_equal(loaded.scores(request), ranker.scores(request))
    unseen = {"id": "d", "text": "We sell trolleys."}
    assert ranker.explain(request[0], unseen).score == loaded.explain(request[0], unseen).score
    ranker.fit_associations([])
    np.testing.assert_array_equal(ranker.scores(request), before)


@pytest.mark.parametrize("texts", ["one string", [None], [{"text": "a"}]])
def test_what_is_no_list_of_texts_is_refused(texts):
    with pytest.raises(RankingError, match="list of texts"):
        SupplierRanker(as_of=AS_OF).fit(LIST).fit_associations(texts)


def test_texts_without_words_teach_nothing():
    assert Associations.learn(["", "the of"]).stems == ()
