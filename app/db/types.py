"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, DateTime, Dialect, TypeDecorator, Uuid
from sqlalchemy.dialects.postgresql import JSONB


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; refuses times without a zone, so that no local time ever slips in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Id(Uuid[UUID]):
    """A UUID. SQLite gives text, and the same few thousand ids again and again: each is made once."""

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], UUID | None] | None:
        made = super().result_processor(dialect, coltype)  # type: ignore[no-untyped-call]
        return _made_once if made is not None and dialect.name == "sqlite" else made


@lru_cache(maxsize=1 << 16)
def _made_once(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


#: A JSON document; JSONB where there is one. `none_as_null`: None is SQL NULL, not the JSON word.
Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
