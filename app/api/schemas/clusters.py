"""Industrial clusters."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Reply


class FactOut(Reply):
    """One public figure."""

    metric: str
    value: float
    unit: str
    qualifier: str | None
    year: str
    scope: str
    source: str


class ClusterOut(Reply):
    """A cluster with its figures."""

    id: UUID
    code: str
    name: str
    name_local: str | None
    place: str | None
    country: str | None
    specialities: list[str]
    honours: list[str]
    facts: list[FactOut] = Field(description="by metric and year; figures that disagree stand side by side")


class ClusterList(Listing[ClusterOut]):
    """A page of clusters."""
