"""Match runs (immutable, repeatable scorings of an event) and the pairs they scored."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Identified, one_of
from app.db.models.runs import Run


class MatchRun(Run, Base):
    """One scoring: with its date, the revisions it read and the model's hash it can be repeated to the bit."""

    __tablename__ = "match_run"

    as_of: Mapped[date]
    inputs: Mapped[dict[str, Any]] = mapped_column(default=dict)
    model_hash: Mapped[str | None] = mapped_column(String(64))
    pairs: Mapped[int | None]

    @property
    def evenness(self) -> float:
        """How far the dial between score alone and even lists was turned."""
        return float(self.parameters.get("evenness", 0.0))

    @property
    def given_up(self) -> dict[str, Any] | None:
        """What an evened run gave up, and for what; None for lists by score alone."""
        return self.inputs.get("given_up")

    def has_read(self, request_id: UUID) -> bool:
        """Whether a request was there when the run read its inputs; it says nothing of one that came later."""
        read = self.inputs.get("revisions")
        return read is None or str(request_id) in read

    @property
    def lesson(self) -> dict[str, Any] | None:
        """What earlier editions of the series taught it; None where it used the built-in points."""
        return self.inputs.get("lesson")


class MatchPlan(Base):
    """What the shards of an unfinished run share: the fitted model, as the ranking engine saves it."""

    __tablename__ = "match_plan"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("match_run.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[bytes] = mapped_column(LargeBinary)


class MatchShard(Base):
    """A share of the requests of an unfinished run, for any worker to take; gone when the run has ended.

    Its matches are written together with the state `done`. `heartbeat_at` is renewed while somebody works on it;
    `attempts` counts how often it was taken.
    """

    __tablename__ = "match_shard"
    __table_args__ = (one_of("state", ("waiting", "running", "done")),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("match_plan.run_id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    requests: Mapped[int]
    asks: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")


class Match(Identified, Base):
    """One pair for one request: rank and score of both directions, terms, gates, unknowns.

    A pair that failed a gate has no rank; `failed` says which gate, what was found and what was wanted.
    """

    __tablename__ = "match"
    __table_args__ = (
        UniqueConstraint("run_id", "request_id", "provider_id"),
        Index("ix_match_run_request_rank", "run_id", "request_id", "rank"),
        Index("ix_match_run_provider", "run_id", "provider_id", "backward_rank"),
        CheckConstraint("(rank IS NULL) = (failed IS NOT NULL)", name="ranked_or_failed"),
        ForeignKeyConstraint(["event_id", "run_id"], ["match_run.event_id", "match_run.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["event_id", "request_id"], ["sourcing_request.event_id", "sourcing_request.id"]),
        ForeignKeyConstraint(["request_id", "revision_id"], ["request_revision.request_id", "request_revision.id"]),
        ForeignKeyConstraint(["event_id", "seeker_id"], ["participation.event_id", "participation.id"]),
        ForeignKeyConstraint(["event_id", "provider_id"], ["participation.event_id", "participation.id"]),
    )

    event_id: Mapped[UUID]
    run_id: Mapped[UUID]
    request_id: Mapped[UUID]
    revision_id: Mapped[UUID]
    seeker_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    rank: Mapped[int | None]
    score: Mapped[float]
    probability: Mapped[float | None]
    backward: Mapped[float | None]
    backward_rank: Mapped[int | None]
    mutual: Mapped[float | None]
    #: terms, gates, unknowns, lifts of the forward direction, in words of every language
    explanation: Mapped[dict[str, Any]] = mapped_column(default=dict)
    failed: Mapped[dict[str, Any] | None]
