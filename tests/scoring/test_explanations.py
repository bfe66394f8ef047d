"""Reasons in five languages, lifts, what-if records, behaviour, both directions."""

from __future__ import annotations

import copy
import re
import string
from importlib import import_module

import numpy as np
import pytest

from scoring import BuyerRanker, SupplierRanker, combine_mutual, places
from scoring.errors import RankingError, RecordError
from scoring.measures import UNITS
from scoring.messages import LANGUAGES, REGIONS, listing, number
from tests.scoring.examples import AS_OF, DEMAND, SUPPLIERS

SENTENCES = {lang: import_module(f"scoring.messages.{lang}").SENTENCES for lang in LANGUAGES}
FIELDS = {lang: import_module(f"scoring.messages.{lang}").FIELDS for lang in LANGUAGES}


def holes(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_sentence_with_the_same_holes(lang):
    assert SENTENCES[lang].keys() == SENTENCES["en"].keys()
    assert FIELDS[lang].keys() == FIELDS["en"].keys()
    for key, template in SENTENCES[lang].items():
        assert holes(template) == holes(SENTENCES["en"][key]), key


@pytest.mark.parametrize(
    ("lang", "shown"),
    [("en", "12,345.5"), ("zh", "12,345.5"), ("fr", "12 345,5"), ("de", "12.345,5"), ("it", "12.345,5")],
)
def test_numbers_are_written_as_the_language_does(lang, shown):
    assert re.sub(r"[\u202f\u00a0]", " ", number(12345.5, lang)) == shown
    assert number(3.0, lang) == "3"


def test_long_lists_are_cut():
    assert listing(list("abcdefg"), "en") == "a, b, c, d, e, …"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_names_every_unit_and_region(lang):
    module = import_module(f"scoring.messages.{lang}")
    assert module.UNITS.keys() == UNITS.keys()
    assert module.REGIONS.keys() == set(REGIONS)
    assert all(places.countries(name) or places.market(name) for name in REGIONS)


def test_the_form_that_goes_with_a_number():
    assert f"{number(1, 'en'):day|days} {number(1.5, 'en'):day|days} {number(0, 'en'):day|days}" == "day days days"
    assert f"{number(0, 'fr'):jour|jours} {number(1.5, 'fr'):jour|jours} {number(2, 'fr'):jour|jours}" == (
        "jour jour jours"
    )
    assert copy.deepcopy(number(1, "en")).one


EXPECTED = {
    "en": ("down jackets", "800 asked; minimum order 500.", "English"),
    "zh": ("羽绒服", "采购 800；起订量 500。", "英语"),
    "fr": ("doudounes", "minimum de commande 500", "anglais"),
    "de": ("Daunenjacken", "Mindestmenge 500", "Englisch"),
    "it": ("piumini", "ordine minimo 500", "inglese"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reasons_are_in_the_readers_language(ranker, lang):
    product, quantity, language = EXPECTED[lang]
    because = {term.name: term.because for term in ranker.explain(DEMAND, "S1", lang).terms}
    assert product in because["products"]
    assert quantity in because["quantity"]
    assert language in because["languages"]
    assert not any(re.search(r"[{}]|\bnan\b", text) for text in because.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_pair_leaves_a_hole_or_a_code_in_a_sentence(ranker, lang):
    for told in ranker.explain_many(
        DEMAND | {"must": ["certificates", "quantity", "ship_by", "languages"]}, ranker.ids_, lang
    ):
        shown = [t.because for t in told.terms] + [lift.change for lift in told.lifts]
        shown += [side for gate in told.gates for side in (gate.wanted, gate.found)]
        for text in shown:
            assert text
            assert not re.search(r"[{}]|\bnan\b|None|~|market:", text), text


def reasons(supplier, demand, lang="en"):
    told = SupplierRanker(as_of=AS_OF).fit([{"id": "A", **supplier}]).explain({"id": "d", **demand}, "A", lang=lang)
    return {term.name: term.because.replace("\u202f", " ") for term in told.terms}


DOZENS = {"moq": 300, "capacity_per_month": 500, "price_from": 24, "unit": "dozen"}
PIECES = {"quantity": 800, "target_price": 3, "unit": "pcs"}


@pytest.mark.parametrize(
    ("lang", "quantity", "capacity", "price"),
    [
        ("en", "800 pieces asked, below the minimum order of 300 dozen.",
         "800 pieces within 1 month; capacity 500 dozen a month.",
         "Target 3 EUR a piece; its prices begin at 2 EUR a piece."),
        ("zh", "采购 800 件，低于起订量 300 打。", "1 个月内 800 件；月产能 500 打。",
         "目标价 3 EUR/件；其起价 2 EUR/件。"),
        ("fr", "Quantité demandée : 800 pièces, sous le minimum de commande de 300 douzaines.",
         "800 pièces en 1 mois ; capacité 500 douzaines par mois.",
         "Prix visé 3 EUR par pièce ; ses prix commencent à 2 EUR par pièce."),
        ("de", "800 Stück gesucht, unter der Mindestmenge von 300 Dutzend.",
         "800 Stück in 1 Monat; Kapazität 500 Dutzend im Monat.",
         "Zielpreis 3 EUR pro Stück; seine Preise beginnen bei 2 EUR pro Stück."),
        ("it", "Quantità richiesta: 800 pezzi, sotto l'ordine minimo di 300 dozzine.",
         "800 pezzi in 1 mese; capacità 500 dozzine al mese.",
         "Prezzo obiettivo 3 EUR per pezzo; i suoi prezzi partono da 2 EUR per pezzo."),
    ],
)  # fmt: skip
def test_units_are_told_where_the_two_sides_have_different_ones(lang, quantity, capacity, price):
    said = reasons(DOZENS, PIECES, lang)
    assert (said["quantity"], said["capacity"], said["price"]) == (quantity, capacity, price)


@pytest.mark.parametrize(
    ("lang", "least", "most", "price"),
    [
        ("en", "Fabric weight: 180 wanted, 120 or more offered.", "Fabric weight: 180 wanted, up to 300 offered.",
         "Target 3 EUR; of its prices only the upper end is known: 5 EUR."),
        ("zh", "克重：要求 180，提供 120 以上。", "克重：要求 180，提供 300 以下。",
         "目标价 3 EUR；其价格只知上限 5 EUR。"),
        ("fr", "Grammage : voulu 180, proposé à partir de 120.", "Grammage : voulu 180, proposé jusqu'à 300.",
         "Prix visé 3 EUR ; de ses prix on ne connaît que le plus haut : 5 EUR."),
        ("de", "Flächengewicht: 180 gewünscht, ab 120 angeboten.", "Flächengewicht: 180 gewünscht, bis 300 angeboten.",
         "Zielpreis 3 EUR; von seinen Preisen ist nur das obere Ende bekannt: 5 EUR."),
        ("it", "Grammatura: richiesto 180, offerto da 120 in su.", "Grammatura: richiesto 180, offerto fino a 300.",
         "Prezzo obiettivo 3 EUR; dei suoi prezzi si conosce solo il più alto: 5 EUR."),
    ],
)  # fmt: skip
def test_one_end_of_a_range_is_told_as_one(lang, least, most, price):
    wanted = {"gsm": 180, "target_price": 3}
    assert reasons({"gsm_from": 120}, wanted, lang)["gsm"] == least
    said = reasons({"gsm_to": 300, "price_to": 5}, wanted, lang)
    assert (said["gsm"], said["price"]) == (most, price)


@pytest.mark.parametrize(
    ("supplier", "gate", "found"),
    [
        ({"gsm_from": 120}, "gsm", "≥ 120"), ({"gsm_to": 300}, "gsm", "≤ 300"),
        ({"gsm_from": 120, "gsm_to": 300}, "gsm", "120–300"), ({"gsm_from": 120, "gsm_to": 120}, "gsm", "120"),
        ({"price_to": 5}, "target_price", "≤ 5 EUR"), ({"price_from": 2}, "target_price", "≥ 2 EUR"),
    ],
)  # fmt: skip
def test_gates_show_which_end_of_a_range_is_stated(supplier, gate, found):
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "A", **supplier}])
    told = ranker.explain({"id": "d", "gsm": 180, "target_price": 3, "must": [gate]}, "A")
    assert [(one.name, one.found) for one in told.gates] == [(gate, found)]


@pytest.mark.parametrize(("one", "other"), [("pcs", "pcs"), ("dozen", "dozen"), ("pcs", None), (None, "pcs")])
def test_units_that_count_the_same_are_not_told(one, other):
    supplier, demand = DOZENS | {"unit": one}, PIECES | {"unit": other}
    said = reasons(*({k: v for k, v in row.items() if v is not None} for row in (supplier, demand)))
    assert said["quantity"] == "800 asked; minimum order 300."


def test_a_side_without_a_unit_counts_in_the_base_unit_of_the_other():
    said = reasons({"moq": 300}, {"quantity": 100, "unit": "dozen"})
    assert said["quantity"] == "100 dozen asked; minimum order 300 pieces."
    pairs = reasons(DOZENS, PIECES | {"unit": "pairs"})
    assert pairs["quantity"] == "800 pairs asked, below the minimum order of 300 dozen."


@pytest.mark.parametrize(
    ("lang", "both", "none"),
    [
        ("en", "In common: Europe, North America.", "Wanted European Union, Switzerland; found Japan."),
        ("zh", "一致：欧洲、北美。", "要求欧盟、瑞士；实际日本。"),
        ("fr", "En commun : Europe, Amérique du Nord.", "Voulu : Union européenne, Suisse ; trouvé : Japon."),
        ("de", "Gemeinsam: Europa, Nordamerika.", "Gewünscht: Europäische Union, Schweiz; gefunden: Japan."),
        ("it", "In comune: Europa, America del Nord.", "Richiesto: Unione europea, Svizzera; trovato: Giappone."),
    ],
)
def test_whole_regions_are_told_by_their_names(lang, both, none):
    regions = {"markets": ["North America", "Europe"]}
    assert reasons({"exports_to": regions["markets"]}, regions, lang)["markets"] == both
    some = reasons({"exports_to": ["JP"]}, {"markets": ["Switzerland", "EU"]}, lang)
    assert some["markets"] == none
    state = SupplierRanker(as_of=AS_OF).fit([{"id": "A"}]).lifts({"id": "d", **regions}, "A", lang=lang)
    assert both.strip(".。").removeprefix("一致：").rpartition(": ")[2].rpartition(" : ")[2] in state[0].change


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "In common: FOB (Free on board)."),
        ("zh", "一致：FOB (船上交货)。"),
        ("fr", "En commun : FOB (Franco à bord)."),
        ("de", "Gemeinsam: FOB (Frei an Bord)."),
        ("it", "In comune: FOB (Franco a bordo)."),
    ],
)
def test_incoterms_are_told_as_the_trade_says_them(lang, said):
    assert reasons({"incoterms": ["Free on board"]}, {"incoterms": ["离岸价", "CIF"]}, lang)["trade_terms"] == said
    assert "fob suzhou" in reasons({"incoterms": ["fob suzhou"]}, {"incoterms": ["CIF"]}, lang)["trade_terms"]


