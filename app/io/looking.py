"""Whether a file speaks of somebody: texts, calendars, pages and tables are looked into, workbooks and archives too."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator

#: an archive may hold archives, and say that it is larger than anybody's memory
_DEPTH, _BYTES = 3, 200_000_000
_ENCODINGS = ("utf-8", "utf-16", "gb18030", "cp1252")
_FOLD = re.compile(r"\r?\n[ \t]|=\r?\n")
_TAG = re.compile(r"<[^>]*>")


class _ClosedError(Exception):
    """The file cannot be looked into."""


def may_hold(content: bytes, words: Collection[str]) -> bool:
    """Whether a file holds one of the words, in any of the usual encodings; True too where nobody can look into it.

    Case, folded lines, entities and escapes make no difference, nor do marks inside a word. What is compressed or drawn
    (a PDF, a picture) counts as holding everything: whoever asks would rather lose a file than keep a name.
    """
    wanted = [_even(word) for word in words if word.strip()]
    if not wanted:
        return False
    try:
        return any(word in text for text in _texts(content, 0) for word in wanted)
    except _ClosedError:
        return True


def _texts(content: bytes, depth: int) -> Iterator[str]:
    if content.startswith(b"PK\x03\x04"):
        yield from _inside(content, depth)
        return
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _ClosedError
    if content.startswith((b"%PDF", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"\xd0\xcf\x11\xe0")):
        raise _ClosedError
    for encoding in _ENCODINGS:
        text = content.decode(encoding, "replace")
        yield from (_even(form) for form in _forms(_FOLD.sub("", text)))


def _forms(text: str) -> Iterator[str]:
    """A text as it is, and without what marks or escapes stand between its letters."""
    yield text
    if "<" in text or "&" in text:
        yield html.unescape(_TAG.sub(" ", text))
        yield html.unescape(_TAG.sub("", text))
    if "\\" in text:
        yield re.sub(r"\\([,;\\])", r"\1", text)
        yield re.sub(r"\\u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})*", lambda found: json.loads(f'"{found.group()}"'), text)


def _inside(content: bytes, depth: int) -> Iterator[str]:
    if depth == _DEPTH:
        raise _ClosedError
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > _BYTES:
                raise _ClosedError
            for entry in entries:
                yield _even(entry.filename)
                with archive.open(entry) as member:
                    inner = member.read(_BYTES + 1)
                if len(inner) > _BYTES:
                    raise _ClosedError
                yield from _texts(inner, depth + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        raise _ClosedError from error  # broken, or behind a password


def _even(text: str) -> str:
    return " ".join(text.casefold().split())
