"""Webhooks: addresses that are told of changes, and what became of each call."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError
from app.core.paging import Page
from app.db.models import Webhook, WebhookDelivery
from app.db.queries.scoped import fetch, page
from app.io.http import Outside
from app.services.access import Actor
from app.services.audit import record
from app.services.outbox import KINDS
from app.services.sending import send_again

_MOST = 20


def create(session: Session, actor: Actor, url: str, kinds: Collection[str], label: str, outside: Outside) -> Webhook:
    """Register an address. The secret that signs its calls is made here; see it once in the answer."""
    check(url, kinds, outside)
    if len(session.scalars(select(Webhook.id).where(Webhook.tenant_id == actor.tenant_id)).all()) >= _MOST:
        raise ConflictError(f"There are {_MOST} webhooks already; remove one first.")
    hook = Webhook(
        tenant_id=actor.tenant_id, url=url, kinds=sorted(set(kinds)), label=label, secret=secrets.token_urlsafe(32)
    )
    session.add(hook)
    session.flush()
    record(session, actor, "webhook.created", target_id=hook.id)
    return hook


def check(url: str, kinds: Collection[str], outside: Outside) -> None:
    """Raise InvalidInputError for an address that cannot be called and for kinds of change that there are not."""
    outside.check(url)
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise InvalidInputError(f"{', '.join(unknown)}: no such kind; there is {', '.join(KINDS)}.", field="kinds")


def find(session: Session, actor: Actor, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    hook = fetch(session, Webhook, webhook_id, actor.tenant_id)
    if lock:
        session.refresh(hook, with_for_update=True)
    return hook


def change(session: Session, actor: Actor, hook: Webhook, changes: dict[str, object], outside: Outside) -> Webhook:
    """Change an address, its kinds, its label, or whether it is in use."""
    for name, value in changes.items():
        setattr(hook, name, value)
    check(hook.url, hook.kinds, outside)
    session.flush()
    record(session, actor, "webhook.changed", target_id=hook.id, fields=sorted(changes))
    return hook


def remove(session: Session, actor: Actor, hook: Webhook) -> None:
    """Forget an address, and what was to be told it."""
    record(session, actor, "webhook.removed", target_id=hook.id)
    session.delete(hook)
    session.flush()


def listed(session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Webhook]:
    return page(
        session, select(Webhook).where(Webhook.tenant_id == actor.tenant_id), Webhook, cursor=cursor, limit=limit
    )


def deliveries(
    session: Session, actor: Actor, hook: Webhook, state: str | None, *, cursor: str | None = None, limit: int = 50
) -> Page[WebhookDelivery]:
    """What was told to an address, the oldest first."""
    asked = select(WebhookDelivery).where(
        WebhookDelivery.tenant_id == actor.tenant_id, WebhookDelivery.webhook_id == hook.id
    )
    if state:
        asked = asked.where(WebhookDelivery.state == state)
    return page(session, asked, WebhookDelivery, cursor=cursor, limit=limit)


def deliver_again(session: Session, actor: Actor, delivery_id: UUID) -> WebhookDelivery:
    """Try a call anew that has ended."""
    row = fetch(session, WebhookDelivery, delivery_id, actor.tenant_id)
    session.refresh(row, with_for_update=True)
    if row.state == "waiting":
        raise ConflictError("This call is on its way already.")
    send_again(row)
    session.flush()
    record(session, actor, "webhook.delivered_again", target_id=row.id)
    return row
