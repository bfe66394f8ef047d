"""Where a name stands in a list that people search: Latin by its letters, Chinese by the first letter of its pinyin."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import TypeVar

Entry = TypeVar("Entry")
OTHERS = "#"

# The 3,755 most usual characters stand in GB 2312 in the order of their pinyin; each of these begins a letter.
_LETTERS = "ABCDEFGHJKLMNOPQRSTWXYZ"
_FIRST = [sign.encode("gb2312") for sign in "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"]
_LAST = "座".encode("gb2312")
# Characters beyond those that names of places and firms begin with, and places that are read in another way.
_RARER = {
    "B": "亳", "D": "儋黛", "H": "骅泓", "J": "瑾旌璟珺", "L": "璐漯泸绫", "M": "淼湄", "P": "濮", "Q": "琪琦祺衢绮",
    "R": "睿", "S": "晟嵊", "T": "婷", "W": "炜", "X": "鑫馨禧", "Y": "熠煜烨昱钰焱垚赟翊鄞毓懿", "C": "璨",
}  # fmt: skip
_LETTER_OF = {sign: letter for letter, signs in _RARER.items() for sign in signs}
_READ_OTHERWISE = {"重庆": "C", "厦门": "X", "乐清": "Y", "长": "C"}


def initial(name: str) -> str:
    """The letter under which a name is looked up: A–Z, or `#` for what begins with none.

    >>> initial("Éclat"), initial("青山湖"), initial("3M")
    ('E', 'Q', '#')
    """
    bare = _plain(name)
    for word, letter in _READ_OTHERWISE.items():
        if bare.startswith(word):
            return letter
    sign = bare[:1].upper()
    if sign.isascii():
        return sign if sign.isalpha() else OTHERS
    return _LETTER_OF.get(sign) or _pinyin(sign)


def in_order(entries: Iterable[Entry], name: Callable[[Entry], str]) -> list[tuple[str, list[Entry]]]:
    """Entries by the letter of their name, and within it Latin names before Chinese ones; `#` comes last."""

    def key(entry: Entry) -> tuple[str, bool, bytes, str]:
        bare, letter = _plain(name(entry)), initial(name(entry))
        chinese = not bare[:1].isascii()
        sound = bare.encode("gb2312", "replace") if chinese else bare.casefold().encode()
        return "~" if letter == OTHERS else letter, chinese, sound, name(entry)

    return [(letter, list(group)) for letter, group in groupby(sorted(entries, key=key), lambda e: initial(name(e)))]


def _plain(name: str) -> str:
    """The name from its first letter or digit on, without accents, full-width letters as usual ones."""
    spread = unicodedata.normalize(
        "NFKD", name.replace("ß", "ss").replace("Ø", "O").replace("Ł", "L").replace("Đ", "D")
    )
    bare = "".join(sign for sign in spread if not unicodedata.combining(sign))
    start = next((place for place, sign in enumerate(bare) if sign.isalnum()), 0)
    return bare[start:]


def _pinyin(sign: str) -> str:
    try:
        code = sign.encode("gb2312")
    except UnicodeEncodeError:
        return OTHERS
    if not _FIRST[0] <= code <= _LAST:
        return OTHERS
    return _LETTERS[bisect_right(_FIRST, code) - 1]