def test_regions_that_overlap_are_both_told():
    america = ["North America", "Latin America", "JP"]
    said = reasons({"exports_to": america}, {"markets": america})
    assert said["markets"] == "In common: Latin America, North America, Japan."


@pytest.mark.parametrize(
    ("lang", "both", "undated"),
    [
        (
            "en",
            "Has lapsed and must be renewed: GRS. Does not list RDS.",
            "Has GOTS, RDS (declared); end of validity not stated: GOTS.",
        ),
        ("zh", "已过期，需续期：GRS认证。未列出：RDS认证。", "有：GOTS认证、RDS认证（自述）；未说明有效期：GOTS认证。"),
        (
            "fr",
            "Expiré, à renouveler : GRS. N'indique pas RDS.",
            "A GOTS, RDS (déclaré) ; fin de validité non indiquée : GOTS.",
        ),
        (
            "de",
            "Abgelaufen, zu erneuern: GRS. Nicht genannt: RDS.",
            "Hat GOTS, RDS (erklärt); Ende der Gültigkeit nicht angegeben: GOTS.",
        ),
        (
            "it",
            "Scaduto, da rinnovare: GRS. Non elenca RDS.",
            "Ha GOTS, RDS (dichiarato); fine validità non indicata: GOTS.",
        ),
    ],
)
def test_what_is_missing_beside_what_has_lapsed_and_what_has_no_end_are_told(lang, both, undated):
    lapsed = {"code": "GRS", "valid_to": "2020-12-31"}
    assert reasons({"certificates": ["GOTS", lapsed]}, {"certificates": ["GRS", "RDS"]}, lang)["certificates"] == both
    holds = {"certificates": ["GOTS", {"code": "RDS", "valid_to": "2030-12-31"}]}
    assert reasons(holds, {"certificates": ["GOTS", "RDS"]}, lang)["certificates"] == undated


