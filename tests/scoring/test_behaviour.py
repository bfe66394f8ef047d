"""Answers move an asker's ranking: by how much, why, and never by accident."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import SupplierRanker

AS_OF = "2025-09-15"
KINDS = ("merino wool pullovers", "cotton poplin shirts", "waxed canvas bags", "felted slippers")
ROWS = [
    {"id": f"{kind[0]}{i}", "name": f"House {kind[0]}{i}", "text": f"We make {kind}, lot {i}, since {1990 + i}"}
    for kind in KINDS
    for i in range(8)
]
DEMAND = {"id": "d", "text": "lot 1 pullovers shirts bags slippers"}


@pytest.fixture
def ranker() -> SupplierRanker:
    return SupplierRanker(as_of=AS_OF).fit(ROWS)


def _pulls(ranker: SupplierRanker) -> dict[str, float]:
    return dict(zip(ranker.ids_, ranker._space.behaviour.learned("d").pull, strict=True))


def test_the_pull_is_the_formula_of_the_guide(ranker):
    ranker.learn([("d", "c1", 1, ""), ("d", "c2", 1, ""), ("d", "f3", 0, "")])
    behaviour = ranker._space.behaviour
    near = (behaviour._words @ behaviour._words.T).toarray()
    expected = np.zeros(len(ROWS))
    for block, weight in ((near, 1.0), (behaviour._latent @ behaviour._latent.T, 0.5)):
        for other, count in (("c1", 1 / 4), ("c2", 1 / 4), ("f3", -1 / 9)):
            at = behaviour.ids[other]
            others = np.delete(block[:, at], at)
            expected += weight * count * (block[:, at] - others.mean()) / others.std()
    assert behaviour.learned("d").pull == pytest.approx(expected, abs=1e-9)


def test_more_answers_of_a_kind_pull_further_and_leave_the_others_behind(ranker):
    alike = [f"c{i}" for i in (5, 6, 7)]
    means = []
    for i in range(4):
        ranker.learn([("d", f"c{i}", 1, "")])
        pulls = _pulls(ranker)
        means.append(np.mean([pulls[one] for one in alike]))
        assert means[-1] > 0.5 + np.mean([pull for one, pull in pulls.items() if one[0] != "c"])
    assert means == sorted(means)


def test_a_refusal_sends_its_like_down_but_less_than_an_acceptance_lifts(ranker):
    ranker.learn([("d", "f1", "declined", "2025-01-01")])
    down = _pulls(ranker)["f5"]
    ranker.learn([("d", "f1", "accepted", "2025-01-02")])
    up = _pulls(ranker)["f5"]
    assert down < 0 < up
    assert up == pytest.approx(-3 * down)


def test_the_words_that_moved_a_place_are_those_that_set_it_apart(ranker):
    ranker.learn([("d", f"c{i}", 1, "") for i in range(3)])
    told = ranker.explain(DEMAND, "c6")
    assert {word.casefold() for word in told.moved} & {"cotton", "poplin", "shirt", "shirts"}
    assert not {word.casefold() for word in told.moved} & {"make", "lot", "hous", "house"}
    assert sum(term.points for term in told.terms) == pytest.approx(told.score, abs=1e-9)
    behaviour = told.terms[-1]
    assert behaviour.name == "behaviour"
    assert behaviour.max / 2 < behaviour.points <= behaviour.max


def test_nothing_else_changes_and_answers_are_forgotten_by_none(ranker, tmp_path):
    other = DEMAND | {"id": "other"}
    before = ranker.scores([other])
    ranker.learn([("d", "c1", 1, ""), ("b7", "d", "no", "")])
    assert (ranker.scores([other]) == before).all()
    after = ranker.scores([DEMAND])
    ranker.save(tmp_path / "model")
    assert (SupplierRanker.load(tmp_path / "model").scores([DEMAND]) == after).all()


@pytest.mark.parametrize("text", ["full", "compact"])
def test_odd_lists_never_give_a_score_that_is_no_number(text):
    lists = (
        [{"id": "a"}, {"id": "b"}],
        [{"id": "a", "text": "silk"}, {"id": "b"}, {"id": "c"}],
        [{"id": name, "text": "the same silk scarves"} for name in "abc"],
        [{"id": "a", "text": "silk scarves"}],
    )
    for rows in lists:
        ranker = (
            SupplierRanker(text=text, as_of=AS_OF).fit(rows).learn([("d", "a", 1, ""), ("d", rows[-1]["id"], 0, "")])
        )
        assert np.isfinite(ranker.scores([{"id": "d", "text": "silk"}])).all()
        assert np.isfinite(ranker.scores([{"id": "d"}])).all()
        assert np.isfinite(ranker.explain({"id": "d", "text": "silk"}, "a").score)


def test_compact_rows_learn_too():
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(ROWS).learn([("d", f"c{i}", 1, "") for i in range(3)])
    pulls = _pulls(ranker)
    assert min(pulls[f"c{i}"] for i in (5, 6, 7)) > max(pulls[f"f{i}"] for i in range(8))
