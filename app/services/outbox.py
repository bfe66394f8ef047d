"""What is to leave the service, written in the transaction of what it tells of: letters and webhook calls.

A job sends them afterwards, tries again after failures, and gives up in the end; see `app.services.sending`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import iso, utc_now
from app.db.models import Letter, Webhook, WebhookDelivery
from app.domain.deliveries import DELIVERY_STATES
from app.domain.letters import Facts, write_letter

#: kinds of change that webhooks can be told of, and what each means
KINDS: dict[str, str] = {
    "registration.received": "somebody applied to take part",
    "registration.decided": "an application was approved or refused",
    "capabilities.registered": "an enterprise said anew what it can make",
    "request.published": "a sourcing request was published or revised",
    "request.withdrawn": "a sourcing request was taken back",
    "matching.done": "a match run has ended",
    "meeting_request.sent": "one participant asked another for a meeting",
    "meeting_request.answered": "a request was accepted, declined or withdrawn, or ran out",
    "schedule.built": "a schedule build has ended",
    "schedule.published": "a schedule was published",
    "meeting.booked": "a meeting was booked by hand or by an accepted request",
    "meeting.changed": "a meeting was moved, cancelled, held or missed",
    "checked_in": "somebody arrived",
    "outcome.given": "one side said what came of a meeting",
}


@dataclass(frozen=True)
class File:
    """A file that goes with a letter."""

    name: str
    media_type: str
    content: bytes


def send_letter(
    session: Session,
    tenant_id: UUID,
    email: str,
    language: str,
    facts: Facts,
    *,
    event_id: UUID | None = None,
    once: str | None = None,
    files: Iterable[File] = (),
) -> None:
    """Put a letter into the outbox.

    Parameters
    ----------
    once
        What makes this letter the only one of its kind, as in "reminder EVENT PARTICIPATION"; a second one with the
        same word is not written. Check under a lock of your own where two transactions may write it at once.
    """
    if once is not None and session.scalar(select(Letter.id).where(Letter.once == once)):
        return
    letter = write_letter(facts, language)
    session.add(
        Letter(
            tenant_id=tenant_id,
            event_id=event_id,
            kind=facts.kind,
            once=once,
            email=email,
            language=letter.lang,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            next_at=utc_now(),
            attachments=[
                {"name": f.name, "media_type": f.media_type, "content": base64.b64encode(f.content).decode()}
                for f in files
            ],
        )
    )


def tell(session: Session, tenant_id: UUID, kind: str, **payload: Any) -> None:
    """Put a change into the outbox of each active webhook of the tenant that wants this kind; ids and codes only."""
    assert kind in KINDS, kind
    hooks = session.scalars(select(Webhook).where(Webhook.tenant_id == tenant_id, Webhook.active))
    now = utc_now()
    session.add_all(
        WebhookDelivery(
            tenant_id=tenant_id, webhook_id=hook.id, kind=kind, next_at=now,
            payload={"kind": kind, "at": iso(now), "data": payload},
        )
        for hook in hooks
        if not hook.kinds or kind in hook.kinds
    )  # fmt: skip


def by_state(session: Session) -> dict[tuple[str, str], int]:
    """Count the deliveries of all tenants by kind and state, those with none included."""
    models = (Letter, WebhookDelivery)
    found = dict.fromkeys(((model.__tablename__, state) for model in models for state in DELIVERY_STATES), 0)
    for model in models:
        for state, number in session.execute(select(model.state, func.count()).group_by(model.state)):
            found[model.__tablename__, state] = number
    return found
