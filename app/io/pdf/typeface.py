"""What a document writes with: several faces as one, which face shows which character, and how wide a text is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from app.core.text import clean, shorten
from app.io.fonts import open_faces

MM_PER_POINT = 25.4 / 72
_LONGEST = 1_000  # characters of one text that are laid out at all
_MISSING = "□"
_SIGNS = "–—−×·…’‘“”„«»‹›€"  # what layouts add, and what typists use
_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]")
_WORD = re.compile(rf"{_WIDE.pattern}|[^\s{_WIDE.pattern[1:-1]}]+|\s+")


class Typeface:
    """The faces for a set of texts; made once, good for many documents."""

    def __init__(self, texts: Iterable[str], font_path: Path | None = None) -> None:
        wanted = {*(c for text in texts for c in clean(text)), *_MISSING, *_SIGNS, *map(chr, range(0x20, 0x17F))}
        self.faces = open_faces((c for c in wanted if c.isprintable()), font_path)
        self._all = [number for number, face in enumerate(self.faces) if not face.narrow]
        self._narrow = next((number for number, face in enumerate(self.faces) if face.narrow), None)
        self._first = {c: n for n in reversed(self._all) for c in self.faces[n].advances}
        self._main = frozenset(self.faces[0].advances).difference(*(f.advances for f in self.faces if f.narrow))
        self._missing = _MISSING if _MISSING in self._first else "?"

    def shown(self, text: str) -> str:
        """`text` with each character that no face has as a box; what is invisible by nature is left out."""
        text = shorten(_INVISIBLE.sub("", clean(text)), _LONGEST).replace("\t", " ")
        return "".join(c if c in self._first or c == "\n" else self._substitute(c) for c in text)

    def _substitute(self, character: str) -> str:
        plain = unicodedata.normalize("NFKC", character)
        if plain != character and all(c in self._first for c in plain):
            return plain
        return "" if unicodedata.combining(character) else self._missing

    def width(self, text: str, size: float) -> float:
        """The width of a shown text in millimetres, at `size` points."""
        advance = 0.0
        for number, run in self.runs(text):
            advances = self.faces[number].advances
            advance += sum(advances[c] for c in run)
        return advance * size * MM_PER_POINT

    def runs(self, text: str) -> list[tuple[int, str]]:
        """A shown text in pieces of one face each, with the face's number; a word keeps one face if one has it all."""
        if self._main.issuperset(text):
            return [(0, text)] if text else []
        faces = [number for word in _WORD.findall(text) for number in self._faces_of(word)]
        if self._narrow is not None:
            signs = self.faces[self._narrow].advances
            for place, character in enumerate(text):
                if character in signs and faces[place] == 0 and not _beside_wide(text, place, signs):
                    faces[place] = self._narrow
        pairs = groupby(zip(faces, text, strict=True), key=lambda pair: pair[0])
        return [(number, "".join(c for _, c in run)) for number, run in pairs]

    def _faces_of(self, word: str) -> list[int]:
        whole = next((n for n in self._all if self.faces[n].advances.keys() >= set(word)), None)
        return [self._first[c] if whole is None else whole for c in word]


def _beside_wide(text: str, place: int, signs: Iterable[str]) -> bool:
    """Whether a sign belongs to Chinese text: the last letter before it is Chinese, or, at the start, the next is."""
    before = text[:place].rstrip("".join(signs) + " ")
    after = text[place:].lstrip("".join(signs) + " ")
    return bool(_WIDE.match(before[-1:] or after[:1]))


def left_to_right(line: str) -> str:
    """The characters of a line in the order in which they stand on paper (Unicode bidirectional algorithm)."""
    if not _RIGHT_TO_LEFT.search(line):
        return line
    return BidiParagraph(text=line, base_direction=TextDirection.LTR).get_reordered_string()
