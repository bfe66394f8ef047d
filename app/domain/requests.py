"""Changes of sourcing requests."""

from __future__ import annotations

from app.domain.profiles import SourcingRequest


class RequestPatch(SourcingRequest):
    """The fields of a request that are to change; those left out stay, and null takes one back."""
