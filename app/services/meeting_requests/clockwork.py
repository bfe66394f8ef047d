"""What the clock does to requests: rows past their deadline say so, and answers that are due are reminded of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import Event, MeetingRequest
from app.domain.meeting_requests import reminder_due
from app.services.legal_slots import pair_of
from app.services.meeting_requests.answering import expire
from app.services.meeting_requests.telling import remind

_AT_ONCE = 50
_DAY = timedelta(days=1)


def expire_requests(database: Database, site: str) -> int:
    """Let requests past their deadline say so, some at a time; return how many. Two at once take different ones."""

    def work(session: Session) -> int:
        due = (
            select(MeetingRequest)
            .where(MeetingRequest.state == "pending", MeetingRequest.expires_at <= utc_now())
            .order_by(MeetingRequest.expires_at)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        rows = session.scalars(due).all()
        for row in rows:
            expire(session, row, site)
        return len(rows)

    return _until_done(database, work)


def remind_of_requests(database: Database, site: str) -> int:
    """Write to who has not answered yet and soon cannot; once for each request."""

    def work(session: Session) -> int:
        now = utc_now()
        soon = (
            select(MeetingRequest)
            .where(
                MeetingRequest.state == "pending",
                MeetingRequest.reminded_at.is_(None),
                MeetingRequest.expires_at > now,
                MeetingRequest.expires_at <= now + _DAY,
            )
            .order_by(MeetingRequest.expires_at)
            .with_for_update(skip_locked=True)
        )
        due = [row for row in session.scalars(soon) if reminder_due(row.created_at, row.expires_at, now)][:_AT_ONCE]
        for row in due:
            event = session.get_one(Event, row.event_id)
            sender, receiver = pair_of(session, event, row.from_id, row.to_id)
            remind(session, event, row, sender.organisation, receiver.organisation, site)
            row.reminded_at = now
        return len(due)

    return _until_done(database, work)


def _until_done(database: Database, work: Callable[[Session], int]) -> int:
    done = 0
    while found := database.run(work):
        done += found
    return done
