"""A fair that is still to come: its days moved from the past to some days from now."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import Event, Phase, Slot
from tests.api.conftest import Fair


def coming(database: Database, fair: Fair, days: int = 30, **phases: tuple[int, int]) -> datetime:
    """Let the first slot begin in `days` days; phases are given as (from, to) in days from now. Return that start."""
    with database.write() as session:
        slots = session.scalars(select(Slot).where(Slot.event_id == fair.event_id).order_by(Slot.position)).all()
        event = session.get_one(Event, fair.event_id)
        now = utc_now()
        delta = timedelta(days=(now - slots[0].starts_at).days + days)
        for slot in slots:
            slot.starts_at, slot.ends_at = slot.starts_at + delta, slot.ends_at + delta
        event.starts_on = event.ends_on = slots[0].starts_at.date()
        for phase in session.scalars(select(Phase).where(Phase.event_id == fair.event_id)):
            session.delete(phase)
        session.flush()
        for name, (start, end) in phases.items():
            times = {"starts_at": now + timedelta(days=start), "ends_at": now + timedelta(days=end)}
            session.add(Phase(event_id=fair.event_id, name=name, **times))
        return slots[0].starts_at
