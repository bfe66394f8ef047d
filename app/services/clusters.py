"""Industrial clusters and the dated figures that are public about them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, NotFoundError
from app.core.paging import Page
from app.db.models import Cluster, ClusterFact
from app.db.queries.scoped import locked, page
from app.domain.clusters import ClusterIn, ClusterPut
from app.services.access import Actor
from app.services.audit import record

_PLAIN = ("name", "name_local", "place", "country", "specialities", "honours")


def list_clusters(session: Session, actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[Cluster]:
    query = select(Cluster).where(Cluster.tenant_id == actor.tenant_id)
    return page(session, query, Cluster, cursor=cursor, limit=limit)


def find_cluster(session: Session, actor: Actor, code: str) -> Cluster:
    """Return a cluster by its code."""
    row = session.scalar(select(Cluster).where(Cluster.tenant_id == actor.tenant_id, Cluster.code == code))
    if row is None:
        raise NotFoundError(f"There is no cluster {code!r}.")
    return row


def facts_of(session: Session, cluster_ids: Collection[UUID]) -> dict[UUID, list[ClusterFact]]:
    """The figures of clusters, by metric and year; one query."""
    found: dict[UUID, list[ClusterFact]] = {key: [] for key in cluster_ids}
    for row in session.scalars(
        select(ClusterFact)
        .where(ClusterFact.cluster_id.in_(cluster_ids))
        .order_by(ClusterFact.metric, ClusterFact.year, ClusterFact.id)
    ):
        found[row.cluster_id].append(row)
    return found


def create_cluster(session: Session, actor: Actor, shape: ClusterIn) -> Cluster:
    """Add a cluster with its figures.

    Raises
    ------
    ConflictError
        The code is taken.
    """
    actor.must_be_organiser()
    if session.scalar(select(Cluster.id).where(Cluster.tenant_id == actor.tenant_id, Cluster.code == shape.code)):
        raise ConflictError(f"There is a cluster {shape.code!r} already; choose another code.", conflict="code")
    row = Cluster(tenant_id=actor.tenant_id, code=shape.code, name=shape.name)
    session.add(row)
    _say(session, row, shape)
    record(session, actor, "cluster.created", target_id=row.id, code=row.code)
    return row


def set_cluster(session: Session, actor: Actor, code: str, shape: ClusterPut) -> Cluster:
    """Replace all that is said of a cluster, its figures too."""
    actor.must_be_organiser()
    row = locked(session, find_cluster(session, actor, code))
    session.execute(delete(ClusterFact).where(ClusterFact.cluster_id == row.id))
    _say(session, row, shape)
    record(session, actor, "cluster.set", target_id=row.id, facts=len(shape.facts))
    return row


def _say(session: Session, row: Cluster, shape: ClusterPut) -> None:
    for name in _PLAIN:
        setattr(row, name, getattr(shape, name))
    session.flush()
    session.add_all(ClusterFact(cluster_id=row.id, **fact.model_dump()) for fact in shape.facts)
    session.flush()
