"""Industrial clusters and what is publicly said of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Identified


class Cluster(Identified, Base):
    __tablename__ = "cluster"
    __table_args__ = (UniqueConstraint("tenant_id", "code"), UniqueConstraint("tenant_id", "id"))

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str]
    name_local: Mapped[str | None]
    place: Mapped[str | None]
    country: Mapped[str | None] = mapped_column(String(2))
    specialities: Mapped[list[str]] = mapped_column(default=list)
    honours: Mapped[list[str]] = mapped_column(default=list)


class ClusterFact(Identified, Base):
    """One figure with its year, scope and source; two that disagree are both kept."""

    __tablename__ = "cluster_fact"
    __table_args__ = (UniqueConstraint("cluster_id", "metric", "scope", "year", "source"),)

    cluster_id: Mapped[UUID] = mapped_column(ForeignKey("cluster.id", ondelete="CASCADE"), index=True)
    metric: Mapped[str] = mapped_column(String(120))
    value: Mapped[float]
    unit: Mapped[str] = mapped_column(String(64))
    qualifier: Mapped[str | None] = mapped_column(String(32))
    year: Mapped[str] = mapped_column(String(32), default="")
    scope: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
