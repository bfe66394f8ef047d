"""Background work as the interface shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Reply

State = Literal["queued", "running", "done", "failed", "cancelled"]


class RunItem(Reply):
    """A run, and how far it has come."""

    id: UUID
    event_id: UUID | None
    state: State
    progress: float = Field(description="0 to 1")
    stage: str
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class RunList(Listing[RunItem]):
    """A page of runs, the oldest first."""


class JobItem(RunItem):
    """An import, an export or other background work."""

    kind: str
    result: dict[str, Any] | None


class JobList(Listing[JobItem]):
    """A page of jobs, the oldest first."""
