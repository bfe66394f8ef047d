"""Locks on names of things that have no row to lock."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session


def hold_name(session: Session, name: str) -> None:
    """Make others that want the same name wait until this transaction ends.

    On SQLite there is nothing to do: a transaction that writes is alone from its first statement on.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(cast(number, BigInteger))))
