"""Tell of a repair: to webhooks each meeting that changed; to people what changed for them, by publishing anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.core.errors import ConflictError
from app.db.models import Event
from app.services.access import Actor
from app.services.outbox import tell
from app.services.publications import last_publication, publish

if TYPE_CHECKING:
    from app.services.live.repairs import Repaired


def tell_of(session: Session, actor: Actor, event: Event, repaired: Repaired, site: str) -> int | None:
    """Put what a repair changed into the outbox.

    Where a timetable was published before, the repaired one is published, which writes to those it changes something
    for. What stands in the way of publishing does not undo the repair: the organiser publishes when it is mended.

    Returns
    -------
    int or None
        The number of the new publication, if there is one.
    """
    for status, moves in (("planned", repaired.moved), ("cancelled", repaired.cancelled), ("planned", repaired.added)):
        for move in moves:
            key = move.meeting_id or repaired.added_ids[move.name]
            ids = {"event_id": str(event.id), "meeting_id": str(key)}
            tell(session, event.tenant_id, "meeting.changed", **ids, status=status)
    if last_publication(session, event.id) is None:
        return None
    try:
        return publish(session, actor, event, site).number
    except ConflictError:  # raised before anything is written: nothing is new, or something must be mended first
        return None
