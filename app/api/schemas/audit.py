"""The audit trail as the interface shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Reply


class AuditOut(Reply):
    """One change."""

    id: UUID
    event_id: UUID | None
    at: datetime
    actor_kind: Literal["key", "account", "command", "job"]
    actor_id: UUID | None
    role: str
    deed: str
    target_id: UUID | None
    details: dict[str, Any]
    number: int | None = Field(description="place in its chain; null until it is sealed")
    hash: str | None = Field(description="covers the entry and the hash before it")


class AuditList(Listing[AuditOut]):
    """A page of the trail, the oldest first."""
