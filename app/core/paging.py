"""Keyset paging: rows in the order of their ids, and an opaque cursor that names the last one seen."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from app.core.errors import InvalidInputError

T = TypeVar("T")
MAX_LIMIT = 200
_MOST = 2**31  # what a column of whole numbers holds


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items, and the cursor for what follows; None at the end."""

    items: list[T]
    next: str | None


def encode_cursor(last: UUID) -> str:
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def encode_place(value: str | int, last: UUID) -> str:
    """The cursor of a list in another order than that of the ids: what the last row is sorted by, and its id."""
    return base64.urlsafe_b64encode(json.dumps([value, str(last)]).encode()).decode().rstrip("=")


def decode_place(cursor: str, kind: type[T]) -> tuple[T, UUID]:
    """What `encode_place` made a cursor of; raise InvalidInputError for anything else."""
    try:
        value, last = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        said = str(value).encode()  # refuses half characters
        if type(value) is not kind or b"\0" in said or (isinstance(value, int) and abs(value) >= _MOST):
            raise ValueError(value)
        return value, UUID(last)
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise InvalidInputError("This cursor was not made here; start again without one.") from error


def decode_cursor(cursor: str) -> UUID:
    """Return the id inside a cursor; raise InvalidInputError for anything we did not make."""
    try:
        return UUID(bytes=base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise InvalidInputError("This cursor was not made here; start again without one.") from error
