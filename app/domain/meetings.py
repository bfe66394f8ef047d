"""What a meeting can be."""

from __future__ import annotations

#: cancelled meetings hold no seat, place or interpreter; all others hold theirs
MEETING_STATES = ("planned", "locked", "live", "held", "no_show", "cancelled")