def test_a_request_without_words_is_not_told_as_a_supplier_without_description():
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "A", "text": "socks"}, {"id": "B"}])
    for supplier in ("A", "B"):
        told = {term.name: term.because for term in ranker.explain({"id": "d"}, supplier).terms}["text"]
        assert told.startswith("The buyer says nothing of this: description.")
    seen = BuyerRanker(as_of=AS_OF).fit([{"id": "d", "text": "socks"}]).explain({"id": "A"}, "d")
    assert {term.name: term.because for term in seen.terms}["text"].startswith("Not stated: description.")


def test_a_certificate_that_has_lapsed_is_not_told_as_valid():
    expired = {"code": "GOTS", "evidence": "expired", "valid_to": "2026-09-26"}
    demand = {"certificates": ["GOTS"], "ship_by": "2026-01-31", "must": ["certificates"]}
    for one in (expired, {"code": "GOTS", "valid_to": "2020-09-26"}):
        assert reasons({"certificates": [one]}, demand)["certificates"] == "Has lapsed and must be renewed: GOTS."
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "A", "certificates": [expired]}])
    assert ranker.explain({"id": "d", **demand}, "A").gates[0].found == "GOTS (expired)"
    both = {"certificates": [expired, {"code": "RDS", "valid_to": "2025-12-31"}]}
    assert reasons(both, demand | {"certificates": ["GOTS", "RDS"]}, "de")["certificates"] == (
        "Abgelaufen, zu erneuern: GOTS. Muss RDS erneuern: gültig nur bis 31.12.2025."
    )


