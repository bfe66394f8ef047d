"""What a spreadsheet is once read: tables of rows of plain cells, each with the address its owner sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

Cell = str | float | int | bool | date | datetime | time | None


def column_letters(index: int) -> str:
    """Return the letters of the column with this index, counted from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Return the A1 address of a cell; `row` counts from 1 as on the screen, `column` from 0 as in `Row.cells`."""
    return f"{column_letters(column)}{row}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row with content; `number` counts from 1 as the spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell whose content could not be had: a formula without a stored result, or an error such as #REF!."""

    address: str
    found: str
    message: str


@dataclass(frozen=True)
class Table:
    """One sheet, or one CSV file.

    `rows` leaves out blank rows and keeps the numbers of the others. `spans` are header-like cells merged over several
    columns, as (row number, first column, last column). `reading` says how the file was read (format, encoding,
    separator); `notes` what the reader passed over (hidden sheets and the like).
    """

    name: str
    rows: list[Row]
    faults: tuple[CellFault, ...] = ()
    spans: tuple[tuple[int, int, int], ...] = ()
    reading: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """The number of columns of the widest row."""
        return max((len(row.cells) for row in self.rows), default=0)


def is_blank(cell: Cell) -> bool:
    """Return whether a cell holds nothing but white space."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def trimmed(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells with blank ones as None and without the blank ones at the end."""
    kept = [None if is_blank(cell) else cell for cell in cells]
    while kept and kept[-1] is None:
        kept.pop()
    return tuple(kept)


def shown(cell: Cell) -> str:
    """Return a cell as its owner would read it, for messages and for text fields."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, time):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
