"""Figures, amounts and dates in the usual forms of five languages."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lists.amounts import AmountError, days_of, per_month, read_amount, read_grams
from app.domain.lists.dates import UnclearDateError, read_date, read_moment, slash_order
from app.domain.lists.numbers import decimal_mark, numbers_in, plain

# ruff: noqa: DTZ001 - the times of a spreadsheet have no zone


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200", 1200), ("1.200", 1200), ("1 200", 1200), ("1\u00a0200", 1200), ("1\u202f200", 1200), ("1'200", 1200),
        ("1’200", 1200), ("12万", 120_000), ("1.5万", 15_000), ("3亿", 300_000_000), ("12k", 12_000),
        ("1.5 Mio.", 1_500_000), ("2,4 Mio. Stück", 2_400_000), ("3 Tsd", 3000), ("1.234,50", 1234.5),
        ("1,234.50", 1234.5), ("1,234,567", 1_234_567), ("-5", -5), ("−5", -5), ("１２００", 1200), ("0.5", 0.5),
        ("45 bn yuan", 45e9), ("5 miliardi", 5e9), ("500m", 500), ("10mm", 10),
    ],
)  # fmt: skip
def test_whole_numbers(text: str, value: float) -> None:
    assert [found.value for found in numbers_in(plain(text), whole=True)] == [value]


@pytest.mark.parametrize(("text", "point", "comma"), [("1,200", 1200, 1.2), ("1.200", 1.2, 1200), ("4,50", 4.5, 4.5)])
def test_the_decimal_mark_decides_only_where_it_must(text: str, point: float, comma: float) -> None:
    assert numbers_in(text, ".")[0].value == point
    assert numbers_in(text, ",")[0].value == comma


@pytest.mark.parametrize(
    ("texts", "mark", "proven"),
    [
        (["1,200", "4,50"], ",", True),
        (["1.200", "4.5"], ".", True),
        (["1.234.567"], ",", True),
        (["0,125"], ",", True),
        (["1,200", "300"], ".", False),
        ([], ".", False),
    ],
)
def test_the_column_proves_its_decimal_mark(texts: list[str], mark: str, proven: bool) -> None:
    assert decimal_mark(texts, ".") == (mark, proven)


@given(st.integers(0, 10**12))
def test_any_whole_number_reads_back_in_every_style(number: int) -> None:
    for style in (f"{number}", f"{number:,}", f"{number:,}".replace(",", "."), f"{number:,}".replace(",", " ")):
        assert numbers_in(style, whole=True)[0].value == number


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_any_price_reads_back_in_every_style(units: int, cents: int) -> None:
    value = units + cents / 100
    english = f"{value:,.2f}"
    for style in (english, english.replace(",", " "), english.translate(str.maketrans(",.", ".,"))):
        assert numbers_in(style)[0].value == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "period", "basis", "currency"),
    [
        ("600 pcs per colour", 600, 600, "H87", None, "colour", None),
        ("600件/色", 600, 600, "H87", None, "colour", None),
        ("20万件/月", 200_000, 200_000, "H87", "month", None, None),
        ("每月20万件", 200_000, 200_000, "H87", "month", None, None),
        ("300 m/colour", 300, 300, "MTR", None, "colour", None),
        ("约500公斤", 500, 500, "KGM", None, None, None),
        ("ca. 300 Stück pro Farbe", 300, 300, "H87", None, "colour", None),
        ("2 500 pièces par coloris", 2500, 2500, "H87", None, "colour", None),
        ("1.200 capi", 1200, 1200, "H87", None, None, None),
        ("USD 3.50–5.00", 3.5, 5, None, None, None, "USD"),
        ("$3 to $5", 3, 5, None, None, None, "USD"),
        ("€ 4,50", 4.5, 4.5, None, None, None, "EUR"),
        ("3-5 美元", 3, 5, None, None, None, "USD"),
        ("10-20万件", 100_000, 200_000, "H87", None, None, None),
        ("2,4 Mio. Stück/Jahr", 2_400_000, 2_400_000, "H87", "year", None, None),
        ("起订量600件", 600, 600, "H87", None, None, None),
    ],
)
def test_amounts_with_their_words(
    text: str, low: float, high: float, unit: str | None, period: str | None, basis: str | None, currency: str | None
) -> None:
    amount = read_amount(text, whole="." in text and "," not in text and "USD" not in text)
    assert (amount.low, amount.high) == (low, high)
    assert (amount.unit, amount.period, amount.basis, amount.currency) == (unit, period, basis, currency)
    assert amount.unknown == []


@pytest.mark.parametrize("text", ["zwölf", "", "600 x 300", "1 2 3", "50-30"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountError):
        read_amount(text)


@pytest.mark.parametrize(
    ("text", "days"),
    [("30", 30), ("30 days", 30), ("4-6 weeks", 42), ("5 Wochen", 35), ("30 jours", 30), ("45个工作日", 45), ("24h", 1),
     ("36 hours", 1.5), ("2个月", 60), ("35-45天", 45), ("4 周", 28), ("20 giorni", 20)],
)  # fmt: skip
def test_spans_of_time(text: str, days: float) -> None:
    assert days_of(read_amount(text)) == days


def test_weights_and_gauges_lose_their_unit() -> None:
    assert (read_grams("180-220 g/m²").low, read_grams("180-220 g/m²").high) == (180, 220)
    assert read_grams("180gsm").low == 180
    assert read_grams("克重180克").low == 180
    assert (read_grams("7-14GG").low, read_grams("7-14GG").high) == (7, 14)


def test_capacities_are_per_month() -> None:
    assert per_month(1200, "year") == 100
    assert per_month(12, "week") == 52
    assert per_month(7, None) == 7
    assert per_month(7, "day") is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31", "2026/3/31", "31.03.2026", "31.3.26", "31/3/2026", "3/31/2026", "20260331", "2026年3月31日",
        "31 mars 2026", "31. März 2026", "31 marzo 2026", "March 31, 2026", "31 Mar 2026", "31st of March 2026",
        "2026-03-31T00:00:00", "2026-03-31 00:00:00", "２０２６年３月３１日",
    ],
)  # fmt: skip
def test_dates_as_text(text: str) -> None:
    assert read_date(text) == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("text", "last"), [("2026年2月", 28), ("02/2026", 28), ("févr. 2026", 28), ("Dezember 2027", 31)]
)
def test_a_month_alone_is_its_first_or_last_day(text: str, last: int) -> None:
    assert read_date(text).day == 1
    assert read_date(text, last_day=True).day == last


@pytest.mark.parametrize(
    "text", ["soon", "2026-02-30", "31.13.2026", "12", "2026", "99999", "0001-01-01", "32 mars 2026"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_date(text)


def test_a_date_that_could_be_two_says_which() -> None:
    with pytest.raises(UnclearDateError, match="2026-05-12 or 2026-12-05"):
        read_date("12/05/2026")
    assert read_date("12/05/2026", day_first=True) == date(2026, 5, 12)
    assert read_date("12/05/2026", day_first=False) == date(2026, 12, 5)


def test_a_column_of_dates_shows_the_order_of_day_and_month() -> None:
    assert slash_order(["12/05/2026", "31/05/2026"]) is True
    assert slash_order(["12/05/2026", "5/31/2026"]) is False
    assert slash_order(["12/05/2026", "31.05.2026"]) is None


@given(st.dates(date(1990, 1, 1), date(2199, 12, 31)))
def test_any_date_reads_back_in_every_plain_form(day: date) -> None:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y年%m月%d日", "%d %B %Y", "%B %d, %Y"):
        assert read_date(day.strftime(form)) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("13:30", time(13, 30)), ("1:30 pm", time(13, 30)), ("13h30", time(13, 30)), ("14 Uhr", time(14)),
        ("下午2点", time(14)), ("2025-09-15 13:30", datetime(2025, 9, 15, 13, 30)),
        ("15.09.2025 13:30", datetime(2025, 9, 15, 13, 30)), ("9/15/2025 2:00 PM", datetime(2025, 9, 15, 14)),
        ("2025年9月15日 下午2:30", datetime(2025, 9, 15, 14, 30)), ("15.09.2025", datetime(2025, 9, 15)),
    ],
)  # fmt: skip
def test_times(text: str, moment: datetime | time) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize("text", ["noonish", "25:00", "13:61"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_moment(text)
