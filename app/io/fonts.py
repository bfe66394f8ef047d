"""Fonts for PDFs: which files to take, found on the machine or in the wheels that carry them."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from app.core.errors import InvalidInputError
from app.io.faces import Face, FontFile, coverage, cut, pick_face

# Free fonts that hold Chinese and Western Latin; installed ones are preferred in this order.
_KNOWN = (
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "SourceHanSans-Regular.ttc",
    "NotoSansSC[wght].ttf",
    "NotoSansCJK-VF.otf.ttc",
)
_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")
_CHINESE = ("mplfonts", "fonts/NotoSansCJKsc-Regular.otf")  # SIL Open Font License
_OTHERS = ("matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf")  # Polish, Turkish, Greek, Hebrew …; a free licence
_MUST_HAVE = frozenset("aéüß南昌针织")
_MAY_BE_WIDE = frozenset("‘’“”…")


def open_faces(characters: Iterable[str], font_path: Path | None = None) -> tuple[Face, ...]:
    """The faces that show `characters`, the main one first; further ones only for what it lacks.

    The main one is the configured font, else an installed one, else the bundled Noto Sans CJK SC. Where its quotation
    marks are as wide as Chinese characters, a face with the narrow ones for Latin text follows it.

    Raises
    ------
    InvalidInputError
        if `font_path` is no font, or its licence bits forbid embedding; if no font can be found at all.
    """
    wanted = frozenset(characters)
    main = FontFile(font_path, pick_face(font_path)) if font_path else find_font()
    faces = [cut(main, (wanted & coverage(main)) | {" "})]
    narrow = cut(main, wanted & _MAY_BE_WIDE & coverage(main), narrow=True)
    faces += [narrow] if narrow.advances else []
    for package, inside in (_CHINESE, _OTHERS):
        spare = bundled(package, inside)
        missing = wanted.difference(*(face.advances for face in faces))
        if spare and missing & coverage(spare):
            # whole words change their face, so it gets the letters that the main one has, too
            faces.append(cut(spare, wanted & coverage(spare)))
    return tuple(faces)


@lru_cache(maxsize=1)
def find_font() -> FontFile:
    """An installed font of the known free ones that holds Chinese and accented Latin, else the bundled one.

    Raises
    ------
    InvalidInputError
        if neither is there.
    """
    installed = _installed()
    for name in _KNOWN:
        for path in installed.get(name, ()):
            try:
                file = FontFile(path, pick_face(path))
                if coverage(file) >= _MUST_HAVE:
                    return file
            except InvalidInputError:
                continue  # a broken font of the system is no reason to fail; the next will do
    if found := bundled(*_CHINESE):
        return found
    raise InvalidInputError(
        "No font with Chinese characters was found: reinstall the package mplfonts, install fonts-noto-cjk, "
        "or name a font file in FAIRMATCH_FONT."
    )


def bundled(package: str, inside: str) -> FontFile | None:
    """A font file that a wheel carries, found without importing the package; None if it is not there."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    paths = (Path(folder) / inside for folder in folders or ())
    return next((FontFile(path) for path in paths if path.is_file()), None)


def _installed() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for folder in _FOLDERS:
        for place, _, names in os.walk(Path(folder).expanduser()):
            for name in names:
                if name in _KNOWN:
                    found.setdefault(name, []).append(Path(place) / name)
    return {name: sorted(paths) for name, paths in found.items()}
