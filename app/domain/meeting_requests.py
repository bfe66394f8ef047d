"""Requests for a meeting: from one participant to another, with a deadline."""

from __future__ import annotations

REQUEST_STATES = ("pending", "accepted", "declined", "expired", "withdrawn")
