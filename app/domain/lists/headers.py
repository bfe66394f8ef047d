"""From the headers people write to the fields we know, saying how each was recognised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from app.domain.lists.fields import LANGUAGES, Field, Kind, fields_of
from app.domain.lists.problems import UnusableListError
from app.domain.lists.tables import Cell, column_letters, shown
from app.domain.lists.words import HAN, key, nearest

How = Literal["told", "exact", "alias", "fuzzy"]
_RANK: dict[How | None, int] = {"told": 0, "exact": 1, "alias": 2, "fuzzy": 3, None: 4}
#: types of which several columns may feed one field
JOINABLE = frozenset({"text", "words", "certificates", "countries", "languages", "requirements", "choices"})
_BRACKETS = re.compile(r"[(\[（【]([^()\[\]（）【】]*)[)\]）】]")
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}\s*[.)、:]|[①-⑳]|Q\d+[.:])\s*")
_PARTS = re.compile(r"[/|\n\r／｜:：]|\s[-–—]\s")
_SEAM = re.compile(r"(?<=[\u3400-\u9fff])\s*(?=[A-Za-z])|(?<=[A-Za-z.])\s*(?=[\u3400-\u9fff])")


@dataclass(frozen=True)
class Column:
    """One column: its place, its header as written, and the field it feeds (None: kept as an extra)."""

    index: int
    header: str
    field: str | None
    how: How | None
    note: str = ""

    @property
    def letters(self) -> str:
        return column_letters(self.index)


@dataclass(frozen=True)
class Mapping:
    """How the columns of a table feed the fields of a kind of list.

    `missing` names the required columns that are not there, each with headers that would be right; `language` is the
    language of most headers.
    """

    kind: Kind
    columns: tuple[Column, ...]
    missing: tuple[str, ...]
    language: str

    @property
    def unmapped(self) -> tuple[Column, ...]:
        """The columns that feed no field; their cells are kept as extras."""
        return tuple(column for column in self.columns if column.field is None and column.header)

    def columns_of(self, field: str) -> tuple[Column, ...]:
        """The columns that feed a field."""
        return tuple(column for column in self.columns if column.field == field)


@cache
def _known(kind: Kind) -> MappingOf[str, tuple[str, How, frozenset[str]]]:
    """Return header key → (field, how, languages that write it so); labels before aliases, earlier fields first."""
    found: dict[str, tuple[str, How, frozenset[str]]] = {}
    for rank in (0, 1):
        for name, field in fields_of(kind).items():
            for lang in LANGUAGES:
                words = field.headers[lang][:1] if rank == 0 else (name, *field.headers[lang][1:])
                for word in words:
                    how: How = "exact" if rank == 0 else "alias"
                    old = found.setdefault(key(word), (name, how, frozenset({lang})))
                    if old[0] == name:
                        found[key(word)] = (name, old[1], old[2] | {lang})
    return found


@lru_cache(maxsize=4096)
def recognise_header(kind: Kind, header: str) -> tuple[str | None, How | None, frozenset[str]]:
    """Return the field that a header means in a kind of list, how it was recognised, and in which languages."""
    text = _without_number(header)
    return recognise_written(kind, header) or _alike(kind, [text, _BRACKETS.sub(" ", text)])


@lru_cache(maxsize=4096)
def recognise_written(kind: Kind, header: str) -> tuple[str, How, frozenset[str]] | None:
    """The same of a header as it is written, or one of its parts: without looking for slips of the pen, which costs."""
    known = _known(kind)
    text = _without_number(header)
    if key(text) in known:
        return known[key(text)]
    for piece in _pieces(text):
        if key(piece) in known:
            field, _, languages = known[key(piece)]
            return field, "alias", languages
    return None


def _without_number(header: str) -> str:
    return _NUMBERING.sub("", header).strip(" *＊")


def _pieces(text: str) -> list[str]:
    """Return the parts of a header that may stand for it: without brackets, each language of a bilingual one."""
    outside, inside = _BRACKETS.sub(" ", text), _BRACKETS.findall(text)
    pieces = [outside]
    for part in (outside, *inside):
        cut = [piece for piece in _PARTS.split(part) if piece.strip()]
        pieces.extend(cut if len(cut) > 1 else [])
        for piece in cut:
            seam = [word for word in _SEAM.split(piece) if word.strip()]
            pieces.extend(seam if len(seam) > 1 else [])
    # what stands in brackets is a unit or remark more often than a name, so it comes last
    return [*pieces, *inside]


def _alike(kind: Kind, texts: Sequence[str]) -> tuple[str | None, How | None, frozenset[str]]:
    """Return the field whose header differs by a slip of the pen only; short headers are never guessed."""
    known = _known(kind)
    for text in texts:
        wanted = key(text)
        han = bool(HAN.search(text))
        if len(wanted) < (4 if han else 5):
            continue
        near = process.extractOne(wanted, known.keys(), scorer=fuzz.ratio, score_cutoff=84.0 if han else 88.0)
        word = near[0] if near else None
        if word is None and len(wanted) >= 6 and not han:  # two letters swapped count as one slip
            word = next((other for other in known if OSA.distance(wanted, other, score_cutoff=1) <= 1), None)
        if word is not None:
            field, _, languages = known[word]
            return field, "fuzzy", languages
    return None, None, frozenset()


def map_headers(kind: Kind, header_row: Sequence[Cell], overrides: MappingOf[str, str | None] | None = None) -> Mapping:
    """Return which column feeds which field.

    Parameters
    ----------
    kind
        The kind of list.
    header_row
        The header cells, from column A on.
    overrides
        Header, or column letters, → field; None or "" keeps the column as an extra whatever its header says.

    Raises
    ------
    UnusableListError
        If an override names a column or a field that does not exist.
    """
    headers = [re.sub(r"\s+", " ", shown(cell)).strip() for cell in header_row]
    told = _told(kind, headers, overrides or {})
    recognised: list[tuple[str | None, How | None, frozenset[str]]] = []
    for index, header in enumerate(headers):
        if index in told:
            recognised.append((told[index], "told" if told[index] else None, frozenset()))
        else:
            recognised.append(recognise_header(kind, header) if header else (None, None, frozenset()))
    columns = _settle(kind, headers, recognised)
    mapped = {column.field for column in columns}
    return Mapping(kind, columns, tuple(_missing(kind, mapped)), _language(recognised))


def _told(kind: Kind, headers: list[str], overrides: MappingOf[str, str | None]) -> dict[int, str | None]:
    fields = fields_of(kind)
    told: dict[int, str | None] = {}
    for column, field in overrides.items():
        places = [index for index, header in enumerate(headers) if key(header) == key(column) and key(column)]
        if not places:
            places = [index for index in range(len(headers)) if column_letters(index) == column.upper()]
        if not places:
            near = nearest(column, [header for header in headers if header]) or [header for header in headers if header]
            raise UnusableListError(f"There is no column {column!r}; the list has {', '.join(map(repr, near[:8]))}.")
        if field and field not in fields:
            near = nearest(field, fields) or list(fields)
            raise UnusableListError(f"A list of {kind} has no field {field!r}; it has {', '.join(near[:8])} …")
        told |= dict.fromkeys(places, field or None)
    return told


def _settle(
    kind: Kind, headers: list[str], recognised: list[tuple[str | None, How | None, frozenset[str]]]
) -> tuple[Column, ...]:
    """Give each field that takes one column the best recognised one; a second name is the local name."""
    fields = fields_of(kind)
    taken: dict[str, int] = {}
    out: dict[int, Column] = {}
    for index in sorted(range(len(headers)), key=lambda place: _RANK[recognised[place][1]]):
        field, how, _ = recognised[index]
        note = ""
        if field in taken and field == "name" and "name_local" in fields and "name_local" not in taken:
            field = "name_local"
        if field is not None and field in taken and fields[field].type not in JOINABLE:
            other = taken[field]
            note = f"also looks like {field}, which column {column_letters(other)} ({headers[other]}) gives already"
            field, how = None, None
        if field is not None:
            taken.setdefault(field, index)
        out[index] = Column(index, headers[index], field, how, note)
    return tuple(out[index] for index in range(len(headers)))


def _missing(kind: Kind, mapped: set[str | None]) -> list[str]:
    fields = fields_of(kind).values()
    wanted = [_would_be(field) for field in fields if field.required == "yes" and field.name not in mapped]
    either = [field for field in fields if field.required == "any"]
    if either and not any(field.name in mapped for field in either):
        wanted.append(" or ".join(_would_be(field) for field in either))
    return wanted


def _would_be(field: Field) -> str:
    words = [field.header(lang) for lang in LANGUAGES]
    return f"{field.name} ({', '.join(dict.fromkeys(words))})"


def _language(recognised: list[tuple[str | None, How | None, frozenset[str]]]) -> str:
    counts = Counter(lang for _, _, languages in recognised for lang in languages)
    return max(LANGUAGES, key=lambda lang: (counts[lang], -LANGUAGES.index(lang)))
