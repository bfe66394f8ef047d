"""Calendars to subscribe to: a secret address for one participant's timetable, which can be taken back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.crypto import CALENDAR, digest, new_key
from app.core.errors import NotFoundError
from app.core.ids import new_id
from app.core.paging import Page
from app.db.models import Event, FeedToken, Organisation, Participation
from app.db.queries.scoped import page
from app.io.calendar import personal_feed
from app.services.access import Actor
from app.services.audit import record
from app.services.delegations import meets_as
from app.services.timetables import own_timetable, whole


def make_feed(
    session: Session, actor: Actor, event: Event, part: Participation, language: str
) -> tuple[FeedToken, str]:
    """Make a feed; return it and its token, which cannot be shown again."""
    token = new_key(CALENDAR)
    row = FeedToken(
        id=new_id(), tenant_id=event.tenant_id, event_id=event.id, participation_id=part.id, language=language,
        digest=digest(token),
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "feed.made", event_id=event.id, target_id=row.id)
    return row, token


def list_feeds(
    session: Session, actor: Actor, event: Event, *, cursor: str | None = None, limit: int = 50
) -> Page[FeedToken]:
    """Feeds that are in force; enterprises and buyers see their own."""
    query = select(FeedToken).where(FeedToken.event_id == event.id, FeedToken.revoked_at.is_(None))
    if not actor.is_staff:
        query = query.where(FeedToken.participation_id.in_(_own(actor, event)))
    return page(session, query, FeedToken, cursor=cursor, limit=limit)


def revoke_feed(session: Session, actor: Actor, event: Event, feed_id: UUID) -> None:
    """Take a feed's address back; from now on it leads nowhere."""
    query = select(FeedToken).where(FeedToken.id == feed_id, FeedToken.event_id == event.id)
    if not actor.is_staff:
        query = query.where(FeedToken.participation_id.in_(_own(actor, event)))
    row = session.scalar(query.where(FeedToken.revoked_at.is_(None)).with_for_update())
    if row is None:
        raise NotFoundError(f"There is no feed {feed_id}.")
    row.revoked_at = utc_now()
    session.flush()
    record(session, actor, "feed.revoked", event_id=event.id, target_id=row.id)


def owners(session: Session, rows: list[FeedToken]) -> dict[UUID, Organisation]:
    """The organisation of each feed's participation; one query."""
    found = session.execute(
        select(Participation.id, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.id.in_({row.participation_id for row in rows}))
    )
    return dict(found.all())


def calendar_of(session: Session, token: str) -> bytes:
    """The calendar that a token opens; an empty one before anything is published.

    Raises
    ------
    NotFoundError
        The token is unknown or was taken back; nothing says which.
    """
    row = session.scalar(select(FeedToken).where(FeedToken.digest == digest(token), FeedToken.revoked_at.is_(None)))
    if row is None:
        raise NotFoundError("There is no such calendar.")
    event = session.get_one(Event, row.event_id)
    own = own_timetable(session, event, session.get_one(Participation, row.participation_id))
    return personal_feed(whole(session, own, row.language), own.organisation.code, lang=row.language)


def _own(actor: Actor, event: Event) -> Select[UUID]:
    return meets_as(event.id, actor.organisation_id)
