"""Numbers as people type them into a form, and as a form shows them to be typed again.

In French a comma begins the decimals, in English and Chinese it parts thousands. A full stop before three figures is a
part of thousands to a German and a decimal point to everybody else: where it may be either, the writer is asked, for a
price a thousand times too small is nothing anybody notices.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

_SPACES = re.compile(r"[\s'’_]")
_FIGURES = re.compile(r"[+-]?(?:\d[\d.,]*|[.,]\d+)(?:e[+-]?\d+)?", re.IGNORECASE)


class AmbiguousNumberError(ValueError):
    """What was typed is two numbers, a thousand times apart: `large` and `small`, as they would be typed."""

    def __init__(self, large: str, small: str) -> None:
        super().__init__(f"{large} or {small}")
        self.large, self.small = large, small


def typed(text: str, lang: str) -> float:
    """The number that a text is; full-width figures are as good as others, `1.234,50` and `1,234.50` are the same.

    Raises
    ------
    AmbiguousNumberError
        A full stop in it may part thousands or begin decimals.
    ValueError
        It is no number, or its marks stand where no number has them.
    """
    bare = _SPACES.sub("", unicodedata.normalize("NFKC", text).replace("。", "."))
    if not _FIGURES.fullmatch(bare):
        raise ValueError(text)
    marks = [mark for mark in bare if mark in ".,"]
    if not marks:
        return float(bare)
    if len(set(marks)) == 2:  # the last is the decimal one
        return _with_decimals(bare, marks[-1])
    mark = marks[0]
    if len(marks) > 1:
        return float(_joined(bare, mark))
    whole, _, rest = bare.partition(mark)
    if len(rest) != 3 or not 1 <= len(whole.lstrip("+-")) <= 3 or whole.lstrip("+-0") == "":
        return float(bare.replace(",", "."))
    if mark == ",":
        return float(bare.replace(",", ".") if lang == "fr" else _joined(bare, mark))
    if lang == "fr" or rest.endswith("0"):
        raise AmbiguousNumberError(_joined(bare, mark), shown(float(bare), lang))
    return float(bare)


def shown(value: float, lang: str) -> str:
    """A number as it is to be typed, without parts of thousands; `typed` reads the same number from it."""
    text = f"{value:.9f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if lang == "fr" else text


def rounded(parts: Sequence[float], decimals: int) -> list[float]:
    """The parts of a sum so rounded that they add up to the rounded sum: those that lose most are rounded up.

    Source: M. L. Balinski, H. P. Young, "Fair Representation", 1982 (the method of largest remainders).
    """
    unit = 10**decimals
    floors = [math.floor(part * unit) for part in parts]
    missing = round(sum(parts) * unit) - sum(floors)
    losing = sorted(range(len(parts)), key=lambda at: (floors[at] - parts[at] * unit, at))
    up = set(losing[:missing])
    return [(floor + (at in up)) / unit for at, floor in enumerate(floors)]


def _with_decimals(bare: str, decimal: str) -> float:
    head, _, tail = bare.rpartition(decimal)
    if decimal in head:
        raise ValueError(bare)
    return float(f"{_joined(head, ',' if decimal == '.' else '.')}.{tail}")


def _joined(text: str, mark: str) -> str:
    first, *groups = text.split(mark)
    if not 1 <= len(first.lstrip("+-")) <= 3 or any(len(group) != 3 for group in groups):
        raise ValueError(text)
    return "".join([first, *groups])