@pytest.mark.parametrize(
    ("lang", "term", "gate"),
    [
        ("en", "Sample and production take 30 days; the shipping day, 2025-09-10, has passed.",
         "2025-09-10 (has passed)"),
        ("zh", "打样加生产 30 天；出货日期 2025-09-10 已过。", "2025-09-10（已过）"),
        ("fr", "Échantillon et production : 30 jours ; la date d'expédition, le 10/09/2025, est passée.",
         "10/09/2025 (date passée)"),
        ("de", "Muster und Fertigung dauern 30 Tage; der Versandtermin, 10.09.2025, ist schon vorbei.",
         "10.09.2025 (schon vorbei)"),
        ("it", "Campione e produzione richiedono 30 giorni; la data di spedizione, 10/09/2025, è già passata.",
         "10/09/2025 (già passata)"),
    ],
)  # fmt: skip
def test_a_day_that_has_passed_leaves_no_days(lang, term, gate):
    demand = {"id": "d", "ship_by": "2025-09-10", "must": ["ship_by"]}
    assert reasons({"lead_time_days": 25, "sample_days": 5}, demand, lang)["lead_time"] == term
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "A", "lead_time_days": 30}])
    assert ranker.explain(demand, "A", lang=lang).gates[0].wanted == gate
    store = reasons({"lead_time_days": 30, "transit_days": 3}, {"in_store_by": "2025-09-10"}, lang)["lead_time"]
    assert "-" not in store.replace("2025-09-10", "").replace("in-store", "")


