"""Plots are drawings of their figures: places, lengths, names, both widths; nothing breaks out of the page."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from app.web import plots


def _rects(svg: str, kind: str) -> list[dict[str, float]]:
    return [
        {name: float(value) for name, value in re.findall(r'(x|y|width|height)="([\d.]+)"', box)}
        for box in re.findall(rf'<rect class="{kind}"([^>]*)>', svg)
    ]


def _wide(drawn: str) -> str:
    """The drawing for wide screens; each is well-formed."""
    both = re.findall(r"<svg.*?</svg>", drawn)
    assert len(both) == 2
    for svg in both:
        ET.fromstring(svg)
    return both[0]


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0, 130, [0, 50, 100, 150]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.913, 1.0, [0.9, 0.92, 0.94, 0.96, 0.98, 1.0]),
        (3, 3, [3, 4]),
    ],
)
def test_ticks_are_round_and_hold_what_is_drawn(low: float, high: float, wanted: list[float]) -> None:
    assert plots.ticks(low, high) == pytest.approx(wanted)


def test_columns_are_as_high_as_their_counts() -> None:
    rows = [plots.Column("0–10", 10, 5), plots.Column("10–20", 20), plots.Column("20–30", 0)]
    svg = _wide(plots.columns(rows, label="Scores", across="score", up="pairs", lang="en"))
    first, second = _rects(svg, "mark")  # what is nothing is not drawn
    assert second["height"] == pytest.approx(2 * first["height"], abs=0.2)
    assert _rects(svg, "mark2")[0]["height"] == pytest.approx(first["height"] / 2, abs=0.2)
    assert first["y"] + first["height"] == pytest.approx(second["y"] + second["height"], abs=0.2)
    assert 'role="img" aria-label="Scores"' in svg


def test_bars_are_shares_of_the_longest_and_names_are_escaped_and_cut() -> None:
    rows = [plots.Bar("<script>" + "long" * 50, 1, 4), plots.Bar("羊毛衫", 2, 2, "2 / 2")]
    svg = _wide(plots.bars(rows, label="a & b", lang="zh"))
    marks, ghosts = _rects(svg, "mark"), _rects(svg, "ghost")
    assert marks[1]["width"] == pytest.approx(2 * marks[0]["width"], abs=0.2)
    assert marks[1]["width"] == pytest.approx(ghosts[1]["width"], abs=0.2)
    assert ghosts[0]["width"] + plots.length("2 / 2") <= plots.WIDE
    assert "<script>" not in svg
    assert "…" in svg
    assert "2 / 2" in svg


def test_two_editions_stand_one_above_the_other_on_a_scale_of_each_figure() -> None:
    rows = [plots.Beside("Requests", (37, 20), ("37", "20")), plots.Beside("Tables", (0.3, 0.6), ("30%", "60%"))]
    svg = _wide(plots.beside(rows, label="b"))
    this, before = _rects(svg, "mark"), _rects(svg, "mark2")
    assert this[0]["width"] == pytest.approx(before[1]["width"]), "the greater fills the line"
    assert this[1]["width"] == pytest.approx(before[1]["width"] / 2, abs=0.1)
    assert before[0]["width"] == pytest.approx(this[0]["width"] * 20 / 37, abs=0.1)
    assert "<title>Tables: 60%</title>" in svg


def test_a_curve_rises_to_the_right_where_its_figures_do() -> None:
    points = [plots.Point(0.2, 0.90, "dial 1"), plots.Point(0.5, 0.95), plots.Point(0.8, 1.0)]
    svg = _wide(plots.curve(points, label="c", across="x", up="y", lang="fr", percent=True))
    places = [tuple(map(float, pair)) for pair in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', svg)]
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)
    assert "<title>dial 1</title>" in svg
    assert "0,5: 95\u202f%" in svg or "0,5: 95\u00a0%" in svg  # as the language writes it


def test_a_grid_fills_by_shares_and_crosses_out_what_is_closed() -> None:
    svg = _wide(plots.heat(["T01"], ["13:30", "14:00", "14:30"], [[1.0, 0.0, None]], label="g", lang="en"))
    assert len(_rects(svg, "mark")) == 1
    assert len(_rects(svg, "ghost")) == 2
    assert svg.count('class="axis"') == 1
    assert "T01, 13:30: 100%" in svg


def test_parts_of_a_score_stand_one_after_the_other() -> None:
    svg = str(plots.steps([("products: 20", 20.0), ("price: 10", 10.0), ("text: 0", 0.0)], label="30 of 100"))
    parts = [(float(x), float(width)) for x, width in re.findall(r'x="([\d.]+)" width="([\d.]+)" height="10">', svg)]
    assert parts == [(0.0, 19.75), (20.0, 9.75)]
    behind = str(plots.step(20.0, 6.0, 10.0))
    assert 'class="ghost" x="20.00" width="10.00"' in behind
    assert 'class="mark" x="20.00" width="6.00"' in behind
    assert 'class="mark2" x="14.00" width="6.00"' in str(plots.step(20.0, -6.0, None))


def test_letters_of_chinese_take_two_places() -> None:
    assert plots.length("羊毛") == pytest.approx(plots.length("wool"))
    assert plots.shortened("羊毛衫和开衫", plots.length("羊毛衫…")) in ("羊毛衫…", "羊毛…")
    assert plots.shortened("short", 500) == "short"
