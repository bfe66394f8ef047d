"""Files of judgements: which supplier was right for which request, as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.core.errors import InvalidInputError
from app.domain.lists.fields import choices
from app.domain.lists.tables import shown
from app.io.spreadsheets import Limits, read_tables

FIELDS = ("request", "supplier", "label")
MOST_BYTES = 50_000_000
_MOST = Limits(file_bytes=MOST_BYTES, rows=1_000_000)
_MOST_TOLD = 20
_WORTH = {
    "answer": {"must_meet": 2.0, "want": 1.0, "no_thanks": 0.0, "blocked": 0.0},
    "yes_no": {"yes": 1.0, "no": 0.0},
}


@dataclass(frozen=True)
class Judgement:
    """One line: codes, the gain (0 is no), and where it stands, for messages."""

    request: str
    supplier: str
    gain: float
    where: str


def read_judgements(path: Path) -> list[Judgement]:
    """Read a table with a header (CSV or XLSX, as lists are imported), or a JSON list of objects, of `request`,
    `supplier` and `label`.

    A label is a number of 0 or more, or met, or a word that lists of wishes and yes-or-no cells know, in any language.

    Raises
    ------
    InvalidInputError
        The file is missing, too large, no such table, a line cannot be read, or two lines judge one pair differently;
        it says which.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidInputError(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB.")
        rows = list(_objects(path) if path.suffix.lower() == ".json" else _lines(path))
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}.") from error
    if not rows:
        raise InvalidInputError(f"{path.name} holds no judgement; expected lines of {', '.join(FIELDS)}.")
    found = [_judgement(row, f"{path.name}, {place}") for place, row in rows]
    _agree(path.name, found)
    return found


def _objects(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"{path.name} is no JSON in UTF-8: {error}.") from error
    for number, row in enumerate(rows if isinstance(rows, list) else (), 1):
        yield f"entry {number}", row


def _lines(path: Path) -> Iterator[tuple[str, Any]]:
    """The rows of the first table, by the names in its header."""
    if not path.stat().st_size:
        return
    header, *rows = read_tables(path, limits=_MOST)[0].rows
    names = [shown(cell).casefold() for cell in header.cells]
    for row in rows:
        yield f"row {row.number}", dict(zip(names, map(shown, row.cells), strict=False))


def _judgement(row: Any, where: str) -> Judgement:
    if not isinstance(row, dict) or any(row.get(name) in (None, "") for name in FIELDS):
        raise InvalidInputError(f"{where}: expected {', '.join(FIELDS)}.")
    return Judgement(str(row["request"]), str(row["supplier"]), _gain(row["label"], where), where)


def _agree(name: str, found: Sequence[Judgement]) -> None:
    """Refuses a file that says of one pair both this and that."""
    first: dict[tuple[str, str], Judgement] = {}
    clashes = []
    for one in found:
        before = first.setdefault((one.request, one.supplier), one)
        if before.gain != one.gain:
            places = " and ".join(judgement.where.rpartition(", ")[2] for judgement in (before, one))
            clashes.append(f"{one.request} and {one.supplier} in {places}")
    if clashes:
        more = f"; and {len(clashes) - _MOST_TOLD} more" if len(clashes) > _MOST_TOLD else ""
        raise InvalidInputError(
            f"{name} judges a pair in two ways: {'; '.join(clashes[:_MOST_TOLD])}{more}. Keep one line of each."
        )


@cache
def _gains() -> dict[str, float]:
    """What words are worth; single letters mean one thing in one list and another in the next."""
    found = {"met": 1.0}
    for name, worth in _WORTH.items():
        for code, gain in worth.items():
            words = (word for words in choices(name)[code].values() for word in words)
            found |= {word.casefold(): gain for word in words if len(word) > 1 or not word.isascii()}
    return found


def _gain(label: Any, where: str) -> float:
    word = str(label).strip().casefold()
    if word in _gains():
        return _gains()[word]
    try:
        gain = float(word)
    except ValueError:
        gain = -1.0
    if not 0.0 <= gain < float("inf"):
        raise InvalidInputError(f"{where}: label {label!r}; expected a number of 0 or more, or yes, no, met, declined.")
    return gain
