"""Why a file cannot be read; every message says what was found and how to mend it."""

from __future__ import annotations

from app.core.errors import InvalidInputError, TooLargeError


class UnreadableFileError(InvalidInputError):
    """The file is not a spreadsheet that can be read: another format, damaged, or protected."""

    code = "unreadable-file"
    title = "The file cannot be read"


class UnknownEncodingError(InvalidInputError):
    """The characters of a text file cannot be made out."""

    code = "unknown-encoding"
    title = "The characters of the file cannot be made out"


class FileTooLargeError(TooLargeError):
    """The file holds more than is read in one go."""

    code = "file-too-large"
    title = "The file is too large"
