"""The outbox: what is written leaves once it is committed, is tried again, and ends as delivered or dead."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core.clock import utc_now
from app.core.errors import InvalidInputError
from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Letter, Webhook, WebhookDelivery
from app.domain.deliveries import RETRIES
from app.domain.letters import ErasureDone, RegistrationReceived
from app.domain.timetables import EventInfo
from app.io.http import CallError, Outside, is_public
from app.services import access, outbox, sending, webhooks
from tests.processes import Process


@dataclass
class Listener:
    """A real web server that notes what it is told and answers as asked."""

    address: str = ""
    answers: list[int] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    told = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = told.answers.pop(0) if told.answers else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", told.address)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.address = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _settings(database: Database, **more: Any) -> Settings:
    return Settings(database_url=database.url, webhooks_to_private=True, **more)


def _hook(database: Database, url: str, kinds: tuple[str, ...] = ()) -> access.Actor:
    with database.write() as session:
        actor = access.Actor(access.create_tenant(session, "t", "T").id)
        webhooks.create(session, actor, url, kinds, "", Outside(private=True))
    return actor


def _tell(database: Database, actor: access.Actor, kind: str = "schedule.published") -> None:
    with database.write() as session:
        outbox.tell(session, actor.tenant_id, kind, schedule_id="s")


def _only(database: Database, model: Any) -> Any:
    with database.read() as session:
        return session.scalars(select(model)).one()


def _later(database: Database, model: Any) -> None:
    """As if the next attempt were due."""
    with database.write() as session:
        session.execute(update(model).values(next_at=utc_now()))


def test_a_change_is_told_once_and_signed(database: Database) -> None:
    with listening() as told:
        actor = _hook(database, told.address, ("schedule.published",))
        _tell(database, actor)
        _tell(database, actor, "meeting.booked")
        assert sending.call_webhooks(database, _settings(database)) == 1
        assert sending.call_webhooks(database, _settings(database)) == 0
    ((headers, body),) = told.heard
    delivery, hook = _only(database, WebhookDelivery), _only(database, Webhook)
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 200, 1)
    said = json.loads(body)
    assert (said["id"], said["kind"], said["data"]) == (str(delivery.id), "schedule.published", {"schedule_id": "s"})
    proof = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1=" + hmac.new(hook.secret.encode(), proof, hashlib.sha256).hexdigest()
    assert hook.secret not in str(told.heard)


def test_what_is_refused_is_tried_again_until_it_is_dead(database: Database) -> None:
    with listening() as told:
        actor = _hook(database, told.address)
        _tell(database, actor)
        told.answers = [500, 302, 404, *([503] * 20)]
        for attempt in range(1, len(RETRIES) + 2):
            assert sending.call_webhooks(database, _settings(database)) == 0
            row = _only(database, WebhookDelivery)
            assert row.attempts == attempt
            assert row.state == ("waiting" if attempt <= len(RETRIES) else "dead")
            assert sending.call_webhooks(database, _settings(database)) == 0, "not before its time"
            assert len(told.heard) == attempt, "redirects are not followed"
            _later(database, WebhookDelivery)
        assert len({headers["webhook-id"] for headers, _ in told.heard}) == 1
        told.answers = []
        with database.write() as session:
            webhooks.deliver_again(session, actor, row.id)
        assert sending.call_webhooks(database, _settings(database)) == 1
    assert _only(database, WebhookDelivery).state == "delivered"


def test_what_a_dead_process_took_is_taken_again(database: Database) -> None:
    with listening() as told:
        _tell(database, _hook(database, told.address))
        with database.write() as session:
            session.execute(update(WebhookDelivery).values(taken_at=utc_now()))
        assert sending.call_webhooks(database, _settings(database)) == 0, "somebody is on it"
        with database.write() as session:
            session.execute(update(WebhookDelivery).values(taken_at=utc_now() - timedelta(minutes=3)))
        assert sending.call_webhooks(database, _settings(database)) == 1


def test_many_senders_send_each_once(database: Database) -> None:
    with listening() as told:
        actor = _hook(database, told.address)
        for _ in range(30):
            _tell(database, actor)
        senders = [
            threading.Thread(target=sending.call_webhooks, args=(database, _settings(database))) for _ in range(4)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    ids = [headers["webhook-id"] for headers, _ in told.heard]
    assert len(ids) == len(set(ids)) == 30


def test_a_letter_goes_out_as_it_was_written(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        tenant = access.create_tenant(session, "t", "T").id
        edition = EventInfo("e", "对接会", "Asia/Shanghai", "", date(2026, 1, 1), date(2026, 1, 1), ())
        facts = RegistrationReceived(name="张伟", event=edition, organisation="春服饰")
        for _ in range(2):
            outbox.send_letter(session, tenant, "wei@example.org", "zh", facts, once="registration r1")
    settings = _settings(database, mail=f"file:{tmp_path / 'mail'}")
    assert sending.send_letters(database, settings) == 1
    (file,) = (tmp_path / "mail").glob("*.eml")
    assert b"wei@example.org" in file.read_bytes()
    assert _only(database, Letter).state == "delivered"


def test_a_mail_server_that_is_away_is_waited_for(database: Database) -> None:
    with database.write() as session:
        tenant = access.create_tenant(session, "t", "T").id
        facts = ErasureDone(name="A", house="B", erased_at=utc_now(), zone="Europe/Paris", reference="r")
        outbox.send_letter(session, tenant, "a@example.org", "fr", facts)
    with socket.socket() as taken:  # bound and not listening: refused at once
        taken.bind(("127.0.0.1", 0))
        settings = _settings(database, mail=f"smtp+plain://127.0.0.1:{taken.getsockname()[1]}")
        assert sending.send_letters(database, settings) == 0
    row = _only(database, Letter)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "mail server" in row.error


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "::ffff:127.0.0.1", "fe80::1%eth0", "fd00::1",
     "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "100.64.0.1", "192.168.1.1"],
)  # fmt: skip
def test_private_addresses_are_not_called(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_public_ones_are(address: str) -> None:
    assert is_public(address)


def test_a_name_that_leads_inside_is_refused_when_it_is_called() -> None:
    with listening() as told, pytest.raises(CallError, match="private network"):
        Outside().post(told.address.replace("http://127.0.0.1", "https://localhost"), b"{}", {})
    assert told.heard == []


@pytest.mark.parametrize(
    "url", ["http://example.org/", "ftp://example.org", "https://", "https://u:p@example.org/", "https://x:99999/", "x"]
)
def test_addresses_that_cannot_be_called_are_refused(url: str) -> None:
    with pytest.raises(InvalidInputError):
        Outside().check(url)


def test_a_sender_that_is_killed_loses_nothing(database: Database) -> None:
    """Killed in the middle of its calls; whoever comes next makes those that are left."""
    with listening() as told:
        actor = _hook(database, told.address)
        for _ in range(60):
            _tell(database, actor)
        code = (
            "import sys; from app.core.settings import Settings; from app.db.engine import Database;"
            "from app.services.sending import call_webhooks;"
            "call_webhooks(Database(sys.argv[1]), Settings(database_url=sys.argv[1], webhooks_to_private=True))"
        )
        with Process("tests.nursery:run_code", code, database.url, stdout=1, stderr=2) as process:
            while len(told.heard) < 5 and process.poll() is None:
                pass
            process.kill()
        with database.write() as session:
            session.execute(update(WebhookDelivery).values(taken_at=None))
        sending.call_webhooks(database, _settings(database))
    with database.read() as session:
        states = set(session.scalars(select(WebhookDelivery.state)))
    assert states == {"delivered"}
    assert len({headers["webhook-id"] for headers, _ in told.heard}) == 60
