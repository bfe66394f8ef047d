"""How often each thing is tried: a little in `make test`, as often as was promised in `make torture`."""

from __future__ import annotations

import os
from pathlib import Path

FULL = os.environ.get("FAIRMATCH_TORTURE") == "full"
_REPORT = Path(__file__).parents[2] / "docs" / "torture.md"
_HEAD = """# What was tried, and how often

Written by `make torture`; `make test` runs the same tests with smaller counts. Every line is a test under
`tests/torture` or `tests/api` against a live server.

| what | database | tried | found |
| --- | --- | --- | --- |
"""


def often(a_little: int, promised: int) -> int:
    """The count for this run."""
    return promised if FULL else a_little


def tell(what: str, database: str, tried: str, found: str) -> None:
    """Add a line to the report of a full run."""
    if not FULL:
        return
    lines = _REPORT.read_text(encoding="utf-8").splitlines() if _REPORT.exists() else _HEAD.splitlines()
    start = f"| {what} | {database} |"
    lines = [line for line in lines if not line.startswith(start)]
    _REPORT.write_text("\n".join([*lines, f"{start} {tried} | {found} |"]) + "\n", encoding="utf-8")
