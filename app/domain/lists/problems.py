"""What is wrong with a list, cell by cell: found all at once, counted all, shown as many as can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from app.core.errors import InvalidInputError

Severity = Literal["error", "warning"]


class UnusableListError(InvalidInputError):
    """A table that cannot be read as a list at all: no header, an unknown kind, a required column missing."""

    code = "unusable-list"
    title = "The list cannot be used"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one cell, or of a whole row or table where `cell` is empty.

    An "error" keeps its row out of the import; a "warning" says what was assumed.
    """

    sheet: str
    cell: str
    row: int | None
    column: str
    field: str
    found: str
    message: str
    expected: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.sheet}!{self.cell}" if self.cell else self.sheet + (f" row {self.row}" if self.row else "")
        column = f" ({self.column})" if self.column else ""
        right = f" Right would be: {self.expected}." if self.expected else ""
        return f"{place}{column}: {self.message}.{right}"

    def as_dict(self) -> dict[str, Any]:
        """The problem as a plain document, for JSON."""
        return asdict(self)


def summary(problems: Sequence[Problem], *, at_most: int = 50) -> str:
    """Return the first problems, errors before warnings, one a line, and how many more there are of each."""
    ordered = sorted(problems, key=lambda problem: problem.severity != "error")
    lines = [f"{problem.severity}: {problem}" for problem in ordered[:at_most]]
    rest = ordered[at_most:]
    if rest:
        errors = sum(1 for problem in rest if problem.severity == "error")
        lines.append(f"… and {errors} more errors and {len(rest) - errors} more warnings.")
    return "\n".join(lines)
