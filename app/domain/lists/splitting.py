"""One cell, several values: where a list is cut, and where a slash or comma belongs to the value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from app.domain.lists.words import key

#: true if a text is one value as a whole
Known = Callable[[str], bool]

_STRONG = re.compile(r"[;；\n\r|｜•·●▪■◦]|(?<=\s)[*](?=\s)")
_WEAK = re.compile(r"[,，、/／]|(?<=\s)\+(?=\s)")
_BULLET = re.compile(r"^\s*(?:[-–—*>]\s+|\(?\d{1,2}[.)]\s+|[①-⑳])")
#: entries parted by semicolons of which some stand in quotation marks, as `quoted` writes them
_ENTRY = r'\s*(?:"(?:[^"]|"")+"|[^";]*)\s*'
_QUOTED = re.compile(rf"{_ENTRY}(?:;{_ENTRY})*")
_QUOTED_ENTRY = re.compile(r'\s*"((?:[^"]|"")+)"\s*(?:;|$)|([^;]+)(?:;|$)|;')
_OPEN, _CLOSE = "([（【「{", ")]）】」}"


def split_list(cell: str, known: Known | None = None) -> list[str]:
    """Return the values of a cell in order, each once.

    Semicolons, line breaks, bars and bullets always part values. Commas, slashes and 、 part them unless they stand in
    brackets, or `known` says that the whole is one value (`Health/Medical`), or that a run of the pieces is. Where
    entries stand in straight quotation marks between semicolons, each of those is one value as it is.
    """
    if '"' in cell and _QUOTED.fullmatch(cell):
        return _quoted_list(cell, known)
    values: list[str] = []
    for piece in _cut(cell, _STRONG):
        values.extend(_split_weakly(_BULLET.sub("", piece).strip(), known))
    out: dict[str, str] = {}
    for value in values:
        tidy = re.sub(r"\s+", " ", value).strip(" \t.。:：")
        if tidy:
            out.setdefault(tidy.casefold(), tidy)
    return list(out.values())


def quoted(value: str) -> str:
    """A value in quotation marks, so that nothing in it parts it."""
    return '"' + value.replace('"', '""') + '"'


def _quoted_list(cell: str, known: Known | None) -> list[str]:
    out: list[str] = []
    for match in _QUOTED_ENTRY.finditer(cell):
        whole, plain = match.groups()
        out += [whole.replace('""', '"')] if whole else split_list(plain or "", known)
    return list(dict.fromkeys(out))


def _cut(text: str, pattern: re.Pattern[str]) -> list[str]:
    """Cut at the pattern wherever no bracket is open."""
    pieces, start = [], 0
    for match in pattern.finditer(text):
        before = text[start : match.start()]
        depth = sum(before.count(sign) for sign in _OPEN) - sum(before.count(sign) for sign in _CLOSE)
        if depth <= 0 or "\n" in match.group():
            pieces.append(before)
            start = match.end()
    return [*pieces, text[start:]]


def _split_weakly(piece: str, known: Known | None) -> list[str]:
    if not piece or (known and known(piece)):
        return [piece] if piece else []
    signs = [match for match in _WEAK.finditer(piece) if _parts_here(piece, match)]
    if not signs:
        return [piece]
    bounds = [0, *(end for sign in signs for end in (sign.start(), sign.end())), len(piece)]
    atoms = list(zip(bounds[::2], bounds[1::2], strict=True))
    out, position = [], 0
    while position < len(atoms):
        stop = position + 1
        if known:  # the longest run of pieces that is one value as a whole
            for end in range(len(atoms), position + 1, -1):
                if known(piece[atoms[position][0] : atoms[end - 1][1]].strip()):
                    stop = end
                    break
        out.append(piece[atoms[position][0] : atoms[stop - 1][1]].strip())
        position = stop
    return out


def _parts_here(piece: str, sign: re.Match[str]) -> bool:
    """Return whether a comma or slash parts values: not in brackets, not inside a figure, not in `w/o` or `24/7`."""
    before, after = piece[: sign.start()], piece[sign.end() :]
    if sum(before.count(mark) for mark in _OPEN) > sum(before.count(mark) for mark in _CLOSE):
        return False
    if before[-1:].isdigit() and after[:1].isdigit():
        return False
    last, following = re.split(r"[\s,/]", before)[-1], re.split(r"[\s,/]", after)[0]
    return not (
        sign.group() == "/" and (len(last) == 1 or len(following) == 1) and last.isascii() and following.isascii()
    )


def recurring(cells: Iterable[str]) -> Known:
    """Return a test for values that a column itself treats as one: with a slash or comma, twice or more, never apart.

    For columns without a vocabulary: `Health/Medical` that recurs while neither `Health` nor `Medical` stands alone.
    """
    wholes: Counter[str] = Counter()
    pieces: Counter[str] = Counter()
    for cell in cells:
        for value in split_list(cell, lambda _: True):
            wholes[key(value)] += 1
            parts = split_list(value)
            if len(parts) == 1:
                pieces[key(value)] += 1
    slashed = {whole for whole, count in wholes.items() if count > 1 and whole not in pieces}

    def known(text: str) -> bool:
        return key(text) in slashed and not any(key(part) in pieces for part in split_list(text))

    return known
