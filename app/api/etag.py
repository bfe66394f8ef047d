"""Entity tags: the same answer need not be sent twice (RFC 9110, sections 8.8.3 and 13.1.2)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import Header

from app.core.errors import ChangedMeanwhileError, TagNeededError

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def quoted(tag: str) -> str:
    """A strong entity tag as a header holds it."""
    return f'"{tag}"'


def unchanged(if_none_match: str | None, tag: str) -> bool:
    """Whether the client says that it has the answer with this (quoted) tag already; compares weakly."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)


class Versioned(Protocol):
    """A row that counts its changes."""

    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...


#: for the description of a route: that its answer has a tag
TAGGED: dict[str, Any] = {"headers": {"ETag": {"description": "names this answer", "schema": {"type": "string"}}}}
#: the header of a change; routes take it as `if_match: IfMatch = None`
IfMatch = Annotated[str | None, Header(max_length=2000, description="ETag of the state that you change")]


def tag_of(row: Versioned) -> str:
    """The (quoted) entity tag of a row as it stands."""
    return quoted(f"{row.id.hex}.{row.version}")


def must_match(if_match: str | None, row: Versioned, *, needed: bool = True) -> None:
    """Hold a change against the state it was made for; call it with the row locked.

    Raises
    ------
    TagNeededError
        The change does not say which state it starts from, though `needed`.
    ChangedMeanwhileError
        The row has been changed since.
    """
    if if_match is None:
        if needed:
            raise TagNeededError("Send If-Match with the ETag of what you read, so that nobody's change is lost.")
        return
    if if_match.strip() != "*" and tag_of(row) not in re.findall(r'"[^"]*"', if_match):
        raise ChangedMeanwhileError("Somebody has changed this since you read it; read it again and change that.")


def tagged() -> dict[str, Any]:
    """For the description of a route: that its answer has an ETag."""
    return {"headers": {"ETag": {"description": "names this state", "schema": {"type": "string"}}}}
