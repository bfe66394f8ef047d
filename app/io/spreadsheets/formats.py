"""What a file really is, told from its first bytes; the name is only believed where it agrees."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from app.io.spreadsheets.errors import UnreadableFileError

Format = Literal["xlsx", "text"]

_SAVE_AS = "Open it in a spreadsheet program and save it as XLSX or CSV."
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"{\\rtf", "an RTF document"),
    (b"PAR1", "a Parquet file"),
)
_MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<table", "a web page (HTML)"),
    (b"<meta", "a web page (HTML)"),
    (b"<head", "a web page (HTML)"),
    (b"<?xml", "an XML file"),
    (b"<workbook", "an XML file"),
    (b"<!doctype", "an XML file"),
)


def format_of(path: Path) -> Format:
    """Return how the file has to be read.

    Raises
    ------
    UnreadableFileError
        If it is empty, or some other kind of file, whatever its name says.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    named = f"{path.name!r}"
    if not head:
        raise UnreadableFileError(f"The file {named} is empty (0 bytes). Export the list again and check its size.")
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith((b"PK\x05\x06", b"PK\x07\x08")):
        raise UnreadableFileError(f"The file {named} is an empty or split ZIP archive, not a workbook. {_SAVE_AS}")
    if head.startswith(_OLE):
        raise _old_office(path)
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise UnreadableFileError(f"The file {named} is {what}, not a spreadsheet. {_SAVE_AS}", found=what)
    markup = _plain_ascii(head)
    for tag, what in _MARKUP:
        if markup.startswith(tag):
            raise UnreadableFileError(
                f"The file {named} is {what} under a spreadsheet's name, as some systems export it. {_SAVE_AS}",
                found=what,
            )
    return "text"


def _plain_ascii(head: bytes) -> bytes:
    """Return the start of the file without byte-order mark, NULs and white space, for comparison with tags."""
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head.replace(b"\x00", b"").lstrip().lower()


def _old_office(path: Path) -> UnreadableFileError:
    with path.open("rb") as file:
        protected = _ENCRYPTED in file.read(4 * 1024 * 1024)
    if protected:
        return UnreadableFileError(
            f"The workbook {path.name!r} is protected by a password. Remove the password "
            "(File, Info, Protect Workbook, Encrypt with Password: leave it empty) and save it again.",
            found="a password-protected workbook",
        )
    return UnreadableFileError(
        f"The file {path.name!r} is in the Office format from before 2007 (.xls). "
        "Open it and save it as “Excel Workbook (*.xlsx)” or as CSV.",
        found="a workbook of before 2007",
    )
