"""Seal the audit trail: committed entries become links of one hash chain per event (or tenant).

The hash of an entry is SHA-256 over the hash before it and the entry itself in one canonical form, so nothing can be
changed, left out or put in between without every later hash being wrong.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.clock import iso
from app.db.engine import Database
from app.db.models import AuditEntry

_AT_ONCE = 500
START = "0" * 64


def seal(database: Database) -> int:
    """Seal what is not sealed yet; return how many entries were. Two sealers at once do no harm: one gives way."""
    with database.read() as session:
        if not unsealed(session):
            return 0
    sealed = 0
    while True:
        try:
            done = database.run(_seal_some)
        except IntegrityError:  # another sealed the same entries in this moment
            return sealed
        sealed += done
        if done < _AT_ONCE:
            return sealed


def _seal_some(session: Session) -> int:
    rows = session.scalars(
        select(AuditEntry).where(AuditEntry.number.is_(None)).order_by(AuditEntry.id).limit(_AT_ONCE)
    ).all()
    ends = {chain: _end(session, chain) for chain in {row.chain_id for row in rows}}
    for row in rows:
        number, before = ends[row.chain_id]
        row.number, row.hash = number + 1, link(before, number + 1, row)
        ends[row.chain_id] = row.number, row.hash
    session.flush()
    return len(rows)


def _end(session: Session, chain_id: UUID) -> tuple[int, str]:
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash)
        .where(AuditEntry.chain_id == chain_id, AuditEntry.number.is_not(None))
        .order_by(AuditEntry.number.desc())
        .limit(1)
    ).one_or_none()
    return (last[0] or 0, last[1] or START) if last else (0, START)


def link(before: str, number: int, row: AuditEntry) -> str:
    """The hash of an entry as number `number` of its chain, behind the hash `before`."""
    said = [
        before, number, str(row.id), str(row.tenant_id), str(row.event_id), str(row.chain_id), iso(row.at),
        row.actor_kind, str(row.actor_id), row.role, row.deed, str(row.target_id), row.details,
    ]  # fmt: skip
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def broken_chains(session: Session) -> Iterator[tuple[UUID, int, str]]:
    """Every chain that does not hold: its id, the number where it breaks, and how."""
    chains = select(AuditEntry.chain_id).where(AuditEntry.number.is_not(None)).distinct().order_by(AuditEntry.chain_id)
    for chain_id in session.scalars(chains).all():
        found = _break(session, chain_id)
        if found:
            yield chain_id, *found


def _break(session: Session, chain_id: UUID) -> tuple[int, str] | None:
    before, expected = START, 1
    asked = select(AuditEntry).where(AuditEntry.chain_id == chain_id).order_by(AuditEntry.number).limit(_AT_ONCE)
    while rows := session.scalars(asked.where(AuditEntry.number >= expected)).all():
        for row in rows:
            if row.number != expected:
                return expected, "an entry is missing"
            if row.hash != link(before, expected, row):
                return expected, "an entry was changed"
            before, expected = str(row.hash), expected + 1
    return None


def unsealed(session: Session) -> int:
    """How many entries wait for their seal."""
    return session.scalar(select(func.count()).where(AuditEntry.number.is_(None))) or 0
