"""A page to draw on: text in the faces of a document, measured before it is placed; lines and boxes; millimetres."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import TextMode

from app.core.clock import as_utc
from app.core.i18n import language
from app.core.text import shorten
from app.io.pdf.typeface import MM_PER_POINT, Typeface, left_to_right
from app.io.pdf.wrapping import wrap

LEADING = 1.28  # line height in sizes of the type
_STROKE = 0.024  # how much of the size a strong letter is drawn wider: the faces have one weight
_BASELINE = 0.86  # where the baseline lies in a line, in sizes of the type

Colour = tuple[int, int, int]
INK: Colour = (27, 36, 44)
SOFT: Colour = (96, 108, 118)
FAINT: Colour = (150, 158, 165)
RULE: Colour = (214, 220, 225)
WASH: Colour = (241, 245, 247)
ACCENT: Colour = (20, 92, 112)
PAPER: Colour = (255, 255, 255)


@dataclass(frozen=True)
class Style:
    """How a text looks: size in points, colour, strong or not."""

    size: float
    colour: Colour = INK
    strong: bool = False

    @property
    def height(self) -> float:
        """The height of a line, in millimetres."""
        return self.size * LEADING * MM_PER_POINT


class Canvas:
    """A PDF under way. `typeface` limits what it can show; `as_of` dates it, so equal contents give equal bytes."""

    def __init__(self, typeface: Typeface, *, title: str, lang: str, as_of: datetime, landscape: bool = False) -> None:
        self.typeface = typeface
        self._pdf = FPDF(orientation="landscape" if landscape else "portrait", format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.set_title(typeface.shown(title))
        self._pdf.set_lang(language(lang))
        self._pdf.set_creator("fairmatch")
        self._pdf.set_producer("fairmatch")
        self._pdf.set_creation_date(as_utc(as_of))
        self._add_fonts()
        self.width: float = self._pdf.w
        self.height: float = self._pdf.h

    def _add_fonts(self) -> None:
        # fpdf2 reads a font from a path and keeps the file open; the name may go once it is open
        with tempfile.TemporaryDirectory(prefix="fairmatch-") as folder:
            for number, face in enumerate(self.typeface.faces):
                path = Path(folder) / f"face{number}.ttf"
                path.write_bytes(face.sfnt)
                self._pdf.add_font(f"face{number}", fname=path)

    def new_page(self) -> None:
        self._pdf.add_page()

    def bookmark(self, name: str) -> None:
        """Add the present page to the outline that readers show beside the pages."""
        self._pdf.start_section(shorten(self.typeface.shown(name).replace("\n", " "), 100))

    def lines(self, text: str, style: Style, width: float, most: int | None = None) -> list[str]:
        """`text` broken into lines of at most `width` millimetres, at most `most` of them; none if it is empty."""
        shown = self.typeface.shown(text).strip()
        if not shown:
            return []
        return wrap(shown, lambda part: self.typeface.width(part, style.size), width, most)

    def measure(self, text: str, style: Style) -> float:
        """The width of `text` on one line, in millimetres."""
        return self.typeface.width(self.typeface.shown(text).replace("\n", " "), style.size)

    def write(self, x: float, y: float, line: str, style: Style, align: str = "left") -> None:
        """Write one line with its upper edge at `y`; `x` is its left edge, its middle or its right edge."""
        shown = left_to_right(self.typeface.shown(line).replace("\n", " "))
        width = self.typeface.width(shown, style.size)
        x -= {"left": 0.0, "middle": width / 2, "right": width}[align]
        baseline = y + (style.height - style.size * MM_PER_POINT) / 2 + _BASELINE * style.size * MM_PER_POINT
        look: dict[str, Any] = {"draw_color": style.colour}
        if style.strong:
            look |= {"text_mode": TextMode.FILL_STROKE, "line_width": style.size * _STROKE}
        with self._pdf.local_context(**look):
            self._pdf.set_text_color(*style.colour)
            for number, run in self.typeface.runs(shown):
                self._pdf.set_font(f"face{number}", size=style.size)
                self._pdf.text(x, baseline, run)
                x += self.typeface.width(run, style.size)

    def write_lines(self, x: float, y: float, lines: Iterable[str], style: Style) -> float:
        """Write lines one below the other; give the lower edge of the last."""
        for line in lines:
            self.write(x, y, line, style)
            y += style.height
        return y

    def rule(self, x: float, y: float, width: float, colour: Colour = RULE, thick: float = 0.2) -> None:
        self.box(x, y - thick / 2, width, thick, colour)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour, radius: float = 0) -> None:
        """A filled rectangle, with round corners if `radius` is more than 0."""
        self._pdf.set_fill_color(*colour)
        self._pdf.rect(x, y, width, height, style="F", round_corners=radius > 0, corner_radius=radius)

    def frame(self, x: float, y: float, width: float, height: float, colour: Colour, thick: float = 0.3) -> None:
        """The outline of a rectangle."""
        for top in (y, y + height):
            self.rule(x - thick / 2, top, width + thick, colour, thick)
        for left in (x, x + width):
            self.box(left - thick / 2, y, thick, height, colour)

    def output(self) -> bytes:
        return bytes(self._pdf.output())
