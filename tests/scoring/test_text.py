"""Tokens, weights and the text space."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from scoring import SupplierRanker
from scoring.text import space
from scoring.text.bm25 import BM25Transformer
from scoring.text.porter import stem
from scoring.text.tokens import grams, runs, wish, wished, words

AS_OF = "2025-09-15"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *[("knitting", "knit"), ("knitted", "knit"), ("knits", "knit"), ("dresses", "dress"), ("batteries", "batteri")],
        *[("battery", "batteri"), ("relational", "relat"), ("hopping", "hop"), ("sky", "sky"), ("agreed", "agre")],
        *[("organization", "organ"), ("t", "t"), ("r2d2", "r2d2"), ("hopeful", "hope"), ("controlling", "control")],
    ],
)
def test_english_stems(word, expected):
    assert stem(word) == expected


def test_words_of_five_languages():
    assert words("The knitted garments of our company") == ["knit", "garment", "compani"]
    assert words("Écharpes") == words("echarpes")
    assert words("针织T恤的生产") == ["针织", "t", "恤生", "生产"] or "针织" in words("针织T恤的生产")
    assert words("Nous cherchons des tissus pour la maison et le jardin")[-1] == "jardin"


def test_a_french_maker_is_no_fabric():
    assert "fabric" not in words("le fabricant de doudounes pour la femme et les enfants")


def test_compounds_share_character_grams():
    assert set(grams("Daunenjacke")) & set(grams("Jacken"))
    assert "羽绒" in grams("羽绒服")


@pytest.mark.parametrize(
    ("request_text", "expected"),
    [
        ("We are looking for a reliable manufacturer of socks", "we are for a of socks"),
        ("我们寻找羽绒服生产厂家", "羽绒服"),
        ("Looking for suppliers", "Looking for suppliers"),
    ],
)
def test_what_every_request_says_is_left_out(request_text, expected):
    assert wish(request_text) == expected


def test_bm25_is_the_formula_of_the_book():
    texts = ["knit knit wool", "wool", "silk tie for men of silk"]
    counter = CountVectorizer()
    counts = counter.fit_transform(texts)
    rows = BM25Transformer(k1=1.2, b=0.5).fit_transform(counts).toarray()
    column = counter.vocabulary_["knit"]
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    norm = 1.2 * (0.5 + 0.5 * 3 / (10 / 3))
    assert rows[0, column] == pytest.approx(idf * 2 * 2.2 / (2 + norm))
    assert rows[1, column] == 0.0


def test_a_rarer_and_a_more_complete_match_rank_higher():
    texts = [
        "yarn and yarn trading",
        "yarn for knitting",
        "yarn for weaving",
        "zips",
        "yarn, zips and buttons for knitting",
    ]
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": str(i), "text": text} for i, text in enumerate(texts)])
    top = ranker.rank([{"id": "r", "text": "zips and knitting yarn"}], k=5)
    assert top.ids[0, 0] == "4"


def test_the_name_counts():
    rows = [
        {"id": "a", "name": "Umbrella House", "text": "We make things."},
        {"id": "b", "name": "Tool House", "text": "We make things."},
    ]
    assert SupplierRanker(as_of=AS_OF).fit(rows).rank([{"id": "r", "text": "umbrellas"}], k=1).ids[0, 0] == "a"


def test_in_another_language_the_plain_label_goes_before_those_that_name_more(monkeypatch):
    labels = [
        "yarn",
        "yarn of carded wool and of linen, cotton sewing thread",
        "cotton yarn, silk yarn and blended yarn",
        "curtains",
        "socks",
    ]

    def scores() -> np.ndarray:
        ranker = SupplierRanker(as_of=AS_OF).fit([{"id": str(at), "name": label} for at, label in enumerate(labels)])
        return ranker.scores([{"id": text, "text": text} for text in ("Filati", "纱线", "yarn")])

    found = scores()
    assert found[:2].argmax(axis=1).tolist() == [0, 0]
    monkeypatch.setattr(space, "FOCUS", 0.0)
    without = scores()
    assert without[0].argmax() == 1
    assert found[2].tolist() == without[2].tolist()  # in the words of the list itself nothing changes


def test_those_that_share_no_word_are_sorted_by_what_the_others_say():
    shared = "our mill near the river has looms, dye vats, a long history of careful work with farmers, schools, towns "
    kinds = {
        "rain": "coats shells membranes seams hoods zips waterproof storm proof layers",
        "sleep": "pillows duvets sheets beds",
    }
    rows = []
    for i in range(80):
        kind = "rain" if i % 2 else "sleep"
        filler = " ".join(f"w{(i * 7 + j) % 40}" for j in range(12))
        rows.append({"id": f"{i:02d}", "text": shared + kinds[kind] + " " + filler + (" umbrella" if i == 1 else "")})
    ranker = SupplierRanker(as_of=AS_OF).fit(rows)
    assert ranker._space.text.neighbours is not None
    scores = ranker.scores([{"id": "r", "text": "umbrella"}])[0]
    assert np.argmax(scores) == 1
    rain, sleep = np.delete(scores[1::2], 0), scores[::2]
    assert rain.mean() > 1.5 * sleep.mean()


def test_compact_keeps_at_most_128_columns_and_still_ranks():
    rows = [
        {"id": f"{i:03d}", "text": f"maker number{i} of thing{i % 50} and part{i % 7} with tool{i % 11}"}
        for i in range(200)
    ]
    ranker = SupplierRanker(text="compact", as_of=AS_OF).fit(rows)
    space = ranker._space.text
    assert space.columns == {}
    assert space.latent.shape == (128, 200)
    top = ranker.rank([{"id": "r", "text": "thing7"}], k=4).ids[0]
    assert {int(identity) % 50 for identity in top} == {7}


def test_context_lowers_those_that_fit_every_request():
    rows = [
        {"id": "all", "text": "shirts socks gloves hats"},
        {"id": "one", "text": "socks and more"},
        {"id": "none", "text": "steel"},
    ]
    index = [{"id": word, "text": word} for word in ("shirts", "socks", "gloves", "hats")]
    before = SupplierRanker(as_of=AS_OF).fit(rows)
    after = SupplierRanker(as_of=AS_OF).fit(rows).fit_context(index)
    gap = [r.scores([index[1]])[0] @ np.array([-1.0, 0.0, 1.0]) for r in (before, after)]
    assert gap[1] > gap[0]
    alone = after.scores([index[1]])
    np.testing.assert_array_equal(after.scores(index)[1], alone[0])


@pytest.mark.parametrize("text", ["full", "compact"])
def test_equal_records_tie_and_are_ranked_by_id(text):
    """However the sums are taken: near the edge of a block, among neighbours, after answers."""
    kinds = [f"{a} {b} from {c}" for a in ("woven", "knitted", "felted") for b in ("scarves", "caps", "gloves", "bags")
             for c in ("wool and silk with hand embroidery", "recycled yarns in small lots for brands")]  # fmt: skip
    rows = [{"id": f"r{n:03d}", "name": "Invented", "text": kinds[n * 7 % len(kinds)]} for n in range(7 * len(kinds))]
    ranker = SupplierRanker(text=text, as_of="2025-09-15").fit(rows)
    ranker.learn([("d1", "r003", 1, ""), ("d1", "r010", 0, "")])
    asked = [{"id": "d0", "text": "silk scarves"}, {"id": "d1", "text": "knitted gloves of recycled yarn"}]
    for scores, (_, found) in zip(ranker.scores(asked), ranker.rank(asked, k=len(rows)), strict=True):
        by_text = {}
        for row, score in zip(rows, scores, strict=True):
            by_text.setdefault(row["text"], set()).add(float(score))
        assert [len(values) for values in by_text.values()] == [1] * len(kinds)
        assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))


@pytest.mark.parametrize("n", [4, 5, 6, 8])
def test_a_few_equal_records_tie(n):
    rows = [{"id": f"s{i}", "name": f"demo s{i}", "products": ["knitted T-shirts", "polo shirts"]} for i in range(n)]
    ranker = SupplierRanker(as_of="2025-09-15").fit([{"id": "a", "products": ["knitted T-shirts"]}, *rows])
    scores = ranker.scores([{"id": "q", "text": "light knitted shirts", "products": ["knitted T-shirts"]}])[0]
    assert len(set(scores[1:].tolist())) == 1


@pytest.mark.parametrize(
    "text",
    [
        "We are looking for a reliable supplier of silk_scarves, T-shirts & 100% Cotton",
        "looking for suppliers",
        "the of and",
        "Nous cherchons des écharpes en soie",
        "寻找丝绸围巾供应商 and scarves",
        "",
    ],
)
def test_the_runs_of_a_wish_are_those_of_its_text(text):
    assert wished(text) == runs(wish(text))
