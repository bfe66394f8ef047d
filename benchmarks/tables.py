"""What a benchmark hands back: tables that the report and the terminal show alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One table of `docs/benchmarks.md`.

    `command` is what anyone types to get it again; `note` says what was measured, on what, and what falls short.
    """

    title: str
    command: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""

    def markdown(self) -> str:
        """Heading, command, note and table as Markdown."""
        lines = [f"## {self.title}", "", f"`{self.command}`", ""]
        if self.note:
            lines += [self.note, ""]
        lines.append("| " + " | ".join(self.columns) + " |")
        lines.append("| " + " | ".join("---" for _ in self.columns) + " |")
        lines += ["| " + " | ".join(_shown(cell) for cell in row) + " |" for row in self.rows]
        return "\n".join(lines) + "\n"


def _shown(cell: object) -> str:
    """Figures below 10 with three digits, others with thousands separators."""
    if isinstance(cell, float):
        return f"{cell:.3f}" if abs(cell) < 10 else f"{cell:,.1f}"
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return str(cell)
