"""The process that unpacks a workbook: run by its path, killed when it takes too long, bounded in memory by itself.

Standard library and python-calamine only, so that it starts quickly and nothing of the service is within its reach.
In: JSON options as the only argument. Out: one JSON document per line on standard output; see `workbook.read_workbook`.
A sheet is scanned first (extent, formulas, errors), because a single cell in the far corner makes the dense grid that
the reader builds as large as the whole sheet.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import sys
import zipfile
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_FAULTS = 1_000


class RefusedError(Exception):
    """What the parent turns into its own error: a code and the figures for its message."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.answer = {"refused": code, **facts}


class Scan:
    """Counts the cells of one sheet as its XML goes by, and stops at the first limit passed."""

    def __init__(self, limits: dict[str, Any]) -> None:
        self.limits = limits
        self.faults: list[tuple[str, str]] = []
        self.cells = 0
        self.row = self.column = 0
        self._cell: tuple[str, str] | None = None
        self._formula = self._filled = self._inside = False

    def run(self, read: Callable[[int], bytes]) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True
        while chunk := read(1 << 18):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _doctype(self, *_: object) -> None:
        raise RefusedError("entities")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._inside = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            self.row = int(attributes.get("r") or self.row + 1)
            self.column = 0

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        found = _ADDRESS.fullmatch(reference) if reference else None
        if found:
            letters, digits = found.groups()
            self.column = 0
            for letter in letters:
                self.column = self.column * 26 + ord(letter) - 64
            self.row = int(digits)
        else:
            self.column += 1
        self._cell = (reference or _letters(self.column) + str(self.row), attributes.get("t", "n"))
        self._formula = self._filled = self._inside = False

    def _text(self, text: str) -> None:
        if self._inside and text:
            self._filled = True

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name in ("v", "t"):
            self._inside = False
        elif name == "c" and self._cell is not None:
            self._finish_cell(*self._cell)
            self._cell = None

    def _finish_cell(self, reference: str, kind: str) -> None:
        if not (self._filled or self._formula):
            return
        self.cells += 1
        if self.row > self.limits["rows"]:
            raise RefusedError("rows", cell=reference)
        if self.column > self.limits["columns"]:
            raise RefusedError("columns", cell=reference)
        if self.cells > self.limits["cells"]:
            raise RefusedError("cells", cell=reference)
        # An empty text (t="str") is a proper result of a formula; no result at all means it was never calculated.
        if len(self.faults) < _FAULTS and (kind == "e" or not (self._filled or kind == "str")):
            self.faults.append((reference, "error" if kind == "e" else "formula"))


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet by the sheet's name, from the workbook and its relations."""
    targets: dict[str, str] = {}
    names: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition("}")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition("}")[2] == "sheet":
            reference = next((value for key, value in attributes.items() if key.rpartition("}")[2] == "id"), "")
            names[attributes.get("name", "")] = reference

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartDoctypeDeclHandler = _refuse_entities
        parser.StartElementHandler = handler
        with package.open(part) as file:
            parser.Parse(file.read(), True)
    found = {}
    for name, reference in names.items():
        target = targets.get(reference, "")
        found[name] = target.lstrip("/") if target.startswith("/") else "xl/" + target.removeprefix("./")
    return found


def _refuse_entities(*_: object) -> None:
    raise RefusedError("entities")


def plain(value: Any) -> Any:
    """Return a cell as JSON; dates and times as {"d": ISO}, {"t": ISO}; whole floats as integers."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, dt.datetime):
        return {"d": value.date().isoformat()} if value.time() == dt.time() else {"m": value.isoformat()}
    if isinstance(value, dt.date):
        return {"d": value.isoformat()}
    if isinstance(value, dt.time):
        return {"t": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return str(value)
    return value


def rows_of(sheet: Any, limits: dict[str, Any], left: list[int]) -> list[tuple[int, list[Any]]]:
    rows = []
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        out: list[Any] = [None if cell == "" else plain(cell) for cell in cells]
        while out and out[-1] is None:
            out.pop()
        if not out:
            continue
        for column, cell in enumerate(out, start=1):
            if isinstance(cell, str):
                left[0] -= len(cell)
                if len(cell) > limits["cell_characters"]:
                    raise RefusedError("cell", cell=f"{_letters(column)}{number}", characters=len(cell))
        if left[0] < 0:
            raise RefusedError("characters")
        rows.append((number, out))
    return rows


def bound_memory(limits: dict[str, Any]) -> None:
    """Let the kernel refuse more memory or processor time than is allowed, where it can (Linux; macOS ignores it)."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"], limits["memory_bytes"]))
        seconds = int(limits["seconds"]) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(path: str, limits: dict[str, Any], write: Callable[[dict[str, Any]], None]) -> None:
    from python_calamine import CalamineWorkbook

    left = [limits["characters"]]
    with zipfile.ZipFile(path) as package, CalamineWorkbook.from_path(path) as book:
        parts = sheet_parts(package)
        if len(book.sheet_names) > limits["sheets"]:
            raise RefusedError("sheets", sheets=len(book.sheet_names))
        for sheet in book.sheets_metadata:
            kind, visible = str(sheet.typ).rpartition(".")[2], str(sheet.visible).rpartition(".")[2]
            if kind != "WorkSheet" or visible != "Visible":
                write({"sheet": sheet.name, "passed_over": "hidden" if kind == "WorkSheet" else "chart"})
                continue
            scan = Scan(limits)
            if parts.get(sheet.name) in package.NameToInfo:
                with package.open(parts[sheet.name]) as file:
                    scan.run(file.read)
            opened = book.get_sheet_by_name(sheet.name)
            answer = {"sheet": sheet.name, "rows": rows_of(opened, limits, left), "faults": scan.faults}
            write({**answer, "merged": opened.merged_cell_ranges or []})


def main() -> int:
    options = json.loads(sys.argv[1])
    limits = options["limits"]
    bound_memory(limits)

    def write(answer: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(answer, ensure_ascii=True, separators=(",", ":")) + "\n")

    try:
        read(options["path"], limits, write)
    except RefusedError as refused:
        write(refused.answer)
    except MemoryError:
        write({"refused": "memory"})
    except Exception as error:  # noqa: BLE001  the parent must hear of whatever a hostile file causes
        write({"refused": "damaged", "error": f"{type(error).__name__}: {error}"[:300]})
    write({"done": True})
    return 0


if __name__ == "__main__":
    sys.exit(main())
