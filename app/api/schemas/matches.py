"""Pairs of a match run, and the requests that fit a supplier."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Named, Reply
from app.api.schemas.ranking import Gate, Lift, Term


class Asked(Reply):
    """A sourcing request, by id, code and title."""

    id: UUID
    code: str
    title: str


class FittingRequest(Reply):
    """A request that fits a supplier, with both sides' view of the pair."""

    rank: int
    request: Asked
    buyer: Named
    score: float | None = Field(description="how well the request fits the supplier")
    mutual: float | None = Field(description="what both sides think of the pair together")
    their_rank: int | None = Field(description="the supplier's place in the buyer's list")
    their_score: float = Field(description="how well the supplier fits the request; the points of `terms` sum to it")
    terms: list[Term]
    gates: list[Gate]
    unknown: list[str]
    lifts: list[Lift]


class FittingRequests(Reply):
    """Requests that fit a supplier, the best first."""

    items: list[FittingRequest]


class MatchOut(Reply):
    """One scored pair of a match run; one that failed a gate has no rank."""

    id: UUID
    request_id: UUID
    seeker_id: UUID = Field(description="participation of the one who asks")
    provider_id: UUID = Field(description="participation of the supplier")
    rank: int | None
    score: float
    probability: float | None
    backward: float | None
    backward_rank: int | None
    mutual: float | None
    failed: dict[str, Any] | None


class MatchList(Listing[MatchOut]):
    """A page of pairs."""
