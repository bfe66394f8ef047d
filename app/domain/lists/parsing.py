"""From a table and a mapping to records: every cell read, every problem found, nothing dropped."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.lists.cells import Context, Reading
from app.domain.lists.checks import check_records, made_id
from app.domain.lists.columns import contexts
from app.domain.lists.fields import Field, Kind, fields_of
from app.domain.lists.headers import Column, Mapping
from app.domain.lists.problems import Problem, Severity
from app.domain.lists.readers import read_cell
from app.domain.lists.records import Record
from app.domain.lists.tables import Cell, CellFault, Row, Table, address, is_blank, shown
from app.domain.lists.words import is_none_given

_FORMULA = re.compile(r"^\s*(=|@\w+\(|[+-][\w.]*[A-Za-z]\w*[(|!])")
_REMEMBERED = 20_000
_SELDOM_BLANK = frozenset({"text", "line", "name", "id"})


@dataclass
class Parsed:
    """The records of a list and everything that is wrong with it.

    `good` are the records of rows without an error, which "the good rows" imports.
    """

    kind: Kind
    table: str
    mapping: Mapping
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "warning"]

    @property
    def good(self) -> list[Record]:
        if any(problem.row is None for problem in self.errors):
            return []
        bad = {problem.row for problem in self.errors}
        return [record for record in self.records if record.row not in bad]


class _Parser:
    """Walks the rows of one table."""

    def __init__(self, kind: Kind, table: Table, mapping: Mapping, data_from: int) -> None:
        self.table, self.mapping = table, mapping
        self.fields = dict(fields_of(kind))
        self.rows = [row for row in table.rows if row.number >= data_from]
        self.parsed = Parsed(kind, table.name, mapping)
        self.faults = {fault.address: fault for fault in table.faults}
        self.read: dict[tuple[int, type, Cell], Reading] = {}
        self.contexts = contexts(mapping, self.fields, self.rows)

    def run(self) -> Parsed:
        sheet = self.table.name
        if not self.rows:
            self._note(None, None, "", "there is no row below the header", "one row per entry")
        for wanted in self.mapping.missing:
            message = "a required column is missing"
            self.parsed.problems.append(
                Problem(sheet, "", None, "", wanted.split(" ")[0], "", message, f"a column {wanted}")
            )
        if self.mapping.missing:
            return self.parsed
        for row in self.rows:
            record = self._record(row)
            if record is not None:
                self.parsed.records.append(record)
        self.parsed.problems.extend(check_records(self.parsed.kind, sheet, self.mapping, self.parsed.records))
        return self.parsed

    def _record(self, row: Row) -> Record | None:
        record = Record(self.parsed.kind, row.number)
        passing: list[tuple[str, Any, Column]] = []
        for column in self.mapping.columns:
            cell = row.cells[column.index] if column.index < len(row.cells) else None
            place = address(row.number, column.index)
            if place in self.faults:
                self._fault(row, column, self.faults[place])
            elif is_blank(cell):
                continue
            elif column.field is None:
                record.keep(column.header or column.letters, shown(cell))
            else:
                self._read(row, column, cell, record, passing)
        self._beyond_header(row, record)
        for name, value, column in passing:
            self._pass_on(row, column, name, value, record)
        if not record.values and not record.extra:
            return None
        self._complete(row, record)
        return record

    def _beyond_header(self, row: Row, record: Record) -> None:
        """Cells to the right of the last header belong to no column, and are kept under their letters."""
        for index in range(len(self.mapping.columns), len(row.cells)):
            if not is_blank(row.cells[index]):
                record.keep(address(row.number, index).rstrip("0123456789"), shown(row.cells[index]))

    def _read(
        self, row: Row, column: Column, cell: Cell, record: Record, passing: list[tuple[str, Any, Column]]
    ) -> None:
        context = self.contexts[column.index]
        field_ = context.field
        if isinstance(cell, str) and is_none_given(cell) and field_.type not in _SELDOM_BLANK:
            return
        if isinstance(cell, str) and _FORMULA.match(cell) and field_.type in ("text", "line", "words", "name"):
            message = f"{cell.strip()[:40]!r} looks like a formula; it is kept as text and never calculated"
            self._note(row, column, cell, message, "plain text", "warning")
        reading = self._reading(column.index, cell, context)
        for message, expected, severity in reading.faults:
            self._note(row, column, cell, message, expected, severity)
        for name, value in reading.values.items():
            self._store(row, column, cell, name, value, record)
        if reading.whole is not None:
            record.keep(column.header or column.letters, reading.whole)
        passing.extend((name, value, column) for name, value in reading.passing.items())

    def _reading(self, index: int, cell: Cell, context: Context) -> Reading:
        """Read a cell, or remember what the same cell above it gave: most columns hold few different ones."""
        remembered = (index, type(cell), cell)
        reading = self.read.get(remembered)
        if reading is None:
            reading = read_cell(cell, context)
            if len(self.read) < _REMEMBERED:
                self.read[remembered] = reading
        return reading

    def _store(self, row: Row, column: Column, cell: Cell, name: str, value: Any, record: Record) -> None:
        old = record.values.get(name)
        if old is None:
            record.values[name] = copy.deepcopy(value) if isinstance(value, list) else value
        elif isinstance(old, list):
            record.values[name] = [*old, *(item for item in value if item not in old)]
        elif name == "text":
            record.values[name] = f"{old}\n\n{value}"
        elif old != value:
            self._note(row, column, cell, f"it says {value!r} for {name}, another column {old!r}", "one of the two")

    def _pass_on(self, row: Row, column: Column, name: str, value: Any, record: Record) -> None:
        """A value given in passing fills an empty field, adds to a list, and may not contradict a column of its own."""
        if name not in self.fields and name != "qualifier":
            record.keep(column.header or column.letters, shown(value))
            return
        cell = row.cells[column.index]
        if isinstance(value, list) or name == "text":
            self._store(row, column, cell, name, value, record)
        elif record.values.setdefault(name, value) != value:
            message = f"{shown(cell)!r} is in {value}, but the {name} of this row is {record.values[name]}"
            self._note(row, column, cell, message, f"one {name} for the whole row")

    def _complete(self, row: Row, record: Record) -> None:
        required = [item for item in self.fields.values() if item.required == "yes"]
        either = [item for item in self.fields.values() if item.required == "any"]
        for item in required:
            if record.values.get(item.name) is None and not self._refused(row, item.name):
                self._lacks(row, [item])
        if either and not any(record.values.get(item.name) for item in either):
            self._lacks(row, either)
        if record.kind in ("exhibitors", "buyers", "clusters") and "id" not in record.values:
            name = record.values.get("name")
            if isinstance(name, str):
                record.values["id"] = made_id(name)
                record.made_id = True

    def _refused(self, row: Row, name: str) -> bool:
        """Return whether the row's cell for this field was found wrong already, so that it need not be missed too."""
        return any(
            problem.row == row.number and problem.field == name and problem.severity == "error"
            for problem in reversed(self.parsed.problems[-20:])
        )

    def _lacks(self, row: Row, items: Sequence[Field]) -> None:
        columns = [column for item in items for column in self.mapping.columns_of(item.name)]
        names = " or ".join(repr(column.header or column.letters) for column in columns)
        self._note(row, columns[0] if columns else None, "", f"{names} is empty, and a row needs it", "a value")

    def _fault(self, row: Row, column: Column, fault: CellFault) -> None:
        severity: Severity = "error" if column.field else "warning"
        what, _, mend = fault.message.partition("; ")
        self._note(row, column, fault.found, f"the cell holds {what}", mend, severity)

    def _note(
        self,
        row: Row | None,
        column: Column | None,
        cell: Cell,
        message: str,
        expected: str,
        severity: Severity = "error",
    ) -> None:
        place = address(row.number, column.index) if row and column else ""
        header = column.header or column.letters if column else ""
        field_ = column.field or "" if column else ""
        number = row.number if row else None
        found = shown(cell)[:200]
        problem = Problem(self.table.name, place, number, header, field_, found, message, expected, severity)
        self.parsed.problems.append(problem)


def parse_table(kind: Kind, table: Table, mapping: Mapping, *, data_from: int) -> Parsed:
    """Return the records of a table and every problem in it.

    Parameters
    ----------
    kind
        The kind of list.
    table
        The table as read.
    mapping
        Which column feeds which field, from `map_headers`.
    data_from
        The number of the first row after the header, from `find_header`.
    """
    return _Parser(kind, table, mapping, data_from).run()
