"""Reading records: what is accepted, and what each refusal says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from scoring import BuyerRanker, SupplierRanker, rank_shards
from scoring.errors import RankingError, RecordError, UnknownIdError
from scoring.records import Certificate, read, read_one

BAD = [
    ({"name": "x"}, "no 'id'"),
    ({"id": "a", "certificate": ["GOTS"]}, "unknown field 'certificate' .* did you mean 'certificates'"),
    ({"id": "a", "Lead time": 3}, "unknown field 'Lead time'"),
    ({"id": "a", "moq": -5}, "field 'moq': found -5, expected a number of 0 or more"),
    ({"id": "a", "moq": "about 500"}, "field 'moq': found 'about 500'"),
    ({"id": "a", "moq": True}, "found True"),
    ({"id": "a", "unit": "parsecs"}, "unit 'parsecs' is not one of the UN/ECE Rec 20 codes"),
    ({"id": "a", "currency": "euro"}, "'currency': found 'euro'"),
    ({"id": "a", "smart_level": 7}, "levels run from 0 to 5"),
    ({"id": "a", "price_from": 9, "price_to": 3}, "price_from 9 is above price_to 3"),
    ({"id": "a", "certificates": [{"code": "GOTS", "valid_to": "soon"}]}, "found 'soon', expected a date"),
    ({"id": "a", "certificates": [{"code": "GOTS", "until": "2026-01-01"}]}, "a certificate is a word or has"),
    ({"id": "a", "certificates": [{"code": "GOTS", "evidence": "sworn"}]}, "evidence 'sworn' is none of"),
    ({"id": "a", "moq": 10**400}, "field 'moq': found a number of more than 308 digits"),
    ({"id": "a", "transit_days": {"camel": 90}}, "found 'camel'"),
    ({"id": "a", "products": 5}, "field 'products': found 5, expected a list"),
    ({"id": "a", "certificates": 5}, "field 'certificates': found 5, expected a list"),
]


@pytest.mark.parametrize(("row", "message"), BAD)
def test_a_bad_supplier_is_refused_with_what_was_found(row, message):
    with pytest.raises(RecordError, match=message):
        SupplierRanker().fit([row])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "a", "must": ["certificats"]}, "did you mean 'certificates'"),
        ({"id": "a", "must": ["gsm"], "info": ["gsm"]}, "'gsm' is in 'must' and in 'info'"),
        ({"id": "a", "ship_by": "31/01/2026"}, "expected a date as 2026-03-31"),
        ({"id": "a", "moq": 5}, "unknown field 'moq' in a demand record"),
    ],
)
def test_a_bad_demand_is_refused_with_what_was_found(row, message):
    with pytest.raises(RecordError, match=message):
        BuyerRanker().fit([row])


def test_a_repeated_id_names_both_rows():
    with pytest.raises(RecordError, match=r"suppliers\[1\]: id 'a' is already the id of suppliers\[0\]"):
        SupplierRanker().fit([{"id": "a"}, {"id": "a"}])


def test_not_a_table():
    with pytest.raises(RecordError, match="expected a list of dicts"):
        SupplierRanker().fit("suppliers.csv")
    with pytest.raises(RecordError, match="row 0 is a str"):
        SupplierRanker().fit(["a"])
    for ids in (["a", "b"], np.array(["a", "b"]), pd.Series(["a", "b"])):
        with pytest.raises(RecordError, match="'id' holds several values; give one dict a record, or columns as a Dat"):
            SupplierRanker().fit({"id": ids, "text": ["socks", "lamps"]})
    assert SupplierRanker().fit([{"id": np.int64(7)}]).ids_ == ("7",)


def test_the_day_may_be_one_of_numpy():
    day = np.datetime64("2026-03-01T12:00")
    assert SupplierRanker(as_of=day).fit([{"id": "a"}]).as_of_ == dt.date(2026, 3, 1)
    with pytest.raises(RankingError, match="expected a date"):
        SupplierRanker(as_of=np.datetime64("NaT")).fit([{"id": "a"}])


def test_a_data_frame_reads_like_its_rows():
    rows = [{"id": "a", "products": ["socks"], "moq": 100.0}, {"id": "b", "text": "hosiery"}]
    frame = pd.DataFrame(rows)
    demand = {"id": "d", "products": ["socks"], "quantity": 150}
    plain = SupplierRanker(as_of="2025-09-15").fit(rows)
    framed = SupplierRanker(as_of="2025-09-15").fit(frame)
    assert framed.model_hash() == plain.model_hash()
    ranking = framed.rank(pd.DataFrame([demand]), k=2)
    assert ranking.to_frame().to_dict("list") == plain.rank([demand], k=2).to_frame().to_dict("list")
    assert ranking.to_frame()["rank"].tolist() == [1, 2]


def test_lists_may_be_written_in_one_cell():
    record = read_one({"id": "a", "products": "socks; gloves、围巾", "languages": "français|en"}, "supplier")
    assert len(record.has("products")) == 3
    assert record.has("languages") == ("fr", "en")


def test_arrays_and_decimals_read_like_lists_and_numbers(tmp_path):
    plain = {"id": "a", "products": ["socks", "scarves"], "certificates": ["GOTS"], "moq": 300, "price_from": 2.5}
    other = plain | {
        "products": np.asarray(plain["products"]),
        "certificates": np.asarray(plain["certificates"]),
        "moq": np.int64(300),
        "price_from": Decimal("2.5"),
    }
    one, two = SupplierRanker(as_of="2025-09-15").fit([plain]), SupplierRanker(as_of="2025-09-15").fit([other])
    assert one.model_hash() == two.model_hash()
    two.save(tmp_path / "model")
    assert SupplierRanker.load(tmp_path / "model").model_hash() == one.model_hash()


def test_unresolved_words_stay_visible():
    ranker = SupplierRanker(as_of="2025-09-15").fit([{"id": "a", "products": ["socks"]}])
    told = ranker.explain({"id": "d", "products": ["flurbles", "socks"]}, "a")
    assert told.unresolved == ("flurbles",)


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("UK", ("GB",)), ("uk", ("GB",)), ("U.K.", ("GB",)), ("Scotland", ("GB",)), ("Wales", ("GB",)),
        ("EL", ("GR",)), ("PRC", ("CN",)), ("USA", ("US",)), ("U.S.A.", ("US",)), ("Korea", ("KR",)),
        ("Viet Nam", ("VN",)), ("Czech Republic", ("CZ",)), ("Holland", ("NL",)), ("Turkey", ("TR",)),
        ("臺灣", ("TW",)), ("韓國", ("KR",)), ("荷蘭", ("NL",)), ("奧地利", ("AT",)),
        ("Türkiye", ("TR",)), ("fr", ("FR",)), ("XK", ("XK",)), ("ZZ", ()), ("XX", ()),
    ],
)  # fmt: skip
def test_two_letters_are_a_country_only_where_there_is_one(word, codes):
    record = read_one({"id": "d", "sourcing_countries": [word], "delivery_country": word}, "demand")
    assert record.has("sourcing_countries") == record.has("delivery_country") == record.has("goes_to") == codes
    assert record.unresolved.get("sourcing_countries") == (None if codes else (word,))


@pytest.mark.parametrize("word", ["RMB", "rmb", "CNH", "人民币", "元", "￥", "cny"])
def test_the_yuan_has_many_names(word):
    row = {"id": "a", "price_from": 100, "currency": word}
    assert read_one(row, "supplier").currency == "CNY"
    own = SupplierRanker(rates={word: 0.5}).fit([row])
    assert own._setting.rates["CNY"] == 0.5


def test_a_currency_that_is_none_is_told_and_not_compared():
    asked = {"id": "d", "products": ["socks"], "target_price": 3, "currency": "QQQ"}
    told = SupplierRanker(as_of="2025-09-15").fit([{"id": "a", "price_from": 1}]).explain(asked, "a")
    assert told.unresolved == ("QQQ",)
    assert "price" not in {term.name for term in told.terms}


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NaT, pd.NA, "", {}])
def test_what_is_missing_in_a_list_of_certificates_is_not_stated(missing):
    assert read_one({"id": "a", "certificates": [missing]}, "supplier").certificates == ()
    row = {"code": "GOTS", "evidence": missing, "valid_to": missing}
    assert read_one({"id": "a", "certificates": [missing, row]}, "supplier").certificates == (Certificate("gots"),)


def test_info_fields_are_neither_scored_nor_gates():
    ranker = SupplierRanker(as_of="2025-09-15").fit([{"id": "a", "moq": 900}])
    told = ranker.explain({"id": "d", "products": ["socks"], "quantity": 10, "info": ["quantity"]}, "a")
    assert "quantity" not in {term.name for term in told.terms}


def test_unknown_ids_and_parameters_are_refused():
    ranker = SupplierRanker(as_of="2025-09-15").fit([{"id": "a"}])
    with pytest.raises(UnknownIdError, match="was not seen by rank"):
        ranker.explain("nobody", "a")
    with pytest.raises(UnknownIdError, match="was not seen by fit"):
        ranker.explain({"id": "d", "text": "socks"}, "b")
    with pytest.raises(RankingError, match="expected 'full' or 'compact'"):
        SupplierRanker(text="short").fit([{"id": "a"}])
    with pytest.raises(RankingError, match="expected a date"):
        SupplierRanker(as_of="today").fit([{"id": "a"}])
    with pytest.raises(RankingError, match="did you mean 'price'"):
        SupplierRanker(weights={"prices": 3}).fit([{"id": "a"}])
    with pytest.raises(RankingError, match="not a positive number"):
        SupplierRanker(rates={"USD": 0}).fit([{"id": "a"}])
    with pytest.raises(RankingError, match="lang: 'es'"):
        ranker.explain({"id": "d", "text": "socks"}, "a", lang="es")


def test_reading_keeps_the_order_given():
    assert [record.id for record in read([{"id": 2}, {"id": "1"}], "supplier")] == ["2", "1"]


@pytest.mark.parametrize("empty", [[], pd.DataFrame({"id": []})])
def test_nothing_to_fit_is_refused_by_name(empty):
    with pytest.raises(RecordError, match="suppliers: found no records"):
        SupplierRanker().fit(empty)


@pytest.mark.parametrize("k", [0, -1, 2.5, "2", None, True])
@pytest.mark.parametrize(
    "call",
    [
        lambda ranker, asked, k: ranker.rank([asked], k=k),
        lambda ranker, asked, k: ranker.rank_mutual([asked], k=k),
        lambda ranker, asked, k: ranker.left_out(asked, k=k),
        lambda ranker, asked, k: ranker.lifts(asked, "a", most=k),
        lambda ranker, asked, k: ranker.lifts_over("a", [asked], k=k),
        lambda ranker, asked, k: ranker.unmet([asked], k=k),
        lambda ranker, asked, k: rank_shards(ranker, [asked], "never-made", k),
        lambda ranker, asked, k: rank_shards(ranker, [asked], "never-made", workers=k),
    ],
    ids=["rank", "rank_mutual", "left_out", "lifts", "lifts_over", "unmet", "rank_shards", "workers"],
)
def test_the_length_of_a_list_is_a_whole_number(call, k):
    ranker = SupplierRanker().fit([{"id": "a", "name": "Lakeside Knits"}])
    with pytest.raises(RankingError, match=f"={k!r}: expected a whole number of at least 1"):
        call(ranker, {"id": "d", "text": "knits"}, k)


def test_numbers_of_numpy_are_whole_numbers_too():
    ranker = SupplierRanker().fit([{"id": "a", "name": "Lakeside Knits"}])
    assert ranker.rank([{"id": "d", "text": "knits"}], k=np.int64(1)).ids.tolist() == [["a"]]


def test_what_suppliers_think_of_a_demand_is_asked_by_ids_that_were_fitted():
    ranker = SupplierRanker(as_of="2025-09-15").fit([{"id": 7, "products": ["socks"]}])
    asked = {"id": "d", "products": ["socks"]}
    assert ranker.backward(asked, [7]) == pytest.approx(ranker.backward(asked, ["7"]))
    with pytest.raises(UnknownIdError, match="supplier 'b' was not seen by fit"):
        ranker.backward(asked, ["b"])


def test_nobody_asks_for_no_pairs():
    found = SupplierRanker(as_of="2025-09-15").fit([{"id": "a"}]).rank_mutual([])
    assert (found.pairs, found.forward.size, found.backward.size, found.mutual.size) == ((), 0, 0, 0)
    assert found.to_frame().empty


@pytest.mark.parametrize(
    ("scores", "met"), [([1.0, float("nan")], [0, 1]), ([1.0, 2.0], [0.0, float("nan")]), ([1.0, 2.0], [False, None])]
)
def test_a_curve_is_learned_from_numbers_alone(scores, met):
    ranker = SupplierRanker(as_of="2025-09-15").fit([{"id": "a"}])
    with pytest.raises(RankingError, match="calibrate: 1 of 2 pairs have no score"):
        ranker.calibrate(scores, met)


def test_equipment_counts_as_text_in_any_language_and_never_as_a_product():
    plain = {"products": ["T恤"], "text": "针织T恤工厂"}
    ranker = SupplierRanker(as_of="2025-12-01").fit(
        [plain | {"id": "bare"}, plain | {"id": "equipped", "equipment": ["吊挂系统", "模板机", "立体仓库"]}]
    )
    asked = {"id": "a", "products": ["T-shirts"], "text": "hanging systems, template machines and a 3-D warehouse"}
    machines = {"id": "m", "products": ["sewing machines"]}
    ranker.rank([asked, machines])
    points = {who: {t.name: t.points for t in ranker.explain("a", who).terms} for who in ("bare", "equipped")}
    assert points["equipped"]["text"] > points["bare"]["text"]
    assert points["equipped"]["products"] == points["bare"]["products"]
    assert [t.points for t in ranker.explain("m", "equipped").terms if t.name == "products"] == [0.0]


@pytest.mark.parametrize(
    ("word", "members", "others"),
    [
        ("Europäische Union", {"FR", "PL"}, {"CH", "GB"}), ("union europeenne", {"IT"}, {"NO"}),
        ("欧美", {"FR", "US"}, {"JP"}), ("東南亞", {"VN", "ID"}, {"IN", "BD"}), ("南亚", {"IN", "BD"}, {"VN"}),
        ("South-East Asia", {"TH"}, {"IN"}), ("非洲", {"ZA", "EG", "SN"}, {"AE"}), ("Südamerika", {"BR", "BO"}, {"US"}),
        ("日韩", {"JP", "KR"}, {"CN"}), ("D-A-CH", {"DE", "AT", "CH"}, {"FR"}), ("republique tcheque", {"CZ"}, {"SK"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["exports_to", "markets"])
def test_a_region_is_its_countries_however_it_is_written(field, word, members, others):
    record = read_one({"id": "s", field: [word]}, "supplier")
    assert members <= set(record.has(field))
    assert others.isdisjoint(record.has(field))
    assert not record.unresolved


def test_export_is_a_market_and_no_place():
    record = read_one({"id": "s", "markets": ["export"], "exports_to": ["export", "FR"]}, "supplier")
    assert (record.has("markets"), record.has("exports_to")) == ((), ("FR",))
    assert record.unresolved == {"exports_to": ("export",)}


@pytest.mark.parametrize("written", ["1.500", " 12.000"])
def test_a_number_that_is_written_in_two_ways_is_not_guessed(written):
    with pytest.raises(RecordError, match="thousands to others; give a number"):
        read_one({"id": "a", "moq": written}, "supplier")
    for plain, number in (("1500", 1500.0), ("0.500", 0.5), ("1.50", 1.5), (1.5, 1.5)):
        assert read_one({"id": "a", "moq": plain}, "supplier").numbers["moq"] == number
