"""What a whole column says of its cells: decimal mark, order of day and month, header units, joined entries."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.domain.lists import places
from app.domain.lists.cells import Context, Hints
from app.domain.lists.dates import slash_order
from app.domain.lists.fields import Field
from app.domain.lists.headers import Column, Mapping
from app.domain.lists.index import is_run_together, learn_index
from app.domain.lists.numbers import Mark, decimal_mark
from app.domain.lists.splitting import Known, recurring
from app.domain.lists.tables import Row
from app.domain.lists.words import HAN, choose
from app.domain.vocabulary import vocabulary

_AMOUNTS = frozenset(
    {"number", "range", "moq", "capacity", "quantity", "volume", "days", "money", "band", "fact_value"}
)
#: types whose single mark before three digits may be a decimal mark
_DECIMALS = frozenset({"number", "range", "days", "money", "band", "fact_value"})
_IN_BRACKETS = re.compile(r"[(\[（【]([^()\[\]（）【】]+)[)\]）】]|\s/\s?(\S+)$|\bin\s+(\S+)$")
_PERIODS = {"年": "year", "月": "month", "日": "day", "周": "week"}


def contexts(mapping: Mapping, fields: dict[str, Field], rows: Sequence[Row]) -> dict[int, Context]:
    """Return the context of each mapped column by its index."""
    texts = {column.index: _texts(rows, column.index) for column in mapping.columns if column.field}
    numeric = [
        text
        for column in mapping.columns
        if column.field and fields[column.field].type in _DECIMALS
        for text in texts[column.index]
    ]
    default: Mark = "," if mapping.language in ("fr", "de", "it") else "."
    decimal, proven = decimal_mark(numeric, default)
    dated = [
        text for column in mapping.columns if column.field for text in texts[column.index] if "/" in text or "-" in text
    ]
    day_first = slash_order(dated)
    if day_first is None and mapping.language in ("fr", "de", "it"):
        day_first = True
    found = {}
    for column in mapping.columns:
        if column.field is None:
            continue
        field, cells = fields[column.field], texts[column.index]
        words = field.type == "words" and not field.argument
        joined = field.type == "words" and is_run_together(cells)
        found[column.index] = Context(
            field=field,
            hints=header_hints(column) if field.type in _AMOUNTS else Hints(),
            decimal=decimal,
            decimal_proven=proven,
            day_first=day_first,
            known=recurring(cells) if words and not joined else in_vocabulary(field),
            index=learn_index(cells) if joined else None,
            lang=mapping.language,
        )
    return found


def _texts(rows: Sequence[Row], index: int) -> list[str]:
    return [cell for row in rows if index < len(row.cells) and isinstance(cell := row.cells[index], str)]


def in_vocabulary(field: Field) -> Known | None:
    """Return a test whether a vocabulary knows a text as a whole, so that its slash or comma does not part it."""
    if field.type != "words" or not field.argument:
        return None
    words = vocabulary(field.argument)
    return lambda text: words.resolve(text).how in ("code", "exact", "alias")


def header_hints(column: Column) -> Hints:
    """Return what the header says of its cells: `Price (USD)`, `MOQ/colour`, `Capacity (pcs/month)`, `年产能`."""
    header = column.header
    inner = [part for groups in _IN_BRACKETS.findall(header) for part in groups if part]
    words = [word for part in inner for word in re.split(r"[\s/,，、]+|\bper\b|每", part) if word]
    outside = re.findall(r"[^\W\d_]+", header)
    period = _first(lambda word: choose("period", word), [*words, *outside])
    if period is None and HAN.search(header):
        period = next((code for sign, code in _PERIODS.items() if sign in header), None)
    return Hints(
        unit=_first(_unit, words),
        currency=_first(places.currency, words)
        or _first(lambda word: places.currency(word) if word.isupper() else None, outside),
        period=period,
        span=_first(lambda word: choose("span", word), [*words, *(word for word in outside if len(word) > 2)]),
        basis=_first(lambda word: choose("moq_per", word), [*words, *outside]),
    )


def _unit(word: str) -> str | None:
    resolution = vocabulary("units").resolve(word)
    return resolution.code if resolution.how in ("code", "exact", "alias") else None


def _first(read: Callable[[str], str | None], words: Sequence[str]) -> str | None:
    return next((code for word in words if (code := read(word))), None)
