"""The audit trail is sealed into chains, and tampering shows."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, text

from app.db.engine import Database
from app.db.models import AuditEntry
from app.services import access, sealing
from app.services.audit import record


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as session:
        actor = access.Actor(access.create_tenant(session, "t", "T").id)
        for number in range(1200):
            record(session, actor, "thing.done", number=number, words="é 中 \u2028")
    return database


def test_every_entry_is_sealed_once_by_many_sealers(filled: Database) -> None:
    threads = [threading.Thread(target=sealing.seal, args=(filled,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealing.seal(filled)
    with filled.read() as session:
        numbers = sorted(session.scalars(select(AuditEntry.number)))
        assert numbers == list(range(1, 1201))
        assert list(sealing.broken_chains(session)) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE audit_entry SET deed = 'other' WHERE number = 700", "changed"),
        ("DELETE FROM audit_entry WHERE number = 700", "missing"),
        ("UPDATE audit_entry SET role = 'viewer' WHERE number = 700", "changed"),
    ],
)
def test_tampering_shows(filled: Database, damage: str, said: str) -> None:
    """By somebody who owns the database and takes the triggers away first."""
    sealing.seal(filled)
    with filled.engine.begin() as connection:
        for trigger in ("audit_entry_kept", "audit_entry_frozen"):
            connection.execute(text(f"DROP TRIGGER {trigger}" + ("" if filled.is_sqlite else " ON audit_entry")))
        connection.execute(text(damage))
    with filled.read() as session:
        ((_, number, how),) = sealing.broken_chains(session)
    assert number == 700
    assert said in how
