"""CSV and its relatives: which separator, which rows, and where a quotation mark was never closed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app.domain.lists.tables import Row, Table, address, trimmed
from app.io.spreadsheets.encodings import decode
from app.io.spreadsheets.errors import FileTooLargeError, UnreadableFileError
from app.io.spreadsheets.limits import Limits

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
#: what an export puts an apostrophe before (see `app.io.csvfiles`), with that apostrophe
_NEUTRAL = re.compile(r"''*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
_SAMPLE_RECORDS = 200
_SAMPLE_CHARACTERS = 300_000


def read_delimited(path: Path, limits: Limits, *, encoding: str | None = None, separator: str | None = None) -> Table:
    """Return the table of a CSV or TSV file; every cell is text, as the file gives it.

    Raises
    ------
    UnknownEncodingError
        If its characters cannot be made out.
    UnreadableFileError
        If it has no rows, or a quotation mark is never closed.
    FileTooLargeError
        If it has more rows, columns, cells or characters in a cell than `limits` allow.
    """
    decoded = decode(path.read_bytes(), encoding=encoding, name=f"the file {path.name!r}")
    text, told = _without_separator_line(decoded.text)
    chosen = separator or told or find_separator(text)
    rows = list(_rows(text, chosen, limits, path.name, first=2 if told else 1))
    if not rows:
        raise UnreadableFileError(f"The file {path.name!r} has no row with content. Export the list again.")
    reading = {
        "format": "csv",
        "encoding": decoded.encoding,
        "encoding_how": decoded.how,
        "separator": SEPARATORS.get(chosen, chosen),
    }
    return Table(name=path.stem, rows=rows, reading=reading)


def _without_separator_line(text: str) -> tuple[str, str | None]:
    """Return the text without Excel's first line `sep=;`, and the separator it names."""
    line, _, rest = text.partition("\n")
    bare = line.strip().strip('"').lower() if len(line) < 12 else ""
    if bare.startswith("sep=") and len(bare) == 5:
        return rest, bare[4]
    if bare == "sep=" and line.rstrip("\r").endswith("\t"):
        return rest, "\t"
    return text, None


def find_separator(text: str) -> str:
    """Return the separator under which most records of the sample have one and the same number of cells.

    Records are parsed, not counted by lines, so separators and line breaks inside quotation marks do not mislead.
    """
    sample = text[:_SAMPLE_CHARACTERS]
    best = max(SEPARATORS, key=lambda separator: _evenness(sample, separator))
    return best if _evenness(sample, best)[0] > 0 else ","


def _evenness(sample: str, separator: str) -> tuple[float, float, int]:
    """Return the share of records of the commonest width above one, whether the first is as wide, and that width."""
    widths: list[int] = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=separator):
            if any(cell.strip() for cell in record):
                widths.append(len(record))
            if len(widths) >= _SAMPLE_RECORDS:
                break
    except csv.Error:
        return (0.0, 0.0, 0)
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return (0.0, 0.0, 0)
    width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
    return (round(count / len(widths), 2), float(widths[0] == width), width)


def _rows(text: str, separator: str, limits: Limits, name: str, *, first: int) -> Iterator[Row]:
    source = io.StringIO(text, newline="")
    reader = csv.reader(source, delimiter=separator)
    number, cells_read, start, line = first - 1, 0, 1, 0
    record: list[str] = []
    while True:
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            raise _broken(name, number + 1, line + 1, error) from error
        number += 1
        cells_read += len(record)
        _check(record, number, cells_read, limits, name)
        cells = trimmed([_plain(cell) for cell in record])
        start, line = line + 1, reader.line_num
        if cells:
            yield Row(number, cells)
    if record and _left_open(text, start, separator):
        raise UnreadableFileError(
            f"In {name!r} a quotation mark that opens in row {number} (line {start}) is never closed, so the rest of "
            'the file would be one cell. Close it, or write a quotation mark inside text twice ("").',
            row=number,
            line=start,
        )


def _plain(cell: str) -> str:
    """The cell without the apostrophe that keeps programs from running it; our own exports write it, others' too."""
    return cell[1:] if _NEUTRAL.match(cell) else cell


def _left_open(text: str, start: int, separator: str) -> bool:
    """Return whether the record that begins on this physical line ends inside quotation marks."""
    lines = io.StringIO(text, newline="").readlines()[start - 1 :]
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _broken(name: str, row: int, line: int, error: csv.Error) -> UnreadableFileError | FileTooLargeError:
    if "field larger" in str(error):
        return FileTooLargeError(
            f"In {name!r} a cell of row {row} (line {line}) has more than {csv.field_size_limit():,} characters; "
            "most likely a quotation mark before it is never closed.",
            row=row,
            line=line,
        )
    return UnreadableFileError(
        f"In {name!r} row {row} (line {line}) is not proper CSV: {error}. Export the list again."
    )


def _check(record: list[str], number: int, cells_read: int, limits: Limits, name: str) -> None:
    if number > limits.rows:
        raise too_many_rows(name, limits)
    if len(record) > limits.columns and len(trimmed(record)) > limits.columns:
        raise FileTooLargeError(
            f"Row {number} of {name!r} has {len(record):,} columns; at most {limits.columns:,} are read. "
            "Check the separator, or delete the columns that are not needed.",
            row=number,
        )
    if cells_read > limits.cells:
        raise FileTooLargeError(f"{name!r} has more than {limits.cells:,} cells; split the list into several files.")
    for column, cell in enumerate(record):
        if len(cell) > limits.cell_characters:
            raise FileTooLargeError(
                f"Cell {address(number, column)} of {name!r} has {len(cell):,} characters; at most "
                f"{limits.cell_characters:,} are read. Shorten it, or check the quotation marks before it.",
                cell=address(number, column),
            )


def too_many_rows(name: str, limits: Limits) -> FileTooLargeError:
    """Return the error for a list with more rows than are read in one go."""
    return FileTooLargeError(
        f"{name!r} has more than {limits.rows:,} rows, the most that are read in one go. "
        "Split the list into several files, or delete rows that are empty but formatted."
    )
