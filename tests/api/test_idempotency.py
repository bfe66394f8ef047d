"""A call with an Idempotency-Key has its effect once, whatever happens, and the same answer every time."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from app.api.etag import must_match, tag_of
from app.core.errors import ChangedMeanwhileError, TagNeededError
from app.db.engine import Database
from app.db.models import AuditEntry, Event, IdempotencyKey
from tests.api.checked import CheckedClient
from tests.api.conftest import EVENT, Fair
from tests.api.test_races import serving
from tests.torture.counts import tell

_ANOTHER = EVENT | {"code": "another"}


def _events(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Event)) or 0


def test_the_same_call_again_gets_the_same_answer(client: CheckedClient, fair: Fair, database: Database) -> None:
    before = _events(database)
    headers = fair.key() | {"Idempotency-Key": "k-1"}
    first = client.post("/api/v1/events", headers=headers, json=_ANOTHER)
    again = client.post("/api/v1/events", headers=headers, json=_ANOTHER)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"]
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert _events(database) == before + 1
    other = client.post("/api/v1/events", headers=headers, json=EVENT | {"code": "third"})
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"
    without = client.post("/api/v1/events", headers=fair.key(), json=_ANOTHER)
    assert without.status_code == 409


def test_keys_of_two_callers_are_two_keys(client: CheckedClient, fair: Fair, rival: Fair) -> None:
    for one in (fair, rival):
        headers = one.key() | {"Idempotency-Key": "shared"}
        assert client.post("/api/v1/events", headers=headers, json=_ANOTHER).status_code == 201


def test_a_call_that_failed_may_be_sent_again(client: CheckedClient, fair: Fair, database: Database) -> None:
    headers = fair.key() | {"Idempotency-Key": "k-2"}
    wrong = EVENT | {"code": "e-2025"}
    assert client.post("/api/v1/events", headers=headers, json=wrong).status_code == 409
    assert client.post("/api/v1/events", headers=headers, json=_ANOTHER).status_code == 201
    with database.read() as session:
        rows = session.scalars(select(IdempotencyKey)).all()
    assert [row.status for row in rows] == [201]


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "é"])
def test_a_key_that_is_no_key_is_refused(client: CheckedClient, fair: Fair, key: str) -> None:
    raw: Any = fair.key() | {"Idempotency-Key": key.encode("utf-8")}
    assert client.post("/api/v1/events", headers=raw, json=_ANOTHER).status_code == 422


def test_many_at_once_have_one_effect(database: Database, database_url: str, fair: Fair) -> None:
    before, callers = _events(database), 50
    ready = threading.Barrier(callers)
    headers = fair.key() | {"Idempotency-Key": "at-once"}
    with serving(database_url) as address, httpx.Client(timeout=60) as http, ThreadPoolExecutor(callers) as pool:

        def one(_: int) -> tuple[int, bytes]:
            ready.wait()
            answer = http.post(f"{address}/api/v1/events", headers=headers, json=_ANOTHER)
            return answer.status_code, answer.content

        answers = list(pool.map(one, range(callers)))
    assert Counter(status for status, _ in answers) == {201: callers}
    assert len({body for _, body in answers}) == 1
    assert _events(database) == before + 1
    tell(
        f"{callers} POST at once with one key", database.engine.dialect.name, "once", "1 effect, the same answer to all"
    )


def test_each_change_is_in_the_trail_and_stays_there(client: CheckedClient, fair: Fair, database: Database) -> None:
    made = client.post("/api/v1/events", headers=fair.key("co-organiser"), json=_ANOTHER).json()
    with database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.deed == "event.created")).all()[-1]
    assert (str(entry.target_id), entry.role, entry.actor_kind) == (made["id"], "co-organiser", "key")
    for change in ("UPDATE audit_entry SET deed = 'nothing'", "DELETE FROM audit_entry"):
        with pytest.raises(Exception, match="kept as they are"), database.engine.begin() as connection:
            connection.execute(text(change))
    with database.write() as session:
        sealed = session.get_one(AuditEntry, entry.id)
        sealed.number, sealed.hash = 1, "0" * 64
    with pytest.raises(Exception, match="kept as they are"), database.write() as session:
        session.get_one(AuditEntry, entry.id).hash = "1" * 64


def test_a_refused_change_leaves_no_entry(client: CheckedClient, fair: Fair, database: Database) -> None:
    def entries() -> int:
        with database.read() as session:
            return session.scalar(select(func.count()).select_from(AuditEntry)) or 0

    before = entries()
    assert client.post("/api/v1/events", headers=fair.key(), json=EVENT).status_code == 409
    assert entries() == before


def test_a_change_names_the_state_it_starts_from(database: Database, fair: Fair) -> None:
    with database.write() as session:
        event = session.get_one(Event, fair.event_id)
        old = tag_of(event)
        event.name, event.as_of = "Renamed", datetime.now(UTC).date()
        session.flush()
        assert tag_of(event) != old
        must_match(f'"other", {tag_of(event)}', event)
        must_match("*", event)
        must_match(None, event, needed=False)
        with pytest.raises(TagNeededError):
            must_match(None, event)
        with pytest.raises(ChangedMeanwhileError):
            must_match(old, event)
