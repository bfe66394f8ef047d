"""Series of fairs and their editions."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, NotFoundError
from app.core.paging import Page
from app.db.models import Event, Series
from app.db.queries.scoped import fetch, page
from app.domain.fairs import SeriesShape
from app.services.access import Actor
from app.services.audit import record
from app.services.events import free_code, stem_of


def create_series(session: Session, actor: Actor, shape: SeriesShape) -> Series:
    """Create a series; its editions name it when they are made."""
    actor.must_be_organiser()
    if session.scalar(select(Series.id).where(Series.tenant_id == actor.tenant_id, Series.code == shape.code)):
        raise ConflictError(f"There is a series {shape.code!r} already; choose another code.")
    row = Series(tenant_id=actor.tenant_id, code=shape.code, name=shape.name)
    session.add(row)
    session.flush()
    record(session, actor, "series.created", target_id=row.id, code=row.code)
    return row


def list_series(session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Series]:
    return page(session, select(Series).where(Series.tenant_id == actor.tenant_id), Series, cursor=cursor, limit=limit)


def find_series(session: Session, actor: Actor, name: str) -> Series:
    """Return a series by its code or id."""
    row = session.scalar(select(Series).where(Series.tenant_id == actor.tenant_id, Series.code == name))
    if row is not None:
        return row
    try:
        return fetch(session, Series, UUID(name), actor.tenant_id)
    except ValueError:
        raise NotFoundError(f"There is no series {name!r}.") from None


def belong_to(session: Session, actor: Actor, event: Event, series: Series | None, name: str | None) -> None:
    """Put an edition, which has to be locked, into a series: one there is, under another name if one is given; a new
    one of that name; or none."""
    actor.must_be_organiser()
    if series is None and name:
        series = create_series(session, actor, SeriesShape(code=free_series_code(session, actor, name), name=name))
    elif series is not None and name and name != series.name:
        series.name = name
        record(session, actor, "series.renamed", target_id=series.id)
    event.series_id = series.id if series else None
    session.flush()


def free_series_code(session: Session, actor: Actor, name: str) -> str:
    """A code that no series of the tenant has, made of the letters and digits of a name."""
    return free_code(session, Series, actor, stem_of(name, "series"))


def editions_of(session: Session, series_ids: Collection[UUID]) -> dict[UUID, list[Event]]:
    """The editions of each series in the order of their first days; one query."""
    found: dict[UUID, list[Event]] = {key: [] for key in series_ids}
    for event in session.scalars(
        select(Event).where(Event.series_id.in_(series_ids)).order_by(Event.starts_on, Event.code)
    ):
        assert event.series_id is not None
        found[event.series_id].append(event)
    return found
