"""Plots as inline SVG: pure functions from figures to a drawing, in the colours of the style sheet.

Every drawing is made twice, wide and narrow, so that its letters can be read on a phone; the style sheet shows one of
them. A drawing says in one sentence what it shows (`label`); the page puts its figures in a table beside it. Values are
in the units of their data, places on the paper in pixels of the drawing's own width.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from app.core.i18n import format_number, format_share

WIDE, NARROW = 480, 340
_LETTER = 6.6  # width of a letter of the axes, near enough; a Chinese one takes two
Draw = Callable[[int], Markup]


@dataclass(frozen=True)
class Column:
    """One column of a histogram: what stands below it and up to two counts."""

    name: str
    value: float
    second: float = 0.0


@dataclass(frozen=True)
class Bar:
    """One line of a bar chart: `value` of it drawn over `whole`, where there is a whole; `text` at its end."""

    name: str
    value: float
    whole: float | None = None
    text: str = ""


@dataclass(frozen=True)
class Beside:
    """One figure at two times: two values of the same unit, and how each is written."""

    name: str
    values: tuple[float, float]
    texts: tuple[str, str]


@dataclass(frozen=True)
class Point:
    """One point of a curve, and what it is called."""

    x: float
    y: float
    name: str = ""


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers that hold `low` and `high` between them, about `most` steps; two where there is no span."""
    if not high > low:
        return [low, low + 1]
    raw = (high - low) / most
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * by for by in (1, 2, 2.5, 5, 10) if size * by >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * number, 10) for number in range(first, last + 1)]


def columns(rows: Sequence[Column], *, label: str, across: str, up: str, lang: str) -> Markup:
    """A histogram: columns side by side, the second count in front of the first."""
    return _twice(lambda width: _columns(rows, label, across, up, lang, width))


def bars(rows: Sequence[Bar], *, label: str, lang: str, second: bool = False) -> Markup:
    """Lines from the left, each with its name above and its figure at the end; `second` is the other colour."""
    return _twice(lambda width: _bars(rows, label, lang, width, "mark2" if second else "mark"))


def beside(rows: Sequence[Beside], *, label: str) -> Markup:
    """Two lines for each figure, the first above the second; each figure has a scale of its own."""
    return _twice(lambda width: _beside(rows, label, width))


def curve(points: Sequence[Point], *, label: str, across: str, up: str, lang: str, percent: bool = False) -> Markup:
    """Points joined in their order; the vertical axis begins near the lowest, so read its figures."""
    return _twice(lambda width: _curve(points, label, across, up, lang, percent, width))


def heat(
    names: Sequence[str], heads: Sequence[str], cells: Sequence[Sequence[float | None]], *, label: str, lang: str
) -> Markup:
    """A grid: a row per name, a column per head, filled by shares from 0 to 1; None is crossed out."""
    return _twice(lambda width: _heat(names, heads, cells, label, lang, width))


def steps(parts: Sequence[tuple[str, float]], *, label: str) -> Markup:
    """A score out of 100 as a line of parts one after the other, each with its name and points as a title."""
    out, at = ['<rect class="bar-all" width="100" height="10" rx="2"/>'], 0.0
    for number, (name, points) in enumerate(part for part in parts if part[1] > 0):
        out.append(
            f'<rect class="mark part{number % 2}" x="{at:.2f}" width="{max(points - 0.25, 0.1):.2f}" height="10">'
            f"<title>{escape(name)}</title></rect>"
        )
        at += points
    return _svg(100, 10, label, out, extra=' preserveAspectRatio="none"', kind="steps")


def step(begin: float, points: float, most: float | None) -> Markup:
    """One term of a score where it stands between 0 and 100: what it gave, and behind it what it could have given."""
    whole = max(most or 0.0, points, 0.0)
    given, left = abs(points), begin if points >= 0 else begin + points
    shapes = [
        '<rect class="bar-all" width="100" height="8"/>',
        f'<rect class="ghost" x="{begin:.2f}" width="{whole:.2f}" height="8"/>',
        f'<rect class="{"mark" if points >= 0 else "mark2"}" x="{left:.2f}" width="{given:.2f}" height="8"/>',
    ]
    return _svg(100, 8, "", shapes, extra=' preserveAspectRatio="none"', kind="step")


