"""Somebody who comes without having registered."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Named, Reply
from app.domain.walk_ins import WalkInShape


class WalkInIn(WalkInShape):
    """Who comes, and what they make or want."""


class PartnerOut(Reply):
    """Somebody whom the newcomer could meet, and what both sides' scores make of it together."""

    organisation: Named
    value: float


class WalkInOut(Reply):
    """Taken in and checked in. Their pairs wait for free slots: repair with kind `fill` and this organisation."""

    organisation: Named
    participation_id: UUID
    attendee_id: UUID
    code: str | None = Field(description="of the badge")
    partners: list[PartnerOut]
