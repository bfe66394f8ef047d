"""Whole lists: records, problems with their cells, nothing lost, everything found at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.lists import LANGUAGES, Parsed, UnusableListError, read_list, read_lists, summary
from app.domain.lists.checks import made_id
from app.domain.lists.tables import CellFault, Row, Table
from app.domain.profiles import BuyerProfile, CapabilityProfile, SourcingRequest
from app.io.spreadsheets import read_tables


def places(parsed: Parsed, severity: str = "error") -> list[str]:
    return [problem.cell for problem in parsed.problems if problem.severity == severity]


def test_a_chinese_list_becomes_profiles(read: Any) -> None:
    parsed = read(
        "企业名称|国家|主营产品|最小起订量|月产能|交期|单价（美元）|认证|工作语言|备注",
        [
            "南昌甲针织（虚构）",
            "中国",
            "T恤、卫衣，羽绒服",
            "600件/色",
            "20万件",
            "35-45天",
            "3.5-5",
            "GOTS（2028-03-31，已核验）",
            "中英文",
            "好",
        ],
        ["只有名字（虚构）", *[""] * 9],
    )
    assert parsed.errors == []
    first, second = parsed.records
    assert first.of("organisation") == {"name": "南昌甲针织（虚构）", "country": "CN", "id": "南昌甲针织-虚构"}
    profile = CapabilityProfile(**first.of("profile"))
    assert (profile.moq, profile.moq_per, profile.unit) == (600, "colour", "H87")
    assert (profile.price_from, profile.price_to, profile.currency) == (3.5, 5.0, "USD")
    assert profile.languages == ["zh", "en"]
    assert second.values == {"name": "只有名字（虚构）", "id": "只有名字-虚构"}


def test_the_header_gives_units_periods_and_currencies(read: Any) -> None:
    parsed = read(
        "Company|MOQ (m/colour)|Capacity (per year)|Lead time (weeks)|Price (EUR)|Unit",
        ["A", 300, "12,000", 4, "2.50", ""],
        ["B", "500 m", 1200, 2, 3, "metres"],
    )
    assert parsed.errors == []
    assert parsed.records[0].of("profile") == {
        "moq": 300, "moq_per": "colour", "unit": "MTR", "capacity_per_month": 1000.0, "lead_time_days": 28.0,
        "price_from": 2.5, "price_to": 2.5, "currency": "EUR",
    }  # fmt: skip


def test_two_units_in_one_row_are_a_problem(read: Any) -> None:
    parsed = read("Company|MOQ|Unit", ["A", "300 m", "pieces"])
    assert places(parsed) == ["B2"]
    assert "is in MTR, but the unit of this row is H87" in parsed.errors[0].message


def test_the_decimal_mark_of_the_column_decides(read: Any) -> None:
    parsed = read("Firma|Preis von|Preis bis", ["A", "1,200", "4,50"], ["B", "0,9", "2,000"])
    assert [record.values["price_from"] for record in parsed.records] == [1.2, 0.9]
    assert parsed.warnings == []


def test_every_problem_is_found_at_once_and_named_by_its_cell(read: Any) -> None:
    parsed = read(
        "Company|Country|MOQ|Price|E-mail|Unit|Languages",
        ["A", "Deutschlnd", -5, "x", "a@b", "flurb", "Klingon-ish"],
        ["", "FR", 5, "", "", "", ""],
        ["C", "FR", 5, "3-4", "", "", "en"],
    )
    assert places(parsed) == ["B2", "C2", "D2", "E2", "F2", "G2", "A3"]
    assert [record.values["name"] for record in parsed.good] == ["C"]
    country = parsed.errors[0]
    assert (country.sheet, country.row, country.column, country.field) == ("Exhibitors", 2, "Country", "country")
    assert country.found == "Deutschlnd"
    assert country.expected.startswith("perhaps DE")
    assert "A3 (Company): 'Company' is empty, and a row needs it" in str(parsed.errors[-1])
    assert set(country.as_dict()) >= {
        "sheet",
        "cell",
        "row",
        "column",
        "field",
        "found",
        "message",
        "expected",
        "severity",
    }


def test_many_problems_are_all_counted_and_the_first_shown(read: Any) -> None:
    parsed = read("Company|MOQ", *[[f"Firm {number}", -number] for number in range(1, 501)])
    assert len(parsed.errors) == 500
    shown = summary(parsed.problems, at_most=10)
    assert shown.count("\n") == 10
    assert "490 more errors and 0 more warnings" in shown


def test_what_fits_no_field_is_kept_under_its_header(read: Any) -> None:
    parsed = read("Company|Lucky number|Lucky number|", ["A", 7, 8, "note", "beyond"], kind="exhibitors")
    assert parsed.records[0].extra == {"Lucky number": "7", "Lucky number (2)": "8", "D": "note", "E": "beyond"}


def test_several_columns_join_lists_and_texts_and_may_not_contradict_each_other(read: Any) -> None:
    parsed = read(
        "Company|Products|Main products|Description|About us|Price|Price from",
        ["A", "T-shirts; socks", "socks; coats", "We knit.", "Since 1998.", "3-5", 4],
    )
    assert parsed.records[0].values["products"] == ["T-shirts", "socks", "coats"]
    assert parsed.records[0].values["text"] == "We knit.\n\nSince 1998."
    assert places(parsed) == ["G2"]
    assert "it says 4.0 for price_from, another column 3.0" in parsed.errors[0].message


def test_a_row_that_says_nothing_is_no_record(read: Any) -> None:
    parsed = read("MOQ|Company|Country", ["-", "", "n/a"], [5, "A", ""])
    assert [record.row for record in parsed.records] == [3]
    assert parsed.problems == []


def test_what_is_left_of_a_cell_is_kept_beside_it(read: Any) -> None:
    parsed = read("Company|E-mail|MOQ", ["A", "a@b.example; c@d.example", "600 pcs negotiable"])
    assert parsed.records[0].values["contact_email"] == "a@b.example"
    assert parsed.records[0].extra == {"E-mail": "a@b.example; c@d.example", "MOQ": "600 pcs negotiable"}
    assert parsed.errors == []
    sentence = "known for " + "very fine things " * 15
    cluster = read("Cluster name|Specialities", ["Q", sentence], kind="clusters", name="Clusters").records[0]
    assert cluster.extra == {"Specialities": sentence.strip()}


@settings(max_examples=40)
@given(st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20), min_size=1, max_size=6))
def test_no_cell_is_lost(texts: list[str]) -> None:
    """Whatever the columns are called, each cell is in a value, an extra or a problem."""
    headers = ["Company", *[f"Zqx {number}" for number in range(len(texts))]]
    table = Table("Exhibitors", [Row(1, tuple(headers)), Row(2, ("A", *texts))])
    record = read_list(table, "exhibitors").records[0]
    assert [record.extra[header] for header in headers[1:]] == [text.strip() for text in texts]


@pytest.mark.parametrize("word", ["-", "n/a", "N.A.", "TBD", "待定", "k. A.", "?", "—"])
def test_words_for_nothing_given_are_nothing(read: Any, word: str) -> None:
    parsed = read("Company|MOQ|Country|Price", ["A", word, word, word])
    assert parsed.problems == []
    assert parsed.records[0].of("profile") == {}


def test_a_missing_required_column_stops_the_list_with_what_would_be_right(read: Any) -> None:
    parsed = read("Company|Title|Quantity", ["A", "x", 5], kind="certificates", name="Sheet1")
    assert parsed.records == []
    assert parsed.good == []
    assert "a required column is missing" in parsed.errors[0].message
    assert "证书" in parsed.errors[0].expected


def test_ids_given_twice_name_both_rows(read: Any) -> None:
    parsed = read("ID|Company", ["X-1", "A"], ["X-2", "B"], ["x-1", "C"])
    assert places(parsed) == ["A4"]
    assert "rows 2 and 4 have the same id, 'x-1'" in parsed.errors[0].message


def test_the_same_row_twice_is_an_error_and_namesakes_are_told_apart(read: Any) -> None:
    parsed = read("Company|Stand", ["Apex (invented)", "4"], ["Apex (invented)", "4"], ["Apex (invented)", "9"])
    assert places(parsed) == ["A3"]
    assert "rows 2 and 3 have the same entries" in parsed.errors[0].message
    assert places(parsed, "warning") == ["A4"]
    assert [record.values["id"] for record in parsed.good] == ["apex-invented", "apex-invented-9"]


def test_ranges_upside_down_are_named(read: Any) -> None:
    parsed = read("Company|Price from|Price to|Min meetings|Max meetings|GSM", ["A", 5, 3, 4, 2, "300-200"])
    assert places(parsed) == ["F2", "E2", "C2"]


def test_a_buyer_may_have_a_row_per_request(read: Any) -> None:
    parsed = read(
        "Buyer|Country|Looking for|Request title|Quantity|Ship by",
        ["Maison X (invented)", "France", "T-shirts", "Summer", "5,000 pcs", "2027-05-31"],
        ["Maison X (invented)", "France", "Coats", "Winter", 800, "2027-09-30"],
        ["Maison Y (invented)", "Italy", "Socks", "", "", ""],
        kind=None,
        name="Sheet1",
    )
    assert parsed.kind == "buyers"
    assert parsed.errors == []
    requests = [record.of("request") for record in parsed.records]
    assert SourcingRequest(**requests[0]).products == ["T-shirts"]
    assert (requests[1]["title"], requests[1]["quantity"], requests[1]["ship_by"]) == ("Winter", 800, date(2027, 9, 30))
    assert requests[2] == {}
    assert BuyerProfile(**parsed.records[2].of("profile")).products == ["Socks"]


def test_rows_of_one_buyer_may_not_contradict_each_other(read: Any) -> None:
    parsed = read(
        "Buyer|Country|Title", ["X", "France", "Summer"], ["X", "Italy", "Winter"], kind="buyers", name="Buyers"
    )
    assert places(parsed) == ["B3"]
    assert "row 2 says 'FR', this row 'IT'" in parsed.errors[0].message


def test_formulas_without_result_are_errors_where_they_matter() -> None:
    faults = (CellFault("B2", "=1+1", "a formula; save it"), CellFault("C2", "#REF!", "an error value; mend it"))
    table = Table("Exhibitors", [Row(1, ("Company", "MOQ", "Lucky")), Row(2, ("A",))], faults=faults)
    parsed = read_list(table)
    assert places(parsed) == ["B2"]
    assert places(parsed, "warning") == ["C2"]


def test_text_like_a_formula_is_kept_as_text_and_flagged(read: Any) -> None:
    parsed = read("Company|Description|Phone", ["A", "=HYPERLINK(1)", "+86 791 000"], ["B", "- fine\n- cloth", "@me"])
    assert places(parsed, "warning") == ["B2"]
    assert parsed.records[0].values["text"] == "=HYPERLINK(1)"


def test_run_together_categories_are_split_by_the_column(read: Any) -> None:
    cells = ["BagsBike & RunningCorporate Wear", "BagsFibres / Yarns", "Health/MedicalBags", "Bike & Running",
             "Fibres / YarnsHealth/Medical", "Corporate WearBags", "Bags"]  # fmt: skip
    parsed = read("name|product_categories|stand", *[[f"Firm {n}", cell, n] for n, cell in enumerate(cells)])
    assert parsed.records[0].values["categories"] == ["Bags", "Bike & Running", "Corporate Wear"]
    assert parsed.records[2].values["categories"] == ["Health/Medical", "Bags"]


def test_columns_of_an_english_fair_list_map_as_they_are(read: Any) -> None:
    parsed = read(
        "name|why_visit|description|branch|product_categories|stand",
        ["A (invented)", "Come.", "We knit.", "Fashion; Sports", "Knits", "4"],
        kind=None,
        name="exhibitors",
    )
    assert parsed.records[0].values == {
        "name": "A (invented)", "text": "Come.\n\nWe knit.", "branches": ["Fashion", "Sports"], "categories": ["Knits"],
        "stand": "4", "id": "a-invented",
    }  # fmt: skip


def test_facts_keep_their_qualifier_and_unit(read: Any) -> None:
    parsed = read(
        "Cluster|Metric|Value|Unit|Year|Scope|Source",
        ["Qingshanhu", "turnover", "45 bn", "CNY", "2022–23", "knitwear", "x"],
        ["Qingshanhu", "turnover", "over 75 bn yuan", "", 2024, "all textiles", "y"],
        kind=None,
        name="Facts",
    )
    assert parsed.errors == []
    assert [record.of("fact")["value"] for record in parsed.records] == [45e9, 75e9]
    assert parsed.records[1].of("fact")["qualifier"] == "over"
    assert parsed.records[1].of("fact")["unit"] == "CNY"


def test_a_time_that_ends_before_it_begins_is_named(read: Any) -> None:
    parsed = read("Company|Date|From|To", ["A", "2025-09-15", "15:00", "14:00"], kind="availability", name="Times")
    assert places(parsed) == ["D2"]


def test_a_wish_to_meet_oneself_is_refused(read: Any) -> None:
    parsed = read(
        "From|To|Answer", ["A", "a", "want"], ["A", "B", "no"], ["A", "B", "want"], kind="preferences", name="W"
    )
    assert places(parsed) == ["B2", "B4"]


def test_all_lists_of_a_workbook_are_read_and_the_rest_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "参展商"
    first.append(["企业名称", "国家"])
    first.append(["甲（虚构）", "中国"])
    wishes = book.create_sheet("Preferences")
    wishes.append(["From", "To", "Answer"])
    budget = book.create_sheet("Budget")
    budget.append(["rent", 12])
    hidden = book.create_sheet("Old")
    hidden.append(["Company"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "all.xlsx")
    found = read_lists(read_tables(tmp_path / "all.xlsx"))
    assert [(parsed.kind, len(parsed.records)) for parsed in found.lists] == [("exhibitors", 1)]
    passed_over = " · ".join(found.passed_over)
    for words in (
        "'Old' was not read (hidden)",
        "'Preferences' has no entries",
        "No row of 'Budget' looks like a header",
    ):
        assert words in passed_over


def test_a_file_with_no_list_in_it_says_so(table: Any) -> None:
    with pytest.raises(UnusableListError, match="looks like a header"):
        read_lists([table("rent|12", ["x", "y"], name="Budget")])
    with pytest.raises(UnusableListError, match="No row of 'Budget'"):
        read_list(table("rent|12", ["x", "y"], name="Budget"), "buyers")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Müller & Söhne GmbH", "muller-sohne-gmbh"),
        ("  MULLER & sohne gmbh ", "muller-sohne-gmbh"),
        ("南昌甲针织有限公司", "南昌甲针织有限公司"),
        ("Ａ＆Ｂ", "a-b"),
    ],
)
def test_ids_made_from_names_are_stable(name: str, made: str) -> None:
    assert made_id(name) == made


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=200))
def test_any_name_gives_a_short_id(name: str) -> None:
    assert 0 < len(made_id(name)) <= 64


def test_headers_of_every_language_give_the_same_records(read: Any) -> None:
    headers = {
        "en": "Company|Country|Products|MOQ|Lead time",
        "zh": "企业名称|国家|产品|起订量|交期",
        "fr": "Société|Pays|Produits|Quantité minimale|Délai",
        "de": "Firma|Land|Produkte|Mindestbestellmenge|Lieferzeit",
        "it": "Azienda|Paese|Prodotti|Ordine minimo|Tempi di consegna",
    }
    rows = {
        "en": ["A", "Germany", "T-shirts; socks", "600 pcs", "5 weeks"],
        "zh": ["A", "德国", "T-shirts；socks", "600件", "5周"],
        "fr": ["A", "Allemagne", "T-shirts ; socks", "600 pièces", "5 semaines"],
        "de": ["A", "Deutschland", "T-shirts; socks", "600 Stück", "5 Wochen"],
        "it": ["A", "Germania", "T-shirts; socks", "600 pezzi", "5 settimane"],
    }
    assert set(headers) == set(LANGUAGES)
    parsed = {lang: read(headers[lang], rows[lang]) for lang in LANGUAGES}
    assert all(item.problems == [] for item in parsed.values())
    assert len({str(sorted(item.records[0].values.items())) for item in parsed.values()}) == 1
