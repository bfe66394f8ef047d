"""Registrations for an event: an application by form, which the organiser approves or refuses."""

from __future__ import annotations

REGISTRATION_STATES = ("pending", "approved", "refused", "withdrawn")