def _twice(draw: Draw) -> Markup:
    return Markup('<div class="figure"><div class="wide">{}</div><div class="narrow">{}</div></div>').format(
        draw(WIDE), draw(NARROW)
    )


def _svg(width: float, height: float, label: str, shapes: Sequence[str], *, extra: str = "", kind: str = "") -> Markup:
    named = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(  # noqa: S704 - whatever comes from outside was escaped where it was put in
        f'<svg class="plot {kind}" viewBox="0 0 {width:g} {height:g}" {named}{extra}>{"".join(shapes)}</svg>'
    )


def _text(x: float, y: float, said: Any, anchor: str = "start", kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{escape(said)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str = "grid") -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _rect(x: float, y: float, width: float, height: float, kind: str, extra: str = "", title: str = "") -> str:
    box = f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"{extra}'
    return f"{box}><title>{escape(title)}</title></rect>" if title else f"{box}/>"


def length(said: str) -> float:
    """About how wide a text is drawn, in pixels."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in said) * _LETTER


def shortened(said: str, width: float) -> str:
    """The text, cut with an ellipsis where it would be wider."""
    if length(said) <= width:
        return said
    while said and length(said + "…") > width:
        said = said[:-1]
    return said.rstrip() + "…"


@dataclass(frozen=True)
class _Frame:
    """Where values stand on the paper, between the axes."""

    left: float
    top: float
    right: float
    bottom: float
    low: float
    high: float

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)

    def rules(self, marks: Sequence[float], write: Callable[[float], str]) -> list[str]:
        """Lines across, each with its figure at the left."""
        shapes = []
        for mark in marks:
            shapes += [_line(self.left, self.y(mark), self.right, self.y(mark))]
            shapes += [_text(self.left - 6, self.y(mark) + 4, write(mark), "end", "tick")]
        return shapes


def _framed(marks: Sequence[float], write: Callable[[float], str], width: int, height: int) -> _Frame:
    room = max(length(write(mark)) for mark in marks) + 10
    return _Frame(room, 28, width - 10, height - 44, marks[0], marks[-1])


def _columns(rows: Sequence[Column], label: str, across: str, up: str, lang: str, width: int) -> Markup:
    height = 260
    marks = [mark for mark in ticks(0, max([row.value for row in rows] + [1])) if mark == int(mark)]
    frame = _framed(marks, lambda value: format_number(value, lang, 0), width, height)
    shapes = [_text(0, 14, up, kind="axis-name")]
    shapes += frame.rules(marks, lambda value: format_number(value, lang, 0))
    each = (frame.right - frame.left) / max(1, len(rows))
    every = max(1, math.ceil(max([length(row.name) for row in rows] + [1]) * 1.3 / each))
    for at, row in enumerate(rows):
        x = frame.left + at * each
        for value, kind, inset in ((row.value, "mark", 0.1), (row.second, "mark2", 0.28)):
            if value:
                told = f"{row.name}: {format_number(value, lang, 0)}"
                shapes.append(_rect(x + inset * each, frame.y(value), (1 - 2 * inset) * each,
                                    frame.bottom - frame.y(value), kind, ' rx="2"', told))  # fmt: skip
        if at % every == 0:
            shapes.append(_text(x + each / 2, frame.bottom + 16, row.name, "middle", "tick"))
    shapes += [_line(frame.left, frame.bottom, frame.right, frame.bottom, "axis")]
    shapes += [_text(frame.right, height - 8, across, "end", "axis-name")]
    return _svg(width, height, label, shapes)


def _bars(rows: Sequence[Bar], label: str, lang: str, width: int, kind: str) -> Markup:
    texts = [row.text or format_number(row.value, lang, 1) for row in rows]
    room = max([length(said) for said in texts] + [10]) + 12
    most = max([row.whole if row.whole is not None else row.value for row in rows] + [1e-9])
    full, shapes = width - room, []
    for at, (row, said) in enumerate(zip(rows, texts, strict=True)):
        y = at * 40.0
        shapes.append(_text(0, y + 13, shortened(row.name, width - 4)))
        if row.whole is not None:
            shapes.append(_rect(0, y + 19, full * row.whole / most, 11, "ghost", ' rx="3"'))
        shapes.append(_rect(0, y + 19, full * row.value / most, 11, kind, ' rx="3"', f"{row.name}: {said}"))
        shapes.append(_text(full * max(row.value, row.whole or 0) / most + 8, y + 29, said, kind="tick"))
    return _svg(width, max(1, len(rows)) * 40, label, shapes)


def _beside(rows: Sequence[Beside], label: str, width: int) -> Markup:
    room = max([length(said) for row in rows for said in row.texts] + [10]) + 12
    full, shapes = width - room, []
    for at, row in enumerate(rows):
        y, most = at * 54.0, max(*row.values, 1e-9)
        shapes.append(_text(0, y + 13, shortened(row.name, width - 4)))
        for line, (value, said) in enumerate(zip(row.values, row.texts, strict=True)):
            top, kind = y + 19 + 14 * line, ("mark", "mark2")[line]
            shapes.append(_rect(0, top, full * value / most, 11, kind, ' rx="3"', f"{row.name}: {said}"))
            shapes.append(_text(full * value / most + 8, top + 10, said, kind="tick"))
    return _svg(width, max(1, len(rows)) * 54, label, shapes)


def _curve(
    points: Sequence[Point], label: str, across: str, up: str, lang: str, percent: bool, width: int
) -> Markup:  # fmt: skip
    height = 280

    def write(value: float) -> str:
        return format_share(value, lang, 1) if percent else format_number(value, lang, 1)

    marks = ticks(min(point.y for point in points), max(point.y for point in points))
    frame = _framed(marks, write, width, height)
    below = ticks(min(point.x for point in points), max(point.x for point in points), 5 if width > NARROW else 3)

    def x(value: float) -> float:
        return frame.left + 8 + (value - below[0]) / (below[-1] - below[0]) * (frame.right - frame.left - 24)

    shapes = [_text(0, 14, up, kind="axis-name"), *frame.rules(marks, write)]
    shapes += [_text(x(mark), frame.bottom + 16, format_number(mark, lang, 2), "middle", "tick") for mark in below]
    shapes += [_line(frame.left, frame.bottom, frame.right, frame.bottom, "axis")]
    shapes += [_text(frame.right, height - 8, across, "end", "axis-name")]
    path = " ".join(f"{x(point.x):.1f},{frame.y(point.y):.1f}" for point in points)
    shapes.append(f'<polyline class="path" points="{path}"/>')
    for point in points:
        told = point.name or f"{format_number(point.x, lang, 2)}: {write(point.y)}"
        shapes.append(
            f'<circle class="mark" cx="{x(point.x):.1f}" cy="{frame.y(point.y):.1f}" r="5">'
            f"<title>{escape(told)}</title></circle>"
        )
    return _svg(width, height, label, shapes)


def _heat(
    names: Sequence[str], heads: Sequence[str], cells: Sequence[Sequence[float | None]], label: str, lang: str,
    width: int,
) -> Markup:  # fmt: skip
    room = min(width * 0.3, max([length(name) for name in names] + [10]) + 10)
    each, tall, top = (width - room) / max(1, len(heads)), 24.0, 24.0
    every = max(1, math.ceil(max([length(head) for head in heads] + [1]) * 1.15 / each))
    shapes = [
        _text(room + (at + 0.5) * each, 14, head, "middle", "tick") for at, head in enumerate(heads) if at % every == 0
    ]
    for row, (name, values) in enumerate(zip(names, cells, strict=True)):
        y = top + row * tall
        shapes.append(_text(room - 8, y + 16, shortened(name, room - 8), "end", "tick"))
        for at, value in enumerate(values):
            x = room + at * each
            if value is None:
                shapes.append(_line(x + 4, y + tall - 5, x + each - 4, y + 4, "axis"))
                continue
            told = f"{name}, {heads[at]}: {format_share(value, lang, 0)}"
            shapes.append(_rect(x + 1, y + 1, each - 2, tall - 2, "ghost", ' rx="3"'))
            if value:
                fill = f' rx="3" fill-opacity="{0.15 + 0.85 * value:.2f}"'
                shapes.append(_rect(x + 1, y + 1, each - 2, tall - 2, "mark", fill, told))
    return _svg(width, top + max(1, len(names)) * tall, label, shapes)
