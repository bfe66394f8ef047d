"""Tell of a repair: to webhooks each meeting that changed, to people what changed for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.db.models import Event
from app.services.access import Actor
from app.services.outbox import tell

if TYPE_CHECKING:
    from app.services.live.repairs import Repaired


def tell_of(session: Session, _actor: Actor, event: Event, repaired: Repaired) -> None:
    """Put what a repair changed into the outbox."""
    for status, moves in (("planned", repaired.moved), ("cancelled", repaired.cancelled), ("planned", repaired.added)):
        for move in moves:
            key = move.meeting_id or repaired.added_ids[move.name]
            ids = {"event_id": str(event.id), "meeting_id": str(key)}
            tell(session, event.tenant_id, "meeting.changed", **ids, status=status)