@pytest.mark.parametrize(
    ("lang", "one_day", "store", "outside"),
    [
        ("en", "Makes it in 1 day; 1 is accepted.",
         "Sample, production and transit take 1 day; 121 are left until 2026-01-14 in store.",
         "Gauge: 12 wanted, 14 offered."),
        ("zh", "交期 1 天；可接受 1 天。", "打样、生产加运输 1 天；距 2026-01-14 到店还有 121 天。",
         "针距：要求 12，提供 14。"),
        ("fr", "Délai de fabrication : 1 jour ; maximum accepté : 1.",
         "Échantillon, production et transport : 1 jour ; il en reste 121 jusqu'à l'arrivée en magasin le 14/01/2026.",
         "Jauge : voulu 12, proposé 14."),
        ("de", "Fertigungszeit: 1 Tag; höchstens 1 akzeptiert.",
         "Muster, Fertigung und Transport dauern 1 Tag; bis zum Eintreffen im Laden am 14.01.2026 bleiben 121.",
         "Feinheit: 12 gewünscht, 14 angeboten."),
        ("it", "Tempi di produzione: 1 giorno; massimo accettato: 1.",
         ("Campione, produzione e trasporto richiedono 1 giorno; "
          "ne restano 121 fino all'arrivo in negozio il 14/01/2026."),
         "Finezza: richiesto 12, offerto 14."),
    ],
)  # fmt: skip
def test_one_is_told_in_the_singular_and_days_as_natives_write_them(lang, one_day, store, outside):
    assert reasons({"lead_time_days": 1}, {"lead_time_days": 1}, lang)["lead_time"] == one_day
    quick = {"lead_time_days": 1, "sample_days": 0, "transit_days": 0}
    assert reasons(quick, {"in_store_by": "2026-01-14"}, lang)["lead_time"] == store
    said = reasons({"gauge_from": 14, "gauge_to": 14}, {"gauge": 12}, lang)["gauge"]
    assert said == outside


@pytest.mark.parametrize(
    ("lang", "ship", "store"),
    [
        ("en", "Production (sample days not stated) takes 30 days; 138 are left until shipping on 2026-01-31.",
         "Production and transit (sample days not stated) take 33 days; only 9 are left until 2025-09-24 in store."),
        ("zh", "生产 30 天（未说明打样时间）；距 2026-01-31 出货还有 138 天。",
         "生产加运输 33 天（未说明打样时间）；距 2025-09-24 到店仅 9 天。"),
        ("fr", ("Production (délai d'échantillon non indiqué) : 30 jours ; "
                "il en reste 138 jusqu'à l'expédition le 31/01/2026."),
         ("Production et transport (délai d'échantillon non indiqué) : 33 jours ; "
          "il n'en reste que 9 jusqu'à l'arrivée en magasin le 24/09/2025.")),
        ("de", "Die Fertigung (Musterzeit nicht angegeben) dauert 30 Tage; bis zum Versand am 31.01.2026 bleiben 138.",
         ("Fertigung und Transport (Musterzeit nicht angegeben) dauern 33 Tage; "
          "bis zum Eintreffen im Laden am 24.09.2025 bleiben nur 9.")),
        ("it", ("La produzione (tempo di campionatura non indicato) richiede 30 giorni; "
                "ne restano 138 fino alla spedizione del 31/01/2026."),
         ("Produzione e trasporto (tempo di campionatura non indicato) richiedono 33 giorni; "
          "ne restano solo 9 fino all'arrivo in negozio il 24/09/2025.")),
    ],
)  # fmt: skip
def test_samples_nobody_stated_days_for_are_not_told_as_counted(lang, ship, store):
    supplier = {"lead_time_days": 30, "transit_days": 3}
    assert reasons(supplier, {"ship_by": "2026-01-31"}, lang)["lead_time"] == ship
    assert reasons(supplier, {"in_store_by": "2025-09-24"}, lang)["lead_time"] == store


def test_a_sentence_begins_with_a_capital():
    said = reasons({"gauge_from": 7, "gauge_to": 10}, {"gauge": 12}, "fr")["gauge"]
    assert said == "Jauge : 12 est hors de 7–10."


def test_words_are_shown_with_their_accents():
    said = reasons({"text": "vêtements de randonnée"}, {"text": "Vêtements pour la randonnée"}, "de")["text"]
    assert "vêtements" in said
    assert "vetements" not in said


