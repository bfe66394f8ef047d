"""The doorway: any file an organiser has, as tables."""

from __future__ import annotations

from pathlib import Path

from app.domain.lists.tables import Table
from app.io.spreadsheets.delimited import read_delimited
from app.io.spreadsheets.errors import FileTooLargeError, UnreadableFileError
from app.io.spreadsheets.formats import format_of
from app.io.spreadsheets.limits import DEFAULT, Limits
from app.io.spreadsheets.workbook import read_workbook


def read_tables(
    path: Path, *, limits: Limits = DEFAULT, encoding: str | None = None, separator: str | None = None
) -> list[Table]:
    """Return the tables of an XLSX workbook (one per visible sheet with content) or of a CSV or TSV file (one).

    Parameters
    ----------
    path
        The file. What it is is told from its content; the name only appears in messages and as the CSV table's name.
    limits
        What it may hold.
    encoding, separator
        For text files, if the sender knows them; found out otherwise and told in `Table.reading`.

    Raises
    ------
    UnreadableFileError, UnknownEncodingError
        If it cannot be read; the message says what it is instead and how to mend it.
    FileTooLargeError
        If it is over a limit.
    """
    if not path.is_file():
        raise UnreadableFileError(f"There is no file {str(path)!r}. Check the name and the folder.")
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise FileTooLargeError(
            f"{path.name!r} has {size / 2**20:,.1f} MB; at most {limits.file_bytes / 2**20:,.0f} MB are read. "
            "Remove pictures, or split the list.",
            file_bytes=size,
        )
    if format_of(path) == "xlsx":
        return read_workbook(path, limits)
    return [read_delimited(path, limits, encoding=encoding, separator=separator)]
