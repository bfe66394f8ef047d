"""The whole way of one file: its tables recognised, mapped and parsed."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.lists.fields import Kind
from app.domain.lists.headers import map_headers
from app.domain.lists.parsing import Parsed, parse_table
from app.domain.lists.problems import Problem, UnusableListError
from app.domain.lists.recognising import find_header, first_row, is_notes, recognise
from app.domain.lists.tables import Table


@dataclass(frozen=True)
class Told:
    """What somebody who looked at a table says of it: what kind of list it is, and which column feeds which field."""

    kind: Kind | None = None
    columns: MappingOf[str, str | None] = field(default_factory=dict)


@dataclass
class Lists:
    """The lists of a file, and in words what of it was passed over."""

    lists: list[Parsed] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    #: tables that were taken for no list, and why; somebody may know better
    no_lists: list[tuple[str, str]] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        return [problem for parsed in self.lists for problem in parsed.problems]


def read_list(
    table: Table,
    kind: Kind | None = None,
    overrides: MappingOf[str, str | None] | None = None,
    *,
    anyhow: bool = False,
) -> Parsed:
    """Return the records and problems of one table.

    Parameters
    ----------
    table
        As read from the file.
    kind
        What kind of list it is; found from headers and sheet name if not given.
    overrides
        Header, or column letters, → field, where the headers alone would mislead.
    anyhow
        Whether the first row of text heads the columns where no row looks like a header of this kind.

    Raises
    ------
    UnusableListError
        If it has no header, its kind cannot be told, or an override names nothing that exists.
    """
    if kind is None:
        found = recognise(table, overrides)
        kind, header = found.kind, found.header
    else:
        header_or_none = find_header(table, kind, overrides) or find_header(table, kind)
        header_or_none = header_or_none or (first_row(table) if anyhow else None)
        if header_or_none is None:
            recognise(table, overrides)  # has the better message where the table is no list at all
            raise UnusableListError(f"No row of {table.name!r} looks like the header of a list of {kind}.")
        header = header_or_none
    mapping = map_headers(kind, header.cells, overrides)
    return parse_table(kind, table, mapping, data_from=header.data_from)


def read_lists(
    tables: Sequence[Table],
    kind: Kind | None = None,
    overrides: MappingOf[str, str | None] | None = None,
    told: MappingOf[str, Told] | None = None,
    *,
    lenient: bool = False,
) -> Lists:
    """Return the lists of all tables of a file; `told` says by the name of a table what holds for it alone.

    Sheets of a template without entries, and its notes, are passed over; so are sheets that are no list, if another
    one is. A table that is told to be a list of some kind is one.

    Raises
    ------
    UnusableListError
        If no table is a list, unless `lenient`: then it is among `no_lists`.
    """
    out = Lists(passed_over=list(dict.fromkeys(note for table in tables for note in table.notes)))
    refused: list[UnusableListError] = []
    for table in tables:
        of_it = (told or {}).get(table.name, Told())
        if is_notes(table) and len(tables) > 1 and of_it.kind is None:
            out.passed_over.append(f"sheet {table.name!r} explains the columns")
            continue
        try:
            columns = {**(overrides or {}), **of_it.columns}
            parsed = read_list(table, of_it.kind or kind, columns, anyhow=of_it.kind is not None)
        except UnusableListError as error:
            refused.append(error)
            out.no_lists.append((table.name, error.message))
            continue
        if len(tables) > 1 and not parsed.records and not table_has_rows(table):
            out.passed_over.append(f"sheet {table.name!r} has no entries")
            continue
        out.lists.append(parsed)
    if not out.lists and not (lenient and refused):
        raise refused[0] if refused else UnusableListError(f"There is no entry in it: {'; '.join(out.passed_over)}.")
    out.passed_over.extend(error.message for error in refused)
    return out


def table_has_rows(table: Table) -> bool:
    """Return whether there is more than a header."""
    return len(table.rows) > 1
