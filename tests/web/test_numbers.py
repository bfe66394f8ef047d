"""Numbers in forms are read as the one who types them means them, and shown so that they are read back the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web import entries, numbers
from app.web.forms import Form


def _read(text: str, lang: str) -> float | None:
    form = Form({"n": [text]}, lang)
    return form.number("n")


@pytest.mark.parametrize("lang", ["en", "zh", "fr"])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,50", 1234.5), ("1,234.50", 1234.5), ("1.234.567", 1_234_567), ("1,234,567.8", 1_234_567.8),
        ("1 234,5", 1234.5), ("1'200", 1200), ("1’200", 1200), ("12,5", 12.5), ("12.5", 12.5), ("0.125", 0.125),
        ("0,125", 0.125), ("１２００", 1200), ("１２．５", 12.5), ("12。5", 12.5), ("1200", 1200), ("12,3456", 12.3456),
        (".5", 0.5), ("1\u202f200", 1200), ("1e3", 1000),
    ],
)  # fmt: skip
def test_marks_that_can_mean_one_thing_only(text: str, value: float, lang: str) -> None:
    assert _read(text, lang) == value


@pytest.mark.parametrize(("lang", "value"), [("en", 3000), ("zh", 3000), ("fr", 3)])
def test_a_comma_before_three_figures_is_what_the_language_makes_of_it(lang: str, value: float) -> None:
    assert _read("3,000", lang) == value


def test_a_full_width_comma_parts_thousands_in_chinese() -> None:
    assert _read("1，200", "zh") == 1200


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "This may be 1200 or 1.2; write it like one of these."),
        ("zh", "可理解为 1200 或 1.2，请照其中一种写法填写。"),
        ("fr", "Ce peut être 1200 ou 1,2 ; écrivez l’un des deux."),
    ],
)
def test_who_may_mean_a_thousand_times_as_much_is_asked(lang: str, said: str) -> None:
    form = Form({"n": ["1.200"]}, lang)
    assert form.number("n") is None
    assert form.faults == {"n": [said]}


@pytest.mark.parametrize(
    "text", ["1.2.3", "1,2,3", "1,23.45.6", "12..5", "ca. 1200", "nan", "inf", "1-2", ",", "1,23,456.7"]
)
def test_what_is_no_number_is_refused_with_an_example_of_the_language(text: str) -> None:
    form = Form({"n": [text]}, "fr")
    assert form.number("n") is None
    assert form.faults == {"n": ["Écrivez un nombre, par exemple 1250,5."]}


def test_bounds_are_told_in_figures_that_people_write() -> None:
    form = Form({"n": ["-1"]}, "fr")
    form.number("n", least=0.1, most=1e12)
    assert form.faults["n"][0].replace("\u202f", " ") == "Entre 0,1 et 1 000 000 000 000, s’il vous plaît."


@pytest.mark.parametrize("lang", ["en", "zh", "fr"])
@pytest.mark.parametrize("value", [12345.67, 1.125, 1.25, 999_999.5, 1234.567, 0.05, 4_200_000.0, 7.0])
def test_a_number_comes_back_from_its_form_as_it_was(value: float, lang: str) -> None:
    """Six figures were kept of it, so that saving a form changed what nobody had touched."""
    document = {"products": ["socks"], "target_price": value, "quantity": value}
    form = entries.filled(entries.REQUEST, document, [], lang)
    assert form.number("target_price") == value
    assert form.number("quantity") == value


@given(st.lists(st.floats(min_value=0, max_value=40), max_size=20))
def test_rounded_parts_add_up_to_the_rounded_sum(parts: list[float]) -> None:
    """Twenty terms, each rounded by itself, came to half a point more than the score below them."""
    shown = numbers.rounded(parts, 1)
    assert sum(shown) == pytest.approx(round(sum(parts) * 10) / 10, abs=1e-6)
    assert all(abs(one - part) <= 0.1 + 1e-9 for one, part in zip(shown, parts, strict=True))
    assert numbers.rounded(shown, 1) == pytest.approx(shown)
