"""A file of lines that is whole or refused: a first line with the checksum of all that follows, then gzip.

`tail -n +2 FILE | zcat` shows what is in it. Every bit counts: the first line is compared as a whole, all the rest
stands under its checksum.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Protocol, cast

from app.core.errors import InvalidInputError
from app.io.atomic import replacing

_MARK = b"fairmatch backup 1, sha256 of what follows: "
_FIRST = len(_MARK) + 64 + 1
_BLOCK = 1 << 20


class Writes(Protocol):
    def __call__(self, line: str) -> None: ...


class _Hashing(BufferedIOBase):
    """A file that sums up what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.hash = hashlib.sha256()

    def write(self, data: bytes) -> int:  # type: ignore[override]  # gzip hands over bytes
        self.hash.update(data)
        return self._file.write(data)


@contextmanager
def writing(path: Path) -> Iterator[Writes]:
    """Write lines to `path`, which appears when all are there, for its owner's eyes only; on an error, nothing does."""
    with replacing(path, mode=0o600) as temporary, temporary.open("wb") as file:
        file.write(b" " * _FIRST)
        hashing = _Hashing(file)
        with gzip.GzipFile(filename="", fileobj=cast("IO[bytes]", hashing), mode="wb", compresslevel=6, mtime=0) as out:
            yield lambda line: cast("None", out.write(line.encode() + b"\n"))
        file.seek(0)
        file.write(_MARK + hashing.hash.hexdigest().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def check(path: Path) -> None:
    """Raise InvalidInputError unless the file is a backup to the last bit."""
    try:
        with path.open("rb") as file:
            first = file.read(_FIRST)
            if not first.startswith(_MARK):
                raise InvalidInputError(f"{path} is no backup of fairmatch, or of a release that this one cannot read.")
            total = hashlib.sha256()
            while block := file.read(_BLOCK):
                total.update(block)
    except OSError as error:
        raise InvalidInputError(f"Cannot read {path}: {error.strerror or error}.") from error
    if first != _MARK + total.hexdigest().encode() + b"\n":
        raise InvalidInputError(
            f"{path} is damaged: its checksum does not fit what is in it (cut short, or changed). Use another copy."
        )


def reading(path: Path) -> Iterator[str]:
    """The lines of a file that has been checked."""
    with path.open("rb") as file:
        file.seek(_FIRST)
        with gzip.GzipFile(fileobj=file, mode="rb") as content:
            for line in content:
                yield line.decode().removesuffix("\n")
