"""The explanation of every column that comes with the templates, in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from app.domain.lists.examples import choices_of, example_of, list_name
from app.domain.lists.fields import Field, Kind, fields_of, rows_of

NOTE_COLUMNS = ("sheet", "column", "needed", "what", "example")
_SHORT_LIST = 20


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return {row["key"]: row for row in rows_of("notes.csv")}


def word(key: str, lang: str) -> str:
    """Return a word or sentence of the notes."""
    return _words()[key][lang]


def note_rows(kinds: Sequence[Kind], lang: str) -> list[list[str]]:
    """Return a row per column of each list: sheet, header, whether it is needed, what to write, an example."""
    return [_note(kind, field, lang) for kind in kinds for field in fields_of(kind).values()]


def _note(kind: Kind, field: Field, lang: str) -> list[str]:
    offered = choices_of(field, lang)
    what = word(field.type, lang)
    if 0 < len(offered) <= _SHORT_LIST:
        what += ": " + " · ".join(offered)
    needed = word(field.required, lang) if field.required else ""
    return [list_name(kind, lang), field.header(lang), needed, what, example_of(field, lang)]
