"""JSON out: stable English field names, instants in UTC, everything that the timetable or the ranking holds."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.core.clock import iso
from app.core.text import clean
from app.domain.matchlists import MatchRow
from app.domain.timetables import Timetable
from app.io.atomic import write_bytes


def write_timetable(timetable: Timetable, path: Path) -> None:
    """Write the whole timetable, `format` `fairmatch/timetable@1`."""
    _write(path, {"format": "fairmatch/timetable@1", **plain(timetable)})


def write_matches(rows: Iterable[MatchRow], path: Path) -> None:
    """Write the ranked pairs, `format` `fairmatch/matches@1`."""
    _write(path, {"format": "fairmatch/matches@1", "matches": [plain(row) for row in rows]})


def encode(document: dict[str, Any]) -> bytes:
    """A document as UTF-8, a line a value."""
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _write(path: Path, document: dict[str, Any]) -> None:
    write_bytes(path, encode(document))


def plain(value: Any) -> Any:
    """Dataclasses and sequences as JSON holds them; instants in UTC."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return clean(value) if isinstance(value, str) else value
