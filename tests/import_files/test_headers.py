"""From headers to fields: aliases, bilingual headers, slips of the pen, overrides, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lists import UnusableListError, find_header, map_headers, recognise
from app.domain.lists.headers import recognise_header
from app.domain.lists.tables import Row, Table


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("MOQ", "moq"),
        ("起订量", "moq"),
        ("最小起订量（件）", "moq"),
        ("Mindestbestellmenge (Stück)", "moq"),
        ("Quantité minimale", "moq"),
        ("minimo d'ordine", "moq"),
        ("MIN. ORDER QTY.", "moq"),
        ("Min Order Qty", "moq"),
        ("minimum_order_quantity", "moq"),
        ("公司名称 Company Name", "name"),
        ("公司名称/Company Name", "name"),
        ("Company name (公司名称)", "name"),
        ("1. Company name *", "name"),
        ("Raison sociale :", "name"),
        ("Compnay name", "name"),
        ("product_categories", "categories"),
        ("why_visit", "text"),
        ("branch", "branches"),
        ("Capacity (pcs/month)", "capacity_per_month"),
        ("年产能", "capacity_per_month"),
        ("Price (USD)", "price"),
        ("单价（美元）", "price"),
        ("E-Mail-Adresse", "contact_email"),
        ("Délai de livraison (jours)", "lead_time_days"),
        ("Booth No.", "stand"),
        ("capacity_per_month", "capacity_per_month"),
        ("Favourite colour of the director", None),
        ("No.", None),
        ("序号", None),
        ("x", None),
    ],
)
def test_headers_are_recognised(header: str, field: str | None) -> None:
    assert recognise_header("exhibitors", header)[0] == field


def test_how_each_column_was_mapped_is_told() -> None:
    mapping = map_headers(
        "exhibitors", ["Name", "Firm name", "Coutnry", "Lucky number", None, "MOQ"], {"MOQ": "employees"}
    )
    assert [(column.field, column.how) for column in mapping.columns] == [
        ("name", "exact"),
        ("name_local", "alias"),
        ("country", "fuzzy"),
        (None, None),
        (None, None),
        ("employees", "told"),
    ]
    assert [column.header for column in mapping.unmapped] == ["Lucky number"]
    assert mapping.missing == ()


def test_several_columns_feed_one_text_and_one_list_but_not_one_number() -> None:
    mapping = map_headers(
        "exhibitors", ["Name", "Why visit", "Description", "Product 1", "Products", "MOQ", "Min order"]
    )
    assert len(mapping.columns_of("text")) == 2
    assert [column.header for column in mapping.columns_of("moq")] == ["MOQ"]
    assert "column F (MOQ) gives already" in mapping.columns[6].note


def test_a_missing_required_column_is_named_with_what_would_be_right() -> None:
    mapping = map_headers("requests", ["Title", "Products"])
    assert len(mapping.missing) == 1
    for word in ("organisation_id", "organisation", "企业", "Organizzazione", "Firmennummer"):
        assert word in mapping.missing[0]
    assert "metric" in map_headers("cluster_facts", ["Cluster", "Value"]).missing[0]


def test_overrides_may_name_a_column_by_header_or_letters_and_may_ignore_it() -> None:
    mapping = map_headers("exhibitors", ["Name", "Remarks", "Foo"], {"Remarks": None, "c": "products"})
    assert [(column.field, column.how) for column in mapping.columns] == [
        ("name", "exact"),
        (None, None),
        ("products", "told"),
    ]


def test_overrides_that_name_nothing_are_refused_with_suggestions() -> None:
    with pytest.raises(UnusableListError, match=r"no column 'Nmae'.*'Name'"):
        map_headers("exhibitors", ["Name", "Country"], {"Nmae": "name"})
    with pytest.raises(UnusableListError, match=r"no field 'moqq'.*moq"):
        map_headers("exhibitors", ["Name"], {"Name": "moqq"})


@pytest.mark.parametrize(
    ("headers", "lang"),
    [
        (["企业名称", "国家", "产品"], "zh"),
        (["Firma", "Land", "Produkte"], "de"),
        (["Société", "Pays", "Produits"], "fr"),
        (["Azienda", "Paese", "Prodotti"], "it"),
        (["Company", "Country", "Products"], "en"),
    ],
)
def test_the_language_of_the_headers_is_known(headers: list[str], lang: str) -> None:
    assert map_headers("exhibitors", headers).language == lang


def test_titles_above_the_header_are_passed_over(table: Any) -> None:
    sheet = table(
        "Exhibitors of the autumn fair", ["All firms are invented"], ["Company", "Country", "MOQ"], ["A", "FR", 5]
    )
    header = find_header(sheet, "exhibitors")
    assert header is not None
    assert (header.row, header.data_from) == (3, 4)


def test_a_second_header_row_in_another_language_is_skipped(read: Any) -> None:
    parsed = read("企业名称|国家|产品", ["Company name", "Country", "Products"], ["甲厂", "中国", "T恤"])
    assert [record.values["name"] for record in parsed.records] == ["甲厂"]


def test_group_headings_merged_over_columns_are_joined_to_the_row_below() -> None:
    rows = [
        Row(1, ("Company", "Contact", None, "Price", None)),
        Row(2, (None, "Name", "E-mail", "from", "to")),
        Row(3, ("A", "Li Na", "a@b.example", 3, 5)),
    ]
    header = find_header(Table("Exhibitors", rows, spans=((1, 1, 2), (1, 3, 4))), "exhibitors")
    assert header is not None
    assert header.data_from == 3
    mapping = map_headers("exhibitors", header.cells)
    assert [column.field for column in mapping.columns] == [
        "name",
        "contact_name",
        "contact_email",
        "price_from",
        "price_to",
    ]


@pytest.mark.parametrize(
    ("name", "header", "kind"),
    [
        ("exhibitors", "name|why_visit|description|branch|product_categories|stand", "exhibitors"),
        ("Sheet1", "name|description|stand", "exhibitors"),
        ("Sheet1", "Company|MOQ|Lead time", "exhibitors"),
        ("Sheet1", "Buyer|Country|Looking for", "buyers"),
        ("采购商名单", "企业名称|国家|采购产品", "buyers"),
        ("Sheet1", "Company|Request title|Quantity|Target price|Ship by", "requests"),
        ("Zertifikate", "Firma|Zertifikat|Gültig bis", "certificates"),
        ("Sheet1", "企业名称|证书名称|证书编号|有效期至", "certificates"),
        ("Sheet1", "Cluster|Metric|Value|Year|Source", "cluster_facts"),
        ("Sheet1", "Cluster name|Place|Specialities|Honours", "clusters"),
        ("代表", "企业名称|姓名|职务|邮箱", "representatives"),
        ("Sheet1", "Organisation|Slots not available", "availability"),
        ("Sheet1", "From|To|Preference", "preferences"),
    ],
)
def test_the_kind_of_list_is_recognised(table: Any, name: str, header: str, kind: str) -> None:
    width = header.count("|") + 1
    assert recognise(table(header, ["x"] * width, name=name)).kind == kind


def test_a_list_that_could_be_two_kinds_asks(table: Any) -> None:
    with pytest.raises(UnusableListError, match="exhibitors as well as one of buyers"):
        recognise(table("Company|Country", ["A", "FR"], name="Sheet1"))


def test_a_table_without_header_shows_what_it_found(table: Any) -> None:
    with pytest.raises(UnusableListError, match=r"No row of 'Sheet1' looks like a header .*row 1.*'12', 'abc'"):
        recognise(table("12|abc", ["13", "def"], name="Sheet1"))


@given(st.lists(st.text(max_size=40), max_size=12))
def test_any_headers_are_mapped_without_an_accident(headers: list[str]) -> None:
    mapping = map_headers("exhibitors", headers)
    assert len(mapping.columns) == len(headers)
    scalars = [column.field for column in mapping.columns if column.field in ("name", "moq", "country", "price_from")]
    assert len(scalars) == len(set(scalars))


@pytest.mark.parametrize(
    ("header", "row", "kind", "lacks"),
    [
        (
            ("Id", "Kind", "Country", "Products", "MOQ"),
            ("A1", "manufacturer", "CN", "socks", 600),
            "exhibitors",
            "Name",
        ),
        (("Request id", "Title", "Products", "Quantity"), ("R1", "Shirts", "socks", 600), "requests", "Organisation"),
    ],
)
def test_a_list_that_lacks_a_required_column_is_told_which(
    header: tuple[str, ...], row: tuple[str | int, ...], kind: str, lacks: str
) -> None:
    table = Table("list", [Row(1, header), Row(2, row)])
    with pytest.raises(
        UnusableListError, match=f"header of a list of {kind}, but a required column is missing"
    ) as told:
        recognise(table)
    assert lacks in told.value.message
