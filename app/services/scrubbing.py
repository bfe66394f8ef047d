"""Take the words of one person out of everything that one tenant keeps, whatever table and column they stand in.

It goes by the metadata, so a new table is covered from the day it is there. The audit trail and publications are left
alone: they hold ids, and cannot be changed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, LargeBinary, String, Table, Text, and_, cast, func, or_, select, update
from sqlalchemy.orm import Session

from app.db.base import Base
from app.db.models import Account, AuditEntry, Publication, Tenant

#: what stands where a word was; short, so that it fits wherever a name did
GONE = "**"
_LEFT_ALONE = (AuditEntry, Publication, Tenant, Account)
#: what firms, fairs and other people are called is theirs, whoever shares a word with them
_NAMED = ("organisation", "event", "series", "host_fair", "cluster", "event_body", "place", "interpreter",
          "representative")  # fmt: skip
_NAMES = ("name", "name_local", "code")
_WHOLE = re.compile(r"\S\s+\S")
_HAN = re.compile("[\u3400-\u9fff\uac00-\ud7af\u3040-\u30ff]")


@dataclass(frozen=True)
class Words:
    """What is to go: addresses and numbers wherever they stand, a name where it stands as a word of its own."""

    exact: tuple[str, ...]
    name: str | None

    @classmethod
    def of(cls, name: str | None, *exact: str | None) -> Words:
        """A name of one word is left out, for it may be that of a town, of goods, or of somebody else."""
        whole = name if name and (_WHOLE.search(name) or len(_HAN.findall(name)) >= 2) else None
        return cls(tuple(sorted({word for word in exact if word and len(word) >= 5})), whole)

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.exact, *((self.name,) if self.name else ()))

    def pattern(self) -> re.Pattern[str]:
        parts = [re.escape(word) for word in self.exact]
        if self.name:
            edge = "" if _HAN.search(self.name) else r"(?<!\w)", "" if _HAN.search(self.name) else r"(?!\w)"
            parts.append(edge[0] + r"\s+".join(re.escape(part) for part in self.name.split()) + edge[1])
        return re.compile("|".join(parts), re.IGNORECASE)


def scrub(session: Session, tenant_id: UUID, words: Words) -> Counter[str]:
    """Replace the words in all rows of a tenant; return how many rows were changed, by table."""
    changed: Counter[str] = Counter()
    if not words.all:
        return changed
    pattern = words.pattern()
    left_alone = {model.__tablename__ for model in _LEFT_ALONE}
    session.flush()
    for table in Base.metadata.sorted_tables:
        mine = None if table.name in left_alone else rows_of(table, tenant_id)
        if mine is not None:
            changed[table.name] += _scrub_table(session, table, mine, words, pattern)
    session.expire_all()
    return +changed


def rows_of(table: Table, tenant_id: UUID) -> ColumnElement[bool] | None:
    """The condition that a row belongs to a tenant; None for tables that belong to none."""
    if "tenant_id" in table.c:
        return table.c.tenant_id == tenant_id
    for key in sorted(table.foreign_keys, key=lambda key: key.target_fullname):
        parent = key.column.table
        if parent is table or parent.name == Account.__tablename__:
            continue
        inside = rows_of(parent, tenant_id)
        if inside is not None:
            return key.parent.in_(select(key.column).where(inside))
    return None


def _scrub_table(
    session: Session, table: Table, mine: ColumnElement[bool], words: Words, pattern: re.Pattern[str]
) -> int:
    kept = _NAMES if table.name in _NAMED else ()
    columns = [
        c
        for c in table.columns
        if isinstance(c.type, (String, Text, JSON)) and c.name not in kept and not c.primary_key
    ]
    count = _forget_bodies(session, table, mine, words)
    if not columns:
        return count
    found = or_(*(_holds(column, word) for column in columns for word in words.all))
    keys = list(table.primary_key.columns)
    for row in session.execute(select(*keys, *columns).where(mine, found)).all():
        values = {c.name: _scrubbed(getattr(row, c.name), pattern) for c in columns}
        new = {name: value for name, value in values.items() if value != getattr(row, name)}
        if new:
            if "version" in table.c:
                new["version"] = table.c.version + 1
            same = and_(*(key == getattr(row, key.name) for key in keys))
            session.execute(update(table).where(same).values(new))
            count += 1
    return count


def _holds(column: Any, word: str) -> ColumnElement[bool]:
    """Whether a word may stand in a column; SQLite keeps JSON with escapes for all letters but those of ASCII."""
    text = func.lower(cast(column, Text))
    as_sqlite = "".join(letter.lower() if letter.isascii() else letter for letter in word)
    spelled = {word.lower(), as_sqlite, json.dumps(word)[1:-1].lower(), json.dumps(word, ensure_ascii=False)[1:-1]}
    return or_(*(text.contains(one, autoescape=True) for one in sorted(spelled)))


def _scrubbed(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(GONE, value)
    if isinstance(value, list):
        return [_scrubbed(item, pattern) for item in value]
    if isinstance(value, dict):
        return {_scrubbed(key, pattern): _scrubbed(item, pattern) for key, item in value.items()}
    return value


def _forget_bodies(session: Session, table: Table, mine: ColumnElement[bool], words: Words) -> int:
    """Answers kept for repeated calls: one that holds the words is forgotten; the call still has its effect once."""
    if table.name != "idempotency_key":
        return 0
    body = next(column for column in table.columns if isinstance(column.type, LargeBinary))
    rows = session.execute(select(table.c.id, body).where(mine, body.is_not(None)))
    hit = [key for key, held in rows if _any_in(bytes(held), words.all)]
    if hit:
        session.execute(update(table).where(table.c.id.in_(hit)).values({body.name: None}))
    return len(hit)


def _any_in(held: bytes, words: Iterable[str]) -> bool:
    low = held.lower()
    return any(spelled in low for word in words for spelled in _spellings(word))


def _spellings(word: str) -> Iterator[bytes]:
    yield word.lower().encode()
    yield json.dumps(word)[1:-1].lower().encode()
