"""Numbers as they are typed in five languages: `1,200`, `1.200`, `1 200`, `1'200`, `12万`, `4,50`, `1.5k`."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Mark = Literal[".", ","]
# digits in groups, with a decimal part; spaces of every width, apostrophes and underscores may part the groups
_NUMBER = re.compile(r"(?<![\w.,])[.,]\d+|\d{1,3}(?:[ '’_]\d{3})+(?:[.,]\d+)?(?!\d)|\d[\d.,]*\d|\d")
_MINUS = re.compile(r"[-–]\s?$")
_SCALES = {
    "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8, "千": 1e3, "百万": 1e6, "千万": 1e7, "十万": 1e5, "百": 1e2,
    "万亿": 1e12, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11,
    "k": 1e3, "thousand": 1e3, "tsd": 1e3, "tausend": 1e3, "mille": 1e3, "mila": 1e3, "milliers": 1e3,
    "mio": 1e6, "mln": 1e6, "million": 1e6, "millions": 1e6, "millionen": 1e6, "milioni": 1e6, "milione": 1e6,
    "mn": 1e6, "mrd": 1e9, "md": 1e9, "bn": 1e9, "billion": 1e9, "billions": 1e9, "milliard": 1e9,
    "milliards": 1e9, "milliarde": 1e9, "milliarden": 1e9, "mld": 1e9, "miliardi": 1e9, "miliardo": 1e9,
}  # fmt: skip
_SCALE = re.compile(
    r"\s*("
    + "|".join(
        re.escape(word) + ("" if ord(word[0]) > 255 else r"(?![a-zà-ÿ])")
        for word in sorted(_SCALES, key=len, reverse=True)
    )
    + r")\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A number in a text: its value, where it stands, whether its separator could be read two ways."""

    value: float
    start: int
    end: int
    ambiguous: bool = False
    scale: float = 1.0


def plain(text: str) -> str:
    """Return a text with full-width signs and special spaces as ordinary ones."""
    return re.sub(r"\s", " ", unicodedata.normalize("NFKC", text)).replace("−", "-")


def figure(value: float) -> str:
    """Return a number as messages show it: 5,000,000 and 4.5."""
    return f"{value:,.4f}".rstrip("0").rstrip(".")


def numbers_in(text: str, decimal: Mark = ".", *, whole: bool = False) -> list[Found]:
    """Return the numbers of a plain text in order, scales such as 万 or `k` multiplied in.

    `decimal` is the decimal mark where a single mark before three digits could be either; for `whole` numbers it never
    is one.
    """
    found: list[Found] = []
    position = 0
    while match := _NUMBER.search(text, position):
        value, ambiguous = _value(match.group(), decimal, whole=whole)
        if not found and _MINUS.search(text[: match.start()]):  # after another number the sign would be "to"
            value = -value
        end = match.end()
        word = _SCALE.match(text, end)
        scale = _SCALES[word.group(1).lower()] if word else 1.0
        value *= scale
        end = word.end() if word else end
        if not math.isfinite(value):
            break
        found.append(Found(round(value, 9), match.start(), end, ambiguous, scale))
        position = end
    return found


def _value(digits: str, decimal: Mark, *, whole: bool) -> tuple[float, bool]:
    bare = re.sub(r"[^\d.,]", "", digits)
    if "." in bare and "," in bare:
        last = max(bare.rfind("."), bare.rfind(","))
        value, ambiguous = _joined(bare, last), False
    elif "." in bare or "," in bare:
        mark: Mark = "." if "." in bare else ","
        value, ambiguous = _one_mark(bare, mark, decimal, whole=whole)
    else:
        value, ambiguous = float(bare), False
    return value, ambiguous


def _joined(bare: str, last: int) -> float:
    head = re.sub(r"\D", "", bare[:last])
    return float(f"{head or 0}.{re.sub(r'[^0-9]', '', bare[last + 1 :]) or 0}")


def _one_mark(bare: str, mark: Mark, decimal: Mark, *, whole: bool) -> tuple[float, bool]:
    groups = bare.split(mark)
    grouped = 1 <= len(groups[0]) <= 3 and groups[0] != "0" and all(len(group) == 3 for group in groups[1:])
    if len(groups) > 2:
        return float("".join(groups)), False
    if grouped and (whole or mark != decimal):
        return float("".join(groups)), not whole
    return _joined(bare, bare.index(mark)), grouped and not whole


def decimal_mark(texts: Iterable[str], default: Mark) -> tuple[Mark, bool]:
    """Return the decimal mark that the numbers of a column use, and whether any of them proves it."""
    for text in texts:
        for match in _NUMBER.finditer(plain(text)):
            bare = match.group().strip()
            points, commas = bare.count("."), bare.count(",")
            if points and commas:
                return ("." if bare.rfind(".") > bare.rfind(",") else ","), True
            if points + commas > 1:  # the same mark twice parts thousands
                return ("," if points else "."), True
            if points + commas == 1:
                mark: Mark = "." if points else ","
                head, _, tail = bare.partition(mark)
                if len(tail) != 3 or head in ("0", "") or len(head) > 3:
                    return mark, True
    return default, False
