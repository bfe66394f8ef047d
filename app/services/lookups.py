"""Single things of the caller's tenant, with what belongs to them, for whoever shows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.db.models import (
    BuyerProfile,
    CapabilityProfile,
    Event,
    EventBody,
    HostFair,
    MatchRun,
    Organisation,
    Phase,
    RequestRevision,
    Series,
    SourcingRequest,
)
from app.db.queries.grid import Grid, grid_of
from app.db.queries.scoped import fetch
from app.services.access import Actor
from app.services.profiles import latest


@dataclass(frozen=True)
class Edition:
    """An event with all that stands around it."""

    event: Event
    series: Series | None
    host_fair: HostFair | None
    bodies: list[EventBody]
    phases: list[Phase]
    grid: Grid
    pairing: list[tuple[str, str]]


def edition(session: Session, event: Event, pairing: Collection[tuple[str, str]]) -> Edition:
    bodies = select(EventBody).where(EventBody.event_id == event.id).order_by(EventBody.position)
    phases = select(Phase).where(Phase.event_id == event.id).order_by(Phase.starts_at)
    return Edition(
        event,
        session.get(Series, event.series_id) if event.series_id else None,
        session.get(HostFair, event.host_fair_id) if event.host_fair_id else None,
        list(session.scalars(bodies)),
        list(session.scalars(phases)),
        grid_of(session, event.id),
        sorted(pairing),
    )


def organisation(session: Session, actor: Actor, organisation_id: UUID) -> Organisation:
    """Return an organisation; enterprises and buyers know no other than their own."""
    actor.must_act_for(organisation_id)
    return fetch(session, Organisation, organisation_id, actor.tenant_id)


def capabilities(session: Session, organisation_id: UUID) -> CapabilityProfile | None:
    return latest(session, CapabilityProfile, [organisation_id]).get(organisation_id)


def buyer_profile(session: Session, organisation_id: UUID) -> BuyerProfile | None:
    return latest(session, BuyerProfile, [organisation_id]).get(organisation_id)


def request(session: Session, actor: Actor, request_id: UUID) -> SourcingRequest:
    """Return a sourcing request; nobody but the organiser sees those of others."""
    row = fetch(session, SourcingRequest, request_id, actor.tenant_id)
    if not actor.is_staff and row.organisation_id != actor.organisation_id:
        raise NotFoundError(f"There is no sourcing request {request_id}.")
    return row


def revisions(session: Session, request_ids: Collection[UUID]) -> dict[UUID, RequestRevision]:
    """Return the newest revision of each request; one query."""
    newest = (
        select(RequestRevision.request_id, func.max(RequestRevision.revision).label("revision"))
        .where(RequestRevision.request_id.in_(request_ids))
        .group_by(RequestRevision.request_id)
        .subquery()
    )
    rows = session.scalars(
        select(RequestRevision).join(
            newest,
            (RequestRevision.request_id == newest.c.request_id) & (RequestRevision.revision == newest.c.revision),
        )
    )
    return {row.request_id: row for row in rows}


def match_run(session: Session, actor: Actor, run_id: UUID) -> MatchRun:
    return fetch(session, MatchRun, run_id, actor.tenant_id)
