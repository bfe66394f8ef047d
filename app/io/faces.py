"""Font files opened, checked, cut down to the characters a document needs, and made TrueType.

Noto Sans CJK comes as CFF outlines keyed by CID. Cutting it down and turning the few hundred outlines left into
TrueType ones gives files of some tens of kilobytes in which every reader finds and copies the text.
"""

from __future__ import annotations

import contextlib
import io
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, TTLibError, newTable
from fontTools.varLib import instancer

from app.core.errors import InvalidInputError

_OUTLINE_ERROR = 0.5  # thousandths of an em by which a TrueType curve may miss the cubic one
_NO_EMBEDDING, _NO_SUBSETTING = 0x0002, 0x0100  # OS/2 fsType
_BROKEN = (OSError, TTLibError, KeyError, AssertionError, ValueError, struct.error)  # what bad fonts raise
_UNUSED_TABLES = (
    "BASE",
    "GDEF",
    "GPOS",
    "GSUB",
    "VORG",
    "vhea",
    "vmtx",
    "DSIG",
    "STAT",
    "meta",
    "MATH",
    "kern",
    "FFTM",
)
_NO_PROGRAMS = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
)


@dataclass(frozen=True)
class FontFile:
    """A face in a font file; `number` is its place in a collection."""

    path: Path
    number: int = 0


@dataclass(frozen=True)
class Face:
    """A cut-down TrueType face: its bytes, and the advance of each of its characters in em.

    A `narrow` face holds only signs, as wide as Latin text wants them.
    """

    sfnt: bytes
    advances: dict[str, float]
    narrow: bool = False


def pick_face(path: Path) -> int:
    """The number of the face for simplified Chinese in a collection, else 0.

    Raises
    ------
    InvalidInputError
        if the file cannot be read as a font.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"ttcf":
                return 0
            file.seek(0)
            collection = TTCollection(file, lazy=True)
            names = [str(font["name"].getBestFamilyName()) for font in collection.fonts]
    except _BROKEN as error:
        raise _no_font(path, error) from error
    return next((number for number, name in enumerate(names) if name.endswith((" SC", " CN"))), 0)


@lru_cache(maxsize=4)
def coverage(file: FontFile) -> frozenset[str]:
    """The characters that a face has.

    Raises
    ------
    InvalidInputError
        if it is no font, or may not be embedded.
    """
    with _open(file) as font:
        return frozenset(map(chr, font.getBestCmap() or ()))


@lru_cache(maxsize=8)
def cut(file: FontFile, characters: frozenset[str], narrow: bool = False) -> Face:
    """The face with only these characters, as a static TrueType font.

    With `narrow` only those of them which have a proportional alternative (OpenType feature pwid), in that form.

    Raises
    ------
    InvalidInputError
        if it is no font, or may not be embedded.
    """
    options = subset.Options(notdef_outline=True, layout_features=[], hinting=False, name_IDs=[1, 2, 4, 6])
    options.drop_tables += _UNUSED_TABLES
    with _open(file) as font:
        if narrow:
            characters = _make_narrow(font, characters)
            if not characters:
                return Face(b"", {}, narrow=True)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=map(ord, characters))
        cutter.subset(font)
        if "fvar" in font:
            axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
            instancer.instantiateVariableFont(font, axes | {"wght": 400} if "wght" in axes else axes, inplace=True)
        if "glyf" not in font:
            _to_truetype(font)
        units = font["head"].unitsPerEm
        advances = {chr(code): font["hmtx"][name][0] / units for code, name in font.getBestCmap().items()}
        sfnt = io.BytesIO()
        font.save(sfnt)
    return Face(sfnt.getvalue(), advances, narrow)


def _open(file: FontFile) -> Any:
    with contextlib.ExitStack() as open_files:
        try:
            source = open_files.enter_context(file.path.open("rb"))
            font = TTFont(source, fontNumber=file.number, lazy=True, recalcTimestamp=False)
            restrictions = font["OS/2"].fsType
            font.getBestCmap()
        except _BROKEN as error:
            raise _no_font(file.path, error) from error
        open_files.pop_all()  # from here on closing the font closes its file
    if restrictions & 0x000F == _NO_EMBEDDING or restrictions & _NO_SUBSETTING:
        font.close()
        raise InvalidInputError(f"The licence of the font {file.path} forbids embedding it: choose another.")
    return font


def _no_font(path: Path, error: Exception) -> InvalidInputError:
    return InvalidInputError(f"{path} cannot be used as a font ({error}): name a TTF, OTF or TTC file.", path=str(path))


def _make_narrow(font: Any, characters: frozenset[str]) -> frozenset[str]:
    """Let the characters that have a proportional form show it; give those."""
    if "GSUB" not in font:
        return frozenset()
    layout = font["GSUB"].table
    records = [record.Feature for record in layout.FeatureList.FeatureRecord if record.FeatureTag == "pwid"]
    lookups = [layout.LookupList.Lookup[number] for record in records[:1] for number in record.LookupListIndex]
    narrowed: dict[str, str] = {}
    for lookup in lookups:
        for table in lookup.SubTable:
            narrowed |= getattr(getattr(table, "ExtSubTable", table), "mapping", {})
    best = font.getBestCmap()
    codes = {ord(c): narrowed[best[ord(c)]] for c in characters if best.get(ord(c)) in narrowed}
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap.update(codes)
    return frozenset(map(chr, codes))


def _to_truetype(font: Any) -> None:
    """Replace the cubic outlines of `font` by quadratic ones, in place."""
    order, glyphs = font.getGlyphOrder(), font.getGlyphSet()
    error = _OUTLINE_ERROR * font["head"].unitsPerEm / 1000
    outlines = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, error, reverse_direction=True))
        outlines[name] = pen.glyph()
    for tag in ("CFF ", "CFF2", "VORG"):
        if tag in font:
            del font[tag]
    font["loca"] = newTable("loca")
    font["glyf"] = table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, outlines
    for name in order:
        outlines[name].recalcBounds(table)
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(outlines[name], "xMin", 0))
    limits = font["maxp"]
    limits.tableVersion, limits.maxZones = 0x00010000, 1
    for key in _NO_PROGRAMS:
        setattr(limits, key, 0)
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"
