"""What an import found and did, for people and for machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.domain.lists import Mapping, Problem, Record
from app.domain.lists import address as cell_address


@dataclass
class TableReport:
    """One table of a file: how it was read, how its columns were understood, what is wrong with it."""

    file: str
    sheet: str
    kind: str
    reading: dict[str, str]
    mapping: Mapping
    rows: int
    problems: list[Problem] = field(default_factory=list)
    unresolved: dict[str, int] = field(default_factory=dict)
    written: int = 0
    #: index of a column → what stands in its first cells; only a dry run tells it, and of no person
    samples: dict[int, list[str]] = field(default_factory=dict)

    def wrong(self, record: Record, name: str, message: str, expected: str = "", severity: str = "error") -> None:
        """Note a fault of a row that only the database could show, at the cell it comes from."""
        columns = self.mapping.columns_of(name)
        found = record.values.get(name, "")
        self.problems.append(
            Problem(
                sheet=self.sheet,
                cell=cell_address(record.row, columns[0].index) if columns else "",
                row=record.row,
                column=columns[0].header if columns else "",
                field=name,
                found=str(found)[:200],
                message=message,
                expected=expected,
                severity="warning" if severity == "warning" else "error",
            )
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "sheet": self.sheet,
            "kind": self.kind,
            "reading": self.reading,
            "columns": [
                {"column": c.letters, "header": c.header, "field": c.field, "how": c.how}
                | ({"samples": self.samples.get(c.index, [])} if self.samples else {})
                for c in self.mapping.columns
            ],
            "rows": self.rows,
            "written": self.written,
            "problems": [problem.as_dict() for problem in self.problems],
            "unresolved": self.unresolved,
        }


@dataclass
class Report:
    """The whole import: its tables, what was passed over, and whether anything was written."""

    tables: list[TableReport] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    #: tables that were taken for no list: file, sheet and why
    no_lists: list[dict[str, str]] = field(default_factory=list)
    written: bool = False

    @property
    def problems(self) -> list[Problem]:
        return [problem for table in self.tables for problem in table.problems]

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    def as_dict(self) -> dict[str, Any]:
        return {
            "written": self.written,
            "errors": len(self.errors),
            "tables": [table.as_dict() for table in self.tables],
            "passed_over": self.passed_over,
            "no_lists": self.no_lists,
        }
