"""PDF out: timetables, table cards, the list at the door, badges; Chinese and accented Latin show on every machine.

Every function takes `font_path` (a TTF, OTF or TTC); without it an installed free CJK font is used, else the bundled
Noto Sans CJK SC. Only the characters in use are embedded. Equal contents and fonts give equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from app.core.i18n import characters, format_country, format_language, text
from app.core.text import one_line
from app.domain.badges import Badge
from app.domain.timetables import Agenda, EventInfo, Party, Timetable
from app.io.atomic import write_bytes
from app.io.labels import kind_label
from app.io.pdf.badges import check_codes, draw_badges
from app.io.pdf.canvas import Canvas
from app.io.pdf.cards import draw_cards
from app.io.pdf.doors import draw_doors
from app.io.pdf.listing import draw_event
from app.io.pdf.personal import draw_agenda
from app.io.pdf.typeface import Typeface

__all__ = [
    "badges_pdf",
    "cards_pdf",
    "doors_pdf",
    "personal_pdf",
    "timetable_pdf",
    "typeface_for",
    "write_cards",
    "write_personal",
    "write_timetable",
]


def typeface_for(contents: Any, lang: str = "en", font_path: Path | None = None) -> Typeface:
    """A typeface that shows all texts of `contents` (a timetable, an agenda, or several); worth keeping for many files.

    Raises
    ------
    InvalidInputError
        if the configured font cannot be used, or no font can be found.
    """
    return Typeface([*_texts(contents, lang), *characters(lang)], font_path)


def personal_pdf(agendas: Sequence[Agenda], *, lang: str = "en", typeface: Typeface | None = None) -> bytes:
    """Personal timetables, one after the other, each beginning on a page of its own and with its own page numbers.

    An agenda holds nothing of what others do; for a file of one's own give only one.
    """
    if not agendas:
        raise ValueError("a PDF needs at least one agenda")
    canvas = _canvas(agendas[0], typeface or typeface_for(agendas, lang), text("pdf.personal", lang), lang)
    for agenda in agendas:
        draw_agenda(canvas, agenda, lang)
    return canvas.output()


def timetable_pdf(timetable: Timetable, *, lang: str = "en", typeface: Typeface | None = None) -> bytes:
    """All meetings of the event, slot by slot."""
    return _whole(timetable, lang, typeface, "pdf.event", draw_event)


def cards_pdf(timetable: Timetable, *, lang: str = "en", typeface: Typeface | None = None) -> bytes:
    """A card for each table and day, with its meetings."""
    return _whole(timetable, lang, typeface, "pdf.cards", draw_cards)


def doors_pdf(timetable: Timetable, *, lang: str = "en", typeface: Typeface | None = None) -> bytes:
    """Everybody by name, with a box to tick, the number of meetings and the first one."""
    return _whole(timetable, lang, typeface, "pdf.doors", draw_doors)


def badges_pdf(
    event: EventInfo, badges: Sequence[Badge], as_of: datetime, *, lang: str = "en", typeface: Typeface | None = None
) -> bytes:
    """Badges of 90 × 55 mm, ten to a page, in the order given.

    Raises
    ------
    ValueError
        if there is no badge, or a code is empty or has more than 120 characters.
    """
    if not badges:
        raise ValueError("a PDF needs at least one badge")
    check_codes(badges)  # before any font is opened
    typeface = typeface or typeface_for([event, *badges], lang)
    title = f"{one_line(event.name)} – {text('pdf.badges', lang)}"
    canvas = Canvas(typeface, title=title, lang=lang, as_of=as_of)
    draw_badges(canvas, event, badges, lang)
    return canvas.output()


def write_personal(agendas: Sequence[Agenda], path: Path, *, lang: str = "en", font_path: Path | None = None) -> None:
    """Write `personal_pdf` to a file."""
    write_bytes(path, personal_pdf(agendas, lang=lang, typeface=typeface_for(agendas, lang, font_path)))


def write_timetable(timetable: Timetable, path: Path, *, lang: str = "en", font_path: Path | None = None) -> None:
    """Write `timetable_pdf` to a file."""
    write_bytes(path, timetable_pdf(timetable, lang=lang, typeface=typeface_for(timetable, lang, font_path)))


def write_cards(timetable: Timetable, path: Path, *, lang: str = "en", font_path: Path | None = None) -> None:
    """Write `cards_pdf` to a file."""
    write_bytes(path, cards_pdf(timetable, lang=lang, typeface=typeface_for(timetable, lang, font_path)))


def _whole(
    timetable: Timetable, lang: str, typeface: Typeface | None, key: str, draw: Callable[[Canvas, Timetable, str], int]
) -> bytes:
    canvas = _canvas(timetable, typeface or typeface_for(timetable, lang), text(key, lang), lang)
    draw(canvas, timetable, lang)
    return canvas.output()


def _canvas(source: Agenda | Timetable, typeface: Typeface, kind: str, lang: str) -> Canvas:
    title = f"{one_line(source.event.name)} – {kind}"
    return Canvas(typeface, title=title, lang=lang, as_of=source.as_of)


def _texts(value: Any, lang: str) -> Iterator[str]:
    """All texts in dataclasses and sequences, with the names of countries and languages that are shown for codes."""
    if isinstance(value, str):
        yield value
        if len(value) <= 3:
            yield format_country(value, lang)
            yield format_language(value, lang)
    elif is_dataclass(value):
        if isinstance(value, Party):
            yield kind_label(value.kind, lang)
        for field in fields(value):
            yield from _texts(getattr(value, field.name), lang)
    elif isinstance(value, Iterable):
        for item in value:
            yield from _texts(item, lang)
