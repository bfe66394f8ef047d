"""Keyset paging: rows in the order of their ids, and an opaque cursor that names the last one seen."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from app.core.errors import InvalidInputError

T = TypeVar("T")
MAX_LIMIT = 200


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items, and the cursor for what follows; None at the end."""

    items: list[T]
    next: str | None


def encode_cursor(last: UUID) -> str:
    return base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def decode_cursor(cursor: str) -> UUID:
    """Return the id inside a cursor; raise InvalidInputError for anything we did not make."""
    try:
        return UUID(bytes=base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise InvalidInputError("This cursor was not made here; start again without one.") from error
