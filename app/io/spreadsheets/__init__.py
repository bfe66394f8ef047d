"""Reading the spreadsheets people already have."""

from __future__ import annotations

from app.domain.lists.tables import Cell, CellFault, Row, Table, address
from app.io.spreadsheets.errors import FileTooLargeError, UnknownEncodingError, UnreadableFileError
from app.io.spreadsheets.limits import Limits
from app.io.spreadsheets.reader import read_tables

__all__ = [
    "Cell",
    "CellFault",
    "FileTooLargeError",
    "Limits",
    "Row",
    "Table",
    "UnknownEncodingError",
    "UnreadableFileError",
    "address",
    "read_tables",
]
