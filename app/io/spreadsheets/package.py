"""What a workbook's ZIP package declares, checked before anything is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from app.io.spreadsheets.errors import FileTooLargeError, UnreadableFileError
from app.io.spreadsheets.limits import Limits

_SAVE_AS = "Open it in a spreadsheet program and save it as XLSX or CSV."


def check_package(path: Path, limits: Limits) -> None:
    """Refuse a package that is damaged, is no XLSX workbook, or would unpack to too much.

    Only the directory at the end of the file is read. What it declares may still be a lie; the process that unpacks is
    bounded in memory and time for that.

    Raises
    ------
    UnreadableFileError
        If it is no ZIP archive, or one without a workbook in it.
    FileTooLargeError
        If it declares too many parts, too many bytes, or a part packed more tightly than real sheets ever are.
    """
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableFileError(
            f"The workbook {path.name!r} is damaged or was cut off ({error}). Save it again, or send it once more."
        ) from error
    if len(parts) > limits.parts:
        raise FileTooLargeError(
            f"{path.name!r} has {len(parts):,} parts inside; at most {limits.parts:,} are read. Copy the lists alone "
            "into a new workbook."
        )
    _check_contents({part.filename for part in parts}, path)
    _check_sizes(parts, path, limits)


def _check_contents(names: set[str], path: Path) -> None:
    if any(name.lower() == "xl/workbook.xml" for name in names) and "[Content_Types].xml" in names:
        return
    what = "a ZIP archive without a workbook in it"
    for part, kind in (
        ("xl/workbook.bin", "a binary workbook (.xlsb)"),
        ("word/document.xml", "a Word document"),
        ("ppt/presentation.xml", "a presentation"),
        ("content.xml", "an OpenDocument file (.ods or .odt)"),
        ("Index/Document.iwa", "an Apple Numbers file"),
    ):
        if part in names:
            what = kind
    raise UnreadableFileError(f"The file {path.name!r} is {what}. {_SAVE_AS}", found=what)


def _check_sizes(parts: list[zipfile.ZipInfo], path: Path, limits: Limits) -> None:
    total = sum(part.file_size for part in parts)
    if total > limits.unpacked_bytes:
        raise FileTooLargeError(
            f"{path.name!r} would unpack to {total / 2**20:,.0f} MB; at most {limits.unpacked_bytes / 2**20:,.0f} MB "
            "are read. Split the list, or copy its values alone into a new workbook.",
            unpacked_bytes=total,
        )
    for part in parts:
        if part.flag_bits & 1:
            raise UnreadableFileError(
                f"{path.name!r} is protected by a password. Remove it and save the workbook again."
            )
        ratio = part.file_size / max(1, part.compress_size)
        if part.file_size > 2**20 and ratio > limits.unpacked_ratio:
            raise FileTooLargeError(
                f"Part {part.filename!r} of {path.name!r} would grow {ratio:,.0f} times when unpacked "
                f"({part.file_size / 2**20:,.0f} MB), which no list does. Copy the values alone into a new workbook.",
                ratio=round(ratio),
            )
