"""The event's clock: the real one, or for rehearsals and tests a moment that an organiser names."""

from __future__ import annotations

from datetime import datetime

from app.core.clock import from_wall, utc_now
from app.db.models import Event
from app.services.access import Actor


def moment(actor: Actor, event: Event, at: datetime | None) -> datetime:
    """The instant that counts as now.

    Parameters
    ----------
    at
        Local time of the event, without an offset; for organisers only. None is the real time.
    """
    if at is None:
        return utc_now()
    actor.must_be_organiser()
    return from_wall(at.date(), at.time(), event.zone)
