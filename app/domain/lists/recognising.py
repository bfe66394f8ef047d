"""Where the header of a table is, and what kind of list it makes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

from app.domain.lists.fields import KINDS, Kind, fields_of
from app.domain.lists.headers import map_headers, recognise_header, recognise_written
from app.domain.lists.problems import UnusableListError
from app.domain.lists.tables import Cell, Row, Table, address, shown
from app.domain.lists.words import choose, key

_HEADER_WITHIN = 30
#: so many known columns make a header, even if a required one is missing
_ENOUGH = 3
#: fields that speak for one kind where another has them too, or that only it has
_TELLING = {
    ("exhibitors", "stand"): 1.0,
    ("exhibitors", "moq"): 1.0,
    ("exhibitors", "capacity_per_month"): 1.0,
    ("requests", "title"): 0.5,
    ("requests", "quantity"): 0.5,
}


@dataclass(frozen=True)
class Header:
    """The header of a table: its cells (two stacked rows joined), its row, and the first row of data after it."""

    cells: tuple[Cell, ...]
    row: int
    data_from: int


@dataclass(frozen=True)
class Recognition:
    """What a table was taken for, on what score, and what else it might have been."""

    kind: Kind
    header: Header
    score: float
    others: tuple[tuple[Kind, float], ...] = ()
    #: whether every required column is there, and how many columns are known
    complete: bool = True
    known: int = 0


def is_notes(table: Table) -> bool:
    """Return whether a sheet is the explanation that comes with a template."""
    return choose("list", table.name) == "notes"


def find_header(table: Table, kind: Kind, overrides: MappingOf[str, str | None] | None = None) -> Header | None:
    """Return the header: the row among the first thirty in which most cells are known headers of this kind of list.

    Title rows above it are passed over; a row of group headings merged over several columns is joined to the row
    below; a second header row in another language is skipped. None if no row will do.
    """
    told = {key(column) for column in overrides or {}}
    best: tuple[int, int] | None = None
    for position, row in enumerate(table.rows[:_HEADER_WITHIN]):
        known = _known_cells(kind, _stacked(table, position) or row.cells, told)
        if known and (best is None or known > best[0]):
            best = (known, position)
    if best is None or not _is_header(kind, table, best[1], told):
        return None
    return _header_at(table, kind, best[1])


def first_row(table: Table) -> Header | None:
    """The first row that could head columns, for a table that somebody says is a list: most of its cells are text."""
    for row in table.rows[:_HEADER_WITHIN]:
        filled = [cell for cell in row.cells if cell is not None]
        if filled and 2 * sum(isinstance(cell, str) for cell in filled) > len(filled):
            return Header(row.cells, row.number, row.number + 1)
    return None


def _known_cells(kind: Kind, cells: tuple[Cell, ...], told: set[str]) -> int:
    fields = set()
    others = 0
    for cell in cells:
        if not isinstance(cell, str) or len(cell) > 120:
            continue
        if key(cell) in told:
            others += 1
        elif found := recognise_written(kind, re.sub(r"\s+", " ", cell).strip()):
            fields.add(found[0])
    return len(fields) + others


def _is_header(kind: Kind, table: Table, position: int, told: set[str]) -> bool:
    """One known header is enough if it is a required one or the only column; else it takes two."""
    cells = _stacked(table, position) or table.rows[position].cells
    known = _known_cells(kind, cells, told)
    if known >= 2 or told:
        return known > 0
    required = {name for name, field in fields_of(kind).items() if field.required}
    return any(isinstance(cell, str) and recognise_header(kind, cell.strip())[0] in required for cell in cells)


def _stacked(table: Table, position: int) -> tuple[Cell, ...] | None:
    """Return group headings joined to the headers below them, if this row has headings merged over columns."""
    row = table.rows[position]
    spans = [(first, last) for number, first, last in table.spans if number == row.number]
    below = _row_below(table, position)
    if not spans or below is None or not _is_text(below):
        return None
    width = max(len(row.cells), len(below.cells), *(last + 1 for _, last in spans))
    group: list[Cell] = [*row.cells, *[None] * (width - len(row.cells))]
    for first, last in spans:
        for column in range(first, last + 1):
            group[column] = group[first]
    lower = [*below.cells, *[None] * (width - len(below.cells))]
    return tuple(
        f"{shown(above)} / {shown(under)}" if above and under and above != under else (under or above)
        for above, under in zip(group, lower, strict=True)
    )


def _row_below(table: Table, position: int) -> Row | None:
    rows = table.rows[position : position + 2]
    return rows[1] if len(rows) == 2 and rows[1].number == rows[0].number + 1 else None


def _is_text(row: Row) -> bool:
    return all(cell is None or isinstance(cell, str) for cell in row.cells)


def _header_at(table: Table, kind: Kind, position: int) -> Header:
    row = table.rows[position]
    stacked = _stacked(table, position)
    if stacked is not None and _known_cells(kind, stacked, set()) > _known_cells(kind, row.cells, set()):
        return Header(stacked, row.number, row.number + 2)
    below = _row_below(table, position)
    repeats = below is not None and _is_text(below) and _same_fields(kind, row.cells, below.cells)
    return Header(row.cells, row.number, row.number + (2 if repeats else 1))


def _same_fields(kind: Kind, upper: tuple[Cell, ...], lower: tuple[Cell, ...]) -> bool:
    """Return whether the lower row is the same header in another language."""
    pairs = [(a, b) for a, b in zip(upper, lower, strict=False) if isinstance(a, str) and isinstance(b, str)]
    same = sum(1 for a, b in pairs if recognise_header(kind, b)[0] == recognise_header(kind, a)[0] is not None)
    return same >= 2 and same >= 0.6 * sum(1 for cell in lower if cell is not None)


def recognise(table: Table, overrides: MappingOf[str, str | None] | None = None) -> Recognition:
    """Return what kind of list a table is, from its headers and its name.

    Raises
    ------
    UnusableListError
        If no kind fits, or two fit equally well; the message says which, and to name the kind.
    """
    seen = [item for kind in KINDS if (item := _as_kind(table, kind, overrides)) is not None]
    seen.sort(key=lambda item: -item.score)
    found = [item for item in seen if item.complete]
    nearly = next((item for item in seen if not item.complete and item.known >= _ENOUGH), None)
    if nearly and (not found or nearly.score >= found[0].score + 2.0):
        raise UnusableListError(_lacking(table, nearly), kinds=[nearly.kind])
    if not found:
        raise UnusableListError(_no_header(table))
    first, rest = found[0], found[1:]
    if rest and rest[0].score >= first.score:
        raise UnusableListError(
            f"The headers of {table.name!r} fit a list of {first.kind} as well as one of {rest[0].kind}. "
            "Say which kind it is, or name the sheet after it.",
            kinds=[first.kind, rest[0].kind],
        )
    return Recognition(first.kind, first.header, first.score, tuple((item.kind, item.score) for item in rest[:3]))


def _as_kind(table: Table, kind: Kind, overrides: MappingOf[str, str | None] | None) -> Recognition | None:
    header = find_header(table, kind, overrides)
    if header is None:
        return None
    told = {key(column) for column in overrides or {}}
    texts = [cell.strip() for cell in header.cells if isinstance(cell, str)]
    mapped = {recognise_header(kind, text)[0] for text in texts} - {None}
    fields = fields_of(kind)
    required = {name for name, field in fields.items() if field.required == "yes"}
    either = {name for name, field in fields.items() if field.required == "any"}
    complete = bool(told) or (required <= mapped and (not either or bool(either & mapped)))
    score = float(len(mapped)) + sum(_TELLING.get((kind, str(name)), 0.0) for name in mapped)
    score += 2.0 * sum(1 for text in texts if choose("list", text) == kind)
    score += 3.0 * _named_after(table.name, kind)
    return Recognition(kind, header, score, complete=complete, known=len(mapped))


def _named_after(name: str, kind: Kind) -> float:
    """Return 1 if the sheet is called after the kind, 0.7 if a word of its name is."""
    if choose("list", name) == kind:
        return 1.0
    words = re.split(r"[\W\d_]+", name)
    return 0.7 if any(word and choose("list", word) == kind for word in words) else 0.0


def _lacking(table: Table, found: Recognition) -> str:
    """What to add to a header that fits a kind of list but for a required column."""
    missing = map_headers(found.kind, found.header.cells).missing
    return (
        f"Row {found.header.row} of {table.name!r} looks like the header of a list of {found.kind}, but a required "
        f"column is missing: {'; '.join(missing)}. Add it, or say which column it is."
    )


def _no_header(table: Table) -> str:
    first = next(iter(table.rows), None)
    seen = ", ".join([repr(shown(cell)) for cell in first.cells if cell is not None][:6]) if first else ""
    place = f" (row {first.number}, from {address(first.number, 0)}, reads {seen})" if first else ""
    return (
        f"No row of {table.name!r} looks like a header{place}. Put the column names in one row, such as Company name, "
        "Country, Products, or say which column is which."
    )
