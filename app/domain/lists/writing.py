"""Lists out in the form in which they come in: the headers of the templates, cells that read back as what they say.

Each cell is read again by the importer's own reader before it is used, and the whole table once more at the end; what
would not come back the same is told, never passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from app.domain.lists import places
from app.domain.lists.cells import Context
from app.domain.lists.certificates import read_certificates
from app.domain.lists.columns import in_vocabulary
from app.domain.lists.examples import list_name
from app.domain.lists.fields import Field, Kind, choices, fields_of
from app.domain.lists.readers import read_cell
from app.domain.lists.reading import read_list
from app.domain.lists.records import Record
from app.domain.lists.splitting import quoted
from app.domain.lists.tables import Cell, Row, Table
from app.domain.vocabulary import vocabulary

_ALWAYS = ("id", "name")
_CODED = frozenset({"code", "choice", "choices", "country", "countries", "languages"})


@dataclass(frozen=True)
class Listing:
    """A list as a table: `headers`, `rows` of as many cells, and in `lost` what would not read back the same."""

    kind: Kind
    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lost: tuple[str, ...]


def write_list(kind: Kind, records: Sequence[Record], lang: str = "en", *, as_text: bool = False) -> Listing:
    """The table of some records: the template's columns that are in use, then the columns of the owner's own.

    Parameters
    ----------
    lang
        Of headers, and of words that stand for codes: en, zh, fr, de or it. What people wrote stays as it is.
    as_text
        Numbers and dates as text, for CSV.
    """
    used = {name for record in records for name, value in record.values.items() if value not in (None, [], "")}
    fields = [
        field for name, field in fields_of(kind).items() if name in used or name in _ALWAYS or field.required == "yes"
    ]
    contexts = {field.name: Context(field=field, known=in_vocabulary(field), lang=lang) for field in fields}
    extras = list(dict.fromkeys(header for record in records for header in record.extra))
    headers = (*(field.header(lang) for field in fields), *extras)
    rows = []
    for record in records:
        cells = [_cell(contexts[field.name], record, as_text=as_text) for field in fields]
        rows.append((*cells, *(record.extra.get(header) for header in extras)))
    title = list_name(kind, lang)
    return Listing(kind, title, headers, tuple(rows), tuple(_lost(kind, title, headers, rows, records)))


def fit_a_cell(certificates: Sequence[dict[str, Any]]) -> bool:
    """Whether a cell of the exhibitors says all of these certificates; else they need a list of their own."""
    found, faults = read_certificates("; ".join(map(_certificate, certificates)))
    return found == list(certificates) and not faults


def _cell(context: Context, record: Record, *, as_text: bool) -> Cell:
    """The first way to write a value that reads back as the value; the plainest if none does."""
    value = record.values.get(context.field.name)
    if value in (None, [], ""):
        return None
    if context.field.type == "fact_value" and record.values.get("qualifier"):
        return f"{record.values['qualifier']} {_figure(value)}"
    ways = list(_ways(context.field, value, context.lang, as_text=as_text))
    for way in ways:
        reading = read_cell(way, context)
        if reading.values.get(context.field.name) == value and not reading.faults and not reading.whole:
            return way
    return ways[0]


def _ways(field: Field, value: Any, lang: str, *, as_text: bool) -> Iterator[Cell]:
    if field.type in _CODED:
        several = value if isinstance(value, list) else [value]
        for label in (_label_of(field, lang), _label_of(field, "en"), str):
            yield "; ".join(label(str(code)) for code in several)
    elif field.type == "certificates":
        yield "; ".join(map(_certificate, value))
    elif field.type == "requirements":
        for names in ([fields_of("requests")[name].header(lang) for name in value], value):
            yield "; ".join(names)
    elif isinstance(value, list):
        yield "; ".join(map(str, value))
        yield "; ".join(map(quoted, map(str, value)))
    elif isinstance(value, float | int) and as_text:
        yield _figure(value)
    else:
        yield value.isoformat() if as_text and isinstance(value, date) else value


def _label_of(field: Field, lang: str) -> Callable[[str], str]:
    """How people of a language call a code."""
    words: Mapping[str, str]
    if field.type == "code":
        terms = vocabulary(field.argument)
        return lambda code: terms.label(code, lang) if code in terms.terms else code
    if field.type in ("choice", "choices"):
        words = {code: names[lang][0] for code, names in choices(field.argument).items()}
    elif field.type == "languages":
        return lambda code: places.language_name(code, lang)
    else:
        words = _countries(lang)
    return lambda code: words.get(code, code)


@cache
def _countries(lang: str) -> Mapping[str, str]:
    return places.country_names(lang)


def _certificate(said: dict[str, Any] | str) -> str:
    """`GOTS (CU 1234, 2028-03-31, verified)`: what a cell has room for."""
    if isinstance(said, str):
        return said
    details = [str(said[name]) for name in ("scope", "number", "valid_to", "evidence") if said.get(name)]
    return f"{said['code']} ({', '.join(details)})" if details else str(said["code"])


def _figure(value: float) -> str:
    """A number without any sign that another country reads otherwise: never three digits after the point."""
    if float(value).is_integer():
        return str(int(value))
    shown = f"{value:.15g}"
    return f"{shown}0" if len(shown.partition(".")[2]) == 3 else shown


def _lost(
    kind: Kind, title: str, headers: Sequence[str], rows: Sequence[tuple[Cell, ...]], records: Sequence[Record]
) -> Iterator[str]:
    """What the importer would read otherwise, in words."""
    if not records:
        return
    table = Table(title, [Row(1, tuple(headers)), *(Row(number, row) for number, row in enumerate(rows, start=2))])
    read = {record.row: record for record in read_list(table, kind).records}
    for number, wanted in enumerate(records, start=2):
        found = read.get(number, Record(kind, number))
        who = wanted.values.get("id") or wanted.values.get("name") or f"row {number}"
        for name, value in wanted.values.items():
            if value not in (None, [], "") and found.values.get(name) != value:
                yield f"{kind}, {who}: {name}"
        for name in found.values.keys() - wanted.values.keys():
            yield f"{kind}, {who}: {name} would be read from another column"
        for header, text in wanted.extra.items():
            if found.extra.get(header) != text:
                yield f"{kind}, {who}: column {header!r}"
