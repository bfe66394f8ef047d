"""Text as people type it, made safe to write into files: nothing vanishes silently, nothing breaks the format."""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# C0 and C1 controls but tab and line feed; lone surrogates; noncharacters of every plane
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(17))
    + "]"
)
_LINE_BREAKS = re.compile("\r\n|[\r\u2028\u2029\x85]")
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """`text` composed (NFC), line breaks as line feeds, and each character that no file may hold as U+FFFD.

    Direction overrides are dropped: they would let one name rearrange its neighbours.
    """
    text = _BIDI_CONTROLS.sub("", _LINE_BREAKS.sub("\n", text))
    return unicodedata.normalize("NFC", _UNWRITABLE.sub(REPLACEMENT, text))


def one_line(text: str) -> str:
    """`clean`, with every run of white space as one space."""
    return " ".join(clean(text).split())


def shorten(text: str, longest: int) -> str:
    """At most `longest` characters; what was cut is marked with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
