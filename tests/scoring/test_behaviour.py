"""Answers move an asker's ranking: by how much, why, and never by accident."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from scoring import SupplierRanker, behaviour
from scoring.errors import RecordError

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
    known = ranker._space.behaviour
    near = (known._words @ known._words.T).toarray()
    expected = np.zeros(len(ROWS))
    for block, weight in ((near, 1.0), (known._latent @ known._latent.T, 0.25)):
        for other, count in (("c1", 1 / 4), ("c2", 1 / 4), ("f3", -1 / 9)):
            at = known.ids[other]
            expected += weight * count * block[:, at] / np.delete(block[:, at], at).std()
    unanswered = [at for identity, at in known.ids.items() if identity not in ("c1", "c2", "f3")]
    expected -= expected[unanswered].mean()
    # both pairs are told apart by the third answer, so the answers count in full
    assert expected.max() > 3 * 3 / 5
    assert known.learned("d").pull == pytest.approx(np.clip(expected, -3 * 3 / 5, 3 * 3 / 5), abs=1e-9)


def test_only_the_nearest_records_say_how_large_a_difference_is(monkeypatch):
    monkeypatch.setattr(behaviour, "NEAREST", 12)
    far = [{"id": f"z{i}", "name": f"Far {i}", "text": "steel bridges, cranes, turbines"} for i in range(40)]
    answers = [("d", "c1", 1, ""), ("d", "c2", 1, "")]
    learned = SupplierRanker(as_of=AS_OF).fit(ROWS + far).learn(answers)._space.behaviour
    at = np.asarray([learned.ids["c1"], learned.ids["c2"]])
    near = learned._nearest(at)
    assert near.size == 12
    assert {list(learned.ids)[place][0] for place in near} >= {"c"}
    assert not {list(learned.ids)[place][0] for place in near} & {"z"}
    alike = (learned._words[near] @ learned._words[[at[0]]].T).toarray()[near != at[0], 0]
    assert behaviour._scale(learned._words, at, near).per[0] == pytest.approx(1 / alike.std(), rel=1e-9)


def test_answers_that_contradict_each_other_count_less(ranker):
    one_kind = [("d", f"c{i}", 1, "") for i in range(4)] + [("d", f"f{i}", 0, "") for i in range(4)]
    mixed = [("x", f"{kind}{i}", i % 2, "") for kind in "cf" for i in range(4)]
    learned = ranker.learn(one_kind + mixed)._space.behaviour
    assert learned.learned("d").reach > learned.learned("x").reach
    among = np.asarray([[0.0, 2, -1, -1], [2, 0, -1, -1], [-1, -1, 0, 2], [-1, -1, 2, 0]])
    assert behaviour._agreement(among, np.asarray([1.0, 1, -1, -1])) == 1.0
    # no pair in order: (0 + .8 x 15) / (4 + 15) of them, less the half that chance gives, over .3
    assert behaviour._agreement(among, np.asarray([1.0, -1, 1, -1])) == pytest.approx((12 / 19 - 0.5) / 0.3)
    assert behaviour._agreement(among, np.ones(4)) == 1.0


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


_TZ = dt.timezone(dt.timedelta(hours=8))


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("2025-09-15T10:00:00+08:00", "2025-09-15T09:00:00+00:00"),
        ("2025-09-15T10:00:00+08:00", "2025-09-15T09:00:00Z"),
        (pd.Timestamp("2025-09-15T10:00", tz="Asia/Shanghai"), pd.Timestamp("2025-09-15T09:00", tz="UTC")),
        (dt.datetime(2025, 9, 15, 10, tzinfo=_TZ), dt.datetime(2025, 9, 15, 9, tzinfo=dt.UTC)),
        (dt.datetime(2025, 9, 15, 10, tzinfo=_TZ), dt.datetime(2025, 9, 15, 9)),  # noqa: DTZ001 - without a zone: UTC
        (dt.date(2025, 9, 15), "2025-09-15 00:00:01"),
        (np.datetime64("2025-09-15"), np.datetime64("2025-09-15T09:00:00.000000001")),
        (9, 10),
        (np.float32(9.5), 10),
        ("", "2025-09-15"),
        (float("nan"), -1),
    ],
)
def test_the_later_answer_counts_whichever_comes_first(ranker, early, late):
    for rows in ([("d", "c1", 0, early), ("d", "c1", 1, late)], [("d", "c1", 1, late), ("d", "c1", 0, early)]):
        ranker.forget("d").learn(rows)
        assert ranker._space.behaviour.answers["d"]["c1"][1] == 1.0


def test_of_answers_at_one_time_the_one_given_later_counts(ranker):
    ranker.learn([("d", "c1", 1, "2025-09-15T10:00:00+08:00"), ("d", "c1", 0, "2025-09-15T02:00:00Z")])
    assert ranker._space.behaviour.answers["d"]["c1"] == ("2025-09-15T02:00:00Z", -1.0)


@pytest.mark.parametrize("at", ["31.12.2024", "soon", True, "inf", 10**400, [2025]])
def test_a_time_that_cannot_be_read_is_refused_with_its_row_and_the_forms_taken(ranker, at):
    with pytest.raises(RecordError, match=r"feedback\[1\]: at .* expected a day or time as 2025-09-15"):
        ranker.learn([("d", "c1", 1, ""), ("d", "c2", 1, at)])


def test_a_model_saved_with_a_time_that_cannot_be_read_comes_back_and_learns_on(ranker, tmp_path):
    ranker._space.behaviour.answers = {"d": {"c1": ("31.12.2024", 1.0)}}  # as older releases took it
    ranker.save(tmp_path / "model")
    back = SupplierRanker.load(tmp_path / "model")
    assert back.model_hash() == ranker.model_hash()
    assert back.learn([("d", "c1", 0, "2025-01-02")])._space.behaviour.answers["d"]["c1"] == ("2025-01-02", -1.0)


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


def test_answers_count_in_the_spread_of_the_other_terms(ranker):
    ranker.learn([("d", "c1", 1, ""), ("d", "c2", 1, ""), ("d", "f3", 0, "")])
    alone = ranker.scores([DEMAND | {"id": "nobody"}])[0] / 100
    told = ranker.explain(DEMAND, "c5")
    text, answers = told.terms[-2], told.terms[-1]
    assert (text.name, answers.name) == ("text", "behaviour")
    learned = ranker._space.behaviour.learned("d")
    spread = np.delete(alone, ranker._space.behaviour.answered("d")).std()
    # default weights: 12 for the text, 8 for answers
    assert answers.max / text.max == pytest.approx(8 * learned.reach / 2 * spread / 0.07 / 12, rel=1e-9)
    assert sum(term.points for term in told.terms) == pytest.approx(told.score, abs=1e-9)
    expected = 12 * alone + 8 * spread / 0.07 * (learned.reach + learned.pull) / 4
    assert ranker.scores([DEMAND])[0] == pytest.approx(expected * text.max / 12, abs=1e-5)  # values stand in steps


def test_answers_alone_rank_and_a_request_all_fit_alike_leaves_it_to_them(ranker):
    ranker.learn([("d", f"c{i}", 1, "") for i in range(3)])
    alike = [{"id": "d"}, {"id": "d", "text": "House since"}]
    for demand in alike:
        best = ranker.rank([demand], k=8).ids[0]
        assert {identity[0] for identity in best} == {"c"}
    assert ranker.explain({"id": "d"}, "c6").terms[-1].max == pytest.approx(100)


FIRMS = [
    {"id": f"s{n}", "name": f"Jiangxi {name} Co., Ltd. 江西{local}服饰有限公司", "text": text, "products": products}
    for n, (name, local, text, products) in enumerate(
        [
            ("Xueling", "雪岭", "Down jackets with goose down, filled in the house.", ["down jackets"]),
            ("Qinghu", "青湖", "Pique polo shirts, mercerised.", ["polo shirts"]),
            ("Hengzhi", "恒织", "Jersey T-shirts in large runs.", ["T-shirts"]),
            ("Rongyu", "绒语", "Fine merino pullovers, gauge 12.", ["pullovers"]),
            ("Qianzu", "千足", "Sports socks and baby socks.", ["socks"]),
        ]
    )
]


def _earlier(answers: list[tuple[str, str, object, str]], supplier: str, lang: str = "en") -> str:
    ranker = SupplierRanker(as_of=AS_OF).fit(FIRMS).learn(answers)
    terms = ranker.explain({"id": "d", "text": "knitwear for the winter"}, supplier, lang=lang).terms
    return next(term.because for term in terms if term.name == "behaviour")


@pytest.mark.parametrize(
    ("lang", "positive"),
    [("en", "positive"), ("zh", "肯定"), ("fr", "positives"), ("de", "Zusagen"), ("it", "positive")],
)
def test_who_only_refused_is_not_said_to_have_accepted(lang: str, positive: str) -> None:
    """A buyer that had blocked one firm read of others: "Close to earlier positive answers: …, co, ltd"."""
    told = [_earlier([("d", "s2", "blocked", "")], f"s{n}", lang) for n in range(5)]
    assert not [one for one in told if positive in one]
    if lang == "en":
        assert "Unlike what was refused earlier." in told


def test_who_only_accepted_is_not_said_to_have_refused() -> None:
    told = [_earlier([("d", "s2", "want", "")], f"s{n}") for n in range(5)]
    assert not [one for one in told if "refusals" in one]
    assert [one for one in told if one.startswith("Close to earlier positive answers: ")]


@pytest.mark.parametrize("answer", ["want", "no thanks"])
def test_what_every_firm_is_called_is_no_reason(answer: str) -> None:
    told = " ".join(_earlier([("d", "s2", answer, "")], f"s{n}", lang) for n in range(5) for lang in ("en", "zh"))
    assert not {"co", "ltd", "jiangxi", "服饰", "饰限", "限公", "公司", "江西"} & set(
        told.replace("、", " ").replace(",", " ").replace(".", " ").replace("：", " ").split()
    )


@pytest.mark.parametrize(
    ("word", "said"),
    [
        *((word, 1.0) for word in ("oui", "Ja", "sì", "是", "接受", "accepté", "met", "ordered", "must meet")),
        *((word, -1.0) for word in ("non", "Nein", "否", "拒绝", "abgelehnt", "rifiutato", "No thanks")),
        *((word, None) for word in ("no-show", "pending", "")),
    ],
)
def test_answers_are_read_in_five_languages(word, said):
    assert behaviour.label_of(word, "feedback[0]") == said
