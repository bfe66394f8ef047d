"""Empty the outbox: letters by mail, changes to webhooks.

A delivery is taken (marked with the time), sent outside any transaction, and its end recorded. A process that dies in
between leaves the mark; after a while another takes it again. A letter or call may so arrive twice, with the same id,
and never gets lost: everything ends as delivered or dead.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import AppError
from app.core.settings import Settings
from app.db.engine import Database
from app.db.models import Letter, Webhook, WebhookDelivery
from app.domain.deliveries import RETRIES
from app.domain.letters import ErasureDone
from app.domain.letters import Invitation as InvitationFacts
from app.domain.letters import PasswordReset as PasswordResetFacts
from app.io.http import CallError, Outside
from app.io.mail import Attachment, MailError, Message, Sender, compose, transport_of

Delivery = TypeVar("Delivery", Letter, WebhookDelivery)
_AT_ONCE = 20
#: after this long without an end, whoever took a delivery is taken to have died
_LEFT_AFTER = timedelta(minutes=2)
#: letters that hold a token; what they said is not kept once they are sent
_SECRET = (InvitationFacts.kind, PasswordResetFacts.kind)
_log = logging.getLogger(__name__)


def send_letters(database: Database, settings: Settings) -> int:
    """Send the letters that are due; return how many were delivered."""
    transport, sender = transport_of(settings.mail), Sender(settings.mail_from, "fairmatch")
    host = settings.mail_from.rpartition("@")[2] or "localhost"

    def send(letter: Letter) -> None:
        message = Message(
            to=letter.email, subject=letter.subject, text=letter.text, html=letter.html,
            message_id=f"<{letter.id}@{host}>",
            attachments=tuple(
                Attachment(file["name"], base64.b64decode(file["content"]), file["media_type"])
                for file in letter.attachments
            ),
        )  # fmt: skip
        transport.send(compose(message, sender, letter.created_at))

    return _send_due(database, Letter, send)


def call_webhooks(database: Database, settings: Settings) -> int:
    """Make the webhook calls that are due; return how many arrived."""
    outside = Outside(private=settings.webhooks_to_private)

    def send(delivery: WebhookDelivery) -> None:
        with database.read() as session:
            hook = session.get(Webhook, delivery.webhook_id)
        if hook is None or not hook.active:
            raise CallError("The webhook was switched off or removed.", 410)
        body = json.dumps({"id": str(delivery.id), **delivery.payload}, ensure_ascii=False).encode()
        delivery.status = outside.post(hook.url, body, signed(hook.secret, str(delivery.id), body))

    return _send_due(database, WebhookDelivery, send)


def signed(secret: str, message_id: str, body: bytes, at: int | None = None) -> dict[str, str]:
    """The headers of a webhook call: what it is, when it was sent, and proof that it is from us.

    The signature is HMAC-SHA256 of `id.timestamp.body` with the webhook's secret, in hexadecimal behind `v1=`.
    """
    at = int(utc_now().timestamp()) if at is None else at
    proof = hmac.new(secret.encode(), f"{message_id}.{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "fairmatch",
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": f"v1={proof}",
    }


def _send_due(database: Database, model: type[Delivery], send: Callable[[Delivery], None]) -> int:
    delivered = 0
    with database.read() as session:
        if session.scalar(_due(model).limit(1)) is None:  # so that an idle service writes nothing
            return 0
    while due := database.run(lambda session: _take(session, model)):
        for row in due:
            error = _attempt(row, send)
            database.run(partial(_end, sent=row, error=error))
            delivered += error is None
    return delivered


def _attempt(row: Delivery, send: Callable[[Delivery], None]) -> AppError | None:
    try:
        send(row)
    except AppError as error:
        return error
    except Exception as error:  # noqa: BLE001 - one delivery that cannot be made must not stop the others
        _log.exception("delivery %s cannot be made", row.id)
        return CallError(f"It cannot be sent: {type(error).__name__}.", 400)
    return None


def _due(model: type[Delivery]) -> Select[Delivery]:
    now = utc_now()
    free = or_(model.taken_at.is_(None), model.taken_at < now - _LEFT_AFTER)
    return select(model).where(model.state == "waiting", model.next_at <= now, free)


def _take(session: Session, model: type[Delivery]) -> list[Delivery]:
    now = utc_now()
    rows = list(
        session.scalars(_due(model).order_by(model.next_at, model.id).limit(_AT_ONCE).with_for_update(skip_locked=True))
    )
    for row in rows:
        row.taken_at = now
    return rows


def _end(session: Session, sent: Letter | WebhookDelivery, error: AppError | None) -> None:
    model: type[Any] = type(sent)
    row: Letter | WebhookDelivery | None = session.get(model, sent.id, with_for_update=True)
    if row is None or row.state != "waiting":  # erased, or ended by another who took it for left
        return
    now = utc_now()
    if isinstance(row, Letter) and row.kind == ErasureDone.kind and error is None:
        session.delete(row)  # with it goes the last that there is of the person
        return
    if error is None and isinstance(row, Letter) and row.kind in _SECRET:
        row.text, row.html = "", None
    row.attempts, row.taken_at = row.attempts + 1, None
    if isinstance(row, WebhookDelivery) and isinstance(sent, WebhookDelivery):
        row.status = sent.status if error is None else getattr(error, "answer", None)
    if error is None:
        row.state, row.ended_at, row.error = "delivered", now, None
        return
    row.error = error.message[:1000]
    hopeless = isinstance(error, MailError) and not error.temporary
    gone = isinstance(error, CallError) and error.answer == 410
    if hopeless or gone or row.attempts > len(RETRIES):
        row.state, row.ended_at = "dead", now
    else:
        row.next_at = now + timedelta(seconds=RETRIES[row.attempts - 1])


def send_again(row: Letter | WebhookDelivery) -> None:
    """Give a delivery that has ended a new beginning."""
    row.state, row.attempts, row.next_at, row.ended_at, row.error = "waiting", 0, utc_now(), None, None
