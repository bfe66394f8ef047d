"""Which function reads the cells of which type of field; the types are those of `data/columns.csv`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.domain.lists import cells, cells_amounts, cells_words
from app.domain.lists.cells import Context, Reading
from app.domain.lists.tables import Cell

Reader = Callable[[Cell, Context], Reading]

_READERS: Mapping[str, Reader] = {
    "text": cells.read_text,
    "line": cells.read_line,
    "name": cells.read_line,
    "phone": cells.read_line,
    "certificate": cells.read_line,
    "id": cells.read_id,
    "email": cells.read_email,
    "date": cells.read_date_cell,
    "moment": cells.read_moment_cell,
    "year": cells.read_year,
    "level": cells.read_level,
    "number": cells_amounts.read_number,
    "whole": cells_amounts.read_number,
    "count": cells_amounts.read_number,
    "range": cells_amounts.read_range,
    "moq": cells_amounts.read_moq,
    "capacity": cells_amounts.read_quantity,
    "quantity": cells_amounts.read_quantity,
    "volume": cells_amounts.read_quantity,
    "days": cells_amounts.read_days,
    "money": cells_amounts.read_money,
    "band": cells_amounts.read_band,
    "fact_value": cells_amounts.read_fact_value,
    "words": cells_words.read_words,
    "certificates": cells_words.read_certificate_cell,
    "code": cells_words.read_code,
    "choice": cells_words.read_choice,
    "choices": cells_words.read_choices,
    "country": cells_words.read_country,
    "countries": cells_words.read_countries,
    "currency": cells_words.read_currency,
    "languages": cells_words.read_languages,
    "unit": cells_words.read_unit,
    "requirements": cells_words.read_requirements,
}


def read_cell(cell: Cell, context: Context) -> Reading:
    """Return what a cell of a column gives; one with an error gives nothing, never half of what it should."""
    reading = _READERS[context.field.type](cell, context)
    if any(severity == "error" for _, _, severity in reading.faults):
        reading.values.clear()
        reading.passing.clear()
    return reading


TYPES = frozenset(_READERS)
