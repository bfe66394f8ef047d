"""Files that are kept for a while in the database, where every process finds them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.core.clock import utc_now
from app.core.errors import NotFoundError
from app.db.models import Event, StoredFile
from app.domain.transfers import media_type
from app.services.access import Actor

KEPT = timedelta(days=7)


def keep(session: Session, tenant_id: UUID, event: Event | None, name: str, content: bytes) -> StoredFile:
    """Keep a file; it is gone after a week."""
    row = StoredFile(
        tenant_id=tenant_id,
        event_id=event.id if event else None,
        name=plain_name(name),
        media_type=media_type(name),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        expires_at=utc_now() + KEPT,
    )
    session.add(row)
    session.flush()
    return row


def find_file(session: Session, actor: Actor, key: UUID) -> StoredFile:
    """Return a file with its content; one that has run out is gone."""
    actor.must_be_organiser()
    row = session.scalar(
        select(StoredFile)
        .where(StoredFile.id == key, StoredFile.tenant_id == actor.tenant_id)
        .options(undefer(StoredFile.content))
    )
    if row is None or (row.expires_at is not None and row.expires_at <= utc_now()):
        raise NotFoundError(f"There is no file {key}; files are kept for {KEPT.days} days.")
    return row


def plain_name(name: str) -> str:
    """The last part of a name, without what no file's name should hold."""
    last = PurePosixPath(name.replace("\\", "/")).name
    shown = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').strip(". ")
    return shown[-200:] or "file"
