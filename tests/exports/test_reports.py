"""The report of an edition: figures as they were given, nothing that gives one firm away, nothing that runs."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.i18n import LANGUAGES
from app.domain.reports import Amount, Asked, Count, Demand, EditionReport, Meetings, Ratings, Spread, Use, demand_of
from app.domain.timetables import EventInfo
from app.io.reports import report_html, report_json, report_pdf, sections_of, write_report
from app.io.reports.sections import shown

EVENT = EventInfo("p", "Paris edition 青山湖", "Europe/Paris", "Hall 4", date(2025, 9, 15), date(2025, 9, 16))
AT = datetime(2025, 10, 1, 8, tzinfo=UTC)
BEFORE = EditionReport(
    replace(EVENT, name="Paris 2024"),
    AT,
    by_kind=(Count("manufacturer", 12), Count("importer", 3)),
    requests=20,
    meetings=Meetings(held=60, cancelled=6),
    load=Spread(1, 5, 9),
    tables=Use(70, 140),
    ratings=(Ratings("supply", (0, 1, 3, 9, 5), 8),),
    amounts=(Amount("intended", "EUR", 900_000, 6, 200_000), Amount("ordered", "USD", 77_777, 1, 77_777)),
)
REPORT = EditionReport(
    EVENT,
    AT,
    by_kind=(Count("manufacturer", 40), Count("brand-owner", 14)),
    by_country=(Count("CN", 40), Count("FR", 14)),
    requests=42,
    requests_matched=35,
    matches=1205,
    meetings=Meetings(3, 131, 7, 11),
    load=Spread(0, 4.5, 9),
    tables=Use(152, 176),
    interpreters=Use(61, 80),
    left_out=(Count("no_interpreter", 14), Count("buyer_full", 61)),
    ratings=(Ratings("supply", (1, 2, 10, 30, 40), 30), Ratings("buy", (0, 0, 1, 1, 0), 2)),
    outcomes=118,
    samples=55,
    quotations=31,
    follow_ups=44,
    amounts=(
        Amount("intended", "EUR", 1_234_567.5, 9, 300_000),
        Amount("intended", "CNY", 987_654, 2, 500_000),
        Amount("ordered", "EUR", 424_242, 4, 400_000),
    ),
    demand=(
        Demand("T-shirts", 12, 1, 8),
        Demand("羽绒服", 5, 4, 3),
        Demand("socks", 1, 1, 1),
        Demand("hats", 2, 2, 2),
        Demand("", 3, 3, 3),
    ),
    before=BEFORE,
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><svg onload=alert(1)>",
    "'; --",
    "{{7*7}}",
)


def _rows(report: EditionReport, lang: str = "en") -> dict[str, dict[object, tuple[object, ...]]]:
    return {section.key: {row[0]: row[1:] for row in section.rows} for section in sections_of(report, lang)}


def test_each_figure_stands_beside_that_of_the_edition_before() -> None:
    rows = _rows(REPORT)
    assert rows["figures"]["Participants"] == (54, 15, 39)
    assert rows["figures"]["Meetings held"] == (131, 60, 71)
    assert rows["figures"]["Meetings of the middle participant"] == (4.5, 5, -0.5)
    assert rows["by_kind"] == {
        "Manufacturer": (40, 12, 28), "Brand owner": (14, 0, 14), "Importer": (0, 3, -3),
    }  # fmt: skip
    assert list(rows["left_out"]) == ["buyer is full", "no interpreter"]
    share = rows["use"]["Tables"]
    assert (share[:2], share[2:]) == ((152, 176), pytest.approx((152 / 176, 0.5, 152 / 176 - 0.5)))
    assert rows["ratings"]["Suppliers"][0] == pytest.approx(355 / 83)
    alone = _rows(replace(REPORT, before=None))
    assert alone["figures"]["Participants"] == (54,)


def test_what_would_give_one_firm_away_is_nowhere() -> None:
    rows = _rows(REPORT)
    assert rows["amounts"]["Intended value, EUR"] == (9, 1_234_568, 900_000, 334_568)
    assert rows["amounts"]["Intended value, CNY"] == (None, None, None, None)  # two firms
    assert rows["amounts"]["Order value, EUR"] == (None, None, None, None)  # one firm has nearly all of it
    assert list(rows["ratings"]) == ["Suppliers"]  # two buyers rated
    assert list(rows["demand"].items()) == [("羽绒服", (4, 5)), ("T-shirts", (1, 12)), ("Other products", (3, 3))]
    assert all(one.largest == 0 for one in REPORT.shareable().amounts)
    few = replace(REPORT, demand=(Demand("socks", 1, 1, 1), Demand("hats", 1, 1, 1), Demand("", 2, 2, 2)))
    assert "demand" not in _rows(few)
    one = replace(REPORT, demand=(Demand("socks", 5, 1, 2), Demand("T-shirts", 12, 1, 8)))
    assert list(_rows(one)["demand"]) == ["T-shirts"]
    for content in (report_html(REPORT).encode(), report_json(REPORT), _text_of(report_pdf(REPORT)).encode()):
        plain = content.replace(b",", b"").replace(b" ", b"")
        for hidden in (b"987654", b"424242", b"400000", b"500000", b"300000", b"77777", b"socks", b"hats"):
            assert hidden not in plain, hidden


def test_one_firm_with_many_rare_wishes_is_one_firm() -> None:
    """It was counted once per product, and so told of alone, as "other products"."""
    alone = [Asked(product, f"r{n}", "firm", n == 0) for n, product in enumerate(["socks", "hats", "gloves", "socks"])]
    shown = replace(REPORT, demand=demand_of(alone)).shareable().demand
    assert shown == ()
    three = [*alone, Asked("ties", "r9", "second", True), Asked("hats", "r8", "third", False)]
    three += [Asked("belts", "r8", "third", False), *(Asked("coats", f"c{n}", f"f{n}", n < 2) for n in range(4))]
    shown = replace(REPORT, demand=demand_of(three)).shareable().demand
    assert shown == (Demand("coats", 4, 2, 4), Demand("", 6, 2, 3))


def _text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_and_paper_say_all_of_the_tables(lang: str) -> None:
    page, paper = _Page(report_html(REPORT, lang=lang)), _text_of(report_pdf(REPORT, lang=lang))
    assert page.lang == lang
    assert "□" not in paper
    squeezed = "".join(paper.split())
    for section in sections_of(REPORT, lang):
        assert section.title in page.text
        assert "".join(section.title.split()) in squeezed
        for row in section.rows:
            for cell, kind in zip(row, section.kinds, strict=True):
                said = shown(cell, kind, lang)
                assert said in page.cells, said
                assert "".join(said.split()) in squeezed, said


def test_every_chart_has_its_table() -> None:
    page = _Page(report_html(REPORT))
    charted = [section for section in sections_of(REPORT, "en") if section.charted()]
    assert page.tags.count("svg") == len(charted) == 7
    assert page.tags.count("table") == 9
    assert {"script", "img", "link", "iframe", "object", "style src"} & set(page.tags) == set()
    assert "http" not in report_html(REPORT).replace("http-equiv", "")


@pytest.mark.parametrize("words", HOSTILE)
def test_names_stay_names_on_the_page(words: str) -> None:
    hostile = replace(
        REPORT,
        event=replace(EVENT, name=words, place=words),
        by_kind=(Count(words, 5),),
        by_country=(Count(words, 5),),
        left_out=(Count(words, 5),),
        demand=(Demand(words, 9, 9, 9),),
        before=replace(BEFORE, event=replace(EVENT, name=words)),
    )
    page = _Page(report_html(hostile))
    usual = _Page(report_html(replace(hostile, event=EVENT)))
    assert sorted(page.tags) == sorted(usual.tags)
    assert page.handlers == []
    assert page.cells.count(words) == 4


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(), max_size=120))
def test_no_text_breaks_the_page(words: str) -> None:
    page = _Page(report_html(replace(REPORT, demand=(Demand(f"{words}x", 9, 9, 9),))))
    assert page.tags.count("table") == 9
    assert page.handlers == []


def test_an_edition_of_which_nothing_is_known_yet() -> None:
    bare = EditionReport(EVENT, AT)
    assert [section.key for section in sections_of(bare, "en")] == ["figures"]
    assert "Participants" in _text_of(report_pdf(bare))
    assert Use(0, 0).share is None
    assert Ratings("buy", (0, 0, 0, 0, 0), 9).average is None


def test_the_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        files = write_report(REPORT, tmp_path / name, lang="zh")
        assert [path.name for path in files] == ["report.html", "report.pdf", "report.xlsx", "report.json"]
    for path in files:
        assert path.read_bytes() == (tmp_path / "a" / path.name).read_bytes()
    book = openpyxl.load_workbook(files[2])
    assert book.sheetnames == [section.title[:31] for section in sections_of(REPORT, "zh")]
    assert [cell.value for cell in book["总览"][2]] == ["参会方", 54, 15, 39]
    assert [cell.number_format for cell in book["总览"][2]][1] == "General", "54 firms, not 54.0"
    read = json.loads(files[3].read_bytes())
    assert read["format"] == "fairmatch/report@1"
    assert read["meetings"] == {"planned": 3, "held": 131, "no_show": 7, "cancelled": 11}
    assert read["amounts"][1] == {"what": "intended", "currency": "CNY", "amount": None, "firms": 2, "largest": 0.0}
    assert read["before"]["event"]["name"] == "Paris 2024"
    assert read["as_of"] == "2025-10-01T08:00:00Z"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_hundred_products_and_long_names(lang: str) -> None:
    many = tuple(Demand(f"Funktionsunterwäsche für Damen und Herren {n:03}" * 2, 9, 9, 9) for n in range(200))
    report = replace(REPORT, demand=many)
    paper = pypdf.PdfReader(io.BytesIO(report_pdf(report, lang=lang)))
    text = "".join(page.extract_text() for page in paper.pages)
    assert all(f"{n:03}" in text for n in range(200))
    assert len(paper.pages) < 18
    assert report_html(report, lang=lang).count("<rect") < 60


class _Page(HTMLParser):
    """What a reader finds on a page: words, cells of tables, tags, handlers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.lang = "", ""
        self.tags, self.cells, self.handlers = list[str](), list[str](), list[str]()
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag == "html":
            self.lang = dict(attrs)["lang"] or ""
        if tag in ("td", "th"):
            self._in_cell = True
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_cell:
            self.cells[-1] += data