def test_unknown_fields_are_listed_and_give_their_neutral_value(ranker):
    told = ranker.explain(DEMAND, "S3")
    points = {term.name: term for term in told.terms}
    assert {"moq", "certificates", "lead_time_days", "languages"} <= set(told.unknowns)
    assert points["quantity"].points == pytest.approx(0.5 * points["quantity"].max)
    assert points["quantity"].because.startswith("Not stated: minimum order.")


def test_a_term_the_request_does_not_state_has_no_points_and_the_rest_makes_100(ranker):
    told = ranker.explain({"id": "d", "products": ["socks"]}, "S1")
    assert [term.name for term in told.terms] == ["products", "text"]
    assert sum(term.max for term in told.terms) == pytest.approx(100.0)


def test_lifts_are_real_changes(ranker):
    demand = DEMAND | {
        "products": ["knitted T-shirts"],
        "text": "",
        "certificates": ["GOTS"],
        "must": ["quantity", "certificates"],
    }
    told = ranker.explain(demand, "S2")
    changes = {lift.change: lift for lift in told.lifts}
    assert told.rank is None
    assert "Accept 800 instead of 3,000 as the minimum order" in changes
    assert "Renew GOTS before 2025-11-30" in changes
    assert changes["Accept 800 instead of 3,000 as the minimum order"].rank is None  # the certificate still fails
    changed = [row | ({"moq": 800} if row["id"] == "S2" else {}) for row in SUPPLIERS]
    again = SupplierRanker(as_of=AS_OF).fit(changed).explain(demand, "S2")
    assert again.score == pytest.approx(changes["Accept 800 instead of 3,000 as the minimum order"].score)


def test_a_lift_that_opens_the_last_gate_comes_first_with_its_rank(ranker):
    demand = {"id": "d", "products": ["knitted T-shirts"], "quantity": 1000, "languages": ["en"], "must": ["quantity"]}
    told = ranker.explain(demand, "S2")
    assert told.lifts[0].change.startswith("Accept 1,000")
    assert told.lifts[0].rank in (1, 2)
    assert any("English" in lift.change for lift in told.lifts)


def test_a_supplier_that_fit_has_not_seen_is_explained_beside_the_others(ranker):
    fresh = {"id": "new", "products": ["down jackets"], "moq": 100}
    told = ranker.explain(DEMAND, fresh)
    together = SupplierRanker(as_of=AS_OF).fit([*SUPPLIERS, fresh]).explain(DEMAND, "new")
    assert told == together
    assert ranker.explain(DEMAND, SUPPLIERS[0]) == ranker.explain(DEMAND, "S1")


def test_an_explanation_is_plain_data(ranker):
    data = ranker.explain(DEMAND, "S2").to_dict()
    assert set(data["terms"][0]) == {"name", "points", "because", "max"}
    assert set(data["lifts"][0]) == {"change", "score", "rank", "effort", "fields"}


def test_answers_move_the_ranking_and_say_which_words_did():
    rows = [
        {"id": f"{kind}{i}", "text": f"{words} from our workshop{i}"}
        for kind, words in (("w", "merino wool pullovers"), ("c", "cotton poplin shirts"))
        for i in range(6)
    ]
    demand = {"id": "d", "text": "workshop0 workshop1 pullovers shirts"}
    ranker = SupplierRanker(as_of=AS_OF).fit(rows)
    before = ranker.scores([demand])[0]
    answers = [
        ("d", "c1", "accepted", "2025-09-01"),
        ("d", "c2", 1, "2025-09-02"),
        ("w1", "d", "declined", "2025-09-03"),
    ]
    after = ranker.learn(answers).scores([demand])[0]
    unseen_c = [ranker.ids_.index(f"c{i}") for i in (3, 4, 5)]
    unseen_w = [ranker.ids_.index(f"w{i}") for i in (3, 4, 5)]
    assert (after - before)[unseen_c].mean() > (after - before)[unseen_w].mean() + 5
    told = ranker.explain(demand, "c4")
    assert told.terms[-1].name == "behaviour"
    assert set(told.moved) & {"cotton", "shirts", "poplin", "shirt"} or told.moved
    assert ranker.explain(demand | {"id": "other"}, "c4").terms[-1].name == "text"


