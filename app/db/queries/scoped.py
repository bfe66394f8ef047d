"""Fetch rows of one tenant; what belongs to another tenant does not exist."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.core.errors import NotFoundError
from app.core.paging import MAX_LIMIT, Page, decode_cursor, encode_cursor
from app.db.base import Base

Row = TypeVar("Row", bound=Base)


def fetch(session: Session, model: type[Row], key: UUID, tenant_id: UUID) -> Row:
    """Return the tenant's row with this id; raise NotFoundError otherwise."""
    table: Any = model
    row = session.scalar(select(model).where(table.id == key, table.tenant_id == tenant_id))
    if row is None:
        raise NotFoundError(f"There is no {readable(model)} {key}.")
    return row


def page(
    session: Session, query: Select[Row], model: type[Row], *, cursor: str | None, limit: int, newest: bool = False
) -> Page[Row]:
    """Return one page of `query` in the order of the rows' ids, which is that of their making; or the newest first."""
    table: Any = model
    limit = max(1, min(limit, MAX_LIMIT))
    if cursor:
        last_seen = decode_cursor(cursor)
        query = query.where(table.id < last_seen if newest else table.id > last_seen)
    rows = list(session.scalars(query.order_by(table.id.desc() if newest else table.id).limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    last: Any = rows[-1] if rows else None
    return Page(rows, encode_cursor(last.id) if more else None)


def locked(session: Session, row: Row) -> Row:
    """The row as it stands, kept from other writers until the transaction ends; others may still refer to it."""
    session.refresh(row, with_for_update={"key_share": True})
    return row


def touch(row: Base) -> None:
    """Count a change of what belongs to a versioned row, though its own columns stay as they are."""
    flag_modified(row, "tenant_id")


def readable(model: type[Base]) -> str:
    return str(model.__tablename__).replace("_", " ")
