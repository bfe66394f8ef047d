"""Breaking text into lines: Latin words stay whole, Chinese breaks between characters but not before a comma."""

from __future__ import annotations

import re
from collections.abc import Callable

_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_UNITS = re.compile(rf"\n|[^\S\n\u00a0]+|[{_WIDE}]|[^\s{_WIDE}]+(?:\u00a0[^\s{_WIDE}]+)*|\u00a0")
_NEVER_FIRST = frozenset("，。、；：！？）》」』】〉”’…—·％,.;:!?)]}»%")
_NEVER_LAST = frozenset("（《「『【〈“‘([{«")

Measure = Callable[[str], float]


def wrap(text: str, measure: Measure, width: float, most: int | None = None) -> list[str]:
    """Lines of `text`, each at most `width` wide, a word longer than a line cut where it must be.

    Parameters
    ----------
    measure
        gives the width of a string, in the unit of `width`.
    most
        the most lines to give; what does not fit any more is replaced by an ellipsis.
    """
    lines: list[str] = []
    line = ""
    for unit in _units(text):
        if unit == "\n":
            lines, line = [*lines, line.rstrip()], ""
        elif measure((line + unit).rstrip()) <= width:
            line += unit if line or not unit.isspace() else ""
        elif not unit.isspace():
            if line.strip():
                lines.append(line.rstrip())
            *full, line = _cut(unit, measure, width)
            lines += full
        if most is not None and len(lines) > most:
            break
    lines.append(line.rstrip())
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 1], _ellipsis(lines[most - 1], measure, width)]
    return lines


def _units(text: str) -> list[str]:
    """The pieces between which a line may end, punctuation kept with its neighbour."""
    units: list[str] = []
    for unit in _UNITS.findall(text):
        joined = units and not units[-1].isspace() and (unit[0] in _NEVER_FIRST or units[-1][-1] in _NEVER_LAST)
        if joined and not unit.isspace():
            units[-1] += unit
        else:
            units.append(unit)
    return units


def _cut(unit: str, measure: Measure, width: float) -> list[str]:
    """A unit that is wider than a line, in pieces that are not (a single character always is a piece)."""
    pieces = [""]
    for character in unit:
        if pieces[-1] and measure(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _ellipsis(line: str, measure: Measure, width: float) -> str:
    while line and measure(line + "…") > width:
        line = line[:-1].rstrip()
    return line + "…"