def test_the_later_answer_counts_and_neither_is_no_answer():
    ranker = SupplierRanker(as_of=AS_OF).fit(SUPPLIERS)
    ranker.learn([{"from_id": "d", "to_id": "S1", "label": 1, "at": "2025-01-01"}])
    ranker.learn([{"from_id": "d", "to_id": "S1", "label": 0, "at": "2025-02-01"}, ("d", "S2", "neutral", "")])
    assert ranker._space.behaviour.answers["d"] == {"S1": ("2025-02-01", -1.0)}
    with pytest.raises(RecordError, match="label 'maybe'"):
        ranker.learn([("d", "S1", "maybe", "")])
    with pytest.raises(RecordError, match="expected from_id"):
        ranker.learn([{"from": "d"}])


def test_calibration_never_falls():
    ranker = SupplierRanker(as_of=AS_OF).fit(SUPPLIERS)
    scores = np.linspace(0, 100, 200)
    ranker.calibrate(scores, np.arange(200) % 10 < scores / 10)
    low, high = (ranker.explain(DEMAND, identity).probability for identity in ("S3", "S1"))
    assert 0 < low < high < 1
    ranker.calibrate(scores, scores < 50)
    assert ranker.calibration_[1] == 0.0
    with pytest.raises(RankingError, match="both needed"):
        ranker.calibrate(scores, scores >= 0)


def test_both_directions_meet_in_the_mutual_ranking(ranker):
    demands = [DEMAND, DEMAND | {"id": "D2", "products": ["knitted T-shirts"], "text": "T-shirts", "exclude": ["S5"]}]
    found = ranker.rank_mutual(demands, k=2)
    assert [pair[0] for pair in found.pairs] == ["D1", "D1", "D2", "D2"]
    assert found.pairs[0] == ("D1", "S1")
    assert ("D2", "S5") not in found.pairs
    np.testing.assert_allclose(found.mutual, combine_mutual(found.forward, found.backward))
    back = BuyerRanker(as_of=AS_OF).fit(demands)
    j = back.ids_.index("D1")
    assert found.backward[0] == back.scores([SUPPLIERS[0]])[0, j]
    assert found.to_frame().columns.tolist() == ["demand", "supplier", "forward", "backward", "mutual"]


@pytest.mark.parametrize(
    ("how", "expected"), [("harmonic", 48.0), ("minimum", 40.0), ("geometric", 2400**0.5), ("arithmetic", 50.0)]
)
def test_combining_two_directions(how, expected):
    assert combine_mutual([[60.0]], [[40.0]], how=how)[0, 0] == pytest.approx(expected)
    assert combine_mutual([0.0, -1.0], [0.0, 50.0], how="harmonic").tolist() == [0.0, 0.0]
    assert np.isnan(combine_mutual([np.nan], [50.0], how=how))[0]


def test_combining_refuses_what_does_not_fit():
    with pytest.raises(RankingError, match="shapes"):
        combine_mutual([1.0], [[1.0]])
    with pytest.raises(RankingError, match="none of harmonic"):
        combine_mutual([1.0], [1.0], how="sum")


def test_what_a_supplier_thinks_of_one_demand_is_near_to_what_it_thinks_of_it_among_others(ranker):
    ids = list(ranker.ids_)
    alone = ranker.backward(DEMAND, ids)
    among = BuyerRanker(as_of=AS_OF).fit([DEMAND, {"id": "other", "text": "woven fabrics"}])
    beside = among.scores(SUPPLIERS)[:, list(among.ids_).index(DEMAND["id"])]
    by_id = dict(zip([one["id"] for one in SUPPLIERS], beside, strict=True))
    stating = [at for at, one in enumerate(ids) if len(ranker._space.weighed(ranker._records[at])) > 1]
    assert len(stating) >= 4
    np.testing.assert_allclose(alone[stating], [by_id[ids[at]] for at in stating], atol=12)


def test_a_supplier_that_states_nothing_thinks_the_neutral_of_every_demand():
    ranker = SupplierRanker(as_of=AS_OF).fit([{"id": "A", "products": ["socks"], "moq": 10}, {"id": "B"}])
    full, nothing = ranker.backward({"id": "r", "products": ["socks"], "quantity": 20}, ["A", "B"])
    assert full > 95
    assert 30 < nothing < 60
