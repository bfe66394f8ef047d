"""Cells to values: every type of field, right and wrong, with what is said."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.lists import fields_of
from app.domain.lists.cells import Context, Reading
from app.domain.lists.certificates import read_certificates
from app.domain.lists.fields import KINDS, Kind
from app.domain.lists.readers import read_cell
from app.domain.lists.splitting import recurring, split_list
from app.domain.lists.tables import Cell
from app.domain.vocabulary import vocabulary

# ruff: noqa: DTZ001 - the times of a spreadsheet have no zone


def cell(field: str, value: Cell, kind: Kind = "exhibitors", **more: Any) -> Reading:
    return read_cell(value, Context(fields_of(kind)[field], **more))


def refusal(field: str, value: Cell, kind: Kind = "exhibitors") -> str:
    reading = cell(field, value, kind)
    assert field not in reading.values
    errors = [f"{message} → {expected}" for message, expected, severity in reading.faults if severity == "error"]
    assert errors
    return errors[0]


@pytest.mark.parametrize(
    ("field", "value", "values", "passing"),
    [
        ("moq", 600, {"moq": 600}, {}),
        ("moq", "600 pcs per colour", {"moq": 600}, {"unit": "H87", "moq_per": "colour"}),
        ("moq", "1.200 Stück", {"moq": 1200}, {"unit": "H87"}),
        ("moq", "no MOQ", {"moq": 1}, {}),
        ("moq", "0", {"moq": 1}, {}),
        ("moq", "500-1000", {"moq": 500}, {}),
        ("capacity_per_month", "20万件", {"capacity_per_month": 200_000}, {"unit": "H87"}),
        ("capacity_per_month", "1.2 million pcs per year", {"capacity_per_month": 100_000}, {"unit": "H87"}),
        ("lead_time_days", "4-6 weeks", {"lead_time_days": 42}, {}),
        ("lead_time_days", 35, {"lead_time_days": 35}, {}),
        ("sample_days", "24 h", {"sample_days": 1}, {}),
        ("price", "USD 3.50-5.00", {"price_from": 3.5, "price_to": 5}, {"currency": "USD"}),
        ("price", "from €4", {"price_from": 4}, {"currency": "EUR"}),
        ("price", "最多 12元", {"price_to": 12}, {"currency": "CNY"}),
        ("price_from", "£4.20", {"price_from": 4.2}, {"currency": "GBP"}),
        ("gsm", "180–220 g/m²", {"gsm_from": 180, "gsm_to": 220}, {}),
        ("gauge", "7-14针", {"gauge_from": 7, "gauge_to": 14}, {}),
        *(("width", cell, {"width_from": low, "width_to": high}, {})
          for cell, low, high in (("148 cm", 148, 148), ("148厘米", 148, 148), ("57/58″", 144.78, 147.32),
                                  ('57-58"', 144.78, 147.32), ("58 inch", 147.32, 147.32), ("1.5 m", 150, 150),
                                  ("1480mm", 148, 148), (150, 150, 150), ("150–160", 150, 160),
                                  ("59英寸", 149.86, 149.86))),
        ("smart_level", "L3", {"smart_level": 3}, {}),
        ("smart_level", "三级", {"smart_level": 3}, {}),
        ("founded", "2008年", {"founded": 2008}, {}),
        ("founded", date(2008, 5, 1), {"founded": 2008}, {}),
        ("employees", "2,000人", {"employees": 2000}, {}),
        ("country", "Allemagne", {"country": "DE"}, {}),
        ("country", "中国", {"country": "CN"}, {}),
        ("country", "Paris, France", {"country": "FR"}, {}),
        ("country", "Türkei", {"country": "TR"}, {}),
        ("country", "UK", {"country": "GB"}, {}),
        ("currency", "人民币", {"currency": "CNY"}, {}),
        ("currency", "€", {"currency": "EUR"}, {}),
        ("currency", "US-Dollar", {"currency": "USD"}, {}),
        ("languages", "中英文", {"languages": ["zh", "en"]}, {}),
        ("languages", "Englisch, Französisch", {"languages": ["en", "fr"]}, {}),
        ("languages", "English (fluent); zh-CN", {"languages": ["en", "zh"]}, {}),
        ("languages", "English and Italian", {"languages": ["en", "it"]}, {}),
        ("exports_to", "France; Germania; 日本", {"exports_to": ["FR", "DE", "JP"]}, {}),
        ("exports_to", "Japan, Middle East", {"exports_to": ["JP"]}, {"markets": ["Middle East"]}),
        ("unit", "Stück", {"unit": "H87"}, {}),
        ("unit", "米", {"unit": "MTR"}, {}),
        ("kind", "Manufacturer", {"kind": "manufacturer"}, {}),
        ("sides", "supply and demand", {"sides": ["supply", "buy"]}, {}),
        ("sides", "供需双方", {"sides": ["supply", "buy"]}, {}),
        *(("sides", word, {"sides": ["neither"]}, {})
          for word in ("Visitor", "neither", "speaker", "其他", "嘉宾", "intervenant", "Verband", "ospite")),
        ("moq_per", "per style", {"moq_per": "style"}, {}),
        ("contact_email", "Li Na <li.na@example.org>", {"contact_email": "li.na@example.org"}, {}),
        ("contact_phone", 8613800000000, {"contact_phone": "8613800000000"}, {}),
        ("id", 1001.0, {"id": "1001"}, {}),
        ("id", "0012", {"id": "0012"}, {}),
        ("products", "T恤、卫衣，羽绒服", {"products": ["T恤", "卫衣", "羽绒服"]}, {}),
        ("materials", "60% cotton 40% polyester", {"materials": ["cotton", "polyester"]}, {}),
        ("equipment", "- hanging line\n- 5G cameras", {"equipment": ["hanging line", "5G cameras"]}, {}),
    ],
)  # fmt: skip
def test_cells_of_suppliers(field: str, value: Cell, values: dict[str, Any], passing: dict[str, Any]) -> None:
    reading = cell(field, value)
    assert reading.values == values
    assert reading.passing == passing
    assert [fault for fault in reading.faults if fault[2] == "error"] == []


@pytest.mark.parametrize(
    ("kind", "field", "value", "values"),
    [
        ("requests", "ship_by", "31.05.2027", {"ship_by": date(2027, 5, 31)}),
        ("requests", "ship_by", "2027年5月", {"ship_by": date(2027, 5, 31)}),
        ("requests", "ship_by", datetime(2027, 5, 31), {"ship_by": date(2027, 5, 31)}),
        ("requests", "quantity", "5,000 pcs", {"quantity": 5000}),
        ("requests", "target_price", "EUR 6.80", {"target_price": 6.8}),
        ("requests", "gsm", "180-220", {"gsm": 200}),
        ("requests", "must", "certificates; MOQ; Zielpreis", {"must": ["certificates", "quantity", "target_price"]}),
        ("requests", "sourcing_countries", "Italy, Portugal", {"sourcing_countries": ["IT", "PT"]}),
        ("requests", "tech_pack", "工艺单齐全" , None),
        ("requests", "tech_pack", "vollständig", {"tech_pack": "complete"}),
        ("buyers", "price_tier", "haut de gamme", {"price_tier": "premium"}),
        ("buyers", "yearly_volume", "10,000 pcs per month", {"yearly_volume": 120_000}),
        ("buyers", "yearly_volume", "120000", {"yearly_volume": 120_000}),
        ("buyers", "yearly_volume", "310,000 pcs per year", {"yearly_volume": 310_000}),
        ("buyers", "yearly_volume", "1.000 Stück/Woche", {"yearly_volume": 52_000}),
        ("certificates", "valid_to", "03/2027", {"valid_to": date(2027, 3, 31)}),
        ("certificates", "valid_from", "03/2027", {"valid_from": date(2027, 3, 1)}),
        ("certificates", "valid_to", 46112, {"valid_to": date(2026, 3, 31)}),
        ("certificates", "valid_to", 20260331, {"valid_to": date(2026, 3, 31)}),
        ("availability", "from", 0.5625, {"from": time(13, 30)}),
        ("certificates", "evidence", "已核验", {"evidence": "verified"}),
        ("availability", "from", "13h30", {"from": time(13, 30)}),
        ("availability", "to", "2025-09-15 14:00", {"to": datetime(2025, 9, 15, 14)}),
        ("preferences", "answer", "Must meet", {"answer": "must_meet"}),
        ("preferences", "answer", "nein danke", {"answer": "no_thanks"}),
        ("cluster_facts", "value", "over 75 bn yuan", {"value": 75e9}),
        ("cluster_facts", "value", 132.33, {"value": 132.33}),
    ],
)  # fmt: skip
def test_cells_of_the_other_lists(kind: Kind, field: str, value: Cell, values: dict[str, Any] | None) -> None:
    reading = cell(field, value, kind)
    if values is None:
        assert refusal(field, value, kind)
    else:
        assert reading.values == values


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("moq", -5, "-5 is negative → a whole number from 1"),
        ("moq", "minus", "no number in it"),
        ("moq", 1.5, "1.5 is not a whole number"),
        ("moq", date(2025, 5, 3), "it holds a date (2025-05-03)"),
        ("moq", True, "'yes' is no number"),
        ("moq", "600 flurbs", "'flurbs' in '600 flurbs' is no unit we know → one of"),
        ("capacity_per_month", "500 per day", "a figure per day cannot be turned into one per month"),
        ("lead_time_days", "400 months", "longer than ten years"),
        ("price_from", "3-5", "'3-5' is a range"),
        ("price_from", "-3", "-3 is negative"),
        ("gsm_from", "thick", "cannot be read as a number"),
        ("smart_level", "7", "'7' is no level → a whole number from 0 to 5"),
        ("founded", "long ago", "'long ago' is no year"),
        ("country", "Deutschlnd", "no country we know → perhaps DE (Deutschland)"),
        ("currency", "Eurro", "no currency we know → perhaps EUR (Euro)"),
        ("languages", "Englsh", "no language we know → perhaps en"),
        ("unit", "peices", "'peices' is no unit we know → one of piece (H87)"),
        ("kind", "xyzzy plugh", "none of the kinds we know → one of"),
        ("sides", "sideways", "one or more of supply, demand, neither"),
        ("contact_email", "li.na at example", "no e-mail address → an address such as"),
        ("name", "???", "no name"),
        ("name", "x" * 300, "300 characters are too many → at most 200"),
        ("id", "x" * 70, "at most 64 characters"),
        ("staff", 0, "0 is too small → a whole number from 1"),
        ("min_meetings", "few", "no number in it → a whole number, 0 or more"),
        ("certificates", "GOTS (03/04/2027)", "03/04/2027 could be 2027-04-03 or 2027-03-04"),
        ("products", ";".join(str(number) for number in range(300)), "300 entries → at most 200"),
    ],
)
def test_what_is_refused_and_what_would_be_right(field: str, value: Cell, words: str) -> None:
    assert words in refusal(field, value)


@pytest.mark.parametrize(
    ("kind", "field", "value", "words"),
    [
        ("requests", "ship_by", "next spring", "is no date → a date such as 2026-03-31"),
        ("requests", "ship_by", "2027-02-30", "there is no such day"),
        ("requests", "ship_by", "01/02/2027", "could be 2027-02-01 or 2027-01-02 → the year first"),
        ("requests", "must", "luck", "'luck' is no field of a request"),
        ("requests", "sourcing_countries", "Middle East", "is a region; here single countries count"),
        ("requests", "sourcing_countries", "Atlantis", "no country we know"),
        ("preferences", "answer", "hm", "one of must meet, want, neutral, no thanks, blocked"),
        ("availability", "from", "noonish", "is no time → a time such as 14:00"),
        ("availability", "from", 12, "is no time"),
        ("cluster_facts", "value", "10-20", "is a range"),
    ],
)
def test_what_the_other_lists_refuse(kind: Kind, field: str, value: Cell, words: str) -> None:
    assert words in refusal(field, value, kind)


def test_a_sentence_among_the_products_becomes_text() -> None:
    sentence = "We knit " + "very fine things " * 20
    reading = cell("products", f"{sentence}; socks")
    assert reading.values == {"products": ["socks"]}
    assert reading.passing["text"].startswith("We knit")


def test_shares_of_fibres_are_kept_beside_the_fibres() -> None:
    assert cell("materials", "Cotton 60%, Polyester 40%").whole == "Cotton 60%, Polyester 40%"


def test_a_number_that_could_be_two_is_read_by_the_language_and_flagged() -> None:
    german, english = cell("price_from", "1.200", decimal=","), cell("price_from", "1,200")
    assert german.values == english.values == {"price_from": 1200}
    assert german.faults[0][2] == english.faults[0][2] == "warning"
    assert cell("price_from", "1.200", decimal=",", decimal_proven=True).faults == []


def test_a_kind_known_only_in_finer_words_is_the_nearest_one() -> None:
    reading = cell("kind", vocabulary("kinds").label("wholesaler"))
    assert reading.values == {"kind": "trading-company"}
    assert reading.faults[0][2] == "warning"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("GOTS", [{"code": "GOTS"}]),
        (
            "GOTS (2026-03-31, verified); OEKO-TEX Standard 100",
            [
                {"code": "GOTS", "valid_to": date(2026, 3, 31), "evidence": "verified"},
                {"code": "OEKO-TEX Standard 100"},
            ],
        ),
        (
            "OEKO-TEX Standard 100, class I, BSCI",
            [{"code": "OEKO-TEX Standard 100", "scope": "class I"}, {"code": "BSCI"}],
        ),
        ("GOTS, GRS / OCS", [{"code": "GOTS"}, {"code": "GRS"}, {"code": "OCS"}]),
        (
            "BSCI（有效期至2026年3月31日，已核验）",
            [{"code": "BSCI", "valid_to": date(2026, 3, 31), "evidence": "verified"}],
        ),
        ("GOTS 有效期至2026-03-31", [{"code": "GOTS", "valid_to": date(2026, 3, 31)}]),
        (
            "GRS (CU 12345, valid until 31.12.2026)",
            [{"code": "GRS", "number": "CU 12345", "valid_to": date(2026, 12, 31)}],
        ),
        ("GOTS valable jusqu'au 31 mars 2027", [{"code": "GOTS", "valid_to": date(2027, 3, 31)}]),
        ("ISO 9001:2015\nISO 14001", [{"code": "ISO 9001:2015"}, {"code": "ISO 14001"}]),
        ("ISO 9001, ISO 14001, No. 77-B", [{"code": "ISO 9001"}, {"code": "ISO 14001", "number": "77-B"}]),
        ("GRS, verified, 2027-05-31", [{"code": "GRS", "evidence": "verified", "valid_to": date(2027, 5, 31)}]),
        ("SMETA 4-pillar", [{"code": "SMETA 4-pillar"}]),
        (
            "OEKO-TEX Standard 100 (class II, spinning)",
            [{"code": "OEKO-TEX Standard 100", "scope": "class II, spinning"}],
        ),
        ("GRS abgelaufen", [{"code": "GRS", "evidence": "expired"}]),
    ],
)
def test_certificates_in_one_cell(text: str, found: list[dict[str, Any]]) -> None:
    assert read_certificates(text) == (found, [])


def test_what_belongs_to_no_certificate_is_named() -> None:
    found, faults = read_certificates("GOTS; (verified)")
    assert found == [{"code": "GOTS"}]
    assert faults == ["'(verified)' belongs to no certificate"]


def test_a_date_without_brackets_that_could_be_two_is_named() -> None:
    assert "could be" in read_certificates("GOTS until 03/04/2027")[1][0]


def test_a_whole_that_the_vocabulary_knows_is_not_parted() -> None:
    assert split_list("Health/Medical; Sports", lambda text: text == "Health/Medical") == ["Health/Medical", "Sports"]
    assert split_list("Health/Medical; Sports") == ["Health", "Medical", "Sports"]
    assert split_list("a, Shirts, woven, b", lambda text: text == "Shirts, woven") == ["a", "Shirts, woven", "b"]
    assert split_list("dyeing (reactive, vat), printing") == ["dyeing (reactive, vat)", "printing"]
    assert split_list("24/7 service, w/o lining") == ["24/7 service", "w/o lining"]
    assert split_list("• a\n• b\n2) c\nA") == ["a", "b", "c"]


def test_a_column_without_vocabulary_knows_its_own_wholes() -> None:
    known = recurring(["Health/Medical; Sports", "Health/Medical", "Bags/Shoes", "Bags", "Sports"])
    assert known("Health/Medical")
    assert not known("Bags/Shoes")


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=2, max_size=12), min_size=1, max_size=8))
def test_any_list_reads_back_from_its_semicolons(words: list[str]) -> None:
    unique = list({word.casefold(): word for word in reversed(words)}.values())[::-1]
    assert [part.casefold() for part in split_list("; ".join(unique))] == [word.casefold() for word in unique]


CELLS = st.one_of(
    st.text(max_size=60), st.integers(), st.floats(), st.booleans(), st.dates(), st.times(), st.datetimes()
)  # fmt: skip


@settings(max_examples=400)
@given(st.sampled_from([(kind, name) for kind in KINDS for name in fields_of(kind)]), CELLS)
def test_no_cell_whatever_it_holds_causes_an_accident(where: tuple[Kind, str], value: Cell) -> None:
    """Any cell is read or refused in words; nothing else."""
    kind, name = where
    reading = cell(name, value, kind)
    assert reading.values or reading.faults or isinstance(value, str)
    for message, _, severity in reading.faults:
        assert message
        assert severity in ("error", "warning")
