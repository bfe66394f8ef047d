"""What each part of the text term adds, and when it keeps out of the way."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from scoring import SupplierRanker
from scoring.records import read
from scoring.text import latent, neighbours
from scoring.text.bm25 import saturated
from scoring.text.documents import Document, document
from scoring.text.parts import opening_weight
from scoring.text.space import TextSpace

AS_OF = "2025-09-15"


def fitted(rows):
    return TextSpace().fit(read(rows, "supplier"))


def asked(space, text):
    return space.request(read([{"id": "r", "text": text}], "demand")[0])


def told(texts):
    return [{"id": f"{at:03d}", "text": text} for at, text in enumerate(texts)]


def test_saturated_counts_are_the_formula_and_never_pass_its_bound():
    counts = sp.csr_array(np.array([[1.0, 0.0, 4.0], [0.0, 0.5, 0.0]]))
    found = saturated(counts, k1=0.6, b=0.75).toarray()
    norm = 0.6 * (0.25 + 0.75 * 5 / 2.75)
    assert found[0, 2] == pytest.approx(4 * 1.6 / (4 + norm))
    assert found.max() < 1.6
    assert found[0, 1] == 0.0


def test_what_a_text_opens_with_counts_more_than_what_it_ends_with():
    title = "lanterns alpha beta gamma delta epsilon zeta eta theta iota"
    more = "kappa lamda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega digamma stigma koppa sampi heta"
    taken_up = "alpha beta gamma delta epsilon zeta eta"
    texts = [f"{title} {more} {taken_up}", f"{title[9:]} {more} {taken_up} lanterns", f"{more} {taken_up}"]
    space = fitted(told(texts))
    words = space.raw(asked(space, "lanterns"))["words"]
    assert words[0] > 1.5 * words[1] > 0.0
    assert words[2] == 0.0


def test_words_side_by_side_count_more_than_words_apart():
    texts = ["pad for a mouse with wheels", "mouse pad and more wheels", "wheels", "nothing of the kind"]
    ids = SupplierRanker(as_of=AS_OF).fit(told(texts)).rank([{"id": "r", "text": "mouse pad"}], k=2).ids[0]
    assert list(ids) == ["001", "000"]


def test_a_name_is_cut_from_the_text_and_both_are_of_one_language():
    record = read(
        [{"id": "a", "name": "Fabricants réunis", "text": "Le choix de la maison et du jardin."}], "supplier"
    )[0]
    told_by = document(record)
    assert told_by.name == ("fabricant", "reuni")
    assert "fabric" not in told_by.name
    assert told_by.written[:2] == ("fabricants", "reunis")
    assert told_by.written[:2] == told_by.written[2:4]


def test_feedback_lifts_what_is_like_the_best():
    first = [f"quorl bexin naftum groltag hin{at % 3} tov{at % 4}" for at in range(12)]
    second = [f"zedap mirolk ufbent waskiv jor{at % 3} dyl{at % 4}" for at in range(12)]
    unsaid = "bexin naftum groltag tov1"  # never says quorl
    other = "mirolk ufbent waskiv dyl1"
    space = fitted(told([*first, *second, unsaid, other]))
    request = asked(space, "quorl")
    raw = space.raw(request)
    said = raw["words"] + raw["concepts"]
    assert said[24] == said[25] == 0.0
    scores = space.fused(request, raw)
    assert scores[24] > scores[25] + 0.25
    assert np.argsort(-scores)[:12].max() < 12


def test_a_list_of_copies_lends_nothing_and_a_list_of_texts_does():
    draw = np.random.default_rng(0)
    words = [f"word{at}" for at in range(400)]
    texts = [" ".join(draw.choice(words, 30)) for _ in range(100)]
    copies = [f"{text} model{at}" for text in texts[:15] for at in range(7)]
    assert fitted(told(texts)).step > 0.2
    assert fitted(told(copies)).step == 0.0
    assert fitted(told(texts[:40])).neighbours is None  # too few to have twenty neighbours


def test_a_text_takes_from_its_neighbours_what_the_step_says():
    draw = np.random.default_rng(4)
    words = [f"word{at}" for at in range(300)]
    space = fitted(told([" ".join(draw.choice(words, 30)) for _ in range(90)]))
    request = asked(space, "word3 word7")
    with_step, step = space.fused(request, space.raw(request)), space.step
    assert step > 0.2
    space.step = 0.0
    alone = space.fused(request, space.raw(request))
    np.testing.assert_allclose(with_step, alone + step * (space.neighbours @ alone))
    assert np.abs(with_step - alone).max() > 0.1


def test_neighbours_are_the_most_similar_whatever_the_block(monkeypatch):
    draw = np.random.default_rng(1)
    rows = sp.csr_array(draw.random((90, 600)) * (draw.random((90, 600)) < 0.03))
    rows = sp.csr_array(sp.vstack([rows, sp.csr_array((1, 600))]))  # one that shares nothing
    found = neighbours.nearest(rows)
    assert found.shape == (91, 91)
    assert found[[90]].nnz == 0
    assert found.diagonal().sum() == 0.0
    unit = rows.toarray()[:90]
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    similar = unit @ unit.T
    np.fill_diagonal(similar, -1.0)
    expected = set(np.argsort(-similar[7])[: neighbours.NEAREST])
    assert set(found[[7]].indices.tolist()) <= expected
    assert found[[7]].sum() == pytest.approx(min(neighbours.NEAREST, (similar[7] > 0).sum()) / neighbours.NEAREST)
    monkeypatch.setattr(neighbours, "_BLOCK", 7)
    assert (neighbours.nearest(rows) != found).nnz == 0


def test_coarse_directions_compare_unit_texts():
    draw = np.random.default_rng(2)
    rows = sp.csr_array(draw.random((60, 80)) * (draw.random((60, 80)) < 0.3))
    directions = latent.learned(rows, 40)
    columns = latent.placed(rows, directions)
    first = latent.coarse(columns)
    np.testing.assert_allclose(np.linalg.norm(first, axis=0), 1.0)
    position = rows.toarray()[3] @ directions
    found = latent.near(position, first)
    np.testing.assert_allclose(found, position[: latent.COARSE] @ first, rtol=1e-9)
    assert int(np.argmax(found)) == 3
    np.testing.assert_allclose(latent.like(np.array([5]), columns)[5], 1.0)


@pytest.mark.parametrize(
    "texts", [[""], ["", "", ""], ["羽绒服"], ["。。。", "!!"], ["один", "два", "три"], ["a", "the of"]]
)
@pytest.mark.parametrize("request_text", ["羽绒服", "два", "the", "?", "down jackets"])
def test_any_text_of_any_length_has_a_finite_score(texts, request_text):
    scores = SupplierRanker(as_of=AS_OF).fit(told(texts)).scores([{"id": "r", "text": request_text}])
    assert scores.shape == (1, len(texts))
    assert np.isfinite(scores).all()


def test_the_order_of_the_list_changes_no_score():
    draw = np.random.default_rng(3)
    words = [f"word{at}" for at in range(200)]
    rows = told([" ".join(draw.choice(words, 25)) for _ in range(80)])
    request = [{"id": "r", "text": "word3 word5 word9"}]
    one, other = (SupplierRanker(as_of=AS_OF).fit(order).scores(request) for order in (rows, rows[::-1]))
    np.testing.assert_array_equal(one, other)


def test_the_written_form_decides_between_words_of_one_stem():
    rows = told(["imaging and more", "image and more", "images and more", "none of it"])
    ids = SupplierRanker(as_of=AS_OF).fit(rows).rank([{"id": "r", "text": "images"}], k=3).ids[0]
    assert ids[0] == "002"
    assert set(ids) == {"000", "001", "002"}


def test_concepts_count_more_the_fewer_words_the_list_knows():
    space = fitted(told(["down jackets and vests", "bed linen", "steel screws"]))
    for text, known, weight in (("down jackets", 1.0, 0.25), ("Daunenjacken", 0.0, 1.0)):
        request = asked(space, text)
        assert request.known == pytest.approx(known)
        assert space.weight("concepts", request, space.raw(request)) == pytest.approx(weight)
    half = asked(space, "down Jacken")
    assert 0.25 < space.weight("concepts", half, space.raw(half)) < 1.0


def test_an_opening_counts_as_far_as_its_words_come_again():
    title = [f"name{at}{letter}" for at in range(5) for letter in "ab"]
    rest = [f"word{at}" for at in range(15)]

    def weight(again):
        return opening_weight([Document((), (*title, *rest, *title[:again]), ())])

    assert weight(0) == weight(3) == 0.0
    assert weight(4) == pytest.approx(0.6)
    assert weight(6) == weight(10) == 1.2
    assert (
        opening_weight([Document((), tuple(title[:5]), ())]) == 0.0
    )  # all texts are short: no opening apart from them
    assert opening_weight([]) == 0.0


def test_grams_count_less_the_more_texts_the_words_find():
    request_text = "lantern"
    few = fitted(told([f"lantern number{at}" for at in range(20)] + ["other"] * 400))
    many = fitted(told([f"lantern number{at}" for at in range(400)] + ["other"] * 20))
    weights = []
    for space in (few, many):
        request = asked(space, request_text)
        weights.append(space.weight("grams", request, space.raw(request)))
    assert weights[1] == pytest.approx(0.5 * weights[0])


def test_a_list_whose_texts_all_fit_alike_says_that_they_fit():
    texts = ["quorl and bexin"] * 3
    for count in (1, 3):
        ranker = SupplierRanker(as_of=AS_OF).fit(told(texts[:count]))
        assert (ranker.scores([{"id": "r", "text": "quorl"}]) > 50).all()
        assert (ranker.scores([{"id": "r", "text": "zedap"}]) == 0).all()
