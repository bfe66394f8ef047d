"""Which characters the bytes of a text file stand for, decided by strict decoders in an order that cannot mislead.

UTF-8 refuses almost everything that is not UTF-8, so it comes first. GB18030 accepts much Western text and cp1252
accepts almost anything, so each must also look like the writing it is used for; for what neither explains
charset-normalizer has a proposal, which the sender has to confirm: a wrong guess would be imported as nonsense.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from app.io.spreadsheets.errors import UnknownEncodingError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# Two bytes of GB2312: the 3,755 everyday characters (lead B0–D7), or punctuation and full-width forms (lead A1–A3).
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x80-\xff]")
_EVERYDAY = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_SAMPLE = 400_000
#: Encodings that are proposed as a last resort: writing systems of the trade's other countries.
_LAST_RESORT = [
    "big5",
    "shift_jis",
    "cp932",
    "euc_jp",
    "euc_kr",
    "cp949",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1258",
]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file and the encoding that gave it; `how` says on what ground it was chosen."""

    text: str
    encoding: str
    how: str


def decode(data: bytes, *, encoding: str | None = None, name: str = "the file") -> Decoded:
    """Return the text that the bytes stand for.

    Parameters
    ----------
    data
        The whole file.
    encoding
        Taken as given, if the sender knows it.
    name
        What messages call the file.

    Raises
    ------
    UnknownEncodingError
        If the given encoding does not fit (with the offset of the first byte that does not), or none can be found.
    """
    if encoding is not None:
        return _as_told(data, encoding, name)
    for mark, codec, words in _MARKS:
        if data.startswith(mark):
            return _strictly(data, codec, words, name)
    wide = _utf16_without_mark(data)
    if wide:
        return _strictly(data, wide, "UTF-16 without byte-order mark", name)
    if b"\x00" in data:
        raise UnknownEncodingError(
            f"{name} holds NUL bytes (the first at byte {data.index(0)}), so it is no text file. "
            "Save the list as XLSX or as “CSV UTF-8”."
        )
    found = _try(data, "utf-8", "UTF-8") or _chinese(data) or _western(data)
    if found is None:
        raise UnknownEncodingError(
            f"The characters of {name} fit neither UTF-8, UTF-16, GB18030 nor Windows-1252{_proposal(data)}. "
            "Save the list as “CSV UTF-8” or XLSX, or name its encoding."
        )
    return found


def _as_told(data: bytes, encoding: str, name: str) -> Decoded:
    try:
        codec = codecs.lookup(encoding).name
    except LookupError:
        raise UnknownEncodingError(
            f"No encoding is called {encoding!r}; try utf-8, gb18030, utf-16 or cp1252."
        ) from None
    return _strictly(data, "utf-8-sig" if codec == "utf-8" else codec, "as told", name)


def _strictly(data: bytes, codec: str, how: str, name: str) -> Decoded:
    try:
        return Decoded(data.decode(codec).removeprefix("\ufeff"), codec, how)
    except UnicodeDecodeError as error:
        raise UnknownEncodingError(
            f"{name} should be {codec} ({how}), but byte {error.start} (0x{data[error.start]:02X}) does not fit. "
            "The file may be cut off or mixed; export it again.",
            byte=error.start,
        ) from None
    except UnicodeError as error:
        raise UnknownEncodingError(f"{name} should be {codec} ({how}), but is not: {error}. Export it again.") from None


def _try(data: bytes, codec: str, how: str) -> Decoded | None:
    try:
        return Decoded(data.decode(codec), codec, how)
    except UnicodeDecodeError:
        return None


def _utf16_without_mark(data: bytes) -> str | None:
    """Return the byte order if nearly every line break and separator has its NUL on the same side."""
    sample = data[:_SAMPLE]
    if b"\x00" not in sample or len(data) % 2:
        return None
    little, big = _ascii_units(sample[0::2], sample[1::2]), _ascii_units(sample[1::2], sample[0::2])
    if max(little, big) < 2 or min(little, big) * 10 > max(little, big):
        return None
    return "utf-16-le" if little > big else "utf-16-be"


def _ascii_units(low: bytes, high: bytes) -> int:
    return sum(1 for a, b in zip(low, high, strict=False) if b == 0 and a in b"\n\r\t,; 0123456789abcdeinorst")


def _chinese(data: bytes) -> Decoded | None:
    """GB18030, if its two-byte characters are everyday ones; Western text would give rare ones with ASCII trails."""
    pairs = _PAIR.findall(data[:_SAMPLE])
    everyday = sum(1 for pair in pairs if _EVERYDAY.fullmatch(pair))
    if not pairs or everyday < 0.8 * len(pairs):
        return None
    return _try(data, "gb18030", "GB18030 (GBK), recognised by its everyday characters")


def _western(data: bytes) -> Decoded | None:
    """cp1252, if its high bytes stand alone between ASCII letters, as accents do; other scripts come in long runs."""
    runs = [len(run) for run in _HIGH_RUN.findall(data[:_SAMPLE])]
    lone = sum(1 for run in runs if run <= 2)
    if lone < 0.8 * len(runs):
        return None
    found = _try(data, "cp1252", "Windows-1252, recognised by its single accented letters")
    return found if found and _looks_western(found.text[:_SAMPLE]) else None


def _looks_western(text: str) -> bool:
    """Return whether most signs above ASCII are letters of Western Europe or printers' punctuation."""
    high = [sign for sign in text if sign > "\x7f"]
    usual = sum(1 for sign in high if "À" <= sign <= "ÿ" or sign in "€‚„…†‰ŠŒŽ‘’“”•–—™šœžŸ ¡£§©ª«®°±²³´µ·¹º»¼½¾¿")
    odd = sum(1 for sign in high if sign in "×÷ÐðÞþÝý")
    return usual - odd >= 0.9 * len(high)


def _proposal(data: bytes) -> str:
    """The likeliest encoding by its letters, with words of the file as it would read them."""
    best = from_bytes(data[:_SAMPLE], cp_isolation=_LAST_RESORT).best()
    found = best and _try(data, best.encoding, "")
    if not best or not found:
        return ""
    words = " ".join(word for word in found.text.split() if not word.isascii())[:60]
    return f"; as {best.encoding} it would read {words!r}"
