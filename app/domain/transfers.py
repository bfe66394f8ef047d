"""Files that come in and go out over the interface: what is asked for."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field

from app.core.errors import InvalidInputError
from app.domain.profiles import Shape

#: how a file's name may end, and its media type
IMPORTED = (".xlsx", ".csv", ".tsv", ".txt")
MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".json": "application/json",
    ".ics": "text/calendar",
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".zip": "application/zip",
}
OTHER = "application/octet-stream"


class ExportIn(Shape):
    """What is to be written, and how."""

    what: Literal["timetables", "matches", "lists", "badges", "report"] = Field(
        description="the current schedule, the ranked pairs, everything that was brought in, to be brought in again, "
        "a badge for everybody who comes, or the report of the edition"
    )
    format: Literal["zip", "xlsx", "csv", "json", "ics", "pdf", "html"] = Field(
        "zip", description="zip holds every form, and of timetables a page and a calendar for each participant"
    )
    kinds: Annotated[list[str], Field(max_length=20)] = Field([], description="of lists: only these kinds")
    lang: Literal["en", "zh", "zh-Hans", "fr", "de", "it"] = "en"


class ToldIn(Shape):
    """What somebody who looked at a table says of it; a column is named by its header, or its letters."""

    file: str
    sheet: str
    kind: str | None = None
    columns: dict[str, str | None] = {}


def media_type(name: str) -> str:
    """The media type of a file, by the end of its name."""
    return next((found for end, found in MEDIA_TYPES.items() if name.lower().endswith(end)), OTHER)


def column_mapping(text: str | None) -> dict[str, str | None]:
    """Read a mapping of headers to fields: a JSON object of texts and nulls.

    Raises
    ------
    InvalidInputError
        It is none.
    """
    if text is None:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # too deep is no mapping either
        found = None
    if not isinstance(found, dict) or not all(value is None or isinstance(value, str) for value in found.values()):
        raise InvalidInputError(
            'columns is a JSON object of headers and fields, as in {"Why visit": "text", "Hall": null}.',
            field="columns",
        )
    return found
