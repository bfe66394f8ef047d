"""Files of judgements: which supplier was right for which request, as a table or as JSON."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import InvalidInputError

FIELDS = ("request", "supplier", "label")
MOST_BYTES = 50_000_000
_YES, _NO = {"yes", "accepted", "met", "true"}, {"no", "declined", "refused", "false"}


@dataclass(frozen=True)
class Judgement:
    """One line: codes, the gain (0 is no), and where it stands, for messages."""

    request: str
    supplier: str
    gain: float
    where: str


def read_judgements(path: Path) -> list[Judgement]:
    """Read a CSV file with a header, or a JSON list of objects, of `request`, `supplier` and `label`.

    A label is a number of 0 or more, or yes, accepted, met, no, declined, refused.

    Raises
    ------
    InvalidInputError
        The file is missing, too large, no such table, or a line cannot be read; it says which.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidInputError(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB.")
        text = path.read_text(encoding="utf-8-sig")
        rows = json.loads(text) if path.suffix.lower() == ".json" else list(csv.DictReader(text.splitlines()))
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError, csv.Error) as error:
        raise InvalidInputError(f"{path.name} is neither a UTF-8 table nor JSON: {error}.") from error
    if not isinstance(rows, list) or not rows:
        raise InvalidInputError(f"{path.name} holds no judgement; expected lines of {', '.join(FIELDS)}.")
    return [_judgement(row, f"{path.name}, entry {number}") for number, row in enumerate(rows, 1)]


def _judgement(row: Any, where: str) -> Judgement:
    if not isinstance(row, dict) or any(row.get(name) in (None, "") for name in FIELDS):
        raise InvalidInputError(f"{where}: expected {', '.join(FIELDS)}.")
    return Judgement(str(row["request"]), str(row["supplier"]), _gain(row["label"], where), where)


def _gain(label: Any, where: str) -> float:
    word = str(label).strip().casefold()
    if word in _YES | _NO:
        return 1.0 if word in _YES else 0.0
    try:
        gain = float(word)
    except ValueError:
        gain = -1.0
    if not 0.0 <= gain < float("inf"):
        raise InvalidInputError(f"{where}: label {label!r}; expected a number of 0 or more, or yes, no, met, declined.")
    return gain
